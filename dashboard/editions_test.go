package dashboard

import (
	"context"
	"crypto/ed25519"
	"encoding/csv"
	"errors"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"haochaping/access"
	"haochaping/calendar"
	"haochaping/directory"
	"haochaping/edition"
	"haochaping/evaluation"
	"haochaping/evaluation/scheme"
	"haochaping/evaluation/scoring"
)

func init() {
	composedOf = append(composedOf, func() (ids []string) {
		for _, what := range []string{"edition.change.rank.", "edition.change.points."} {
			ids = append(ids, what+"up", what+"down", what+"same")
		}
		for _, what := range []string{"all", "upheld", "rejected", "open", "late"} {
			ids = append(ids, "edition.objections."+what)
		}
		ids = append(ids, "edition.profile.note", "edition.profile.leaves")
		return ids
	})
}

// fakeEditions are editions in memory, made by the same steps as real ones.
type fakeEditions struct {
	ledgers []*edition.Ledger
	heads   map[edition.Ref]edition.Head
	files   map[string][]byte
	fail    error
	reads   int
}

func (f *fakeEditions) Ledgers(context.Context) (ledgers []*edition.Ledger, heads []edition.Head, err error) {
	for _, l := range f.ledgers {
		for i := range l.Revisions {
			h := f.heads[l.Revisions[i].Ref]
			h.State = l.Revisions[i].State
			heads = append(heads, h)
		}
	}
	return f.ledgers, heads, f.fail
}

func (f *fakeEditions) SchemeNames(context.Context) (map[string]scheme.Text, error) {
	return map[string]scheme.Text{scheme.DefaultID: scheme.Default().Name}, f.fail
}

func (f *fakeEditions) File(_ context.Context, _, hash string) ([]byte, error) {
	f.reads++
	if f.files[hash] == nil {
		return nil, errors.New("no such document in the warehouse")
	}
	return f.files[hash], f.fail
}

var editionKey = ed25519.NewKeyFromSeed([]byte(strings.Repeat("k", ed25519.SeedSize)))

// draw draws a draft of the cities of a directory and begins or continues a ledger with it.
func (f *fakeEditions) draw(tb testing.TB, store Store, dir *directory.Directory, period calendar.Range, revision int, before *edition.Edition) (*edition.Ledger, *edition.Edition) {
	tb.Helper()
	rows, err := store.Facts(tb.Context(), evaluation.Query{By: evaluation.ByRegion, Level: 2, From: period.From, To: period.To})
	if err != nil {
		tb.Fatal(err)
	}
	var units []scoring.Unit
	for i, r := range dir.RegionsAtLevel(2) {
		u := scoring.Unit{Code: r.Code, NameZH: r.Name, NameEN: r.NameEN, Order: i}
		for j := range rows {
			if rows[j].Region == r.Code {
				u.Facts.Add(&rows[j].Facts)
			}
		}
		if i == 1 && revision > 1 {
			u.Facts.Levels[0] += 40 // late data
		}
		units = append(units, u)
	}
	result, err := scoring.Evaluate(tb.Context(), scheme.Default(), units, scoring.Options{})
	if err != nil {
		tb.Fatal(err)
	}
	number := edition.MakeNumber(scheme.DefaultID, edition.PeriodLabel(period), 1)
	drawing := edition.Drawing{
		Number: number, Revision: revision, Draft: 1, Publisher: "示例省政务服务局", Period: period, Result: result,
		Data: evaluation.Generation{Number: 7, DataTime: testNow.Unix(), Records: 2_164_345},
	}
	if before != nil {
		published := f.ledger(number).Published()
		drawing.Previous, drawing.Before = &edition.Previous{Revision: published.Revision, Hash: published.Hash, Reason: "迟到数据"}, before
	}
	e, err := edition.Draw(drawing)
	if err != nil {
		tb.Fatal(err)
	}
	body, err := edition.Encode(e)
	if err != nil {
		tb.Fatal(err)
	}
	hash := edition.Hash(body)
	l := f.ledger(number)
	create := editionEvent(edition.Create, "甲", period.To+2)
	create.Hash, create.Revision = hash, revision
	if revision > 1 {
		create.Note = "迟到数据"
	}
	if _, err := l.Append(create); err != nil {
		tb.Fatal(err)
	}
	f.files[hash] = body
	f.heads[edition.Ref{Number: number, Revision: revision}] = edition.Head{
		Ref: edition.Ref{Number: number, Revision: revision}, SchemeID: scheme.DefaultID, Period: period,
	}
	return l, e
}

