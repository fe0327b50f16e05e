package edition

import (
	"crypto/sha256"
	"errors"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"haochaping/calendar"
	"haochaping/evaluation/scoring"
)

func until(day int) func(*Event) {
	return func(e *Event) { e.Until = calendar.MakeDay(2026, 7, day) }
}

func hash(text string) func(*Event) { return func(e *Event) { e.Hash, e.Fingerprint = text, "f" } }

func note(text string) func(*Event) { return func(e *Event) { e.Note = text } }

func objection(id int, d Decision, reason string) func(*Event) {
	return func(e *Event) { e.Objection, e.Decision, e.Note = id, d, reason }
}

func texts(unit, text string) func(*Event) {
	return func(e *Event) { e.Unit, e.Text = unit, text }
}

func narrative(section Section, entries ...Narrative) func(*Event) {
	return func(e *Event) { e.Unit, e.Section, e.Entries = "440101", section, entries }
}

// The state machine: what leads where, and what is refused with which words.
func TestSteps(t *testing.T) {
	created := with(event(Create, "王芳", 1), hash("d1"))
	opened := with(event(Open, "王芳", 2), until(8))
	objected := with(event(Object, "甲县", 3), texts("440101", "数字不对"))
	upheld := with(event(Decide, "李强", 4), objection(1, Upheld, "漏了一天"))
	redrawn := with(event(Redraw, "王芳", 5), func(e *Event) { e.Hash, e.Note = "d2", "补上漏的一天" })
	checked, published := event(Check, "李强", 9), with(event(Publish, "赵敏", 10), hash("p1"))
	good := Narrative{Text: "文字", Source: "来源"}
	tests := []struct {
		name   string
		events []Event // all but the last are within the rules
		state  State
		want   string // part of the refusal of the last; '' = it is taken
	}{
		{"a draft", []Event{created}, Draft, ""},
		{"no document", []Event{event(Create, "王芳", 1)}, "", "a draft has a document"},
		{"nobody", []Event{with(created, func(e *Event) { e.By = " " })}, "", "--by"},
		{"open", []Event{created, opened}, Objectable, ""},
		{"open twice", []Event{created, opened, opened}, Objectable, "only a draft is opened"},
		{"open backwards", []Event{created, with(event(Open, "王芳", 9), until(8))}, Draft, "before it begins"},
		{"open for ever", []Event{created, with(event(Open, "王芳", 2), until(800))}, Draft, "more than a year"},
		{"check unopened", []Event{created, checked}, Draft, "has not been opened"},
		{"check unopened with a reason", []Event{created, with(checked, note("没有时间"))}, Draft, "has not been opened"},
		{"check on the last day", []Event{created, opened, event(Check, "李强", 8)}, Objectable, "until the end of 2026-07-08"},
		{"check the day after", []Event{created, opened, checked}, Checked, ""},
		{"check early", []Event{created, opened, with(event(Check, "李强", 3), note("各单位均已书面确认"))}, Checked, ""},
		{"check an open objection", []Event{created, opened, objected, checked}, Objectable, "open objections: no. 1"},
		{"check an unanswered one", []Event{created, opened, objected, upheld, checked}, Objectable, "open objections: no. 1"},
		{"check a rejected one", []Event{created, opened, objected, with(event(Decide, "李强", 4), objection(1, Rejected, "核对无误")), checked}, Checked, ""},
		{"answer", []Event{created, opened, objected, upheld, with(event(Answer, "李强", 5), objection(1, "", "只涉及文字")), checked}, Checked, ""},
		{"answer nothing", []Event{created, opened, objected, with(event(Answer, "李强", 5), objection(1, "", "只涉及文字"))}, Objectable, "waits for no answer"},
		{"decide without a reason", []Event{created, opened, objected, with(event(Decide, "李强", 4), objection(1, Rejected, ""))}, Objectable, "reason of the decision"},
		{"decide nothing", []Event{created, opened, with(event(Decide, "李强", 4), objection(1, Rejected, "无"))}, Objectable, "has no objection 1"},
		{"decide anything", []Event{created, opened, objected, with(event(Decide, "李强", 4), objection(1, "perhaps", "无"))}, Objectable, "upheld or rejected"},
		{"decide twice", []Event{created, opened, objected, upheld, upheld}, Objectable, "was decided"},
		{"redraw", []Event{created, opened, objected, upheld, redrawn}, Draft, ""},
		{"redraw without a reason", []Event{created, with(event(Redraw, "王芳", 5), hash("d2"))}, Draft, "why it is drawn"},
		{"check a later draft", []Event{created, opened, objected, upheld, redrawn, checked}, Draft, "say why not"},
		{"check a later draft with a reason", []Event{created, opened, objected, upheld, redrawn, with(checked, note("只改了一天"))}, Checked, ""},
		{"object before", []Event{created, objected}, Draft, "has not been opened"},
		{"object late", []Event{created, opened, with(event(Object, "甲县", 9), texts("440101", "晚了"))}, Objectable, ""},
		{"object to what was checked", []Event{created, opened, checked, with(event(Object, "甲县", 9), texts("440101", "晚了"))}, Objectable, ""},
		{"object with nothing", []Event{created, opened, with(objected, texts("440101", " "))}, Objectable, "text of the objection"},
		{"narrate", []Event{created, with(event(Narrate, "王芳", 2), narrative(Highlights, good))}, Draft, ""},
		{"narrate what was checked", []Event{created, opened, checked, with(event(Narrate, "王芳", 9), narrative(Highlights, good))}, Objectable, ""},
		{"narrate without a source", []Event{created, with(event(Narrate, "王芳", 2), narrative(Cases, Narrative{Text: "文字"}))}, Draft, "entry 1: the source"},
		{"narrate anything", []Event{created, with(event(Narrate, "王芳", 2), narrative("gossip", good))}, Draft, "no section"},
		{"publish unchecked", []Event{created, opened, published}, Objectable, "it is checked before"},
		{"publish", []Event{created, opened, checked, published}, Published, ""},
		{"publish by the checker", []Event{created, opened, checked, with(published, func(e *Event) { e.By = "李 强" })}, Checked, "a second person"},
		{"publish by the creator", []Event{created, opened, checked, with(published, func(e *Event) { e.By = "王芳" })}, Checked, "a second person"},
		{"publish by whoever drew it again", []Event{
			created, opened, with(redrawn, func(e *Event) { e.By = "Zhao Min" }), with(checked, note("见说明")), with(published, func(e *Event) { e.By = "ＺＨＡＯ min" }),
		}, Checked, "a second person"},
		{"publish without a signature", []Event{created, opened, checked, event(Publish, "赵敏", 10)}, Checked, "signed document"},
		{"publish twice", []Event{created, opened, checked, published, published}, Published, "it is checked before"},
		{"redraw what is published", []Event{created, opened, checked, published, redrawn}, Published, "never changes"},
		{"narrate what is published", []Event{created, opened, checked, published, with(event(Narrate, "王芳", 11), narrative(Cases, good))}, Published, "frozen"},
		{"object to what is published", []Event{created, opened, checked, published, with(event(Object, "甲县", 20), texts("440101", "晚了"))}, Published, ""},
		{"another draft meanwhile", []Event{created, opened, redrawn, with(checked, func(e *Event) { e.Draft, e.Note = 1, "见说明" })}, Draft, "another draft by now"},
		{"a revision of a draft", []Event{created, with(created, note("迟到数据"))}, Draft, "published before there is another revision"},
		{"a revision without a reason", []Event{created, opened, checked, published, created}, Published, "why it is made"},
		{"a revision", []Event{created, opened, checked, published, with(created, note("迟到数据"))}, Draft, ""},
		{"a revision checked without objections", []Event{created, opened, checked, published, with(created, note("迟到数据")), with(checked, note("名次未变"))}, Checked, ""},
		{"superseded by nothing", []Event{created, opened, checked, published, event(Supersede, "赵敏", 11)}, Published, "only the publication"},
		{"nonsense", []Event{created, event("sing", "王芳", 2)}, Draft, "nothing that can happen"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l := Fold("counties-2026-06-01", nil)
			for i, e := range tt.events {
				before := Fold(l.Number, nil)
				*before = *l.clone()
				_, err := l.Append(e)
				last := i == len(tt.events)-1
				switch {
				case last && tt.want != "":
					if !errors.Is(err, ErrRefused) || !strings.Contains(err.Error(), tt.want) {
						t.Fatalf("%v, want a refusal with %q", err, tt.want)
					}
					var refused Refusal
					if !errors.As(err, &refused) {
						t.Fatalf("%v has no words for pages", err)
					}
					checkWords(t, refused)
					if d := cmp.Diff(before, l, cmp.AllowUnexported(Ledger{}, Revision{}), cmpopts.EquateEmpty()); d != "" {
						t.Error("a refused event changes the ledger:", d)
					}
				case err != nil:
					t.Fatalf("event %d: %v", i, err)
				}
			}
			state := State("")
			if r := l.Last(); r != nil {
				state = r.State
			}
			if state != tt.state {
				t.Errorf("the state is %q, want %q", state, tt.state)
			}
		})
	}
}

