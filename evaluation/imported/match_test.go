package imported

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFind(t *testing.T) {
	units := NewUnits([]Unit{
		{Code: "33", Names: []string{"浙江省", "Zhejiang", "浙江", "浙"}},
		{Code: "3301", Names: []string{"杭州市", "Hangzhou"}},
		{Code: "A1", Names: []string{"朝阳区", "", "Chaoyang"}},
		{Code: "A2", Names: []string{"朝阳区", "", "Chaoyang (2)"}},
		{Code: "H1/11", Names: []string{"一号厅 11 号窗口"}},
		{Code: "H11/1", Names: []string{"十一号厅 1 号窗口"}},
		{Code: "33", Names: []string{"twice"}},
	})
	found := map[string]string{
		"33": "33", "浙江省": "33", " 浙江 ": "33", "ZHEJIANG": "33", "浙(zhè)江(jiāng)省": "33", "３３": "33",
		"杭州市": "3301", "杭 州 市": "3301", "chaoyang 2": "A2", "a1": "A1", "H1/11": "H1/11", "h11/1": "H11/1", "H111": "",
		"": "", "twice": "", "\xff": "",
	}
	for text, want := range found {
		if got, candidates := units.Find(text); got != want || len(candidates) > 0 {
			t.Errorf("Find(%q) = %q, %v; want %q", text, got, candidates, want)
		}
	}
	code, candidates := units.Find("朝阳区")
	var codes []string
	for _, c := range candidates {
		codes = append(codes, c.Code)
	}
	if d := cmp.Diff([]string{"A1", "A2"}, codes); d != "" || code != "" {
		t.Errorf("Find of an ambiguous name = %q\n%s", code, d)
	}
}