func (f *fakeEditions) ledger(number string) *edition.Ledger {
	for _, l := range f.ledgers {
		if l.Number == number {
			return l
		}
	}
	f.ledgers = append(f.ledgers, edition.Fold(number, nil))
	return f.ledgers[len(f.ledgers)-1]
}

func editionEvent(action edition.Action, by string, day calendar.Day) edition.Event {
	return edition.Event{Action: action, By: by, Day: day, At: day.Start(time.UTC).Add(time.Hour)}
}

// publish goes through the steps, with an objection and a narrative of one unit.
func (f *fakeEditions) publish(tb testing.TB, l *edition.Ledger, e *edition.Edition, unit, text string) {
	tb.Helper()
	day := e.Period.To + 3
	open, object, decide := editionEvent(edition.Open, "甲", day), editionEvent(edition.Object, text, day+1), editionEvent(edition.Decide, "乙", day+2)
	open.Until = day + 3
	object.Unit, object.Text = unit, text
	decide.Objection, decide.Decision, decide.Note = 1, edition.Rejected, text
	narrate := editionEvent(edition.Narrate, "甲", day+2)
	narrate.Unit, narrate.Section, narrate.Entries = unit, edition.Highlights, []edition.Narrative{{Text: text, Source: text}}
	if _, err := l.Append(open, object, decide, narrate, editionEvent(edition.Check, "乙", day+5)); err != nil {
		tb.Fatal(err)
	}
	events, file, hash, err := l.Publication(e, editionEvent(edition.Publish, "丙", day+6), editionKey)
	if err != nil {
		tb.Fatal(err)
	}
	if _, err := l.Append(events...); err != nil {
		tb.Fatal(err)
	}
	f.files[hash] = file
}

// newFakeEditions has two months, of the second one two revisions, and a draft of the third.
func newFakeEditions(tb testing.TB, store Store, dir *directory.Directory, unit, text string) *fakeEditions {
	tb.Helper()
	f := &fakeEditions{heads: make(map[edition.Ref]edition.Head), files: make(map[string][]byte)}
	month := func(m time.Month) calendar.Range {
		return calendar.Period(calendar.KindMonth, calendar.MakeDay(2026, m, 1))
	}
	l, e := f.draw(tb, store, dir, month(8), 1, nil)
	f.publish(tb, l, e, unit, text)
	l, e = f.draw(tb, store, dir, month(9), 1, nil)
	f.publish(tb, l, e, unit, text)
	l, e = f.draw(tb, store, dir, month(9), 2, e)
	f.publish(tb, l, e, unit, text)
	f.draw(tb, store, dir, month(10), 1, nil)
	return f
}

const (
	august    = "/edition/good-bad-review-2026-08-01"
	september = "/edition/good-bad-review-2026-09-01"
	october   = "/edition/good-bad-review-2026-10-01"
)

var editionPages = []string{
	"/editions", august, september, september + "?revision=1", october, "/ranking", "/editions/compare",
	"/editions/compare?a=good-bad-review-2026-09-01.1&b=good-bad-review-2026-09-01", september + "?unit=9902&unit=9903&unit=nobody",
	"/editions/compare?a=good-bad-review-2026-08-01&b=good-bad-review-2026-10-01",
}

