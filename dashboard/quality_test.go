package dashboard

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"haochaping/access"
	"haochaping/directory"
	"haochaping/record"
)

func init() { allPages = slices.Insert(allPages, 0, "/quality") }

// fakeQuality has devices of two cities, of no hall and of an unknown one.
type fakeQuality struct {
	store *fakeStore // without records there are no devices; nil has them
	fail  error
	fine  bool
}

func (f fakeQuality) Devices(context.Context) ([]record.DeviceState, error) {
	if f.fine {
		return []record.DeviceState{{Device: "K-9", Hall: "H990101001", LastAt: testNow}}, f.fail
	}
	if f.store != nil && f.store.empty {
		return nil, f.fail
	}
	return []record.DeviceState{
		{Device: "K-1", Hall: "H990101001", Window: "1", LastAt: testNow.Add(-time.Minute), Highest: 90, MissingCount: 3},
		{Device: "K-2", Hall: "H990101001", Window: "2", LastAt: testNow.Add(-72 * time.Hour), Silent: true, Highest: 12},
		{Device: "K-3", Hall: "H990201001", Silent: true},
		{Device: "K-4", Hall: "H990201001", LastAt: testNow, Highest: 5},
		{Device: "K-5", Silent: true},
		{Device: "K-6", Hall: "HX<img src=x>", LastAt: testNow, MissingCount: 1, Highest: 2},
	}, f.fail
}

func TestDevicesOfTheOwnRegions(t *testing.T) {
	gate := reviewer([]access.Role{access.Operator}, wholeScope)
	d := newTestDashboard(t, newFakeStore(t), func(o *Options) { o.Gate = gate })
	anyOf := []string{directory.Any}
	for _, tt := range []struct {
		scope directory.Scope
		want  string
	}{
		{wholeScope, "K-3 K-5 K-2 K-1 K-6"},
		{directory.Scope{Regions: []string{"9901"}, Departments: anyOf}, "K-2 K-1"},
		{directory.Scope{Regions: []string{"9902"}, Departments: anyOf}, "K-3"},
		{directory.Scope{}, ""},
	} {
		gate.person.Scope = tt.scope
		var got []string
		body := get(d, "/quality", Chinese).Body
		for _, n := range elements(parse(t, body), named("th")) {
			if attribute(n, "scope") == "row" {
				got = append(got, allText(n))
			}
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("scope %s sees %q, want %q", tt.scope.Key(), got, tt.want)
		}
	}
	gate.person.Scope = wholeScope
	body := allText(parse(t, get(d, "/quality", Chinese).Body))
	for _, want := range []string{"共 6 台设备，3 台静默，2 台有缺号", "从未", "第1镇政务服务中心 · 1号窗口"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	for _, role := range access.Roles() {
		gate.person.Roles = []access.Role{role}
		want := http.StatusForbidden
		if gate.person.May(access.ReadQuality) {
			want = http.StatusOK
		}
		if w := get(d, "/quality", Chinese); w.Code != want {
			t.Errorf("%s: %d, want %d", role, w.Code, want)
		}
	}
}

func TestQualityWithoutAnswers(t *testing.T) {
	for want, q := range map[string]Quality{
		"暂无数据": nil, "暂时读不出来": fakeQuality{fail: errors.New("secret")}, "1 台设备均有数据": fakeQuality{fine: true},
	} {
		d := newTestDashboard(t, newFakeStore(t), func(o *Options) { o.Quality = q })
		if w := get(d, "/quality", Chinese); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), want) || strings.Contains(w.Body.String(), "secret") {
			t.Errorf("%s: %d", want, w.Code)
		}
	}
}
