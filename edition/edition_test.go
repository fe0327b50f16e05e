package edition

import (
	"crypto/ed25519"
	"crypto/sha256"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"haochaping/calendar"
	"haochaping/evaluation"
	"haochaping/evaluation/scheme"
	"haochaping/evaluation/scoring"
)

var update = flag.Bool("update", false, "write the golden files")

// testKey is a key that everybody knows, so that the golden file stays the same.
func testKey(seed byte) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed([]byte(strings.Repeat(string(rune('a'+seed)), ed25519.SeedSize)))
}

func trustOf(key ed25519.PrivateKey) Trust {
	return Trust(Fingerprint(key.Public().(ed25519.PublicKey)))
}

func testScheme(publication scheme.Publication) *scheme.Scheme {
	source := []byte("id: counties\nversion: \"2026\"\n")
	return &scheme.Scheme{
		ID: "counties", Version: "2026", Name: scheme.Text{ZH: "县区评估", EN: "Counties"}, Scale: 100, Decimals: 2,
		Publication: publication, TieProbability: 0.95,
		Tiers: []scheme.Tier{{ID: "high", Name: scheme.Text{ZH: "优秀", EN: "High"}, From: 90}, {ID: "rest", Name: scheme.Text{ZH: "其他", EN: "Rest"}}},
		Peers: []scheme.Peers{{ID: "hills", Name: scheme.Text{ZH: "山区", EN: "Hills"}}},
		Root: scheme.Node{Children: []scheme.Node{{
			ID: "quality", Name: scheme.Text{ZH: "质量"}, Weight: 1, Children: []scheme.Node{
				{ID: "bad", Name: scheme.Text{ZH: "每十万差评数", EN: "Bad per 100,000"}, Weight: 1, Formula: "100000 * bad / valid", Unit: evaluation.Per100k, Direction: evaluation.LowerIsBetter, Decimals: -1, MinimumN: 30, Shrink: true},
				{ID: "guide", Name: scheme.Text{ZH: "指南准确度", EN: "Guides"}, Weight: 1, Imported: true, Unit: evaluation.Percent, Direction: evaluation.HigherIsBetter, Decimals: 4},
			},
		}}},
		Source: source, Hash: sha256.Sum256(source),
	}
}

// placed is a ranked unit with a bad rate and an imported value.
func placed(code, name string, order, rank int, score float64, hits, n uint64) scoring.Placed {
	share := 100_000 * float64(hits) / float64(n)
	tier := 1
	if score >= 90 {
		tier = 0
	}
	return scoring.Placed{
		Unit: scoring.Unit{Code: code, NameZH: name, Order: order, Group: "hills", Imported: map[string]scoring.Imported{"guide": {Value: 0.9, AsOf: "2026-06-30", Source: "第三方检查"}}},
		Rank: rank, RankLow: rank, RankHigh: rank + 1, Score: score, ScoreLow: score - 1.5, ScoreHigh: score + 0.25, Tier: tier, Tied: 1,
		Nodes: []scoring.NodeScore{
			{ID: "quality", Depth: 1, Points: score, Weight: 1, Known: true},
			{
				ID: "bad", Depth: 2, Leaf: true, Known: true, Points: score, Weight: 0.5, Scored: share, Low: share / 2, High: share * 2,
				Estimate: evaluation.Estimate{
					Value:  evaluation.Value{Number: share, Hits: hits, N: n, Known: true},
					Spread: evaluation.Spread{Kind: evaluation.Poisson, Hits: float64(hits), N: float64(n), Factor: 100_000},
				},
			},
			{ID: "guide", Depth: 2, Leaf: true, Known: true, Points: score, Weight: 0.5, Scored: 0.9, Low: 0.9, High: 0.9, Estimate: evaluation.Estimate{Value: evaluation.Value{Number: 0.9, Known: true}}},
		},
	}
}

