package dashboard

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"haochaping/access"
	"haochaping/directory"
	"haochaping/record"
)

func init() {
	composedOf = append(composedOf, func() (ids []string) {
		for _, r := range refusalReasons {
			ids = append(ids, "refused.reason."+r, "refused.remedy."+r)
		}
		for _, k := range refusalKinds {
			ids = append(ids, "refused.kind."+k)
		}
		for _, s := range record.RefusedStates() {
			ids = append(ids, "refused.state."+s)
		}
		return append(ids, "refused.received", "refused.kind", "refused.sender", "refused.batch", "refused.size", "refused.remedy")
	})
}

// fakeRefusals has one record of each state, and remembers what it was asked to replay.
type fakeRefusals struct {
	many     int // records besides
	more     bool
	replayed []record.DeskFilter
	asked    []record.DeskFilter
}

var heldID, brokenID = uuid.MustParse("0196972a-5a00-7000-8000-000000000703"), uuid.MustParse("0196972a-5a00-7000-8000-000000000705")

func (f *fakeRefusals) Refused(_ context.Context, q record.DeskFilter) (list []record.DeskEntry, err error) {
	f.asked = append(f.asked, q)
	all := []record.DeskEntry{
		{
			ID: heldID, Why: record.WhyRefused, KindName: "rating", Source: "portal", Sender: "portal-key", BatchID: "b1", ReceivedAt: testNow, Size: 240, Replayable: true,
			Problems: record.Problems{{Field: "tags", Code: record.CodeUnmapped, Reason: "secret reason"}, {Field: "channel", Code: record.CodeUnmapped}},
			Redacted: `{"level":2,"comment":"text of 12","tags":["text of 2"],"suspensions":[{"from":"text of 20"}],"case_id":"long number","test":true,"item":null,"unknown_fields":3}`,
		},
		{ID: brokenID, KindName: "case", ReceivedAt: testNow.Add(-time.Hour), Problems: record.Problems{{Code: "=new"}}, Redacted: `{"bytes":99}`, ReplayedAt: testNow},
	}
	for n := range f.many {
		all = append(all, record.DeskEntry{ID: uuid.UUID{1, 15: byte(n)}, KindName: "rating", ReceivedAt: testNow.Add(-2 * time.Hour)})
	}
	for i := range all {
		if len(q.IDs) == 0 || slices.Contains(q.IDs, all[i].ID) {
			list = append(list, all[i])
		}
	}
	return list[:min(len(list), q.Limit)], nil
}

func (f *fakeRefusals) Counts(context.Context, record.DeskFilter) ([]record.RefusedCount, error) {
	return []record.RefusedCount{{Source: "portal", Kind: "rating", Code: record.CodeUnmapped, Records: 1203, Held: 1000, Replayed: 200, LastAt: testNow}}, nil
}

func (f *fakeRefusals) Replay(_ context.Context, q record.DeskFilter) (ReplayReport, error) {
	f.replayed = append(f.replayed, q)
	return ReplayReport{
		Replayed: 7, Refused: 2, Reasons: []ReplayReason{{Field: "tags", Code: record.CodeUnmapped, Records: 2}}, More: f.more, AfterAt: testNow, AfterID: heldID,
	}, nil
}

func refusalDesk(t *testing.T, scope directory.Scope) (*Dashboard, *fakeRefusals, *auditor) {
	t.Helper()
	f, gate := &fakeRefusals{}, reviewer([]access.Role{access.Operator}, scope)
	return newTestDashboard(t, newFakeStore(t), func(o *Options) { o.Gate, o.Recorder, o.Refusals = gate, gate, f }), f, gate
}

