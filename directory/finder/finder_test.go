package finder

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"haochaping/directory"
)

func everything(directory.Kind, string) bool { return true }

func testDirectory(tb testing.TB) *directory.Directory {
	tb.Helper()
	dir, problems := directory.New(
		[]directory.Region{
			{Code: "50", Name: "重庆市", NameEN: "Chongqing"},
			{Code: "5001", Name: "渝中区", NameEN: "Yuzhong District", Parent: "50"},
			{Code: "5002", Name: "长寿区", Parent: "50", Aliases: []string{"寿城"}},
			{Code: "QG", Name: "城关镇", Parent: "5002"},
		},
		[]directory.Hall{{Code: "h-1", Name: "渝中区政务服务中心", NameEN: "Yuzhong Service Centre", Region: "5001"}},
		nil,
		[]directory.Department{
			{Code: "D1", Name: "渝中区公安局", Region: "5001", Line: "公安"},
			{Code: "D2", Name: "长寿区公安局", NameEN: "Changshou Police", Region: "5002", Line: "公安"},
		},
		[]directory.Item{
			{Code: "1150A", Name: "居民身份证补领", Department: "D1"},
			{Code: "1150B", Name: "居民身份证换领", Department: "D2"},
			{Code: "9", Name: "公安", Department: "D2"},
			{Code: "lost", Name: "无主事项", Department: "D9"},
		}, nil)
	if len(problems) == 0 {
		tb.Fatal("the item without a department was to be a problem")
	}
	return dir
}

func testIndex(tb testing.TB) *Index {
	tb.Helper()
	x, err := New(tb.Context(), testDirectory(tb))
	if err != nil {
		tb.Fatal(err)
	}
	return x
}

func codes(list []Result) []string {
	var out []string
	for _, r := range list {
		out = append(out, r.Code)
	}
	return out
}

func TestFind(t *testing.T) {
	x := testIndex(t)
	for query, want := range map[string]string{
		"50":         "50 5001 5002",                    // exact code, then what begins with it
		"500000":     "50",                              // the long form of a division code
		"1150":       "1150A 1150B",                     // beginning of codes
		"1150a":      "1150A",                           // case
		"１１５０Ａ":      "1150A",                           // full width
		" H-1 ":      "h-1",                             // as spelled by the directory
		"公安":         "9 D1 D2",                         // the exact name before names that hold it
		"渝中":         "5001 h-1 D1",                     // regions, halls, departments
		"渝中区公安局":     "D1",                              //
		"寿城":         "5002",                            // alias
		"居民":         "1150A 1150B",                     //
		"居民 身份证":     "1150A 1150B",                     // spaces do not count
		"身份証":        "1150A 1150B",                     // traditional
		"chongqing":  "50",                              // reading and English name
		"zhongqing":  "",                                // not how it is read
		"cq":         "50",                              // initials
		"cs":         "5002 D2",                         // 长寿
		"CSQ":        "5002 D2",                         //
		"gaj":        "D1 D2",                           // initials within
		"yuzhong":    "5001 h-1 D1",                     //
		"yuzhong d":  "5001",                            // the English name
		"yuzhongqug": "D1",                              // the last syllable cut short
		"gongan":     "9 D1 D2",                         //
		"ongan":      "",                                // not from the middle of a syllable
		"POLICE":     "D2",                              //
		"sfz":        "1150A 1150B",                     //
		"qg":         "QG D1 D2",                        // a code; initials across 区公
		"z":          "1150A 1150B 5001 D1 QG h-1 lost", // 政, 中, 证, 镇, 主
		"":           "",
		" ":          "",
		"，":          "",
		"没有的":        "",
		"\x00":       "",
		"\xff":       "",
	} {
		got, count, err := x.Find(t.Context(), query, everything)
		if err != nil {
			t.Fatal(err)
		}
		gotCodes := codes(got)
		if query == "z" { // the order of sounds alone is not the point here
			slices.Sort(gotCodes)
			list := strings.Fields(want)
			slices.Sort(list)
			want = strings.Join(list, " ")
		}
		if strings.Join(gotCodes, " ") != want || count != len(got) {
			t.Errorf("%q finds %v (%d), want %s", query, gotCodes, count, want)
		}
	}
	if got, count, err := x.Find(t.Context(), strings.Repeat("公", MaxQuery+1), everything); err != nil || count != 0 || got != nil {
		t.Error("a long query was looked for:", got, count, err)
	}
}