func testResult(publication scheme.Publication) *scoring.Result {
	few := placed("440104", "丁县", 4, 0, 0, 1, 12)
	few.Rank, few.RankLow, few.RankHigh, few.Score, few.ScoreLow, few.ScoreHigh, few.Tier, few.Tied = 0, 0, 0, 0, 0, 0, -1, 0
	few.Reason = scoring.Reason{Code: scoring.TooFew, Node: "bad", N: 12, Minimum: 30}
	few.Nodes = []scoring.NodeScore{
		{ID: "quality", Depth: 1},
		{
			ID: "bad", Depth: 2, Leaf: true, Reason: few.Reason,
			Estimate: evaluation.Estimate{Value: evaluation.Value{Number: 3600, Hits: 60, N: 12, Known: true}, Spread: evaluation.Spread{
				Kind: evaluation.Order, Q: 0.5, Factor: 1, Histogram: evaluation.Histogram{209: 7, 5: 5},
			}},
		},
		{ID: "guide", Depth: 2, Leaf: true, Reason: scoring.Reason{Code: scoring.NoImport, Node: "guide"}},
	}
	return &scoring.Result{
		Scheme: testScheme(publication), Rule: scoring.RuleActive, DataHash: [32]byte{1, 2, 3}, Draws: 2000, MonteCarlo: 0.0111803,
		Ranked: []scoring.Placed{
			placed("440101", "甲县", 1, 1, 95.5, 3, 25_852), placed("440102", "乙县", 2, 2, 91, 10, 41_000),
			placed("440103", "丙县\u2028\"\\\x01", 3, 3, 80.25, 4, 9_000),
		},
		Listed: []scoring.Placed{few},
		Priors: []scoring.Prior{{Leaf: "bad", Group: "hills", A: 1.25, B: 13_000, From: "group", Units: 4}},
	}
}

func testDrawing() Drawing {
	return Drawing{
		Number: "counties-2026-06-01", Revision: 1, Draft: 1, Publisher: "示例省政务服务局",
		Period: calendar.Period(calendar.KindMonth, calendar.MakeDay(2026, 6, 1)),
		Data:   evaluation.Generation{Number: 17, DataTime: 1_783_000_000, Records: 123_456}, Result: testResult(scheme.PublishRank),
		Parents: map[string]string{"440101": "4401", "440102": "4401"},
	}
}

func mustDraw(t testing.TB, d Drawing) (*Edition, string) {
	t.Helper()
	e, err := Draw(d)
	if err != nil {
		t.Fatal(err)
	}
	b, err := Encode(e)
	if err != nil {
		t.Fatal(err)
	}
	return e, Hash(b)
}

// event makes the simple ones; days count from 1 July 2026.
func event(action Action, by string, day int) Event {
	d := calendar.MakeDay(2026, 7, day)
	return Event{Action: action, By: by, Day: d, At: d.Start(time.UTC).Add(time.Hour)}
}

func with(e Event, change func(*Event)) Event {
	change(&e)
	return e
}

// publishedLedger goes through all steps once.
func publishedLedger(t testing.TB) (l *Ledger, draft *Edition, file []byte) {
	t.Helper()
	draft, hash := mustDraw(t, testDrawing())
	l = Fold(draft.Number, nil)
	_, err := l.Append(
		with(event(Create, "王芳", 1), func(e *Event) { e.Hash = hash }),
		with(event(Open, "王芳", 2), func(e *Event) { e.Until = calendar.MakeDay(2026, 7, 8) }),
		with(event(Object, "丁县政务局", 3), func(e *Event) { e.Unit, e.Text = "440104", "12 条评价不足以说明问题。" }),
		with(event(Decide, "李强", 6), func(e *Event) {
			e.Objection, e.Decision, e.Note = 1, Rejected, "样本不足时只列出，不排名。"
		}),
		with(event(Narrate, "王芳", 7), func(e *Event) {
			e.Unit, e.Section, e.Entries = "440101", Highlights, []Narrative{{Text: "“一窗受理”覆盖全部事项。", Source: "现场核查 2026-06-20"}}
		}),
		event(Check, "李强", 9),
	)
	if err != nil {
		t.Fatal(err)
	}
	events, file, _, err := l.Publication(draft, event(Publish, "赵敏", 10), testKey(0))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.Append(events...); err != nil {
		t.Fatal(err)
	}
	return l, draft, file
}

