package demo

import (
	"math"
	"testing"
	"time"

	"haochaping/calendar"
	"haochaping/record"
)

var lastDay = calendar.MakeDay(2026, time.October, 31)

// tally is what the tests need to know of a plan.
type tally struct {
	active, bad   map[record.Channel]int
	levels        [6]int
	answers       map[record.Answer]int
	yearly        []int // active ratings by department
	weekday, free int   // active ratings at counters on working days and others
	levelOne      int   // in the city without
	cases         int
}

func tallyOf(p *Plan) tally {
	t := tally{active: map[record.Channel]int{}, bad: map[record.Channel]int{}, answers: map[record.Answer]int{}}
	outcomes := make([][16]int, len(p.streams)) // maps would take longer than the plan
	for n, events := range p.days {
		day := p.From + calendar.Day(n)
		for i := range events {
			e := &events[i]
			outcomes[e.stream][e.what]++
			if e.marks&withCase != 0 {
				t.cases++
			}
			s := &p.streams[e.stream]
			if e.what <= 5 && s.window >= 0 {
				if working(day) {
					t.weekday++
				} else {
					t.free++
				}
			}
			if s.city == levelCity && e.what == 1 && day >= p.plots.levelFrom {
				t.levelOne++
			}
		}
	}
	t.yearly = make([]int, len(p.Province.departments))
	for i := range outcomes {
		s := &p.streams[i]
		for what, count := range outcomes[i] {
			e := event{what: outcome(what)}
			t.answers[e.answered()] += count
			if what < 1 || what > 5 {
				continue
			}
			t.levels[what] += count
			t.yearly[s.department] += count
			t.active[s.channel] += count
			if e.bad() {
				t.bad[s.channel] += count
			}
		}
	}
	return t
}

func share(a, b int) float64 { return float64(a) / float64(b) }

func TestManySeedsLookReal(t *testing.T) {
	for seed := range uint64(seedsTried) {
		start := time.Now()
		p := NewPlan(seed, lastDay, 12, 1)
		took := time.Since(start)
		c := tallyOf(p)
		totals := p.Totals()
		if totals.Ratings < 2_000_000 || totals.Cases < 1_000_000 || totals.Records() > 4_500_000 {
			t.Errorf("seed %d: %+v", seed, totals)
		}
		if c.cases != totals.Cases {
			t.Errorf("seed %d: %d cases among the events, %d in the totals", seed, c.cases, totals.Cases)
		}
		checkLooks(t, seed, &c)
		checkStories(t, p)
		t.Logf("seed %d: %v, %+v", seed, took, totals)
	}
}

// checkLooks compares the counts of a plan with what such a province would show.
func checkLooks(t *testing.T, seed uint64, c *tally) {
	t.Helper()
	sum := c.levels[1] + c.levels[2] + c.levels[3] + c.levels[4] + c.levels[5]
	good := 1 - share(c.levels[1]+c.levels[2], sum)
	if good < .9980 || good > .9990 {
		t.Errorf("seed %d: %.3f %% good", seed, 100*good)
	}
	if c.levels[5] < sum*9/10 || c.levels[4] < 5*c.levels[3]/2 || c.levels[3] < 2*c.levels[2] {
		t.Errorf("seed %d: levels %v", seed, c.levels)
	}
	for _, ch := range []record.Channel{record.ChannelQR, record.ChannelSMS} {
		if s := share(c.bad[ch], c.active[ch]); s < .015 || s > .035 {
			t.Errorf("seed %d: %s has %.2f %% bad", seed, ch, 100*s)
		}
	}
	for _, ch := range []record.Channel{record.ChannelTablet, record.ChannelTerminal} {
		if s := share(c.bad[ch], c.active[ch]); s > .0015 || c.active[ch] < 50_000 {
			t.Errorf("seed %d: %s has %.3f %% bad of %d", seed, ch, 100*s, c.active[ch])
		}
	}
	for _, a := range []record.Answer{record.AnswerDefault, record.AnswerUnanswered, record.AnswerDeclined} {
		if c.answers[a] < 5000 {
			t.Errorf("seed %d: only %d %s answers", seed, c.answers[a], a)
		}
	}
	if c.free*8 > c.weekday || c.free == 0 {
		t.Errorf("seed %d: %d ratings at counters on free days, %d on working days", seed, c.free, c.weekday)
	}
	small, large := 0, 0
	for _, n := range c.yearly {
		if n < 30*12 {
			small++
		}
		large = max(large, n)
	}
	if small < 300 || large < 100*12 {
		t.Errorf("seed %d: %d departments below 30 ratings a month, the largest has %d a year", seed, small, large)
	}
	if c.levelOne > 0 {
		t.Errorf("seed %d: level 1 occurs %d times in the city without it", seed, c.levelOne)
	}
}