func TestEditionPages(t *testing.T) {
	store := newFakeStore(t)
	f := newFakeEditions(t, store, store.dir, "9902", "说明 text")
	for _, base := range []string{"", "/hcp"} {
		d := newTestDashboard(t, store, func(o *Options) { o.BasePath, o.Editions = base, f })
		for _, lang := range []string{Chinese, English} {
			for _, path := range editionPages {
				t.Run(lang+base+path, func(t *testing.T) {
					w := get(d, base+path, lang)
					if w.Code != http.StatusOK {
						t.Fatalf("status %d", w.Code)
					}
					body := w.Body.String()
					root := parse(t, strings.NewReader(body))
					checkNothingInline(t, root)
					checkStructure(t, root)
					checkAddresses(t, root, base)
					checkCards(t, root)
					checkLanguage(t, root, lang)
					if strings.Contains(body, missingMark) || strings.Contains(body, "<no value>") || strings.Contains(body, "ZgotmplZ") || strings.Contains(body, `class="incident"`) {
						t.Error("a message or value is missing")
					}
				})
			}
		}
	}
}

func TestEditionSays(t *testing.T) {
	store := newFakeStore(t)
	d := newTestDashboard(t, store, func(o *Options) { o.Editions = newFakeEditions(t, store, store.dir, "9902", "说明 text") })
	for path, want := range map[string][]string{
		"/editions":               {"good-bad-review-2026-09-01", "1–30 Sep 2026", "superseded by a later revision", "published", "a draft"},
		september:                 {"Compared with the edition of 1–31 Aug 2026: good-bad-review-2026-08-01.1", "not significant", "What differs from the revision before", "Revision 2", "迟到数据", "haochaping edition verify", edition.Fingerprint(editionKey.Public().(ed25519.PublicKey))},
		september + "?revision=1": {"Revision 2 has superseded this one."},
		october:                   {"Draft 1, a draft: not published", "A draft has no signature"},
	} {
		text := allText(parse(t, get(d, path, English).Body))
		for _, s := range want {
			if !strings.Contains(text, s) {
				t.Errorf("%s does not say %q", path, s)
			}
		}
	}
}

// The parts by which a unit moved are its change.
func TestWhyItMoved(t *testing.T) {
	store := newFakeStore(t)
	d := newTestDashboard(t, store, func(o *Options) { o.Editions = newFakeEditions(t, store, store.dir, "9902", "x") })
	w := get(d, september+"?unit=9902&card=why&format=csv", English)
	records, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(w.Body.String(), "\uFEFF"))).ReadAll()
	if err != nil || w.Code != http.StatusOK {
		t.Fatal(w.Code, err)
	}
	value := func(s string) float64 {
		x, err := strconv.ParseFloat(strings.NewReplacer("−", "-", "+", "").Replace(s), 64)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	var sum float64
	parts := records[1 : len(records)-1]
	for _, r := range parts {
		if r[0] != "City 2" {
			t.Errorf("a row about %s", r[0])
		}
		sum += value(r[6])
	}
	all := records[len(records)-1]
	if len(parts) == 0 || math.Abs(sum-value(all[6])) > 0.03 || math.Abs(value(all[5])-value(all[4])-value(all[6])) > 0.02 {
		t.Errorf("%d parts sum up to %.2f; %q", len(parts), sum, all)
	}
	if name := w.Header().Get("Content-Disposition"); !strings.Contains(name, "2026-09-01_2026-09-30") {
		t.Errorf("the file is called %s", name)
	}
}