// The canonical bytes and the signature are a promise to everybody who keeps a file.
func TestGoldenFile(t *testing.T) {
	_, _, file := publishedLedger(t)
	path := filepath.Join("testdata", "counties-2026-06-01.1.edition")
	if *update {
		if err := os.WriteFile(path, file, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != string(file) {
		t.Errorf("the file of an edition has changed: files that are out there could no longer be verified\n%s", cmp.Diff(string(want), string(file)))
	}
	e, err := Verify(want, trustOf(testKey(0)))
	if err != nil {
		t.Fatal(err)
	}
	u, _ := e.Unit("440101")
	if e.Ref().String() != "counties-2026-06-01.1" || len(e.Steps) != 4 || len(e.Objections) != 1 || len(u.Narratives) != 1 {
		t.Errorf("what was verified lacks something: %+v", e)
	}
}

// No bit of the file can be changed unnoticed.
func TestVerifyNoticesEveryBit(t *testing.T) {
	_, _, file := publishedLedger(t)
	trust := trustOf(testKey(0))
	for i := range file {
		for bit := range 8 {
			damaged := slices.Clone(file)
			damaged[i] ^= 1 << bit
			if _, err := Verify(damaged, trust); err == nil {
				t.Fatalf("byte %d, bit %d: the damaged file is verified", i, bit)
			}
		}
	}
	for _, cut := range []int{0, 1, len(file) / 2, len(file) - 1} {
		if _, err := Verify(file[:cut], trust); err == nil {
			t.Errorf("%d bytes of the file are verified", cut)
		}
	}
	if _, err := Verify(append(slices.Clone(file), '\n'), trust); err == nil {
		t.Error("a longer file is verified")
	}
}

func TestVerifySaysWhatDoesNotHold(t *testing.T) {
	_, draft, file := publishedLedger(t)
	unsigned, err := Encode(draft)
	if err != nil {
		t.Fatal(err)
	}
	other, err := Verify(file, trustOf(testKey(0)))
	if err != nil {
		t.Fatal(err)
	}
	other.Units[0].Rank, other.Units[1].Rank = 2, 1
	if _, _, err := Seal(other, testKey(0)); err == nil || !strings.Contains(err.Error(), "has rank 1, not 2") {
		t.Errorf("ranks against the scores are signed: %v", err)
	}
	text := string(file)
	second := text[strings.Index(text, "\n")+1:]
	_, _, foreign := publishedLedger(t)
	signature := func(s string) string { return s[strings.Index(s, `"signature":"`):] }
	tests := []struct {
		name  string
		file  string
		trust Trust
		want  string
	}{
		{"figures", strings.Replace(text, "95.500000000", "96.500000000", 1), trustOf(testKey(0)), ErrBytes.Error()},
		{"key", text, trustOf(testKey(1)), ErrKey.Error()},
		{"draft", string(unsigned) + "\n", trustOf(testKey(0)), ErrUnsigned.Error()},
		{"seal lost", text[:strings.Index(text, "\n")+1], trustOf(testKey(0)), ErrUnsigned.Error()},
		{"signature", strings.Replace(text, signature(second)[:30], signature(second)[:26]+"AAAA", 1), trustOf(testKey(0)), ErrSignature.Error()},
		{"format", strings.Replace(text, "haochaping edition seal 1", "haochaping edition seal 2", 1), trustOf(testKey(0)), ErrFormat.Error()},
		{"no edition", "hello\n", trustOf(testKey(0)), ErrFormat.Error()},
		{"fingerprint", strings.Replace(text, string(trustOf(testKey(0))), string(trustOf(testKey(1))), 1), trustOf(testKey(0)), ErrSeal.Error()},
		{"spaces", strings.Replace(text, second, " "+second, 1), trustOf(testKey(0)), ErrSeal.Error()},
		{"whole", string(foreign), trustOf(testKey(0)), ""},
	}
	for _, tt := range tests {
		_, err := Verify([]byte(tt.file), tt.trust)
		switch {
		case tt.want == "" && err != nil, tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
	}
}

// A key that is trusted signs another form, or other bytes of the same document: neither is taken.
func TestOnlyTheCanonicalFormIsRead(t *testing.T) {
	draft, _ := mustDraw(t, testDrawing())
	b, err := Encode(draft)
	if err != nil {
		t.Fatal(err)
	}
	text := string(b)
	for name, changed := range map[string]string{
		"space":       strings.Replace(text, `,"draft":1`, `, "draft":1`, 1),
		"twice":       strings.Replace(text, `,"draft":1`, `,"draft":1,"draft":1`, 1),
		"unknown key": strings.Replace(text, `,"draft":1`, `,"drafts":1`, 1),
		"case":        strings.Replace(text, `,"draft":1`, `,"Draft":1`, 1),
		"exponent":    strings.Replace(text, `,"draft":1`, `,"draft":1e0`, 1),
		"decimals":    strings.Replace(text, `"95.500000000"`, `"95.50000000"`, 1),
		"behind it":   text + "{}",
		"escape":      strings.Replace(text, "甲县", `\u7532县`, 1),
		"null":        strings.Replace(text, `"steps":[]`, `"steps":null`, 1),
	} {
		if changed == text {
			t.Errorf("%s: the test changes nothing", name)
		}
		if _, err := Decode([]byte(changed)); err == nil {
			t.Errorf("%s is read", name)
		}
	}
	if _, err := Decode([]byte(strings.Replace(text, Format, "haochaping edition 9", 1))); err == nil || !strings.Contains(err.Error(), ErrFormat.Error()) {
		t.Errorf("another form: %v", err)
	}
}

// Whatever the texts and the order of the units, the bytes come back as they are.
func TestEncodeDecodeEncode(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := testDrawing()
		d.Publisher = rapid.String().Draw(t, "publisher")
		d.Result = testResult(rapid.SampledFrom([]scheme.Publication{scheme.PublishRank, scheme.PublishGroups, scheme.PublishBands}).Draw(t, "publication"))
		for i := range d.Result.Ranked {
			p := &d.Result.Ranked[i]
			p.NameZH = rapid.String().Draw(t, "name")
			p.Nodes[1].Scored = rapid.Float64Range(-1e14, 1e14).Draw(t, "scored")
			p.Nodes[1].Low, p.Nodes[1].High = p.Nodes[1].Scored, p.Nodes[1].Scored
		}
		e, err := Draw(d)
		if err != nil {
			t.Fatal(err)
		}
		first, err := Encode(e)
		if err != nil {
			t.Fatal(err)
		}
		shuffled := *e
		shuffled.Units = rapid.Permutation(e.Units).Draw(t, "units")
		again, err := Encode(&shuffled)
		if err != nil || string(first) != string(again) {
			t.Fatalf("another order of the units gives other bytes: %v", err)
		}
		decoded, err := Decode(first)
		if err != nil {
			t.Fatal(err)
		}
		again, err = Encode(decoded)
		if err != nil || string(first) != string(again) {
			t.Fatalf("what was decoded is encoded otherwise: %v", err)
		}
		if d := cmp.Diff(e, decoded, cmpopts.EquateEmpty()); d != "" {
			t.Fatal(d)
		}
	})
}

func TestDecimals(t *testing.T) {
	for x, want := range map[float64]Decimal{
		0: "0.000000000", -1e-12: "0.000000000", 1e-9: "0.000000001", 0.1 + 0.2: "0.300000000", -2.5: "-2.500000000",
		13_461_728: "13461728.000000000", 99.99999999999: "100.000000000",
	} {
		if got, err := decimal(x); err != nil || got != want {
			t.Errorf("%v: %s, %v, want %s", x, got, err, want)
		}
	}
	for _, x := range []float64{1e15, -1e15, 999_999_999_999_999.99, nan(), 1 / nan()} {
		if got, err := decimal(x); err == nil && len(got) > len("-999999999999999.999999999") {
			t.Errorf("%v is written as %s", x, got)
		}
	}
	if _, err := decimal(nan()); err == nil {
		t.Error("what is no number is written")
	}
	for _, text := range []string{"", "1", "01.000000000", "-0.000000000", "1.00000000", "1.0000000000", "1e5", "+1.000000000", "1000000000000000.000000000"} {
		var d Decimal
		if err := d.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q is read", text)
		}
	}
}

