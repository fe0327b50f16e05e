package findings

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"haochaping/calendar"
)

// of are the findings of a kind about a unit.
func of(list []Finding, kind Kind, code string) (found []Finding) {
	for _, f := range list {
		if f.Kind == kind && (len(f.Units) == 0 && code == "" || len(f.Units) > 0 && f.Units[0].Code == code) {
			found = append(found, f)
		}
	}
	return found
}

func TestEveryKindIsFound(t *testing.T) {
	list := Find(everything())
	for _, tt := range []struct {
		kind     Kind
		code     string
		from, to int // months of the period
		severity Severity
		actor    Actor
		zh, en   string // part of the sentence
	}{
		{Change, "911", 3, 5, Act, Competent, "单位911 在2025年10月至12月差评增多", "Unit 911 had more bad ratings in October to December 2025"},
		{Change, "912-A", 6, 7, Note, Competent, "单位912-A 在2026年1月至2月差评减少", "fewer bad ratings in January to February 2026"},
		{Contrast, "921-A", 0, 11, Act, Competent, "办得快，但不受欢迎：办理时长中位数", "is fast but disliked"},
		{Contrast, "922-A", 0, 11, Note, Competent, "办得慢，但受欢迎", "is slow but liked"},
		{Peers, "923-B", 0, 11, Watch, Competent, "差评明显多于同类单位", "clearly more bad ratings than its peers"},
		{ZeroBad, "924-B", 0, 11, Watch, Competent, "没有差评，值得核实", "has no bad rating"},
		{AfterHours, "H1/3", 9, 11, Act, HallActor, "闭厅以后（19:00–20:00）收到评价 1,200 条，占其有效评价的 57.14%", "One reason code (517) was given 1,260 times."},
		{MissingLevel, "93", 4, 11, Act, Vendor, "没有一条“非常不满意”", "“very dissatisfied”"},
		{Unasked, "S-2", 6, 11, Act, HallActor, "只有 360 次（30.00%）", "for 360 of 1,200 services (30.00%) against 96.50%"},
		{DeviceGaps, "K-1", 8, 11, Act, Operator, "大厅 1号窗口（终端 K-1）的编号不连续：最大编号 1,000，收到 950 个，缺 50 个", "50 are missing"},
		{DeviceGaps, "K-2", 0, 11, Watch, Operator, "缺 6 个", "6 are missing"},
		{Resent, "hall", 4, 4, Watch, Vendor, "来源 hall 在2025年11月的评价被重复报送：600 条与已有评价属于同一次服务", "Source hall sent ratings of November 2025 again"},
		{Defaults, "portal", 7, 11, Act, Vendor, "2026年2月起，来源 portal 记入系统默认评价，此前口径不同，不作同比。", "In Feb 2026 the source portal began recording default ratings: earlier figures are not comparable"},
		{Break, "portal", 3, 11, Note, Evaluators, "换用代码表，此前口径不同，不作同比。", "another code map: earlier figures"},
		{Frozen, "942-C", 0, 11, Watch, Vendor, "每月有效评价数完全相同（1,000 条）", "the same number of valid ratings (1,000)"},
		{Silent, "943-C", 8, 8, Watch, Operator, "没有数据，不等于 0：单位943-C 在2026年3月没有收到评价", "No data, which is not 0: Unit 943-C has no rating in March 2026"},
		{Missing, "none", 0, 11, Note, Operator, "没有数据，不等于 0：本期未收到单位none 的评价。", "no ratings arrived from Unit none"},
		{Missing, "944-B", 0, 11, Note, Operator, "没有数据，不等于 0：本期未收到单位944-B 的办件时间。", "no handling times arrived from Unit 944-B"},
		{Thin, "944-C", 0, 11, Note, Nobody, "样本不足（24 条，少于 30 条），只列出，不排名。", "listed, not ranked"},
		{Late, "portal", 0, 11, Watch, Evaluators, "来源 portal 有 12 条本期评价在2026年6月27日数据截止之后才到达", "12 ratings of this period arrived from source portal after"},
		{Incomplete, "", 11, 11, Note, Evaluators, "数据截至2026年6月27日，本期还有 3 天没有数据", "Data reach to 27 Jun 2026: 3 days"},
	} {
		found := of(list, tt.kind, tt.code)
		found = slices.DeleteFunc(found, func(f Finding) bool { return f.Noise && tt.kind != Thin })
		if len(found) != 1 {
			t.Errorf("%s of %s: %d findings: %+v", tt.kind, tt.code, len(found), found)
			continue
		}
		f := found[0]
		months := func(d calendar.Day) calendar.Day { return calendar.Period(calendar.KindMonth, d).From }
		if months(f.Period.From) != firstDay.AddMonths(tt.from) || months(f.Period.To) != firstDay.AddMonths(tt.to) {
			t.Errorf("%s of %s: in %v", tt.kind, tt.code, f.Period)
		}
		if f.Severity != tt.severity || f.Actor != tt.actor || f.PartOf != "" {
			t.Errorf("%s of %s: %s, by %q, part of %q", tt.kind, tt.code, f.Severity, f.Actor, f.PartOf)
		}
		if !strings.Contains(f.Text.ZH, tt.zh) || !strings.Contains(f.Text.EN, tt.en) {
			t.Errorf("%s of %s says\n%s\n%s", tt.kind, tt.code, f.Text.ZH, f.Text.EN)
		}
	}
}