func TestRefusalPages(t *testing.T) {
	f := &fakeRefusals{many: 150}
	d := newTestDashboard(t, newFakeStore(t), func(o *Options) { o.Refusals, o.BasePath = f, "/hcp" })
	for _, lang := range []string{Chinese, English} {
		for _, path := range []string{
			"/hcp/quality/refusals", "/hcp/quality/refusals?state=replayed&p=90d&reason=unmapped&kind=case&source=a", "/hcp/quality/refusals/" + heldID.String(),
			"/hcp/quality/refusals/" + brokenID.String(), "/hcp/quality/refusals?report=nothing",
		} {
			w := get(d, path, lang)
			body := w.Body.String()
			if w.Code != http.StatusOK {
				t.Fatalf("%s: %d", path, w.Code)
			}
			root := parse(t, strings.NewReader(body))
			checkNothingInline(t, root)
			checkStructure(t, root)
			checkAddresses(t, root, "/hcp")
			checkCards(t, root)
			checkLanguage(t, root, lang)
			for _, never := range []string{"secret reason", "text of", "long number", missingMark, "<no value>"} {
				if strings.Contains(body, never) {
					t.Errorf("%s says %q", path, never)
				}
			}
		}
	}
	body := get(d, "/hcp/quality/refusals", Chinese).Body.String()
	for _, want := range []string{"编码对照表没有对应项", "tags, channel", "待重放", "1,203", "已重放", "下一页", `value="` + heldID.String() + `"`} {
		if !strings.Contains(body, want) {
			t.Errorf("the desk does not say %q", want)
		}
	}
	if rows := csvOf(t, d, "/hcp/quality/refusals?format=csv&card=refusal-counts"); !slices.Equal(rows[1][3:7], []string{"1,203", "1,000", "200", "3"}) {
		t.Errorf("what became of the records does not add up: %q", rows[1])
	}
	if !strings.Contains(body, `class="picker"`) || strings.Contains(get(d, "/hcp/quality/refusals/"+heldID.String(), Chinese).Body.String(), `class="picker"`) {
		t.Error("the list has no period, or one record has one")
	}
	if strings.Contains(body, `value="`+brokenID.String()) {
		t.Error("a replayed record can be chosen")
	}
	rows := csvOf(t, d, "/hcp/quality/refusals?format=csv&card=refusals")
	if len(rows) != 1+shownRefusals || rows[2][3] != "'=new" {
		t.Errorf("%d rows, %q", len(rows), rows[2])
	}
	rows = csvOf(t, d, "/hcp/quality/refusals/"+heldID.String()+"?format=csv&card=shape")
	want := [][]string{
		{"case_id", "数字"},
		{"comment", "文本，12 个字符"},
		{"item", "空"},
		{"level", "数字"},
		{"suspensions", "列表，1 项"},
		{"suspensions[].from", "文本，20 个字符"},
		{"tags", "列表，1 项"},
		{"test", "是或否"},
		{"unknown_fields", "另有 3 个未知字段"},
	}
	if diff := cmp.Diff(want, rows[1:]); diff != "" {
		t.Errorf("the shape (-want +got):\n%s", diff)
	}
	for _, path := range []string{
		"?state=nothing", "?kind=x", "?source=" + strings.Repeat("a", 101), "?reason=a%00b", "?after=1.2", "?after=-1." + heldID.String(), "?source=%ff",
	} {
		if w := get(d, "/hcp/quality/refusals"+path, Chinese); w.Code != http.StatusBadRequest {
			t.Errorf("%s: %d, want 400", path, w.Code)
		}
	}
	for _, path := range []string{"x", "0196972a-5a00-7000-8000-000000000999"} {
		if w := get(d, "/hcp/quality/refusals/"+path, Chinese); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d, want 404", path, w.Code)
		}
	}
}

func send1(d *Dashboard, path string, form url.Values) *httptest.ResponseRecorder {
	return ask(d, "", http.MethodPost, path, form)
}