// Significance is what the intervals say, and nothing is said of revisions and of other schemes.
func TestSignificance(t *testing.T) {
	store := newFakeStore(t)
	d := newTestDashboard(t, store, func(o *Options) { o.Editions = newFakeEditions(t, store, store.dir, "9902", "x") })
	p := d.newPage(newRequest("/?lang=en"))
	from := &frozen{edition: &edition.Edition{Number: "a"}, result: &scoring.Result{
		Scheme: scheme.Default(), Ranked: []scoring.Placed{{Unit: scoring.Unit{Code: "u"}, Rank: 3, Score: 80, ScoreLow: 78, ScoreHigh: 82}},
		Listed: []scoring.Placed{{Unit: scoring.Unit{Code: "listed"}, Reason: scoring.Reason{Code: scoring.TooFew}}},
	}}
	unit := func(code string, rank int, score float64) *scoring.Placed {
		return &scoring.Placed{Unit: scoring.Unit{Code: code}, Rank: rank, Score: score, ScoreLow: score - 2, ScoreHigh: score + 2}
	}
	for _, tt := range []struct {
		name   string
		number string
		hash   string
		now    *scoring.Placed
		want   rankChange
	}{
		{"intervals touch", "b", "", unit("u", 1, 84), rankChange{Arrow: "▲", Text: "up 2 places", By: "+4.00", Score: "score +4.00", Sure: "not significant"}},
		{"intervals do not touch", "b", "", unit("u", 5, 75), rankChange{Arrow: "▼", Text: "down 2 places", By: "−5.00", Score: "score −5.00", Sure: "significant", Moved: true}},
		{"nothing", "b", "", unit("u", 3, 80), rankChange{Text: "same rank", By: "0.00", Score: "score 0.00", Sure: "not significant"}},
		{"a revision", "a", "", unit("u", 1, 95), rankChange{Arrow: "▲", Text: "up 2 places", By: "+15.00", Score: "score +15.00", Sure: "revisions of one edition share their samples: significance is not judged"}},
		{"another scheme", "b", "h", unit("u", 1, 95), rankChange{Arrow: "▲", Text: "up 2 places", By: "+15.00", Score: "score +15.00", Sure: "another scheme: significance is not judged"}},
		{"new", "b", "", unit("v", 1, 95), rankChange{Text: "not in it"}},
		{"had no rank", "b", "", unit("listed", 1, 95), rankChange{Text: "had no rank"}},
	} {
		to := &frozen{edition: &edition.Edition{Number: tt.number, Scheme: edition.Scheme{Hash: tt.hash}}, result: &scoring.Result{Scheme: scheme.Default()}}
		if diff := cmp.Diff(tt.want, *p.compareEditions(from, to).change(tt.now)); diff != "" {
			t.Errorf("%s: %s", tt.name, diff)
		}
	}
}

// A unit that lacks a dimension is no shape of the radar: no data is not 0.
func TestProfileDrawsNoGap(t *testing.T) {
	store := newFakeStore(t)
	d := newTestDashboard(t, store, func(o *Options) { o.Editions = newFakeEditions(t, store, store.dir, "9902", "x") })
	s := &scheme.Scheme{Root: scheme.Node{Children: []scheme.Node{
		{ID: "a", Weight: 1, Name: scheme.Text{ZH: "甲"}},
		{ID: "b", Weight: 1, Name: scheme.Text{ZH: "乙"}},
		{ID: "c", Weight: 1, Name: scheme.Text{ZH: "丙"}},
		{ID: "listed", Name: scheme.Text{ZH: "丁"}},
		{ID: "nobody", Weight: 1, Name: scheme.Text{ZH: "戊"}},
	}}, Scale: 100}
	whole := scoring.Placed{Unit: scoring.Unit{Code: "1"}, Nodes: []scoring.NodeScore{
		{ID: "a", Known: true, Points: 1}, {ID: "b", Known: true, Points: 2}, {ID: "c", Known: true, Points: 3}, {ID: "listed", Known: true},
	}}
	lacks := scoring.Placed{Unit: scoring.Unit{Code: "2"}, Nodes: whole.Nodes[:2]}
	result := &scoring.Result{Scheme: s, Ranked: []scoring.Placed{whole, lacks}}
	for _, n := range []int{0, 1} {
		p := d.newPage(newRequest("/edition/x?lang=en"))
		units := []*scoring.Placed{&result.Ranked[0], &result.Ranked[1]}[n:]
		p.profileCard(&seen{frozen: &frozen{result: result}, result: result, whole: true}, &edition.Revision{}, units)
		p.load()
		c := p.Cards[0]
		if drawn := c.Figure != nil; drawn != (n == 0) || c.Failed != nil {
			t.Fatalf("%d units: drawn: %v, %v", len(units), drawn, c.Failed)
		}
		if n == 0 && (len(c.Figure.Tips) != 1 || len(c.Remarks) != 1 || strings.Count(string(c.Figure.Option), `"max":100`) != 3) {
			t.Errorf("%d shapes, %q, %s", len(c.Figure.Tips), c.Remarks, c.Figure.Option)
		}
		for _, row := range c.Table.Rows {
			if row[0].Text != "Score" && row[len(row)-1].Text == "0" {
				t.Errorf("a row says 0: %v", row)
			}
		}
	}
}

