package demo

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"haochaping/calendar"
	"haochaping/record"
)

func door() *record.Door {
	sources := map[string]record.Source{}
	for _, s := range Sources() {
		sources[s.Name] = s
	}
	return &record.Door{
		Zone: Zone, Key: make([]byte, 32), Future: 5 * time.Minute, Past: 5 * 366 * 24 * time.Hour,
		Codes: func(name string, at time.Time) (record.CodeMap, bool) {
			s, ok := sources[name]
			if !ok {
				return record.CodeMap{}, false
			}
			return s.MapOn(calendar.DayOf(at, Zone))
		},
	}
}

// morning is the receipt of records at one o'clock in the night after a plan's end.
func morning(p *Plan) record.Receipt {
	return record.Receipt{Now: p.To.End(Zone).Add(time.Hour), Collector: "demo"}
}

func digest(t *testing.T, p *Plan, workers int) string {
	t.Helper()
	h := sha256.New()
	for c := range p.Chunks(context.Background(), workers) {
		b, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		h.Write(b)
	}
	return hex.EncodeToString(h.Sum(nil))
}

func TestOneSeedGivesTheSameBytes(t *testing.T) {
	first := digest(t, NewPlan(5, lastDay, 12, .02), 1)
	for _, workers := range []int{1, 2, 5} {
		if again := digest(t, NewPlan(5, lastDay, 12, .02), workers); again != first {
			t.Errorf("%d workers: another digest", workers)
		}
	}
	if other := digest(t, NewPlan(6, lastDay, 12, .02), 2); other == first {
		t.Error("another seed gave the same records")
	}
}

// cell is the grain at which records and counts are compared.
type cell struct {
	day           calendar.Day
	source        string
	channel       record.Channel
	hall, window  string
	department    string
	answer        record.Answer
	level         uint8
	withCase, ask bool
}

// TestRecordsAgreeWithCounts accepts every record of a small plan and compares what
// came out with the counts, cell by cell.
func TestRecordsAgreeWithCounts(t *testing.T) {
	p := NewPlan(11, lastDay, 12, .05)
	want := map[cell]int{}
	for e := range p.Events {
		if e.Answer != "" {
			want[cell{e.Day, e.Source, e.Channel, e.Hall, e.Window, e.Department, e.Answer, e.Level, e.Case, e.Asked}]++
		}
	}
	d, rc := door(), morning(p)
	dir, _ := p.Province.Directory()
	var got Totals
	starts := 0
	cases := map[string]bool{}
	ids := map[string]bool{}
	for c := range p.Chunks(context.Background(), 2) {
		if c.Len() > ChunkSize || c.Len() == 0 {
			t.Errorf("%v: a chunk of %d", c.Day, c.Len())
		}
		got.Prompts += len(c.Prompts)
		got.FollowUps += len(c.FollowUps)
		got.Versions += len(c.Cases)
		for i := range c.Cases {
			cases[c.Cases[i].CaseID] = true
		}
		if c.Resent {
			got.Resent += len(c.Ratings)
			continue
		}
		got.Ratings += len(c.Ratings)
		for i := range c.Ratings {
			r, problems := d.Rating(&c.Ratings[i], rc)
			if len(problems) > 0 {
				t.Fatalf("refused: %v: %+v", problems, c.Ratings[i])
			}
			if ids[c.Ratings[i].ID] {
				t.Fatalf("id %s occurs twice", c.Ratings[i].ID)
			}
			ids[c.Ratings[i].ID] = true
			if _, _, _, missing := dir.Attribute(r.Region, r.Hall, r.Window, r.Department, r.Item); missing != 0 {
				t.Fatalf("not in the directory: %v: %+v", missing, r)
			}
			if r.AssessNumber == 2 {
				continue
			}
			if r.Stage == stageStart || r.ServiceNumber == "1" {
				starts++
				continue
			}
			if r.EventDay != c.Day {
				t.Fatalf("a rating of %v among those of %v", r.EventDay, c.Day)
			}
			level := r.Level
			if r.Answer == record.AnswerDefault {
				level = 0
			}
			want[cell{r.EventDay, r.Source, r.Channel, r.Hall, r.Window, r.Department, r.Answer, level, r.CaseID != "", r.PromptID.String() != "00000000-0000-0000-0000-000000000000"}]--
		}
	}
	got.Cases = len(cases)
	if got != p.Totals() {
		t.Errorf("records %+v, totals %+v", got, p.Totals())
	}
	if starts == 0 {
		t.Error("no acceptance of a case was rated")
	}
	for at, n := range want {
		if n != 0 {
			t.Fatalf("%+v: %d more counted than written", at, n)
		}
	}
}

