package export

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"

	"haochaping/evaluation"
)

// Names tells the name of a code of some kind: region, line, department, hall, window (its code is hall/window),
// item or channel; ” if there is none.
type Names = func(kind, code string) string

// totalCode stands in the first column of the last line.
const totalCode = "total"

// figure is one column of figures. Its text is a decimal number, or ” where there is no data.
type figure struct {
	name string
	of   func(f *evaluation.Facts) string
	// shown, if any, replaces the text in a table for people.
	shown func(f *evaluation.Facts) string
}

const secondsPerHour = 60 * 60

// figures are the columns of figures, in order.
var figures = []figure{
	whole("ratings", (*evaluation.Facts).Valid),
	{name: "mean", of: func(f *evaluation.Facts) string { mean, ok := f.Mean(); return decimal(mean, 4, ok) }},
	whole("level_1", func(f *evaluation.Facts) uint64 { return f.Levels[0] }),
	whole("level_2", func(f *evaluation.Facts) uint64 { return f.Levels[1] }),
	whole("level_3", func(f *evaluation.Facts) uint64 { return f.Levels[2] }),
	whole("level_4", func(f *evaluation.Facts) uint64 { return f.Levels[3] }),
	whole("level_5", func(f *evaluation.Facts) uint64 { return f.Levels[4] }),
	whole("default", (*evaluation.Facts).DefaultsTotal),
	whole("unanswered", func(f *evaluation.Facts) uint64 { return f.Unanswered }),
	whole("declined", func(f *evaluation.Facts) uint64 { return f.Declined }),
	whole("events", func(f *evaluation.Facts) uint64 { return f.Events }),
	whole("rated", func(f *evaluation.Facts) uint64 { return f.Rated }),
	whole("prompted", func(f *evaluation.Facts) uint64 { return f.Prompted }),
	whole("excluded", func(f *evaluation.Facts) uint64 { return f.Excluded }),
	value(evaluation.BadPer100k),
	value(evaluation.GoodRate),
	whole("accepted", func(f *evaluation.Facts) uint64 { return f.Accepted }),
	whole("finished", func(f *evaluation.Facts) uint64 { return f.Finished }),
	whole("on_time", func(f *evaluation.Facts) uint64 { return f.OnTime }),
	whole("promised", func(f *evaluation.Facts) uint64 { return f.Promised }),
	whole("handled", func(f *evaluation.Facts) uint64 { return f.Handled }),
	{name: "handling_days_mean", of: func(f *evaluation.Facts) string {
		return decimal(float64(f.HandlingSeconds)/float64(f.Handled)/secondsPerDay, 4, f.Handled > 0)
	}},
	{name: "handling_days_median", of: func(f *evaluation.Facts) string {
		median, ok := f.Handling.Quantile(0.5)
		return decimal(median/secondsPerDay, 4, ok)
	}},
	whole("worked", func(f *evaluation.Facts) uint64 { return f.Worked }),
	{name: "working_hours_mean", of: func(f *evaluation.Facts) string {
		return decimal(float64(f.WorkingSeconds)/float64(f.Worked)/secondsPerHour, 2, f.Worked > 0)
	}},
	{name: "working_hours_median", of: func(f *evaluation.Facts) string {
		median, ok := f.Working.Quantile(0.5)
		return decimal(median/secondsPerHour, 2, ok)
	}},
}

// channelFigures are the columns by channel, of which nothing else is counted. Their facts have the channel's
// bad ratings as level 1 and the others as level 5, see factsLines.
var channelFigures = []figure{
	whole("ratings", (*evaluation.Facts).Valid), whole("bad", (*evaluation.Facts).Bad),
	value(evaluation.BadPer100k), value(evaluation.GoodRate),
}

// Figures is a set of columns in place of the usual ones.
type Figures struct{ list []figure }