// What surrounds a change, or lies in it, is part of it, and not another change.
func TestPartsOfAChange(t *testing.T) {
	list := Find(everything())
	county := of(list, Change, "911")
	if len(county) != 1 {
		t.Fatalf("%d changes of the county", len(county))
	}
	for _, code := range []string{"91", "911-A", "911-B", "911-C"} {
		for _, f := range of(list, Change, code) {
			if !f.Noise && f.Period.Intersect(county[0].Period).Len() > 0 && f.PartOf != county[0].ID {
				t.Errorf("%s: %s", code, f.Text.ZH)
			}
		}
	}
	if len(of(list, Change, "911-A")) == 0 || len(of(list, Change, "91")) == 0 {
		t.Error("neither a part of the county nor its city changed with it")
	}
	for _, f := range list {
		if f.PartOf == "" {
			continue
		}
		if !slices.ContainsFunc(list, func(o Finding) bool { return o.ID == f.PartOf && o.PartOf == "" }) {
			t.Errorf("%s is part of %s, which is not found or part of another", f.ID, f.PartOf)
		}
	}
}

// Every sentence of the catalogue is rendered, in both languages, with nothing left to fill in.
func TestCatalogueIsRendered(t *testing.T) {
	list := Find(everything())
	in := everything()
	for i := range in.Units { // nobody has a way to lose the last month: what looks changed is then noise
		if in.Units[i].Code == "914" {
			m := &in.Units[i].Months[11]
			m.Levels[0] += 20
			m.Channels[0].Bad += 20
		}
	}
	list = append(append(list, Find(in)...), Find(oneCounty())...)
	var zh, en []string
	for _, f := range list {
		for _, text := range []Text{f.Text, f.Action} {
			if strings.ContainsAny(text.ZH+text.EN, "{}") || text.ZH == "" || text.EN == "" || strings.TrimSpace(text.EN) != text.EN {
				t.Errorf("%s: %q %q", f.ID, text.ZH, text.EN)
			}
			zh, en = append(zh, text.ZH), append(en, text.EN)
		}
		if strings.Contains(f.Text.EN, "。") || strings.Contains(f.Text.EN, "NaN") || strings.Contains(f.Text.ZH, "。。") {
			t.Errorf("%s: %s %s", f.ID, f.Text.ZH, f.Text.EN)
		}
	}
	place := regexp.MustCompile(`\{[a-z]+\}`)
	for name, s := range catalogue(t) {
		a, b := place.FindAllString(s.zh, -1), place.FindAllString(s.en, -1)
		slices.Sort(a)
		slices.Sort(b)
		if diff := cmp.Diff(slices.Compact(a), slices.Compact(b)); diff != "" {
			t.Errorf("%s: the languages say different things: %s", name, diff)
		}
		for _, x := range []struct {
			template string
			texts    []string
		}{{s.zh, zh}, {s.en, en}} {
			var fixed []string
			for _, part := range place.Split(x.template, -1) {
				fixed = append(fixed, regexp.QuoteMeta(strings.Trim(part, " ")))
			}
			pattern := regexp.MustCompile(strings.Join(fixed, ".*"))
			if !slices.ContainsFunc(x.texts, pattern.MatchString) {
				t.Errorf("%s is never rendered: %s", name, x.template)
			}
		}
	}
}