// checkStories says whether every story is there and large enough to be seen.
func checkStories(t *testing.T, p *Plan) {
	t.Helper()
	s := p.survey()
	months := float64(p.plots.spring.Len()) / 30.4
	if n := float64(s.spring.active) / months; s.spring.share() < .0072 || s.spring.share() > .0135 || n < 3000 {
		t.Errorf("seed %d, %v: the county has %.2f %% bad of %.0f a month in %v", p.Seed, p.To, 100*s.spring.share(), n, p.plots.spring)
	}
	if s.otherMonths.share() > .003 {
		t.Errorf("seed %d, %v: the county has %.2f %% bad in the other months", p.Seed, p.To, 100*s.otherMonths.share())
	}
	if s.burstDays < 15 || s.bursts < 45*s.burstDays {
		t.Errorf("seed %d, %v: %d fives on %d evenings", p.Seed, p.To, s.bursts, s.burstDays)
	}
	if s.appBefore != 0 || share(s.appSilent, s.appAll) < .3 || s.appSilent < 1000 {
		t.Errorf("seed %d, %v: %d defaults before, %d of %d since", p.Seed, p.To, s.appBefore, s.appSilent, s.appAll)
	}
	if p.totals.Resent < 5000 || share(s.anew, p.totals.Resent) < .05 || share(s.anew, p.totals.Resent) > .15 {
		t.Errorf("seed %d, %v: %d records come twice, %d with new ids", p.Seed, p.To, p.totals.Resent, s.anew)
	}
	if fast := s.fast; fast.share() < .02 || fast.share() < 8*s.peers.share() || fast.active < 3000 || s.fastDays.value() > .7*s.peerDays.value() {
		t.Errorf("seed %d, %v: fast department %+v in %.2f days, its peers %+v in %.2f", p.Seed, p.To, fast, s.fastDays.value(), s.peers, s.peerDays.value())
	}
	if share(s.clerk.not, s.clerk.events) < .8 || share(s.colleague.not, s.colleague.events) > .06 || s.clerk.events < 1500 {
		t.Errorf("seed %d, %v: clerk %+v, colleague %+v", p.Seed, p.To, s.clerk, s.colleague)
	}
	for _, story := range Stories(p) {
		if story.From < p.From || story.To > p.To || story.From > story.To {
			t.Errorf("seed %d, %v: story %s lies outside the plan: %v to %v", p.Seed, p.To, story.ID, story.From, story.To)
		}
		switch {
		case story.ID == "missing-level" && (story.Expected < 20 || story.Planted != 0):
			t.Errorf("seed %d, %v: %.0f ratings of level 1, %.0f expected", p.Seed, p.To, story.Planted, story.Expected)
		case story.ID == "kiosk-gaps" && story.Planted < 50:
			t.Errorf("seed %d, %v: only %.0f numbers are missing", p.Seed, p.To, story.Planted)
		case story.ID != "missing-level" && story.Planted < 3*story.Expected+20:
			t.Errorf("seed %d, %v: story %s: %.0f planted, %.1f expected without it", p.Seed, p.To, story.ID, story.Planted, story.Expected)
		}
	}
}