// FollowUps are the columns of what became of bad reviews: counts as in [evaluation.FollowUps], then the rates.
var FollowUps = Figures{[]figure{
	whole("bad", func(f *evaluation.Facts) uint64 { return f.FollowUps.Bad }),
	whole("dismissed", func(f *evaluation.Facts) uint64 { return f.FollowUps.Dismissed }),
	whole("contacted", func(f *evaluation.Facts) uint64 { return f.FollowUps.Contacted }),
	whole("contact_due", func(f *evaluation.Facts) uint64 { return f.FollowUps.ContactDue }),
	whole("contact_on_time", func(f *evaluation.Facts) uint64 { return f.FollowUps.ContactOnTime }),
	whole("rectified", func(f *evaluation.Facts) uint64 { return f.FollowUps.Rectified }),
	whole("rectify_due", func(f *evaluation.Facts) uint64 { return f.FollowUps.RectifyDue }),
	whole("rectified_on_time", func(f *evaluation.Facts) uint64 { return f.FollowUps.RectifiedOnTime }),
	whole("called_back", func(f *evaluation.Facts) uint64 { return f.FollowUps.CalledBack }),
	whole("answered", func(f *evaluation.Facts) uint64 { return f.FollowUps.Answered }),
	whole("satisfied", func(f *evaluation.Facts) uint64 { return f.FollowUps.Satisfied }),
	value(evaluation.ContactedOnTimeRate),
	value(evaluation.RectifiedRate),
	value(evaluation.RectifiedOnTimeRate),
	value(evaluation.CallbackRate),
	value(evaluation.CallbackSatisfiedRate),
}}

func whole(name string, of func(*evaluation.Facts) uint64) figure {
	return figure{name: name, of: func(f *evaluation.Facts) string { return strconv.FormatUint(of(f), 10) }}
}

// value is an indicator: unrounded for machines, as on the pages for people.
func value(id string) figure {
	ind := indicator(id)
	return figure{name: id, of: func(f *evaluation.Facts) string {
		v := ind.Of(f)
		return decimal(v.Number, -1, v.Known)
	}, shown: func(f *evaluation.Facts) string {
		if v := ind.Of(f); v.Known {
			return evaluation.FormatValue(ind, v, "en")
		}
		return ""
	}}
}

func decimal(x float64, decimals int, known bool) string {
	if !known {
		return ""
	}
	if decimals < 0 {
		return strconv.FormatFloat(x, 'f', -1, 64)
	}
	return strings.ReplaceAll(evaluation.FormatNumber(x, decimals), ",", "")
}

// key is one column that says what a line is about.
type key struct {
	name string
	of   func(r *evaluation.Row) string
}

var keysBy = map[evaluation.Dimension][]key{
	evaluation.ByRegion:     {keyRegion},
	evaluation.ByLine:       {keyLine},
	evaluation.ByRegionLine: {keyRegion, keyLine},
	evaluation.ByDepartment: {keyDepartment},
	evaluation.ByHall:       {keyHall},
	evaluation.ByWindow:     {keyHall, {"window", func(r *evaluation.Row) string { return r.Window }}},
	evaluation.ByItem:       {keyItem},
	evaluation.ByChannel:    {{"channel", func(r *evaluation.Row) string { return r.Channel }}},

	evaluation.ByDepartmentItem: {keyDepartment, keyItem},
}

var (
	keyRegion = key{"region", func(r *evaluation.Row) string { return r.Region }}
	keyLine   = key{"line", func(r *evaluation.Row) string { return r.Line }}
	keyHall   = key{"hall", func(r *evaluation.Row) string { return r.Hall }}
	keyItem   = key{"item", func(r *evaluation.Row) string { return r.Item }}

	keyDepartment = key{"department", func(r *evaluation.Row) string { return r.Department }}
)

// factsTable is facts laid out: text columns first, then figures.
type factsTable struct {
	labels  []string // names of the text columns
	figures []figure
	lines   []factsLine // the last one is the total
}

type factsLine struct {
	labels []string
	facts  evaluation.Facts
}