// catalogue reads the sentences from their file.
func catalogue(t *testing.T) map[string]sentence {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "catalogue.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]sentence{}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Values) != 1 {
			return true
		}
		lit, ok := spec.Values[0].(*ast.CompositeLit)
		if !ok || len(lit.Elts) != 2 {
			return true
		}
		if kind, ok := lit.Type.(*ast.Ident); !ok || kind.Name != "sentence" && kind.Name != "Text" {
			return true
		}
		var texts [2]string
		for i, e := range lit.Elts {
			texts[i], _ = strconv.Unquote(e.(*ast.BasicLit).Value)
		}
		all[spec.Names[0].Name] = sentence{texts[0], texts[1]}
		return true
	})
	if len(all) < 40 {
		t.Fatalf("only %d sentences found", len(all))
	}
	return all
}

func TestOrderChangesNothing(t *testing.T) {
	want := Find(everything())
	ids := map[string]bool{}
	for _, f := range want {
		if ids[f.ID] {
			t.Errorf("id %s twice", f.ID)
		}
		ids[f.ID] = true
	}
	for seed := range uint64(3) {
		in := everything()
		r := rand.New(rand.NewPCG(seed, 9))
		r.Shuffle(len(in.Units), func(i, j int) { in.Units[i], in.Units[j] = in.Units[j], in.Units[i] })
		r.Shuffle(len(in.Sources), func(i, j int) { in.Sources[i], in.Sources[j] = in.Sources[j], in.Sources[i] })
		r.Shuffle(len(in.Staff), func(i, j int) { in.Staff[i], in.Staff[j] = in.Staff[j], in.Staff[i] })
		r.Shuffle(len(in.Devices), func(i, j int) { in.Devices[i], in.Devices[j] = in.Devices[j], in.Devices[i] })
		if diff := cmp.Diff(want, Find(in), cmpopts.IgnoreUnexported(Finding{})); diff != "" {
			t.Fatalf("another order, other findings: %s", diff)
		}
	}
}

func TestFindingsAreWritten(t *testing.T) {
	b, err := json.Marshal(Find(everything())[0])
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(b), `"severity":"act"`) || !strings.Contains(string(b), `"text":{"zh":"`) {
		t.Errorf("%s", b)
	}
}

func TestNothingIsSaidOfNothing(t *testing.T) {
	if list := Find(Input{}); len(list) != 0 {
		t.Errorf("%+v", list)
	}
	if list := Find(Input{Period: calendar.Range{From: firstDay, To: lastDay}}); len(list) != 0 {
		t.Errorf("%+v", list)
	}
}

func TestLead(t *testing.T) {
	list := Find(everything())
	lead := Lead(list, 6)
	if len(lead) != 6 {
		t.Fatalf("%d of 6", len(lead))
	}
	kinds := map[Kind]bool{}
	for _, f := range lead {
		if f.Severity != Act || f.PartOf != "" || f.Noise {
			t.Errorf("leads: %+v", f)
		}
		kinds[f.Kind] = true
	}
	if len(kinds) != 6 {
		t.Errorf("six findings of %d kinds", len(kinds))
	}
	if n := len(Lead(list, 0)) + len(Lead(nil, 3)); n != 0 {
		t.Errorf("%d findings lead nothing", n)
	}
	if all := Lead(list, 10_000); len(all) > len(list) {
		t.Errorf("%d of %d", len(all), len(list))
	}
}

func TestJoinChinese(t *testing.T) {
	for _, tt := range []struct{ a, b, want string }{
		{"概率为 ", "不到百万分之一", "概率为不到百万分之一"},
		{"概率为", "0.012", "概率为 0.012"},
		{"来源", "demo-vendor", "来源 demo-vendor"},
		{"demo-vendor", "在", "demo-vendor 在"},
		{"在", "2026年7月", "在2026年7月"},
		{"约 ", "<0.1", "约 <0.1"},
		{"43.82%", "；", "43.82%；"},
		{"（", "517", "（517"},
		{"", "在", "在"},
	} {
		if got := joinChinese(tt.a, tt.b); got != tt.want {
			t.Errorf("%q and %q: %q, want %q", tt.a, tt.b, got, tt.want)
		}
	}
}

// What cannot be told from 0 by computing is not said to be 0, and months that do not follow each other are listed.
func TestWords(t *testing.T) {
	for _, x := range Find(everything()) {
		for _, e := range x.Evidence {
			if e.Tested && (e.P <= 0 || e.Q <= 0) {
				t.Errorf("%s: p %v, q %v", x.ID, e.P, e.Q)
			}
		}
	}
	got := monthList([]calendar.Day{firstDay, firstDay.AddMonths(2), firstDay.AddMonths(3)})
	if want := (Text{"2025年7月、2025年9月至10月", "July 2025, September to October 2025"}); got != want {
		t.Errorf("months: %q", got)
	}
}