// checkWords: pages say it in both languages, and speak of no command.
func checkWords(t *testing.T, r Refusal) {
	t.Helper()
	zh, en := r.In("zh"), r.In("en")
	han := func(text string) bool {
		return strings.ContainsFunc(text, func(c rune) bool { return unicode.Is(unicode.Han, c) })
	}
	if !han(zh) || zh == en {
		t.Errorf("in Chinese: %q", zh)
	}
	for _, text := range []string{zh, en} {
		if strings.Contains(text, "haochaping") || strings.Contains(text, "%!") || strings.Contains(text, " (edition ") {
			t.Errorf("a page says %q", text)
		}
	}
}

// What may be done next is what the rules then take.
func TestOffers(t *testing.T) {
	created := with(event(Create, "王芳", 1), hash("d1"))
	opened := with(event(Open, "王芳", 2), until(8))
	objected := with(event(Object, "甲县", 3), texts("440101", "数字不对"))
	checked, published := event(Check, "李强", 9), with(event(Publish, "赵敏", 10), hash("p1"))
	for _, tt := range []struct {
		name   string
		events []Event
		by     string
		day    int
		want   string // the steps that are offered; ? = with a reason
	}{
		{"a draft", []Event{created}, "李强", 3, "open redraw"},
		{"open", []Event{created, opened}, "李强", 3, "redraw check?"},
		{"after the period", []Event{created, opened}, "李强", 9, "redraw check"},
		{"an open objection", []Event{created, opened, objected}, "李强", 9, "redraw"},
		{"checked, to who drew it", []Event{created, opened, checked}, "王芳", 10, "redraw"},
		{"checked, to who checked it", []Event{created, opened, checked}, "李强", 10, "redraw"},
		{"checked, to another", []Event{created, opened, checked}, "赵敏", 10, "redraw publish"},
		{"published", []Event{created, opened, checked, published}, "李强", 11, "create"},
	} {
		l := Fold("counties-2026-06-01", nil)
		if _, err := l.Append(tt.events...); err != nil {
			t.Fatal(tt.name, err)
		}
		next := l.Next()
		var got []string
		for _, o := range l.Offers(tt.by, calendar.MakeDay(2026, 7, tt.day)) {
			switch {
			case o.Refused != nil:
			case o.Needs != nil:
				got = append(got, string(o.Action)+"?")
			default:
				got = append(got, string(o.Action))
			}
		}
		if strings.Join(got, " ") != tt.want || l.Next() != next {
			t.Errorf("%s: %q, want %q; the ledger was changed: %v", tt.name, got, tt.want, l.Next() != next)
		}
	}
}

