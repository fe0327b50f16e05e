package dashboard

import (
	"net/url"
	"testing"

	"haochaping/calendar"
	"haochaping/evaluation"
)

func TestReadPeriod(t *testing.T) {
	today := calendar.MakeDay(2026, 3, 31)
	for _, c := range []struct {
		query, key, period, before string
		step                       evaluation.Step
	}{
		{"", period30, "2026-03-02..2026-03-31", "2026-01-31..2026-03-01", evaluation.StepDay},
		{"p=nonsense", period30, "2026-03-02..2026-03-31", "2026-01-31..2026-03-01", evaluation.StepDay},
		{"p=month", periodMonth, "2026-03-01..2026-03-31", "2026-02-01..2026-02-28", evaluation.StepDay},
		{"p=lastmonth", periodLast, "2026-02-01..2026-02-28", "2026-01-01..2026-01-31", evaluation.StepDay},
		{"p=90d", period90, "2026-01-01..2026-03-31", "2025-10-03..2025-12-31", evaluation.StepDay},
		{"p=12m", period12, "2025-04-01..2026-03-31", "2024-04-01..2025-03-31", evaluation.StepMonth},
		{"p=custom&from=2014-05-01&to=2015-01-31", periodCustom, "2014-05-01..2015-01-31", "2013-07-29..2014-04-30", evaluation.StepWeek},
		{"p=custom&from=2026-03-01&to=2026-03-01", periodCustom, "2026-03-01", "2026-02-28", evaluation.StepDay},
		{"p=custom&from=2026-03-02&to=2026-03-01", period30, "2026-03-02..2026-03-31", "2026-01-31..2026-03-01", evaluation.StepDay},
		{"p=custom&from=0001-01-01&to=0001-01-02", period30, "2026-03-02..2026-03-31", "2026-01-31..2026-03-01", evaluation.StepDay},
		{"p=custom&from=1900-01-01&to=2026-03-01", period30, "2026-03-02..2026-03-31", "2026-01-31..2026-03-01", evaluation.StepDay},
		{"p=custom&from=2026-02-30&to=2026-03-01", period30, "2026-03-02..2026-03-31", "2026-01-31..2026-03-01", evaluation.StepDay},
	} {
		q, err := url.ParseQuery(c.query)
		if err != nil {
			t.Fatal(err)
		}
		p := readPeriod(q, today)
		if p.Key != c.key || p.String() != c.period || p.Before.String() != c.before || p.Step != c.step {
			t.Errorf("%q: got %s %s, before %s, step %q", c.query, p.Key, p, p.Before, p.Step)
		}
		if again := readPeriod(p.values(), today); again != p {
			t.Errorf("%q: its own address %q means %v", c.query, p.values().Encode(), again)
		}
	}
}

func TestStepsCoverThePeriodOnce(t *testing.T) {
	for _, query := range []string{"", "p=12m", "p=custom&from=2025-12-10&to=2026-07-01"} {
		q, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		p := readPeriod(q, calendar.MakeDay(2026, 7, 15))
		next := p.From
		for _, step := range p.steps() {
			if step.From != next || step.Len() < 1 {
				t.Fatalf("%q: step %s does not begin on %s", query, step, next)
			}
			next = step.To + 1
		}
		if next != p.To+1 {
			t.Errorf("%q: the steps end before %s", query, next)
		}
	}
}