func TestReplayFromThePage(t *testing.T) {
	d, f, gate := refusalDesk(t, wholeScope)
	f.more = true
	w := send1(d, "/quality/refusals/replay?source=portal&reason=unmapped&p=90d&state=held", url.Values{"what": {"filter"}})
	to := w.Header().Get("Location")
	if w.Code != http.StatusSeeOther || !strings.HasPrefix(to, "/quality/refusals?") || len(f.replayed) != 1 {
		t.Fatalf("replay: %d %s %+v", w.Code, to, f.replayed)
	}
	if q := f.replayed[0]; q.Source != "portal" || q.Code != record.CodeUnmapped || q.From != (testDay-89).Start(testZone) || q.To != testDay.End(testZone) || len(q.IDs) != 0 {
		t.Errorf("replayed %+v", q)
	}
	if got := strings.Join(gate.record, "\n"); !strings.Contains(got, "refusals.replay") || !strings.Contains(got, `source="portal" reason="unmapped"`) {
		t.Errorf("on record: %s", got)
	}
	body := get(d, to, Chinese).Body.String()
	mark := writeRefusalMark(testNow, heldID)
	for _, want := range []string{"已重放 7 条，仍被拒收 2 条", "2 条仍被拒收：tags · 编码对照表没有对应项", "source=portal", mark} {
		if !strings.Contains(body, want) {
			t.Errorf("the report does not say %q", want)
		}
	}
	gate.person.ID = "another"
	if body := get(d, to, Chinese).Body.String(); strings.Contains(body, "已重放 7 条") || !strings.Contains(body, "不再保留") {
		t.Error("another person reads the report")
	}
	send1(d, "/quality/refusals/replay", url.Values{"what": {"filter"}, "after": {mark}})
	if q := f.replayed[1]; !q.AfterAt.Equal(testNow) || q.AfterID != heldID {
		t.Errorf("goes on after %v %v", q.AfterAt, q.AfterID)
	}
	send1(d, "/quality/refusals/replay", url.Values{"what": {"chosen"}, "id": {heldID.String(), brokenID.String()}})
	if q := f.replayed[2]; !slices.Equal(q.IDs, []uuid.UUID{heldID, brokenID}) {
		t.Errorf("chosen: %v", q.IDs)
	}
	acts := len(gate.record)
	w = send1(d, "/quality/refusals/replay?source=portal", url.Values{"what": {"chosen"}})
	if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "没有勾选记录") || !strings.Contains(w.Body.String(), `value="portal"`) {
		t.Errorf("nothing chosen: %d", w.Code)
	}
	for _, form := range []url.Values{
		{},
		{"what": {"everything"}},
		{"what": {"chosen"}, "id": {"x"}},
		{"what": {"chosen"}, "id": slices.Repeat([]string{heldID.String()}, 101)},
		{"what": {"filter"}, "after": {"x"}},
		{"what": {strings.Repeat("a", maxForm)}},
	} {
		if w := send1(d, "/quality/refusals/replay", form); w.Code != http.StatusBadRequest {
			t.Errorf("%.80v: %d, want 400", form, w.Code)
		}
	}
	if len(f.replayed) != 3 || len(gate.record) != acts {
		t.Errorf("%d replays, %d acts more", len(f.replayed), len(gate.record)-acts)
	}
	gate.fail = errNotOnRecord
	if w := send1(d, "/quality/refusals/replay", url.Values{"what": {"filter"}}); w.Code < 500 || len(f.replayed) != 3 {
		t.Errorf("replayed without a record of it: %d", w.Code)
	}
}

// TestRefusalsAreForThoseWhoSeeAll: an operator of one region is told why there is no row, and can replay nothing.
func TestRefusalsAreForThoseWhoSeeAll(t *testing.T) {
	d, f, _ := refusalDesk(t, directory.Scope{Regions: []string{"9901"}, Departments: []string{directory.Any}})
	w := get(d, "/quality/refusals", Chinese)
	if body := w.Body.String(); w.Code != http.StatusOK || !strings.Contains(body, "只有可见全部地区的人才能处理") || strings.Contains(body, "portal") || strings.Contains(body, "<select") {
		t.Errorf("the desk: %d", w.Code)
	}
	for _, path := range []string{"/quality/refusals/" + heldID.String(), "/quality/refusals?format=csv&card=refusals", "/quality/refusals?format=csv&card=refusal-counts"} {
		if w := get(d, path, Chinese); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	if w := send1(d, "/quality/refusals/replay", url.Values{"what": {"filter"}}); w.Code != http.StatusForbidden {
		t.Errorf("replay: %d", w.Code)
	}
	if len(f.replayed)+len(f.asked) != 0 {
		t.Error("the desk was asked")
	}
}