// TestStoriesMoveWithTheEnd holds them inside the plan whatever day it is.
func TestStoriesMoveWithTheEnd(t *testing.T) {
	province := NewProvince(DefaultSeed)
	for month := range min(12, seedsTried) {
		end := calendar.MakeDay(2026, time.Month(3+month), 4+2*month)
		checkStories(t, planFor(province, DefaultSeed, end, 12, 1))
	}
	if seedsTried < 12 {
		return
	}
	for _, end := range []calendar.Day{calendar.MakeDay(2027, time.February, 28), calendar.MakeDay(2031, time.July, 31)} {
		checkStories(t, planFor(province, DefaultSeed, end, 12, 1))
	}
}

func TestSpringIsSpringWhenItCanBe(t *testing.T) {
	for _, c := range []struct{ end, spring, level string }{
		{"2026-11-22", "2026-03-01..2026-05-31", "2026-03-01"},
		{"2026-05-31", "2026-03-01..2026-05-31", "2026-01-01"},
		{"2027-01-31", "2026-03-01..2026-05-31", "2026-03-01"},
		{"2027-04-10", "2027-01-01..2027-03-31", "2026-12-01"},
	} {
		end, err := calendar.ParseDay(c.end)
		if err != nil {
			t.Fatal(err)
		}
		p := &Plan{From: end.AddMonths(-12) + 1, To: end}
		var q plots
		q.plantDays(p)
		if q.spring.String() != c.spring || q.levelFrom.String() != c.level {
			t.Errorf("end %s: spring %v, level 1 missing since %v; want %s and %s", c.end, q.spring, q.levelFrom, c.spring, c.level)
		}
	}
}

func TestSmallPlans(t *testing.T) {
	p := NewPlan(3, lastDay, 12, .02)
	full := NewPlan(3, lastDay, 12, 1)
	if r := float64(full.Totals().Ratings) / float64(p.Totals().Ratings); r < 40 || r > 60 {
		t.Errorf("a fiftieth has %d ratings, the whole %d", p.Totals().Ratings, full.Totals().Ratings)
	}
	short := NewPlan(3, lastDay, 2, .1)
	if n := len(Stories(short)); n != 7 || short.Totals().Resent != 0 {
		t.Errorf("two months have %d stories and %d repeated ratings", n, short.Totals().Resent)
	}
}

func TestDice(t *testing.T) {
	d := seeded(1, 2)
	for _, mean := range []float64{.3, 4, 80, 4000} {
		sum, n := 0, 20_000
		for range n {
			sum += d.poisson(mean)
		}
		if got := float64(sum) / float64(n); math.Abs(got-mean) > 5*math.Sqrt(mean/float64(n)) {
			t.Errorf("poisson(%v) has mean %v", mean, got)
		}
	}
	weights := []float64{1, 0, 5, .25, 3}
	table := newAlias(weights)
	counts := make([]int, len(weights))
	const n = 200_000
	for range n {
		counts[table.draw(&d)]++
	}
	for i, w := range weights {
		want := w / table.total * n
		if math.Abs(float64(counts[i])-want) > 5*math.Sqrt(want)+.5 {
			t.Errorf("weight %v was drawn %d times of %d, want about %.0f", w, counts[i], n, want)
		}
	}
	if seeded(1, 2, 3) == seeded(1, 3, 2) || seeded(1, 2) == seeded(2, 2) {
		t.Error("generators of different places are the same")
	}
}

func TestHallsCloseOnHolidays(t *testing.T) {
	for _, c := range []struct {
		day  string
		open bool
	}{
		{"2026-10-01", false},
		{"2026-10-10", true}, // a Saturday worked for the holiday
		{"2026-11-01", false},
		{"2026-11-02", true},
		{"2026-02-17", false}, // Spring Festival
		{"2030-05-01", false}, // no table, but always a holiday
	} {
		day, err := calendar.ParseDay(c.day)
		if err != nil {
			t.Fatal(err)
		}
		if open := hallShape(day) > .3; open != c.open {
			t.Errorf("%s: open = %v, want %v", c.day, open, c.open)
		}
	}
}
