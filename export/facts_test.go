package export

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"haochaping/calendar"
	"haochaping/evaluation"
)

func exampleNames(kind, code string) string {
	return map[string]string{
		"region 990100": "甲市", "region 990200": "=乙\x1b[2J市", "line 公安": "公安局", "hall H1": "政务大厅", "window H1/3": "三号窗口",
	}[kind+" "+code]
}

// exampleRows is two regions and what is unattributed. The figures of the total, by hand: 6 ratings, levels add
// up to 1+2+3+4+5+5 = 20, mean 3.3333; 3 handled cases of 1, 2 and 6 days, mean 3 days.
func exampleRows() ([]evaluation.Row, evaluation.Query) {
	q := evaluation.Query{By: evaluation.ByRegion, Level: 1, From: calendar.MakeDay(2026, time.May, 1), To: calendar.MakeDay(2026, time.May, 31)}
	return []evaluation.Row{
		{Start: q.From, Region: "", Facts: evaluation.Facts{Levels: [5]uint64{4: 1}}},
		{Start: q.From, Region: "990100", Facts: evaluation.Facts{
			Levels: [5]uint64{1, 1, 1, 1, 1}, Defaults: [5]uint64{0, 0, 3, 0, 4}, Unanswered: 5, Declined: 6, Events: 20, Rated: 5,
			Prompted: 15, Excluded: 2, Accepted: 9, Finished: 8, OnTime: 6, Promised: 7, Handled: 3, HandlingSeconds: 9 * secondsPerDay,
			Handling: evaluation.Histogram{
				evaluation.Bucket(1 * secondsPerDay): 1, evaluation.Bucket(2 * secondsPerDay): 1, evaluation.Bucket(6 * secondsPerDay): 1,
			},
			Worked: 2, WorkingSeconds: 5 * secondsPerHour,
			Working: evaluation.Histogram{evaluation.Bucket(1 * secondsPerHour): 1, evaluation.Bucket(4 * secondsPerHour): 1},
		}},
		{Start: q.From, Region: "990200"},
	}, q
}

func TestFactsGolden(t *testing.T) {
	rows, q := exampleRows()
	stepped := q
	stepped.Step = evaluation.StepMonth
	for _, tt := range []struct {
		name string
		q    evaluation.Query
	}{{"facts", q}, {"facts.month", stepped}} {
		var b bytes.Buffer
		if err := FactsCSV(&b, rows, tt.q, exampleNames); err != nil {
			t.Fatal(err)
		}
		golden(t, tt.name+".csv", b.Bytes())
		b.Reset()
		if err := FactsJSON(&b, rows, tt.q, exampleNames); err != nil {
			t.Fatal(err)
		}
		golden(t, tt.name+".json", b.Bytes())
		b.Reset()
		if err := FactsTable(&b, rows, tt.q, exampleNames); err != nil {
			t.Fatal(err)
		}
		golden(t, tt.name+".txt", b.Bytes())
	}
}

func TestFactsTotalByHand(t *testing.T) {
	rows, q := exampleRows()
	var b bytes.Buffer
	if err := FactsJSON(&b, rows, q, exampleNames); err != nil {
		t.Fatal(err)
	}
	var got []map[string]any
	if err := json.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatalf("%v in\n%s", err, &b)
	}
	if len(got) != 4 {
		t.Fatalf("%d objects, want 3 and the total", len(got))
	}
	total := got[3]
	median, ok := total["handling_days_median"].(float64)
	if !ok || median < 1.96 || median > 2.04 {
		t.Errorf("median %v, want 2 within 2 %%", total["handling_days_median"])
	}
	delete(total, "handling_days_median")
	working, ok := total["working_hours_median"].(float64)
	if !ok || working < 0.98 || working > 1.02 {
		t.Errorf("median %v working hours, want 1 within 2 %%", total["working_hours_median"])
	}
	delete(total, "working_hours_median")
	want := map[string]any{
		"region": "total", "name": "", "ratings": 6.0, "mean": 3.3333,
		"level_1": 1.0, "level_2": 1.0, "level_3": 1.0, "level_4": 1.0, "level_5": 2.0,
		"default": 7.0, "unanswered": 5.0, "declined": 6.0, "events": 20.0, "rated": 5.0, "prompted": 15.0, "excluded": 2.0,
		"bad_per_100k": 100_000 * 2 / 6.0, "good_rate": 4 / 6.0,
		"accepted": 9.0, "finished": 8.0, "on_time": 6.0, "promised": 7.0, "handled": 3.0, "handling_days_mean": 3.0,
		"worked": 2.0, "working_hours_mean": 2.5,
	}
	if diff := cmp.Diff(want, total); diff != "" {
		t.Errorf("total (-want +got):\n%s", diff)
	}
	empty := got[2]
	for _, name := range []string{"mean", "good_rate", "bad_per_100k", "handling_days_mean", "handling_days_median"} {
		if v, there := empty[name]; !there || v != nil {
			t.Errorf("%s of a region without data is %v, want null", name, v)
		}
	}
	if empty["ratings"] != 0.0 {
		t.Errorf("ratings of a region without data: %v", empty["ratings"])
	}
}