func TestEditionsThatAreNotThere(t *testing.T) {
	store := newFakeStore(t)
	for name, editions := range map[string]Editions{"none": nil, "some": newFakeEditions(t, store, store.dir, "9902", "x")} {
		d := newTestDashboard(t, store, func(o *Options) { o.Editions = editions })
		for _, path := range []string{"/edition/nothing", "/edition/nothing/file", september + "?revision=9", september + "?revision=x", "/editions/compare?a=nothing", "/editions/compare?a=x-2026-01-01", september + "?revision=99999999999999999999"} {
			if w := get(d, path, English); w.Code != http.StatusNotFound {
				t.Errorf("%s: %s: %d", name, path, w.Code)
			}
		}
		if w := get(d, "/editions", English); w.Code != http.StatusOK {
			t.Errorf("%s: the list: %d", name, w.Code)
		}
	}
}

// A document that cannot be read leaves the page alive and says nothing of why.
func TestEditionFails(t *testing.T) {
	store := newFakeStore(t)
	f := newFakeEditions(t, store, store.dir, "9902", "x")
	clear(f.files)
	d := newTestDashboard(t, store, func(o *Options) { o.Editions = f })
	w := get(d, september, English)
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "Incident ") || strings.Contains(w.Body.String(), "warehouse") {
		t.Errorf("%d %s", w.Code, allText(parse(t, w.Body)))
	}
	f.fail = errors.New("connect 10.0.0.7: refused")
	d = newTestDashboard(t, store, func(o *Options) { o.Editions = f })
	if w := get(d, "/editions", English); w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), "10.0.0.7") {
		t.Errorf("the list: %d", w.Code)
	}
}

// A document is read once, whoever asks.
func TestEditionIsReadOnce(t *testing.T) {
	store := newFakeStore(t)
	f := newFakeEditions(t, store, store.dir, "9902", "x")
	d := newTestDashboard(t, store, func(o *Options) { o.Editions = f })
	for range 3 {
		get(d, august, English)
	}
	if f.reads != 1 {
		t.Errorf("%d readings", f.reads)
	}
}

// editionReaders are people with roles and scopes of their own.
type editionReaders map[string]access.Person

func (g editionReaders) Person(r *http.Request) access.Person {
	p := g[r.Header.Get("X-Test-Person")]
	p.ID, p.Method = r.Header.Get("X-Test-Person"), "local"
	return p
}

var editionPeople = editionReaders{
	"leader":    {Roles: []access.Role{access.Leader}, Scope: directory.Scope{All: true}},
	"evaluator": {Roles: []access.Role{access.Evaluator}, Scope: directory.Scope{All: true}},
	"city":      {Roles: []access.Role{access.Leader}, Scope: directory.Scope{Regions: []string{"9902"}, Departments: []string{directory.Any}}},
	"bureau":    {Roles: []access.Role{access.Leader}, Scope: directory.Scope{Regions: []string{"9902"}, Departments: []string{"D99020100"}}},
	"operator":  {Roles: []access.Role{access.Operator}, Scope: directory.Scope{All: true}},
}