func TestObjectionsAreAnsweredAndLate(t *testing.T) {
	l := Fold("counties-2026-06-01", nil)
	if _, err := l.Append(
		with(event(Create, "王芳", 1), hash("d1")), with(event(Open, "王芳", 2), until(8)),
		with(event(Object, "甲县", 8), texts("440101", "最后一天")), with(event(Object, "乙县", 9), texts("440102", "晚一天")),
		with(event(Decide, "李强", 9), objection(1, Upheld, "漏了一天")),
		with(event(Redraw, "王芳", 10), func(e *Event) { e.Hash, e.Note = "d2", "补上漏的一天" }),
	); err != nil {
		t.Fatal(err)
	}
	r := l.Last()
	if first, second := r.Objections[0], r.Objections[1]; first.Late || !second.Late || first.Answer != "draft 2" || !second.Open() || first.Open() {
		t.Errorf("the register says %+v", r.Objections)
	}
	if d := cmp.Diff([]int{2}, r.Pending()); d != "" {
		t.Error(d)
	}
}

// The published revision is superseded by the next, which keeps its narratives.
func TestRevision(t *testing.T) {
	l, _, file := publishedLedger(t)
	first, err := Verify(file, trustOf(testKey(0)))
	if err != nil {
		t.Fatal(err)
	}
	d := testDrawing()
	d.Revision, d.Before = 2, first
	d.Previous = &Previous{1, l.Last().Hash, "迟到数据"}
	d.Result.DataHash[0]++
	late := placed("440102", "乙县", 2, 1, 96, 9, 52_000)
	d.Result.Ranked[0], d.Result.Ranked[1] = late, d.Result.Ranked[0]
	d.Result.Ranked[1].Rank = 2
	second, secondHash := mustDraw(t, d)
	events := append([]Event{with(event(Create, "王芳", 20), func(e *Event) { e.Hash, e.Note = secondHash, "迟到数据" })}, l.Last().Carried(event(Create, "王芳", 20))...)
	if _, err := l.Append(append(events, with(event(Check, "李强", 21), note("名次变动已通知两县")))...); err != nil {
		t.Fatal(err)
	}
	publication, file, _, err := l.Publication(second, event(Publish, "赵敏", 22), testKey(0))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.Append(publication...); err != nil {
		t.Fatal(err)
	}
	if l.Revisions[0].State != Superseded || l.Published().Revision != 2 {
		t.Errorf("revision 1 is %s, published is %v", l.Revisions[0].State, l.Published())
	}
	e, err := Verify(file, trustOf(testKey(0)))
	if err != nil {
		t.Fatal(err)
	}
	if u, _ := e.Unit("440101"); len(u.Narratives) != 1 {
		t.Error("the narrative was not taken over")
	}
	want := []Change{
		{Code: "440101", Name: "甲县", RankBefore: 1, RankAfter: 2, Before: "95.500000000", After: "95.500000000", TierBefore: "high", TierAfter: "high", TiedBefore: 1, TiedAfter: 1},
		{Code: "440102", Name: "乙县", RankBefore: 2, RankAfter: 1, Before: "91.000000000", After: "96.000000000", TierBefore: "high", TierAfter: "high", TiedBefore: 1, TiedAfter: 1, Own: []string{"bad"}},
	}
	if d := cmp.Diff(want, e.Changes, cmpopts.EquateEmpty()); d != "" {
		t.Error(d)
	}
	words := strings.Join(Diff(first, e).Words("zh", 2), "\n")
	for _, sentence := range []string{
		"counties-2026-06-01.1 → counties-2026-06-01.2",
		"乙县（440102）：第 2 名 → 第 1 名；得分 91.00 → 96.00；每十万差评数 24.39（n 41,000） → 17.31（n 52,000）。",
		"甲县（440101）：第 1 名 → 第 2 名；本单位数据未变，随方案或其他单位变动。",
	} {
		if !strings.Contains(words, sentence) {
			t.Errorf("the difference lacks %q:\n%s", sentence, words)
		}
	}
	if !Diff(e, e).Same() || Diff(first, e).Same() {
		t.Error("what is the same is mistaken")
	}
}

