package export

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"haochaping/calendar"
)

// workdaysOf is what is known of the working days of a year.
type workdaysOf struct {
	Year        int             `json:"year"`
	Origin      calendar.Origin `json:"origin"`
	WorkingDays *int            `json:"working_days"` // null while unknown
	Months      []int           `json:"months"`       // working days of each month; empty while unknown
	Rules       []workdayRule   `json:"rules"`
	Missing     []workdayRule   `json:"missing"` // statutory holidays that keep the year unknown
	Warning     string          `json:"warning,omitempty"`
}

type workdayRule struct {
	Date    string `json:"date"`
	Working bool   `json:"working"`
	Name    string `json:"name"`
}

func workdayRules(list []calendar.WorkdayRule) []workdayRule {
	out := make([]workdayRule, len(list))
	for i, r := range list {
		out[i] = workdayRule{r.Day.String(), r.Working, r.Name}
	}
	return out
}

// Workdays writes the working days of a year: for people (table), with the days off and worked in exchange and the
// working days of each month; as json the same; as csv in the form that [calendar.ParseWorkdays] reads.
func Workdays(w io.Writer, format string, days *calendar.Workdays, year int) error {
	of := workdaysOf{
		Year: year, Origin: days.Origin(year), Months: []int{}, Rules: workdayRules(days.Rules(year)),
		Missing: workdayRules(days.Missing(year)),
	}
	if n, known := days.Count(calendar.Period(calendar.KindYear, calendar.MakeDay(year, time.January, 1))); known {
		of.WorkingDays = &n
		for month := time.January; month <= time.December; month++ {
			n, _ := days.Count(calendar.Period(calendar.KindMonth, calendar.MakeDay(year, month, 1)))
			of.Months = append(of.Months, n)
		}
	} else {
		of.Warning = calendar.UnknownSentence(year, "en")
	}
	var err error
	switch format {
	case "json":
		encoder := json.NewEncoder(w)
		encoder.SetIndent("", "  ")
		err = encoder.Encode(of)
	case "csv":
		err = of.csv(w)
	default:
		err = of.table(w, days.Rules(year))
	}
	if err != nil {
		return fmt.Errorf("write working days as %s: %w", format, err)
	}
	return nil
}

func (of *workdaysOf) csv(w io.Writer) error {
	out := csv.NewWriter(w)
	lines := [][]string{{"date", "working", "name"}}
	for _, r := range of.Rules {
		lines = append(lines, []string{r.Date, yesNo(r.Working), guarded(r.Name)})
	}
	return out.WriteAll(lines)
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func (of *workdaysOf) table(w io.Writer, rules []calendar.WorkdayRule) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%d: %s\n", of.Year, of.Origin)
	if of.WorkingDays == nil {
		fmt.Fprintln(&b, of.Warning)
		for _, r := range of.Missing {
			fmt.Fprintf(&b, "not given as a day off: %s %s\n", r.Date, r.Name)
		}
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return err
	}
	var lines [][]string
	for _, run := range holidayRuns(rules) {
		lines = append(lines, []string{printable(run.name), run.off, run.worked})
	}
	if len(lines) > 0 {
		if err := listingTable(w, []string{"holiday", "off", "worked in exchange"}, lines); err != nil {
			return err
		}
	}
	if of.WorkingDays == nil {
		return nil
	}
	lines = lines[:0]
	for i, n := range of.Months {
		lines = append(lines, []string{fmt.Sprintf("%04d-%02d", of.Year, i+1), strconv.Itoa(n)})
	}
	return listingTable(w, []string{"month", "working days"}, append(lines, []string{"total", strconv.Itoa(*of.WorkingDays)}))
}

// holidayRun is the days of one name, written short.
type holidayRun struct{ name, off, worked string }

// holidayRuns puts the rules of one name together, in the order of their first days.
func holidayRuns(rules []calendar.WorkdayRule) []holidayRun {
	var names []string
	off, worked := map[string][]calendar.Range{}, map[string][]string{}
	for _, r := range rules {
		if !slices.Contains(names, r.Name) {
			names = append(names, r.Name)
		}
		if r.Working {
			worked[r.Name] = append(worked[r.Name], monthDay(r.Day))
			continue
		}
		runs := off[r.Name]
		if n := len(runs); n > 0 && runs[n-1].To == r.Day-1 {
			runs[n-1].To = r.Day
		} else {
			off[r.Name] = append(runs, calendar.Range{From: r.Day, To: r.Day})
		}
	}
	list := make([]holidayRun, 0, len(names))
	for _, name := range names {
		var texts []string
		for _, r := range off[name] {
			text := monthDay(r.From)
			if r.To > r.From {
				text += ".." + monthDay(r.To)
			}
			texts = append(texts, text)
		}
		list = append(list, holidayRun{name, strings.Join(texts, " "), strings.Join(worked[name], " ")})
	}
	return list
}

func monthDay(d calendar.Day) string { return d.String()[5:] }