func TestWhoReadsWhichEdition(t *testing.T) {
	store := newFakeStore(t)
	d := newTestDashboard(t, store, func(o *Options) {
		o.Gate, o.Editions = editionPeople, newFakeEditions(t, store, store.dir, "9903", "of 9903")
	})
	for person, want := range map[string]map[string]int{
		"leader":    {"/editions/compare?b=good-bad-review-2026-10-01": 404, "/editions": 200, september: 200, october: 404, october + "/file": 404, september + "/file": 200},
		"evaluator": {"/editions": 200, september: 200, october: 200, october + "/file": 200, september + "/file": 200},
		"city":      {"/editions": 200, september: 200, october: 404, september + "/file": 403},
		"bureau":    {"/editions": 200, september: 200, october: 404, september + "/file": 403},
		"operator":  {"/editions": 403, september: 403, october: 403, september + "/file": 403},
	} {
		for path, status := range want {
			if w := as(d, person, path); w.Code != status {
				t.Errorf("%s %s: %d, want %d", person, path, w.Code, status)
			}
		}
	}
	if body := as(d, "leader", "/editions").Body.String(); strings.Contains(body, "2026-10-01") {
		t.Error("a draft stands in the list of somebody who does not evaluate")
	}
	// Nothing of others reaches a reader with a narrow scope, though the whole document was read before.
	for person, sees := range map[string]bool{"city": true, "bureau": false} {
		for _, path := range []string{
			august, september, september + "?revision=1", september + "?unit=9903&unit=9901", "/editions/compare",
			"/editions/compare?a=good-bad-review-2026-09-01.1&b=good-bad-review-2026-09-01.2", september + "?unit=9903&card=profile&format=csv",
			september + "?unit=9903&card=why&format=csv", "/editions/compare?card=compared&format=csv",
		} {
			body := as(d, person, path).Body.String()
			body = strings.ReplaceAll(body, "unit=9903", "") // the reader's own address
			if got := strings.Contains(body, "清江市"); got != sees && !strings.Contains(path, "csv") {
				t.Errorf("%s %s: the own unit is shown: %v", person, path, got)
			}
			for _, other := range []string{"云州市", "南屏市", "东陵市", "海宁湾市", "北原市", "西岭市", "of 9903", "9903"} {
				if strings.Contains(body, other) {
					t.Errorf("%s %s tells of %s", person, path, other)
				}
			}
			if sees && !strings.Contains(path, "csv") && !strings.Contains(allText(parse(t, strings.NewReader(body))), " / 7") {
				t.Errorf("%s %s: the place does not say among how many", person, path)
			}
		}
	}
}

// notary puts on record who takes a file, and can refuse to.
type notary struct {
	entries []string
	fail    error
}

func (n *notary) Record(_ context.Context, by access.Person, action, object string) error {
	n.entries = append(n.entries, by.ID+" "+action+" "+object)
	return n.fail
}

func TestEditionFileIsOnRecord(t *testing.T) {
	store := newFakeStore(t)
	n := &notary{}
	d := newTestDashboard(t, store, func(o *Options) {
		o.Gate, o.Recorder, o.Editions = editionPeople, n, newFakeEditions(t, store, store.dir, "9902", "x")
	})
	w := as(d, "leader", september+"/file")
	e, err := edition.Verify(w.Body.Bytes(), edition.Trust(edition.Fingerprint(editionKey.Public().(ed25519.PublicKey))))
	if err != nil || e.Revision != 2 {
		t.Fatalf("the file is not the published one: %v", err)
	}
	if len(n.entries) != 1 || n.entries[0] != "leader export "+september+"/file" {
		t.Errorf("on record: %q", n.entries)
	}
	n.fail = errors.New("the record cannot be written")
	if w := as(d, "leader", september+"/file"); w.Code != http.StatusServiceUnavailable || strings.Contains(w.Body.String(), "云州市") {
		t.Errorf("not on record, and yet %d", w.Code)
	}
}

func TestHostileEditions(t *testing.T) {
	dir, codes := hostileDirectory(t)
	for i, name := range hostileNames[:9] {
		text := name
		if i == 8 {
			text = strings.Repeat("长", 4000)
		}
		by := []rune(text)[:min(20, len([]rune(text)))]
		f := newFakeEditions(t, hostileStore{codes}, dir, codes[i], string(by))
		d := newTestDashboard(t, &fakeStore{dir: dir, now: testNow}, func(o *Options) { o.Editions = f })
		for _, path := range []string{"/editions", september, october, september + "?unit=" + url.QueryEscape(name) + "&revision=1", "/editions/compare"} {
			for _, lang := range []string{Chinese, English} {
				w := get(d, path, lang)
				if w.Code != http.StatusOK {
					t.Fatalf("%.60q %s: %d", name, path, w.Code)
				}
				root := parse(t, w.Body)
				checkNothingInline(t, root)
				checkStructure(t, root)
				checkAddresses(t, root, "")
				checkCards(t, root)
				if n := len(elements(root, named("img", "iframe", "object"))); n > 0 {
					t.Fatalf("%.60q %s: %d foreign elements", name, path, n)
				}
			}
		}
	}
}
