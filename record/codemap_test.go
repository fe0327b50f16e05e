package record_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"haochaping/record"
)

// provincial is a source with every kind of table.
func provincial() record.CodeMap {
	return record.CodeMap{
		Name: "provincial", Levels: record.MapFiveBest.Levels, Channels: map[string]record.Channel{"6": record.ChannelSMS},
		Kinds: map[string]string{"1": "case", "9": "complaint"},
		Tags:  map[string]string{"A1": "207", "A2": "208", "B1": "207"},
	}
}

func doorWith(m record.CodeMap) *record.Door {
	d := testDoor()
	d.Codes = func(source string, _ time.Time) (record.CodeMap, bool) { return m, source == "kiosk" }
	return d
}

func TestTagsAreTranslatedWhereTheMapDoes(t *testing.T) {
	in := goodRating()
	in.Tags = []string{"A2", " A1 ", "B1", "A2"}
	r, ps := doorWith(provincial()).Rating(&in, receipt())
	if ps != nil {
		t.Fatal(ps)
	}
	if d := cmp.Diff([][]string{{"208", "207"}, {"A2", "A1", "B1"}}, [][]string{r.Tags, r.TagsRaw}); d != "" {
		t.Error(d)
	}
	r, ps = testDoor().Rating(&in, receipt())
	if d := cmp.Diff([]string{"A2", "A1", "B1"}, r.Tags); d != "" || r.TagsRaw != nil || ps != nil {
		t.Error("without tags in the map:", d, r.TagsRaw, ps)
	}
	in.Tags = []string{"A1", "C1"}
	_, ps = doorWith(provincial()).Rating(&in, receipt())
	if d := cmp.Diff([]string{"tags unmapped"}, fieldCodes(ps)); d != "" {
		t.Fatal(d)
	}
	for _, want := range []string{`"provincial"`, "haochaping source map set", "A1, A2, B1"} {
		if !strings.Contains(ps.Error(), want) {
			t.Errorf("the reason does not name %s: %s", want, ps)
		}
	}
	if strings.Contains(ps.Error(), "C1") {
		t.Error("the reason repeats the submitted tag:", ps)
	}
}

func TestCaseKinds(t *testing.T) {
	for _, tc := range []struct {
		door      *record.Door
		sent      record.Code
		kind, raw string
		problem   string
	}{
		{testDoor(), "", "case", "", ""},
		{testDoor(), "complaint", "complaint", "", ""},
		{testDoor(), "9", "", "", "kind unmapped"},
		{doorWith(provincial()), "", "case", "", ""},
		{doorWith(provincial()), "9", "complaint", "9", ""},
		{doorWith(provincial()), "complaint", "", "", "kind unmapped"},
	} {
		in := goodCase()
		in.Kind = tc.sent
		r, ps := tc.door.Case(&in, receipt())
		if tc.problem != "" {
			if d := cmp.Diff([]string{tc.problem}, fieldCodes(ps)); d != "" {
				t.Error(tc.sent, d)
			}
			continue
		}
		if ps != nil || r.Kind != tc.kind || r.KindRaw != tc.raw || (r.CodeMap != "") != (tc.raw != "") {
			t.Errorf("%q became %q, raw %q, map %q, %v", tc.sent, r.Kind, r.KindRaw, r.CodeMap, ps)
		}
	}
	in := goodCase()
	in.Source = "nobody" // a source of cases alone needs no map
	if _, ps := testDoor().Case(&in, receipt()); ps != nil {
		t.Error(ps)
	}
}

