package dashboard

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"haochaping/calendar"
	"haochaping/evaluation"
)

func measureByID(t *testing.T, id string) measure {
	t.Helper()
	i := slices.IndexFunc(measures, func(m measure) bool { return m.id == id })
	if i < 0 {
		t.Fatalf("no measure %s", id)
	}
	return measures[i]
}

func ratedFacts(n, bad uint64) evaluation.Facts {
	return evaluation.Facts{Levels: [5]uint64{bad, 0, 0, 0, n - bad}}
}

func TestChangesNeedSamples(t *testing.T) {
	l := testLocale(t, English)
	for _, c := range []struct {
		before, now uint64
		word        string
	}{
		{1000, 1500, "up"},
		{1500, 1000, "down"},
		{1000, 1000, "unchanged"},
		{29, 40, "too few to compare"},
		{40, 29, "too few to compare"},
		{400, 100_000, "too few to compare"}, // the records begin within the earlier period
		{20_000, 100_000, "up"},
	} {
		got := measures[0].change(l, &comparison{ID: withPrevious, Now: ratedFacts(c.now, 1), Before: ratedFacts(c.before, 1)})
		if got.Word != c.word {
			t.Errorf("%d after %d: %+v, want %s", c.now, c.before, got, c.word)
		}
		if shown := got.Text != ""; shown != (c.word == "up" || c.word == "down") {
			t.Errorf("%d after %d: %+v", c.now, c.before, got)
		}
	}
	if got := measures[0].change(l, &comparison{ID: withPrevious, Now: ratedFacts(100, 1)}); got.Word != "no data then" || got.Arrow != "" {
		t.Errorf("a comparison with nothing: %+v", got)
	}
}

// Counts are compared per working day where these are known, rates as they are.
func TestCountsAreComparedPerWorkingDay(t *testing.T) {
	l := testLocale(t, English)
	c := comparison{ID: withLastYear, Now: ratedFacts(2200, 10), Before: ratedFacts(2000, 10)}
	c.Known, c.OwnWorkingDays, c.WorkingDays = true, 22, 20
	if got := measures[0].change(l, &c); got.Word != "unchanged" {
		t.Errorf("100 a working day each: %+v", got)
	}
	c.Known = false
	if got := measures[0].change(l, &c); got.Text != "+10.0%" {
		t.Errorf("working days unknown: %+v", got)
	}
	c.Known, c.Before = true, ratedFacts(2000, 200)
	if got := measureByID(t, evaluation.BadPer100k).change(l, &c); got.Word != "down" || got.Text != "−9,545.5" {
		t.Errorf("a rate: %+v", got)
	}
}

