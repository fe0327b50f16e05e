package warehouse

import "strings"

// factColumns are the columns that every fact table ends with, in the order of
// migrations 00003 and 00007. Columns of type Map are summed key by key.
var factColumns = []string{
	"level_1", "level_2", "level_3", "level_4", "level_5", "default_1", "default_2", "default_3", "default_4",
	"default_5", "reassessed_1", "reassessed_2", "reassessed_3", "reassessed_4", "reassessed_5", "unanswered",
	"declined", "events", "rated", "prompted", "excluded", "channel_valid", "channel_bad", "tags", "hours",
	"accepted", "finished", "promised", "on_time", "early", "promised_seconds", "statutory_seconds", "limited",
	"handled", "handling_seconds", "handling", "visits_known", "visits", "on_the_spot", "filed_online",
	"visits_squared", "promised_times", "statutory_times", "worked", "working_seconds", "working",
}

var mapColumns = map[string]bool{
	"channel_valid": true, "channel_bad": true, "tags": true, "hours": true,
	"handling": true, "promised_times": true, "statutory_times": true, "working": true,
}

// stepColumns are those of factColumns that FactsBySteps reads, in the same order.
var stepColumns = []string{
	"level_1", "level_2", "level_3", "level_4", "level_5", "unanswered", "declined", "channel_valid", "channel_bad", "tags", "hours",
	"accepted", "handled", "handling",
}

// columnList is the fact columns for an INSERT or a plain SELECT.
func columnList() string { return strings.Join(factColumns, ", ") }

// columnSums sums some fact columns, each under its own name.
func columnSums(columns []string) string {
	sums := make([]string, len(columns))
	for i, c := range columns {
		f := "sum"
		if mapColumns[c] {
			f = "sumMap"
		}
		sums[i] = f + "(f." + c + ") AS " + c
	}
	return strings.Join(sums, ", ")
}

// columnsKept reads every fact column as it is.
func columnsKept() string { return "f." + strings.Join(factColumns, ", f.") }
