package dashboard

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"haochaping/directory"
	"haochaping/evaluation"
)

func init() {
	composedOf = append(composedOf, func() (ids []string) {
		for _, hint := range valueHints {
			ids = append(ids, "targets.value."+hint)
		}
		for _, standing := range []evaluation.Standing{evaluation.TargetReached, evaluation.TargetMissed, evaluation.TargetOpen} {
			ids = append(ids, "target."+string(standing))
		}
		return append(ids, "targets.done.set", "targets.done.removed")
	})
}

// fakeTargets keeps targets in memory, as the warehouse does.
type fakeTargets struct {
	mu    sync.Mutex
	list  []evaluation.Target
	asked int // how often more than what is in memory was asked for
}

func newFakeTargets(list ...evaluation.Target) *fakeTargets {
	f := &fakeTargets{}
	_ = f.Store(context.Background(), list, "li")
	return f
}

func (f *fakeTargets) Targets() *evaluation.Targets {
	f.mu.Lock()
	defer f.mu.Unlock()
	return evaluation.NewTargets(f.list)
}

func (f *fakeTargets) Indicators(context.Context) ([]evaluation.TargetIndicator, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked++
	return append(evaluation.TargetIndicators(), evaluation.TargetIndicator{ID: "guides", NameZH: "指南准确度", Unit: evaluation.Number, Direction: evaluation.HigherIsBetter}), nil
}

func (f *fakeTargets) History(_ context.Context, year int) (list []evaluation.Target, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked++
	for _, t := range f.list {
		if t.Year == year {
			list = append(list, t)
		}
	}
	return list, nil
}

func (f *fakeTargets) Store(_ context.Context, list []evaluation.Target, by string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, t := range list {
		t.Version, t.By, t.At = uint64(len(f.list)+1), by, testNow
		if err := t.Check(); err != nil {
			return err
		}
		f.list = append(f.list, t)
	}
	return nil
}

func regionTarget(id, code string, value float64, document string) evaluation.Target {
	return evaluation.Target{TargetKey: evaluation.TargetKey{Indicator: id, Kind: directory.KindRegion, Unit: code, Year: 2026}, Value: value, Document: document}
}

func targetDashboard(t *testing.T, targets *fakeTargets, record *acts) *Dashboard {
	t.Helper()
	store := newFakeStore(t)
	any := []string{directory.Any}
	return newTestDashboard(t, store, func(o *Options) {
		withOverview(store)(o)
		o.Gate = scopes{
			"all": {All: true}, "city": {Regions: []string{"9901"}, Departments: any}, "bureau": {Regions: any, Departments: []string{"D99010100"}},
		}
		o.Targets, o.Recorder = targets, record
	})
}

func targetOf(indicator, unit, year, value, document string) url.Values {
	return url.Values{"indicator": {indicator}, "unit": {unit}, "year": {year}, "value": {value}, "document": {document}}
}

func TestSetTarget(t *testing.T) {
	targets, record := newFakeTargets(), &acts{}
	d := targetDashboard(t, targets, record)
	if body := as(d, "all", "/workbench/targets").Body.String(); !strings.Contains(body, "2026 年没有目标") || !strings.Contains(body, "2026 年没有变更记录") || !strings.Contains(body, "每十万差评数（越低越好）") || strings.Contains(body, missingMark) {
		t.Fatal("the empty page")
	}
	w := sendForm(d, "city", "/workbench/targets", targetOf("active_rate", "云州市", "2026", "95.5%", "示例〔2026〕1号"))
	if w.Code != http.StatusSeeOther || len(targets.list) != 1 || targets.list[0].Value != 0.955 || targets.list[0].Unit != "9901" || targets.list[0].By != "city" {
		t.Fatalf("%d %+v", w.Code, targets.list)
	}
	if len(record.list) != 1 || record.list[0] != "city target.set active_rate region 9901 2026: 95.5%, 示例〔2026〕1号" {
		t.Errorf("on record: %q", record.list)
	}
	list := as(d, "city", w.Header().Get("Location")).Body.String()
	for _, want := range []string{"目标已设定", "示例〔2026〕1号", "95.5%", "主动评价率"} {
		if !strings.Contains(list, want) {
			t.Errorf("the list lacks %s", want)
		}
	}
	form := as(d, "city", "/workbench/targets?year=2026&unit=9901&indicator=active_rate").Body.String()
	if !strings.Contains(form, "现行：云州市") || !strings.Contains(form, "撤销此目标") {
		t.Error("the form does not know what is in force")
	}
	if w := sendForm(d, "city", "/workbench/targets", targetOf("active_rate", "9901", "2026", "96%", "示例〔2026〕2号")); w.Code != http.StatusSeeOther || len(targets.list) != 2 {
		t.Errorf("a change: %d", w.Code)
	}
	if w := sendForm(d, "city", "/workbench/targets/remove", targetOf("active_rate", "9901", "2026", "", "")); w.Code != http.StatusSeeOther || !targets.list[2].Removed {
		t.Errorf("a removal: %d", w.Code)
	}
	if w := sendForm(d, "city", "/workbench/targets/remove", targetOf("active_rate", "9901", "2026", "", "")); w.Code != http.StatusNotFound || len(targets.list) != 3 {
		t.Errorf("a second removal: %d", w.Code)
	}
	history := as(d, "city", "/workbench/targets?card=history&format=csv").Body.String()
	if !strings.Contains(history, "95.5%") || !strings.Contains(history, "96%") || !strings.Contains(history, "已撤销") {
		t.Errorf("the history: %s", history)
	}
	if now := as(d, "city", "/workbench/targets?card=targets&format=csv"); now.Code != http.StatusNotFound {
		t.Errorf("a list of nothing as a file: %d", now.Code)
	}
}