// layFacts puts rows into lines and adds the total, which is right because the rows of one query never overlap. The
// columns are those of set, if any, else the usual ones.
func layFacts(rows []evaluation.Row, q evaluation.Query, names Names, set []Figures) factsTable {
	keys := keysBy[q.By]
	t := factsTable{figures: figures}
	switch {
	case len(set) > 0:
		t.figures = set[0].list
	case q.By == evaluation.ByChannel:
		t.figures = channelFigures
	}
	for _, k := range keys {
		t.labels = append(t.labels, k.name)
	}
	t.labels = append(t.labels, "name")
	if q.Step != evaluation.StepNone {
		t.labels = append(t.labels, "start")
	}
	total := factsLine{labels: make([]string, len(t.labels))}
	total.labels[0] = totalCode
	for i := range rows {
		r := &rows[i]
		if len(keys) == 0 && q.Step == evaluation.StepNone { // nothing to tell apart: the total says it all
			total.facts.Add(&r.Facts)
			continue
		}
		line := factsLine{facts: r.Facts}
		for _, k := range keys {
			line.labels = append(line.labels, printable(k.of(r)))
		}
		line.labels = append(line.labels, printable(rowName(r, q.By, names)))
		if q.Step != evaluation.StepNone {
			line.labels = append(line.labels, r.Start.String())
		}
		if q.By == evaluation.ByChannel && len(set) == 0 {
			n := r.Channels[r.Channel]
			line.facts = evaluation.Facts{Levels: [5]uint64{0: n.Bad, 4: n.Valid - min(n.Bad, n.Valid)}}
		}
		total.facts.Add(&line.facts)
		t.lines = append(t.lines, line)
	}
	t.lines = append(t.lines, total)
	return t
}

// rowName is the name of a line, for lines with two keys both names.
func rowName(r *evaluation.Row, by evaluation.Dimension, names Names) string {
	var parts []string
	for _, k := range keysBy[by] {
		code := k.of(r)
		if code == "" {
			return unattributed
		}
		if k.name == "window" {
			code = r.Hall + "/" + code
		}
		if name := names(k.name, code); name != "" {
			parts = append(parts, name)
		}
	}
	return strings.Join(parts, " / ")
}

// FactsCSV writes facts for machines: UTF-8 without byte order mark, lines ending in LF, numbers without
// grouping, nothing where there is no data. The last line is the total of the others. Foreign text that could be
// read as a formula begins with an apostrophe. With a set of figures these are the columns instead.
func FactsCSV(w io.Writer, rows []evaluation.Row, q evaluation.Query, names Names, set ...Figures) error {
	t := layFacts(rows, q, names, set)
	out := csv.NewWriter(w)
	line := append([]string(nil), t.labels...)
	for _, f := range t.figures {
		line = append(line, f.name)
	}
	if err := out.Write(line); err != nil {
		return fmt.Errorf("write facts as csv: %w", err)
	}
	for i := range t.lines {
		line = line[:0]
		for _, label := range t.lines[i].labels {
			line = append(line, guarded(label))
		}
		for _, f := range t.figures {
			line = append(line, f.of(&t.lines[i].facts))
		}
		if err := out.Write(line); err != nil {
			return fmt.Errorf("write facts as csv: %w", err)
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("write facts as csv: %w", err)
	}
	return nil
}

// FactsJSON writes facts as an array of objects, one a line, with the names and the order of [FactsCSV]: figures
// as numbers, null where there is no data. The last object is the total of the others.
func FactsJSON(w io.Writer, rows []evaluation.Row, q evaluation.Query, names Names, set ...Figures) error {
	t := layFacts(rows, q, names, set)
	var b strings.Builder
	for i := range t.lines {
		b.Reset()
		b.WriteString(",\n{")
		if i == 0 {
			b.Reset()
			b.WriteString("[\n{")
		}
		for j, label := range t.lines[i].labels {
			text, err := json.Marshal(label)
			if err != nil {
				return fmt.Errorf("write facts as json: %w", err)
			}
			if j > 0 {
				b.WriteByte(',')
			}
			fmt.Fprintf(&b, "%q:%s", t.labels[j], text)
		}
		for _, f := range t.figures {
			number := f.of(&t.lines[i].facts)
			if number == "" {
				number = "null"
			}
			fmt.Fprintf(&b, ",%q:%s", f.name, number)
		}
		b.WriteByte('}')
		if i == len(t.lines)-1 {
			b.WriteString("\n]\n")
		}
		if _, err := io.WriteString(w, b.String()); err != nil {
			return fmt.Errorf("write facts as json: %w", err)
		}
	}
	return nil
}

// indicator finds an indicator; an unknown one knows no value and has no name.
func indicator(id string) evaluation.Indicator {
	ind, _ := evaluation.IndicatorByID(id)
	return ind
}