func TestChangesWithinChance(t *testing.T) {
	l := testLocale(t, English)
	for _, c := range []struct {
		name         string
		id           string
		before, now  evaluation.Facts
		chance, move bool
	}{
		{"3 bad of 2000 after 5", evaluation.BadPer100k, ratedFacts(2000, 5), ratedFacts(2000, 3), true, false},
		{"60 bad of 2000 after 5", evaluation.BadPer100k, ratedFacts(2000, 5), ratedFacts(2000, 60), false, true},
		{"the same as a good rate", evaluation.GoodRate, ratedFacts(2000, 5), ratedFacts(2000, 60), false, true},
		{"and within chance", evaluation.GoodRate, ratedFacts(2000, 5), ratedFacts(2000, 3), true, false},
		{"on time 96 of 100 after 94", evaluation.OnTimeRate, evaluation.Facts{Promised: 100, OnTime: 94}, evaluation.Facts{Promised: 100, OnTime: 96}, true, false},
		{"on time 960 of 1000 after 900", evaluation.OnTimeRate, evaluation.Facts{Promised: 1000, OnTime: 900}, evaluation.Facts{Promised: 1000, OnTime: 960}, false, true},
		{"medians of few cases", evaluation.MedianHandling, spread(40, 10), spread(40, 11), true, false},
		{"medians of many", evaluation.MedianHandling, spread(40_000, 10), spread(40_000, 12), false, true},
	} {
		got := measureByID(t, c.id).change(l, &comparison{ID: withPrevious, Now: c.now, Before: c.before})
		if got.Chance != c.chance || got.Moved != c.move || c.chance && got.Word != "within chance" {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
}

// spread is n cases that took from 0 to twice as many days.
func spread(n int, days float64) evaluation.Facts {
	f := evaluation.Facts{Handled: uint64(n), Handling: evaluation.Histogram{}}
	for i := range n {
		f.Handling[evaluation.Bucket(2*days*86400*float64(i)/float64(n))]++
	}
	return f
}

// Days that are not over are compared with none: today, and in the first hours of a month its only day.
func TestComparedPeriods(t *testing.T) {
	store := newFakeStore(t)
	for _, c := range []struct {
		address string
		want    []string // what is compared with what
	}{
		{"/?p=lastmonth", []string{"previous 2026-10-01..2026-10-31 2026-09-01..2026-09-30", "lastyear 2026-10-01..2026-10-31 2025-10-01..2025-10-31"}},
		{"/", []string{"previous 2026-10-25..2026-11-22 2026-09-25..2026-10-23", "lastyear 2026-10-25..2026-11-22 2025-10-26..2025-11-23"}},
		{"/?p=12m", []string{"lastyear 2025-12-01..2026-11-22 2024-12-01..2025-11-22"}},
		// The Spring Festival of 2025 began in January, that of 2026 in February.
		{"/?p=custom&from=2026-02-01&to=2026-02-28", []string{"previous 2026-02-01..2026-02-28 2026-01-01..2026-01-31", "lastyear 2026-01-01..2026-02-28 2025-01-01..2025-02-28"}},
		{"/?p=custom&from=2026-04-01&to=2026-06-30", []string{"previous 2026-04-01..2026-06-30 2026-01-01..2026-03-31", "lastyear 2026-04-01..2026-06-30 2025-04-01..2025-06-30"}},
	} {
		d := newTestDashboard(t, store, nil)
		p := d.newPage(newRequest(c.address))
		if err := p.prepare(); err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, x := range p.compared() {
			got = append(got, x.ID+" "+x.Own.String()+" "+x.Range.String())
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", c.address, diff)
		}
	}
}

func TestFirstDayIsNotCompared(t *testing.T) {
	store := newFakeStore(t)
	d := newTestDashboard(t, store, func(o *Options) {
		o.Now = func() time.Time { return time.Date(2026, time.November, 1, 9, 0, 0, 0, testZone) }
	})
	p := d.newPage(newRequest("/?p=month"))
	if err := p.prepare(); err != nil {
		t.Fatal(err)
	}
	if list := p.compared(); len(list) > 0 || p.period.From != calendar.MakeDay(2026, time.November, 1) {
		t.Errorf("%s is compared with %s", p.period.Range, list[0].Range)
	}
}

// Across a break nothing is compared, and a sentence says since when and why.
func TestNoComparisonAcrossBreaks(t *testing.T) {
	store := newFakeStore(t)
	from := calendar.MakeDay(2026, time.September, 1)
	d := newTestDashboard(t, store, func(o *Options) {
		withOverview(store)(o)
		o.Breaks = breaksOf(evaluation.Break{Day: from, Kind: evaluation.BreakDefaultRule, Subject: "app", TextZH: "9 月起默认评价不再计入", TextEN: "from September on default ratings no longer count"})
	})
	tiles := func(path string) (root *html.Node, refused, words int) {
		root = parse(t, get(d, path, Chinese).Body)
		for _, li := range elements(root, func(n *html.Node) bool { return n.Data == "li" && n.Parent != nil && classed("changes")(n.Parent) }) {
			words++
			if strings.Contains(allText(li), "口径断点，不比较") {
				refused++
			}
		}
		return root, refused, words
	}
	root, refused, words := tiles("/?p=lastmonth") // October with September: both after; with 2025: across
	if refused != len(overviewMeasures) || words != 2*len(overviewMeasures) {
		t.Errorf("October: %d of %d changes are refused", refused, words)
	}
	text := allText(root)
	if !strings.Contains(text, "9 月起默认评价不再计入，此前口径不同，不作同比。") || strings.Contains(text, "不作环比") {
		t.Error("October: the sentence is missing, or there is one too many")
	}
	if root, refused, _ = tiles("/?p=custom&from=2026-09-01&to=2026-09-30"); refused != 2*len(overviewMeasures) || !strings.Contains(allText(root), "不作环比") {
		t.Errorf("September: %d changes are refused", refused)
	}
	if _, refused, _ = tiles("/?p=custom&from=2026-07-01&to=2026-07-31"); refused != 0 {
		t.Errorf("July: %d changes are refused", refused)
	}
}

func TestUnknownWorkingDaysAreSaid(t *testing.T) {
	store := newFakeStore(t)
	store.from, store.now = calendar.MakeDay(2030, time.January, 1), testNow.AddDate(5, 0, 0)
	d := newTestDashboard(t, store, nil)
	body := get(d, "/", Chinese).Body.String()
	if !strings.Contains(body, "2031 年的工作日安排尚未导入，不按工作日计算。") || !strings.Contains(body, "数量不按工作日折算") {
		t.Error("nothing says that the working days of 2031 are not known")
	}
}