// What is wrong stands beside its field, with what was typed; nothing is stored and nothing is on record.
func TestTargetRefused(t *testing.T) {
	targets, record := newFakeTargets(), &acts{}
	d := targetDashboard(t, targets, record)
	for name, tt := range map[string]struct {
		form url.Values
		want string
	}{
		"a bare share":          {targetOf("active_rate", "9901", "2026", "95", "号"), "率须带百分号"},
		"above all":             {targetOf("active_rate", "9901", "2026", "101%", "号"), "率须带百分号"},
		"a bare time":           {targetOf("median_handling", "9901", "2026", "3", "号"), "时长须带单位"},
		"half a rating":         {targetOf("ratings", "9901", "2026", "1.5", "号"), "请填写整数"},
		"too many bad":          {targetOf("bad_per_100k", "9901", "2026", "100001", "号"), "0 至 100,000"},
		"a word":                {targetOf("guides", "9901", "2026", "好", "号"), "不小于 0 的数字"},
		"no document":           {targetOf("active_rate", "9901", "2026", "95%", " "), "请填写设定目标的文件文号"},
		"a long document":       {targetOf("active_rate", "9901", "2026", "95%", strings.Repeat("号", 101)), "最多 100 个字"},
		"a document of 2 lines": {targetOf("active_rate", "9901", "2026", "95%", "1\n2"), "写在一行内"},
		"no year":               {targetOf("active_rate", "9901", "", "95%", "号"), "2000 至 2199"},
		"another century":       {targetOf("active_rate", "9901", "1926", "95%", "号"), "2000 至 2199"},
		"no indicator":          {targetOf("nothing", "9901", "2026", "95%", "号"), "没有这个指标"},
		"nothing at all":        {url.Values{}, "没有这个单位"},
		"a unit elsewhere":      {targetOf("active_rate", "9902", "2026", "95%", "号"), "没有这个单位"},
		"a name elsewhere":      {targetOf("active_rate", "清江市", "2026", "95%", "号"), "没有这个单位"},
		"the province":          {targetOf("active_rate", "99", "2026", "95%", "号"), "没有这个单位"},
		"an unknown unit":       {targetOf("active_rate", "nowhere", "2026", "95%", "号"), "没有这个单位"},
	} {
		w := sendForm(d, "city", "/workbench/targets", tt.form)
		body := w.Body.String()
		if w.Code != http.StatusUnprocessableEntity || !strings.Contains(body, tt.want) || !strings.Contains(body, "没有保存") || len(targets.list) > 0 || len(record.list) > 0 {
			t.Errorf("%s: %d, %d stored, %q on record", name, w.Code, len(targets.list), record.list)
		}
		if typed := tt.form.Get("unit"); typed != "" && !strings.Contains(body, `value="`+typed+`"`) {
			t.Errorf("%s: what was typed is gone", name)
		}
	}
	if w := sendForm(d, "city", "/workbench/targets/remove", targetOf("active_rate", "9902", "2026", "", "")); w.Code != http.StatusNotFound {
		t.Errorf("a removal elsewhere: %d", w.Code)
	}
}

// Lists and forms hold what lies in the scope, and say nothing of what does not.
func TestTargetScope(t *testing.T) {
	department := regionTarget(evaluation.ActiveRate, "D99010100", 0.7, "部门〔2026〕3号")
	department.Kind = directory.KindDepartment
	targets := newFakeTargets(
		regionTarget(evaluation.ActiveRate, "99", 0.9, "省〔2026〕1号"), regionTarget(evaluation.ActiveRate, "9901", 0.8, "市〔2026〕2号"),
		regionTarget(evaluation.ActiveRate, "9902", 0.6, "邻〔2026〕4号"), department,
	)
	d := targetDashboard(t, targets, &acts{})
	for person, want := range map[string][]string{"all": {"省〔", "市〔", "邻〔", "部门〔"}, "city": {"市〔", "部门〔"}, "bureau": {"部门〔"}} {
		for _, path := range []string{"/workbench/targets", "/workbench/targets?card=targets&format=csv", "/workbench/targets?card=history&format=csv"} {
			body := as(d, person, path).Body.String()
			for _, document := range []string{"省〔", "市〔", "邻〔", "部门〔"} {
				if should := strings.Contains(strings.Join(want, ""), document); strings.Contains(body, document) != should {
					t.Errorf("%s as %s: %s is there: %v", path, person, document, !should)
				}
			}
		}
	}
	outside, unknown := as(d, "city", "/workbench/targets?unit=9902&indicator=active_rate"), as(d, "city", "/workbench/targets?unit=9999&indicator=active_rate")
	if strings.ReplaceAll(outside.Body.String(), "9902", "?") != strings.ReplaceAll(unknown.Body.String(), "9999", "?") {
		t.Error("a unit outside can be told from one that is not there")
	}
}