func TestMapsThatAreWrong(t *testing.T) {
	times := func(patterns ...string) []record.TimeForm {
		var forms []record.TimeForm
		for _, p := range patterns {
			f, err := record.ParseTimeForm(p)
			if err != nil {
				t.Fatal(err)
			}
			forms = append(forms, f)
		}
		return forms
	}
	for name, tc := range map[string]struct {
		change func(*record.CodeMap)
		want   string
	}{
		"sound":             {func(*record.CodeMap) {}, ""},
		"no name":           {func(m *record.CodeMap) { m.Name = "" }, "name missing"},
		"name of two lines": {func(m *record.CodeMap) { m.Name = "a\nb" }, "name invalid"},
		"no levels":         {func(m *record.CodeMap) { m.Levels = nil }, "levels missing"},
		"level 6":           {func(m *record.CodeMap) { m.Levels = map[string]uint8{"1": 6} }, "levels invalid"},
		"empty code":        {func(m *record.CodeMap) { m.Levels = map[string]uint8{"": 5} }, "levels invalid"},
		"no class":          {func(m *record.CodeMap) { m.Channels = map[string]record.Channel{"1": "fax"} }, "channels invalid"},
		"no kind":           {func(m *record.CodeMap) { m.Kinds = map[string]string{"1": "promise"} }, "kinds invalid"},
		"no tag":            {func(m *record.CodeMap) { m.Tags = map[string]string{"1": ""} }, "tags invalid"},
		"day or month":      {func(m *record.CodeMap) { m.Times = times("dd/MM/yyyy HH:mm:ss", "MM/dd/yyyy HH:mm:ss") }, "times invalid"},
		"fraction apart":    {func(m *record.CodeMap) { m.Times = times("yyyy-MM-dd HH:mm:ss", "yyyy-dd-MM HH:mm:ss.SSS") }, "times invalid"},
		"two counts":        {func(m *record.CodeMap) { m.Times = times("epoch_s", "epoch_ms") }, "times invalid"},
		"count or digits":   {func(m *record.CodeMap) { m.Times = times("epoch_ms", "yyyyMMddHHmmss") }, "times invalid"},
		"like RFC 3339":     {func(m *record.CodeMap) { m.Times = times("yyyy-dd-MMTHH:mm:ssXXX") }, "times invalid"},
		"count and layout":  {func(m *record.CodeMap) { m.Times = times("epoch_ms", "yyyy-MM-dd HH:mm:ss") }, ""},
		"days in digits":    {func(m *record.CodeMap) { m.Times = times("yyyyMMdd", "epoch_s") }, "times invalid"},
		"empty time":        {func(m *record.CodeMap) { m.Times = []record.TimeForm{{}} }, "times missing"},
	} {
		t.Run(name, func(t *testing.T) {
			m := provincial()
			tc.change(&m)
			var want []string
			if tc.want != "" {
				want = []string{tc.want}
			}
			if d := cmp.Diff(want, fieldCodes(m.Check())); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestTimeFormsThatAreNone(t *testing.T) {
	for _, bad := range []string{"", "dd.MM", "YYYY-mm-DD hh:mm:ss", "2006-01-02 15:04:05", "yyyy-MM-dd HH", "epoch", "HH:mm:ss.yyyyMMdd", "MMM d yyyy"} {
		if f, err := record.ParseTimeForm(bad); err == nil {
			t.Errorf("%q is taken as %s", bad, f)
		}
	}
}

func TestPresets(t *testing.T) {
	for _, name := range record.PresetNames() {
		m, ok := record.Preset(name)
		if ps := m.Check(); !ok || ps != nil {
			t.Error(name, ps)
		}
		text, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		var back record.CodeMap
		if err := json.Unmarshal(text, &back); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(m, back); d != "" {
			t.Errorf("%s is another map when stored: %s", name, d)
		}
	}
	tags := record.StandardTags()
	for _, code := range []string{"501", "517", "401", "402", "404", "413", "314", "214", "101", "115"} {
		if tags[code] != code {
			t.Errorf("the standard tags lack %s", code)
		}
	}
	if len(tags) != 17+2+10+14+14+15 || tags["403"] != "" || tags["518"] != "" {
		t.Errorf("%d standard tags", len(tags))
	}
}

func TestMapOnADay(t *testing.T) {
	named := func(name string) record.CodeMap { return record.CodeMap{Name: name} }
	day := func(s string) record.EventDay { return mustDay(t, s) }
	s := record.Source{CodeMaps: []record.DatedMap{{Map: named("first")}, {From: day("2026-07-01"), Map: named("third")}, {From: day("2026-01-01"), Map: named("second")}}}
	for on, want := range map[string]string{"1999-01-01": "first", "2025-12-31": "first", "2026-01-01": "second", "2026-06-30": "second", "2026-07-01": "third", "2030-01-01": "third"} {
		if m, ok := s.MapOn(day(on)); !ok || m.Name != want {
			t.Errorf("on %s the map is %s", on, m.Name)
		}
	}
}

func mustDay(t *testing.T, s string) record.EventDay {
	t.Helper()
	at, err := time.Parse(time.DateOnly, s)
	if err != nil {
		t.Fatal(err)
	}
	return record.EventDay(at.Unix() / 86400)
}