func TestFilter(t *testing.T) {
	x := testIndex(t)
	asked := map[string]bool{}
	got, count, err := x.Find(t.Context(), "公安", func(kind directory.Kind, code string) bool {
		asked[string(kind)+"/"+code] = true
		return code == "D1"
	})
	if err != nil || count != 1 || !slices.Equal(codes(got), []string{"D1"}) {
		t.Fatal(got, count, err)
	}
	if diff := cmp.Diff(map[string]bool{"department/D1": true, "department/D2": true}, asked); diff != "" {
		t.Error(diff)
	}
	got, _, err = x.Find(t.Context(), "无主", func(kind directory.Kind, code string) bool { return kind == directory.KindDepartment && code == "D9" })
	if err != nil || !slices.Equal(codes(got), []string{"lost"}) {
		t.Error("an item is found by whoever may find its department:", got, err)
	}
}

func TestEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := New(ctx, testDirectory(t)); !errors.Is(err, context.Canceled) {
		t.Error("made although nobody waits:", err)
	}
	if _, _, err := testIndex(t).Find(ctx, "公安", everything); !errors.Is(err, context.Canceled) {
		t.Error("searched although nobody waits:", err)
	}
}

func TestEmptyDirectory(t *testing.T) {
	x, err := New(t.Context(), &directory.Directory{})
	if err != nil {
		t.Fatal(err)
	}
	if got, count, err := x.Find(t.Context(), "50", everything); err != nil || count != 0 || len(got) != 0 {
		t.Error(got, count, err)
	}
}

// Against the plain way to do it, over random names: the same set for text, and never anything that the filter refuses.
func TestFindsWhatIsThere(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 5))
	letters := []rune("公安局重庆长沙办证ab1")
	word := func(n int) string {
		var b strings.Builder
		for range 1 + random.IntN(n) {
			b.WriteRune(letters[random.IntN(len(letters))])
		}
		return b.String()
	}
	regions := []directory.Region{{Code: "r1", Name: "甲"}, {Code: "r2", Name: "乙"}}
	var departments []directory.Department
	for i := range 40 {
		departments = append(departments, directory.Department{Code: fmt.Sprintf("#d%d", i), Name: "丙", Region: regions[i%2].Code})
	}
	var items []directory.Item
	for i := range 3 * chunk {
		items = append(items, directory.Item{Code: fmt.Sprintf("#%05d", i), Name: word(9), Department: departments[random.IntN(len(departments))].Code})
	}
	dir, problems := directory.New(regions, nil, nil, departments, items, nil)
	if directory.Fatal(problems) {
		t.Fatal(problems)
	}
	x, err := New(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	for range 200 {
		query := word(3)
		if strings.Trim(query, "ab1") == "" {
			continue // may be pinyin
		}
		allowed := map[string]bool{}
		for _, d := range departments {
			allowed[d.Code] = random.IntN(2) == 0
		}
		want := 0
		for _, item := range items {
			if allowed[item.Department] && strings.Contains(item.Name, query) {
				want++
			}
		}
		got, count, err := x.Find(t.Context(), query, func(_ directory.Kind, department string) bool { return allowed[department] })
		if err != nil || count != want || len(got) != min(want, Limit) {
			t.Fatalf("%s: %d of %d, want %d: %v", query, len(got), count, want, err)
		}
		for _, r := range got {
			if item, _ := dir.Item(r.Code); !allowed[item.Department] || !strings.Contains(item.Name, query) {
				t.Fatalf("%s finds %s %s", query, item.Code, item.Name)
			}
		}
	}
}