// TestEveryRecordIsAccepted takes some days of the real size through the door.
func TestEveryRecordIsAccepted(t *testing.T) {
	p := NewPlan(DefaultSeed, lastDay, 12, 1)
	d, rc := door(), morning(p)
	kinds := map[string]int{}
	for c := range p.Chunks(context.Background(), 2) {
		if !c.Resent && c.Day < p.To-3 && c.Day%50 != 0 {
			continue
		}
		for r := range c.Each {
			var problems record.Problems
			switch r := r.(type) {
			case *record.RatingInput:
				var out record.Rating
				if out, problems = d.Rating(r, rc); len(problems) == 0 {
					checkRating(t, p, r, &out)
				}
				kinds["rating "+string(out.Answer)]++
			case *record.CaseInput:
				var out record.Case
				if out, problems = d.Case(r, rc); len(problems) == 0 {
					checkCase(t, &out)
				}
				kinds["case "+out.Status]++
			case *record.PromptInput:
				_, problems = d.Prompt(r, rc)
				kinds["prompt"]++
			case *record.FollowUpInput:
				_, problems = d.FollowUp(r, rc)
				kinds[r.Step]++
			}
			if len(problems) > 0 {
				t.Fatalf("refused: %v: %+v", problems, r)
			}
		}
	}
	sum := 0
	for _, n := range kinds {
		sum += n
	}
	for _, kind := range append([]string{
		"rating active", "rating default", "rating unanswered", "rating declined", "case finished", "case in_progress", "case withdrawn", "prompt",
	}, record.Steps...) {
		if kinds[kind] == 0 && kind != record.StepReinstated { // rare: a handful in the whole plan
			t.Errorf("no %s among %d records", kind, sum)
		}
	}
	if sum < 50_000 {
		t.Errorf("only %d records were tried", sum)
	}
	t.Logf("%d records: %v", sum, kinds)
}

func checkRating(t *testing.T, p *Plan, in *record.RatingInput, r *record.Rating) {
	t.Helper()
	if r.ServedAt.After(r.RatedAt) || r.RatedAt.After(p.To.End(Zone)) {
		t.Fatalf("served %v, rated %v: %+v", r.ServedAt, r.RatedAt, in)
	}
	for _, tag := range r.Tags {
		if int(tag[0]-'0') != int(r.Level) && r.Answer == record.AnswerActive {
			t.Fatalf("tag %s with level %d", tag, r.Level)
		}
	}
	if strings.Contains(r.Comment, "隐去") {
		t.Fatalf("a comment held a number: %s", r.Comment)
	}
	if !strings.HasPrefix(r.Region, "99") {
		t.Fatalf("region %s is not of the invented province", r.Region)
	}
}

func checkCase(t *testing.T, c *record.Case) {
	t.Helper()
	switch {
	case c.PromisedAt.After(c.StatutoryAt) || !c.PromisedAt.After(c.AcceptedAt):
		t.Fatalf("promised %v, statute %v, accepted %v", c.PromisedAt, c.StatutoryAt, c.AcceptedAt)
	case c.OnTheSpot && c.FinishedDay != c.AcceptedDay:
		t.Fatalf("closed on the spot, but accepted %v and finished %v", c.AcceptedAt, c.FinishedAt)
	case c.Closed() && c.HandlingSeconds <= 0:
		t.Fatalf("no handling time: %+v", c)
	case c.Closed() != (c.Visits >= 0):
		t.Fatalf("%d visits of a case in state %s", c.Visits, c.Status)
	}
}

// TestHandlingLooksReal reads what becomes of cases: mostly in time, some suspended,
// some open and overdue.
func TestHandlingLooksReal(t *testing.T) {
	p := NewPlan(2, lastDay, 12, .1)
	d, rc := door(), morning(p)
	last := map[string]record.Case{}
	for c := range p.Chunks(context.Background(), 2) {
		for i := range c.Cases {
			r, _ := d.Case(&c.Cases[i], rc)
			if old, ok := last[r.CaseID]; !ok || r.Version > old.Version {
				last[r.CaseID] = r
			}
		}
	}
	var spot, late, closed, suspended, open, overdue, versions, online int
	for _, c := range last {
		if c.Version > 1 {
			versions++
		}
		if c.FiledOnline {
			online++
		}
		if !c.Closed() {
			open++
			if c.PromisedAt.Before(rc.Now) {
				overdue++
			}
			continue
		}
		closed++
		if c.OnTheSpot {
			spot++
		}
		if c.FinishedAt.After(c.PromisedAt) {
			late++
		}
		if c.SuspendedSeconds > 0 {
			suspended++
		}
	}
	t.Logf("%d closed: %d on the spot, %d late, %d suspended, %d with versions, %d online; %d open, %d overdue", closed, spot, late, suspended, versions, online, open, overdue)
	for name, c := range map[string]struct{ got, low, high float64 }{
		"on the spot": {share(spot, closed), .4, .8}, "late": {share(late, closed), .003, .04},
		"suspended": {share(suspended, closed), .01, .08}, "versions": {share(versions, closed), .08, .3},
		"filed online": {share(online, closed), .25, .6}, "open": {share(open, closed), .002, .03},
		"overdue of open": {share(overdue, open), .005, .3},
	} {
		if c.got < c.low || c.got > c.high {
			t.Errorf("%s: %.4f, want %.3f to %.3f", name, c.got, c.low, c.high)
		}
	}
}