// Tiles set their figures beside the target of the unit for the year of the period's end, in words and with a shape,
// without asking for anything that is not in memory.
func TestTileTargets(t *testing.T) {
	department := regionTarget(evaluation.ActiveRate, "D99010100", 0.01, "部门〔2026〕3号")
	department.Kind = directory.KindDepartment
	last := regionTarget(evaluation.ActiveRate, "99", 0.01, "去年〔2025〕1号")
	last.Year = 2025
	targets := newFakeTargets(
		regionTarget(evaluation.ActiveRate, "99", 0.01, "省〔2026〕1号"), regionTarget(evaluation.BadPer100k, "99", 0.5, "省〔2026〕2号"),
		regionTarget(evaluation.Ratings, "99", 1e9, "省〔2026〕3号"), regionTarget(evaluation.OnTimeRate, "9901", 0.9999, "市〔2026〕2号"), department, last,
	)
	targets.asked = 0
	d := targetDashboard(t, targets, &acts{})
	tile := func(body, id string) string {
		_, rest, _ := strings.Cut(body, `id="tile-`+id+`"`)
		one, _, _ := strings.Cut(rest, "</li>\n<li")
		return one
	}
	overview := as(d, "all", "/").Body.String()
	for id, want := range map[string][]string{
		evaluation.ActiveRate: {"2026 年目标 1%", `class="shape full"`, "已达到", "依据：省〔2026〕1号"},
		evaluation.BadPer100k: {"2026 年目标 0.5", `class="shape open"`, "未达到", "依据：省〔2026〕2号"},
		ratingsID:             {"1,000,000,000", `class="shape half"`, "按全年累计，不作比较"},
		coverageID:            {"2026 年未设目标"},
	} {
		for _, s := range want {
			if !strings.Contains(tile(overview, id), s) {
				t.Errorf("the tile %s lacks %s: %s", id, s, tile(overview, id))
			}
		}
	}
	if brief := as(d, "all", "/brief").Body.String(); !strings.Contains(brief, "2026 年目标 1%") || !strings.Contains(brief, "未达到") {
		t.Error("the one page lacks the targets")
	}
	if body := as(d, "all", "/?p=custom&from=2025-12-01&to=2025-12-31").Body.String(); !strings.Contains(body, "去年〔2025〕1号") || strings.Contains(body, "省〔2026〕1号") {
		t.Error("the target is not that of the year in which the period ends")
	}
	if body := as(d, "city", "/region/9901").Body.String(); !strings.Contains(body, "市〔2026〕2号") || strings.Contains(body, "省〔") {
		t.Error("the page of a region lacks its target, or has another's")
	}
	if body := as(d, "bureau", "/department/D99010100").Body.String(); !strings.Contains(body, "部门〔2026〕3号") {
		t.Error("the page of a department lacks its target")
	}
	for _, path := range []string{"/", "/region/9901", "/region/99"} {
		if body := as(d, "bureau", path).Body.String(); strings.Contains(body, "〔2026〕") || strings.Contains(body, "未设目标") {
			t.Errorf("%s: who sees a part is shown the target of the whole", path)
		}
	}
	if targets.asked > 0 {
		t.Errorf("pages asked %d times for more than what is in memory", targets.asked)
	}
	if strings.Contains(get(newTestDashboard(t, newFakeStore(t), nil), "/", Chinese).Body.String(), "目标") {
		t.Error("targets where none are known")
	}
}

// Tiles and targets call an indicator the same.
func TestTargetNames(t *testing.T) {
	d := newTestDashboard(t, newFakeStore(t), nil)
	for _, lang := range []string{Chinese, English} {
		l := locale{words: d.words, lang: lang, zone: testZone}
		for _, i := range evaluation.TargetIndicators() {
			if got := i.Name(lang); got != l.measureName(i.ID) {
				t.Errorf("%s: %q and %q", i.ID, got, l.measureName(i.ID))
			}
		}
	}
	for _, m := range append(overviewMeasures, measures...) {
		found := false
		for _, i := range tileTargets {
			found = found || i.ID == m.id
		}
		if !found {
			t.Errorf("the tile %s can have no target", m.id)
		}
	}
}