// Two instances that write at once: the second's event takes a place that is taken and counts for nothing, in any
// order of reading.
func TestTwoAtOnce(t *testing.T) {
	base := Fold("counties-2026-06-01", nil)
	stored, err := base.Append(with(event(Create, "王芳", 1), hash("d1")), with(event(Open, "王芳", 2), until(8)))
	if err != nil {
		t.Fatal(err)
	}
	one, two := Fold(base.Number, stored), Fold(base.Number, stored)
	first, err := one.Append(with(event(Object, "甲县", 3), texts("440101", "一")))
	if err != nil {
		t.Fatal(err)
	}
	second, err := two.Append(with(event(Object, "乙县", 3), texts("440102", "二")))
	if err != nil {
		t.Fatal(err)
	}
	l := Fold(base.Number, append(append(stored, first...), second...))
	if r := l.Last(); len(r.Objections) != 1 || r.Objections[0].Unit != "440101" || len(l.Void) != 1 {
		t.Errorf("objections %+v, void %+v", l.Last().Objections, l.Void)
	}
}

// Whatever is asked, a published revision keeps its hash, steps, objections' places and narratives.
func TestPublishedNeverChanges(t *testing.T) {
	actions := []Action{Create, Redraw, Open, Object, Decide, Answer, Narrate, Check, Publish, Supersede}
	rapid.Check(t, func(t *rapid.T) {
		l := Fold("counties-2026-06-01", nil)
		published := map[int]Revision{}
		for range rapid.IntRange(1, 60).Draw(t, "events") {
			e := event(rapid.SampledFrom(actions).Draw(t, "action"), rapid.SampledFrom([]string{"王芳", "李强", "赵敏"}).Draw(t, "by"), rapid.IntRange(1, 31).Draw(t, "day"))
			e.Hash, e.Fingerprint = rapid.SampledFrom([]string{"a", "b"}).Draw(t, "hash"), "f"
			e.Note = rapid.SampledFrom([]string{"", "reason"}).Draw(t, "note")
			e.Until, e.Unit, e.Text, e.Section = e.Day+2, "u", "t", Cases
			e.Objection, e.Decision = rapid.IntRange(1, 3).Draw(t, "objection"), rapid.SampledFrom([]Decision{Upheld, Rejected}).Draw(t, "decision")
			e.Revision = rapid.IntRange(0, 2).Draw(t, "revision")
			_, _ = l.Append(e) // most are refused
			for i := range l.Revisions {
				r := l.clone().Revisions[i]
				was, ok := published[r.Revision]
				switch {
				case r.State != Published && r.State != Superseded:
					if ok {
						t.Fatalf("revision %d was published and is %s", r.Revision, r.State)
					}
					continue
				case ok && (r.Hash != was.Hash || !cmp.Equal(r.Steps, was.Steps) || !cmp.Equal(r.narratives, was.narratives)):
					t.Fatalf("revision %d has changed after its publication", r.Revision)
				case !ok:
					published[r.Revision] = r
					if last := r.Steps[len(r.Steps)-1]; last.Action != Publish || samePerson(last.By, r.Checker) {
						t.Fatalf("published by %s, checked by %s", last.By, r.Checker)
					}
				}
			}
		}
	})
}

