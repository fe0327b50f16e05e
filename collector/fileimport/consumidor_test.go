package fileimport

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"haochaping/directory"
	"haochaping/record"
)

const consumidorFile = "consumidor_2014-05_2015-01.csv.gz"

// checkData opens a file of the folder with data for checks.
func checkData(t testing.TB, name string) *os.File {
	t.Helper()
	folder := os.Getenv("HAOCHAPING_CHECKDATA")
	if folder == "" {
		if os.Getenv("CI") != "" {
			t.Fatal("HAOCHAPING_CHECKDATA is not set: in CI the real input must be checked")
		}
		t.Skip("HAOCHAPING_CHECKDATA names no folder with data for checks")
	}
	f, err := os.Open(filepath.Join(folder, name))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

func consumidorMapping(t testing.TB) *Mapping {
	t.Helper()
	f, err := os.Open("../../examples/consumidor/mapping.yaml")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	m, err := LoadMapping(f)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// figures are counted from accepted records alone.
type figures struct {
	Levels     [6]int
	Unanswered int
	Cases      int
	Handled    int
	Days       float64
}

func (f *figures) mean() float64 {
	n, sum := 0, 0
	for level := 1; level <= 5; level++ {
		n += f.Levels[level]
		sum += level * f.Levels[level]
	}
	return math.Round(float64(sum)/float64(n)*1e4) / 1e4
}

func count(b *record.Batch, of func(region string) bool) *figures {
	f := &figures{}
	for i := range b.Ratings {
		switch r := &b.Ratings[i]; {
		case !of(r.Region):
		case r.Answer == record.AnswerUnanswered:
			f.Unanswered++
		default:
			f.Levels[r.Level]++
		}
	}
	var seconds int64
	for i := range b.Cases {
		c := &b.Cases[i]
		if !of(c.Region) {
			continue
		}
		f.Cases++
		if c.Closed() {
			f.Handled++
			seconds += c.HandlingSeconds
		}
	}
	f.Days = math.Round(float64(seconds)/86400/float64(f.Handled)*1e4) / 1e4
	return f
}

func consumidorRegions(t *testing.T) map[string]string {
	t.Helper()
	f, err := os.Open("../../examples/consumidor/regions.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	regions, _, problems := directory.ReadRegions(f)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	parents := map[string]string{}
	for _, r := range regions {
		parents[r.Code] = r.Parent
	}
	return parents
}

func importConsumidor(t testing.TB, zone string, now time.Time) (*memory, Result) {
	t.Helper()
	sink := &memory{}
	result, err := Run(context.Background(), Options{
		Mapping: consumidorMapping(t), Door: testDoor(t, zone), Sink: sink, Now: func() time.Time { return now },
	}, consumidorFile, checkData(t, consumidorFile))
	if err != nil {
		t.Fatal(err)
	}
	return sink, result
}

func TestConsumidorFigures(t *testing.T) {
	sink, result := importConsumidor(t, "Asia/Shanghai", testNow)
	if result.Rows != 45772 || result.Accepted != 2*45772 || result.Refused != 0 || result.Encoding != UTF8 || result.Format != formatCSV {
		t.Errorf("result %+v", result)
	}
	parents := consumidorRegions(t)
	for i := range sink.all.Cases {
		if _, known := parents[sink.all.Cases[i].Region]; !known {
			t.Fatalf("region %q is not in the directory", sink.all.Cases[i].Region)
		}
	}
	within := func(codes ...string) func(string) bool {
		return func(region string) bool {
			for _, code := range codes {
				if region == code || parents[region] == code {
					return true
				}
			}
			return false
		}
	}
	tests := []struct {
		name string
		of   func(string) bool
		want figures
		mean float64
	}{
		{
			"all", func(string) bool { return true },
			figures{[6]int{0, 10885, 2078, 4152, 4836, 10023}, 13798, 45772, 45551, 6.5911},
			3.0323,
		},
		{"AC", within("AC"), figures{}, 3.6029},
		{"AP", within("AP"), figures{}, 2.7500},
		{"R-SE", within("R-SE"), figures{}, 2.9480},
		{"R-N", within("R-N"), figures{}, 3.2559},
	}
	rated := map[string]int{"AC": 350, "AP": 8, "R-SE": 16529, "R-N": 848}
	for _, test := range tests {
		got := count(&sink.all, test.of)
		if test.want.Cases > 0 {
			if diff := cmp.Diff(test.want, *got); diff != "" {
				t.Errorf("%s: %s", test.name, diff)
			}
		}
		n := got.Levels[1] + got.Levels[2] + got.Levels[3] + got.Levels[4] + got.Levels[5]
		if want, ok := rated[test.name]; ok && n != want {
			t.Errorf("%s: %d rated, want %d", test.name, n, want)
		}
		if got.mean() != test.mean {
			t.Errorf("%s: mean %v, want %v", test.name, got.mean(), test.mean)
		}
	}
}

// Every row keeps its own id, also the 162 that equal an earlier one; another run, at
// another time, makes the same.
func TestConsumidorTwice(t *testing.T) {
	first, _ := importConsumidor(t, "America/Sao_Paulo", testNow)
	second, _ := importConsumidor(t, "America/Sao_Paulo", testNow.Add(48*time.Hour))
	if diff := cmp.Diff(first.tokens, second.tokens); diff != "" {
		t.Error("tokens of the batches differ:", diff)
	}
	ids := map[string]bool{}
	for i := range first.all.Ratings {
		ids[first.all.Ratings[i].ID.String()] = true
	}
	for i := range second.all.Ratings {
		if !ids[second.all.Ratings[i].ID.String()] {
			t.Fatal("the second run made another id")
		}
	}
	cases := map[string]bool{}
	for i := range first.all.Cases {
		cases[first.all.Cases[i].CaseID] = true
	}
	if len(ids) != 45772 || len(cases) != 45772 {
		t.Errorf("%d ratings and %d cases have ids of their own, want 45772 each", len(ids), len(cases))
	}
}

// A civil day stays that day, wherever the installation is.
func TestConsumidorDays(t *testing.T) {
	for _, zone := range []string{"Asia/Shanghai", "America/Sao_Paulo", "Pacific/Kiritimati"} {
		sink, _ := importConsumidor(t, zone, testNow)
		days := map[string]int{}
		for i := range sink.all.Ratings {
			days[sink.all.Ratings[i].EventDay.String()]++
		}
		if days["2014-11-26"] != 535 || days["2015-01-13"] != 504 {
			t.Errorf("%s: %d ratings on 2014-11-26 and %d on 2015-01-13, want 535 and 504", zone, days["2014-11-26"], days["2015-01-13"])
		}
	}
}

func BenchmarkConsumidor(b *testing.B) {
	rows := int64(0)
	for b.Loop() {
		_, result := importConsumidor(b, "Asia/Shanghai", testNow)
		rows += result.Rows
	}
	b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
}