func nan() float64 { zero := 0.0; return zero / zero }

// What a scheme does not publish is in no document.
func TestPublicationForms(t *testing.T) {
	for publication, hidden := range map[scheme.Publication][]string{
		scheme.PublishRank: nil, scheme.PublishGroups: {`"rank":1`}, scheme.PublishBands: {`"rank":1`, `"tied":`, `"rank_low":`},
	} {
		d := testDrawing()
		d.Result = testResult(publication)
		e, _ := mustDraw(t, d)
		b, err := Encode(e)
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range hidden {
			if strings.Contains(string(b), text) {
				t.Errorf("%s: the document has %s", publication, text)
			}
		}
		if publication == scheme.PublishRank && !strings.Contains(string(b), `"rank":1`) {
			t.Error("ranks are missing")
		}
	}
	d := testDrawing()
	d.Result.Rule = scoring.RuleSilence
	if _, err := Draw(d); err == nil {
		t.Error("a ranking that counts silence is drawn up")
	}
}

func FuzzDecode(f *testing.F) {
	_, _, file := publishedLedger(f)
	f.Add(Document(file))
	f.Add([]byte(`{"format":"haochaping edition 1"}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := Decode(b)
		if err != nil {
			return
		}
		again, err := Encode(e)
		if err != nil || string(again) != string(b) {
			t.Fatalf("read, but not written again as it was: %v", err)
		}
		_ = Consistent(e)
	})
}