func TestFactsKeys(t *testing.T) {
	row := evaluation.Row{
		Region: "990100", Line: "公安", Department: "D", Hall: "H1", Window: "3", Item: "I", Channel: "qr",
		Facts: evaluation.Facts{Channels: map[string]evaluation.ChannelCount{"qr": {Valid: 8, Bad: 2}}},
	}
	for by, want := range map[evaluation.Dimension]struct{ head, line string }{
		evaluation.ByTotal:      {"name,", "total,0"},
		evaluation.ByRegion:     {"region,name,", "990100,甲市,0"},
		evaluation.ByLine:       {"line,name,", "公安,公安局,0"},
		evaluation.ByRegionLine: {"region,line,name,", "990100,公安,甲市 / 公安局,0"},
		evaluation.ByDepartment: {"department,name,", "D,,0"},
		evaluation.ByHall:       {"hall,name,", "H1,政务大厅,0"},
		evaluation.ByWindow:     {"hall,window,name,", "H1,3,政务大厅 / 三号窗口,0"},
		evaluation.ByItem:       {"item,name,", "I,,0"},
		evaluation.ByChannel:    {"channel,name,ratings,bad,bad_per_100k,good_rate\n", "qr,,8,2,25000,0.75\n"},
	} {
		var b bytes.Buffer
		if err := FactsCSV(&b, []evaluation.Row{row}, evaluation.Query{By: by}, exampleNames); err != nil {
			t.Fatal(err)
		}
		head, rest, _ := strings.Cut(b.String(), "\n")
		if !strings.HasPrefix(head+"\n", want.head) || !strings.HasPrefix(rest, want.line) {
			t.Errorf("by %s:\n%s", by, &b)
		}
		records, err := csv.NewReader(&b).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		if last := records[len(records)-1]; last[0] != "total" {
			t.Errorf("by %s: the last line is %q", by, last)
		}
	}
}

func TestFactsByChannelAddUp(t *testing.T) {
	rows := []evaluation.Row{
		{Channel: "qr", Facts: evaluation.Facts{Channels: map[string]evaluation.ChannelCount{"qr": {Valid: 10, Bad: 5}}}},
		{Channel: "tablet", Facts: evaluation.Facts{Channels: map[string]evaluation.ChannelCount{"tablet": {Valid: 90, Bad: 0}}}},
	}
	var b bytes.Buffer
	if err := FactsTable(&b, rows, evaluation.Query{By: evaluation.ByChannel}, exampleNames); err != nil {
		t.Fatal(err)
	}
	want := strings.Join([]string{
		"channel  name  ratings  bad  bad_per_100k  good_rate",
		"qr                  10    5        50,000     50.00%",
		"tablet              90    0          0.00       100%",
		"total              100    5         5,000     95.00%",
		"",
	}, "\n")
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Errorf("table (-want +got):\n%s", diff)
	}
}

func TestFactsOfNothing(t *testing.T) {
	var b bytes.Buffer
	if err := FactsJSON(&b, nil, evaluation.Query{By: evaluation.ByChannel}, exampleNames); err != nil {
		t.Fatal(err)
	}
	want := "[\n" + `{"channel":"total","name":"","ratings":0,"bad":0,"bad_per_100k":null,"good_rate":null}` + "\n]\n"
	if b.String() != want {
		t.Errorf("got %s", &b)
	}
}