// TestResentMonthRepeats compares the month that comes twice with its first coming.
func TestResentMonthRepeats(t *testing.T) {
	p := NewPlan(4, lastDay, 12, .1)
	first := map[string]string{} // id → content
	keys := map[[3]string]bool{}
	same, anew := 0, 0
	var days []calendar.Day
	for c := range p.Chunks(context.Background(), 2) {
		for i := range c.Ratings {
			r := &c.Ratings[i]
			if r.Source != SourceVendor || !p.plots.resent.Contains(c.Day) || r.AssessNumber == 2 {
				continue
			}
			key := [3]string{r.CaseID, r.ServiceNumber, string(r.Answer)}
			b, err := json.Marshal(r)
			if err != nil {
				t.Fatal(err)
			}
			switch old, ok := first[r.ID]; {
			case !c.Resent:
				first[r.ID], keys[key] = string(b), true
			case ok && old == string(b):
				same++
			case ok:
				t.Fatalf("sent again with other content: %s and %s", old, b)
			case keys[key] && r.CaseID != "":
				anew++
			default:
				t.Fatalf("a new rating among the repetitions: %s", b)
			}
		}
		if !slices.Contains(days, c.Day) && !c.Resent {
			days = append(days, c.Day)
		}
	}
	if same+anew != p.Totals().Resent || same+anew != len(first) || anew == 0 || anew*4 > same {
		t.Errorf("%d the same, %d anew of %d; totals %+v", same, anew, len(first), p.Totals())
	}
	if !slices.IsSorted(days) {
		t.Error("the days do not come in order")
	}
}

// TestDeviceNumbers holds the promise that devices count 1, 2, 3 … in the order of
// time, but for the one kiosk of the story.
func TestDeviceNumbers(t *testing.T) {
	p := NewPlan(9, lastDay, 12, .1)
	next := map[string]uint64{}
	gaps := map[string]int{}
	for c := range p.Chunks(context.Background(), 2) {
		for i := range c.Ratings {
			r := &c.Ratings[i]
			if c.Resent || r.DeviceSeq == 0 {
				continue
			}
			if r.DeviceSeq <= next[r.DeviceID] {
				t.Fatalf("device %s went from %d to %d", r.DeviceID, next[r.DeviceID], r.DeviceSeq)
			}
			gaps[r.DeviceID] += int(r.DeviceSeq - next[r.DeviceID] - 1)
			next[r.DeviceID] = r.DeviceSeq
		}
	}
	want := ""
	for _, s := range Stories(p) {
		if s.ID == "kiosk-gaps" {
			want = s.Units[0].Code
			if float64(gaps[want]) != s.Planted || s.Planted == 0 {
				t.Errorf("%d numbers are missing, the story says %.0f", gaps[want], s.Planted)
			}
		}
	}
	for device, n := range gaps {
		if n > 0 && device != want {
			t.Errorf("device %s lost %d numbers", device, n)
		}
	}
}

func TestChunksStop(t *testing.T) {
	p := NewPlan(1, lastDay, 2, .05)
	n := 0
	for range p.Chunks(context.Background(), 3) {
		if n++; n == 4 {
			break
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	seen := 0
	for range p.Chunks(ctx, 3) {
		seen++
		cancel()
	}
	if seen != 1 {
		t.Errorf("%d chunks came, 1 before the end of the context", seen)
	}
}

func BenchmarkPlan(b *testing.B) {
	province := NewProvince(DefaultSeed)
	for b.Loop() {
		planFor(province, DefaultSeed, lastDay, 12, 1)
	}
}

// BenchmarkExpansion writes records with one worker; with the door, it accepts them too.
func BenchmarkExpansion(b *testing.B) {
	p := NewPlan(DefaultSeed, lastDay, 12, .1)
	d, rc := door(), morning(p)
	for _, accept := range []bool{false, true} {
		name := "records"
		if accept {
			name = "accepted"
		}
		b.Run(name, func(b *testing.B) {
			n := 0
			for b.Loop() {
				w := newWriter(p)
				for day := range p.days {
					for _, c := range w.day(day, false) {
						n += c.Len()
						if accept {
							acceptAll(b, d, rc, &c)
						}
					}
				}
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "records/s")
		})
	}
}

func acceptAll(b *testing.B, d *record.Door, rc record.Receipt, c *Chunk) {
	b.Helper()
	for r := range c.Each {
		var problems record.Problems
		switch r := r.(type) {
		case *record.RatingInput:
			_, problems = d.Rating(r, rc)
		case *record.CaseInput:
			_, problems = d.Case(r, rc)
		case *record.PromptInput:
			_, problems = d.Prompt(r, rc)
		case *record.FollowUpInput:
			_, problems = d.FollowUp(r, rc)
		}
		if len(problems) > 0 {
			b.Fatalf("refused: %v", problems)
		}
	}
}