// A changed scheme is said indicator by indicator.
func TestDifferenceOfSchemes(t *testing.T) {
	before, _ := mustDraw(t, testDrawing())
	d := testDrawing()
	s := d.Result.Scheme
	s.Version, s.Source = "2027", []byte("id: counties\nversion: \"2027\"\n")
	s.Hash = sha256.Sum256(s.Source)
	s.Tiers[0].From = 90.5
	quality := &s.Root.Children[0]
	quality.Children[0].Weight, quality.Children[0].MinimumN = 2.5, 300
	quality.Children[1].ID = "guides"
	for _, list := range [][]scoring.Placed{d.Result.Ranked, d.Result.Listed} {
		for i := range list {
			list[i].Nodes[2].ID = "guides"
		}
	}
	after, _ := mustDraw(t, d)
	for lang, want := range map[string][]string{
		"zh": {
			"方案版本不同：2026 → 2027", "指标 每十万差评数（bad）：权重 1 → 2.5；最低样本量 30 → 300。", "新指标：指南准确度（guides），权重 1。",
			"指标取消：指南准确度（guide）。", "档次分数线：优秀 ≥ 90, 其他 ≥ 0 → 优秀 ≥ 90.5, 其他 ≥ 0。",
		},
		"en": {"Indicator Bad per 100,000 (bad): weight 1 → 2.5; minimum sample 30 → 300.", "Indicator dropped: Guides (guide)."},
	} {
		words := strings.Join(Diff(before, after).Words(lang, 2), "\n")
		for _, sentence := range want {
			if !strings.Contains(words, sentence) {
				t.Errorf("%s: the difference lacks %q:\n%s", lang, sentence, words)
			}
		}
	}
}
