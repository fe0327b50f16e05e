package dashboard

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"haochaping/access"
	"haochaping/directory"
	"haochaping/evaluation"
	"haochaping/evaluation/scheme"
	"haochaping/evaluation/scoring"
	"haochaping/export"
)

func init() {
	composedOf = append(composedOf, func() (ids []string) {
		for _, kind := range evaluation.EvidenceKinds() {
			ids = append(ids, "evidence.kind."+string(kind), "evidence.judged."+string(kind))
		}
		for _, file := range evidenceFiles {
			ids = append(ids, "evidence.holds."+file[0])
		}
		for _, records := range []string{"rating", "tally", "case", "event", "step", "refused"} {
			ids = append(ids, "evidence.records."+records)
		}
		for _, where := range []string{"counted", "apart", "nowhere"} {
			ids = append(ids, "evidence.where."+where)
		}
		checks, _ := evaluation.CheckEvidence(&evaluation.Facts{}, &evaluation.Facts{})
		for _, c := range checks {
			if !strings.HasPrefix(c.Figure, "level_") && !strings.HasPrefix(c.Figure, "default_") && !strings.HasPrefix(c.Figure, "reassessed_") {
				ids = append(ids, "evidence.figure."+c.Figure)
			}
		}
		return append(ids, "evidence.figure.default", "evidence.figure.reassessed")
	})
}

// fakeEvidence has the same records for every unit, and keeps what it was asked for.
type fakeEvidence struct {
	mu     sync.Mutex
	survey evaluation.EvidenceSurvey
	packs  []*export.Evidence
	pack   func(io.Writer) (bool, error) // nil: writes a few bytes
}

func (f *fakeEvidence) Survey(context.Context, evaluation.EvidenceQuery) (evaluation.EvidenceSurvey, error) {
	return f.survey, nil
}

func (f *fakeEvidence) Alone(_ context.Context, q evaluation.EvidenceQuery) (*scoring.Result, error) {
	return &scoring.Result{Scheme: testScheme(scheme.Units{}), Ranked: []scoring.Placed{{Unit: scoring.Unit{Code: q.Code}}}}, nil
}

func (f *fakeEvidence) Pack(_ context.Context, w io.Writer, e *export.Evidence, _ string) (bool, error) {
	f.mu.Lock()
	f.packs = append(f.packs, e)
	f.mu.Unlock()
	if f.pack != nil {
		return f.pack(w)
	}
	_, err := io.WriteString(w, "PK")
	return true, err
}

func newFakeEvidence() *fakeEvidence {
	return &fakeEvidence{survey: evaluation.EvidenceSurvey{
		Rows:   12,
		Counts: []evaluation.EvidenceCount{{Records: "rating", N: 9}, {Records: "rating", Reason: evaluation.CountedDefault, N: 1}, {Records: "rating", Reason: evaluation.SameEvent, N: 2}},
		Summed: evaluation.Facts{Levels: [5]uint64{0, 1, 0, 0, 8}, Defaults: [5]uint64{0, 0, 1}},
		Facts:  evaluation.Facts{Levels: [5]uint64{0, 1, 0, 0, 8}, Defaults: [5]uint64{0, 0, 1}},
	}}
}

const (
	cityEvidence = "/evidence/region/9901"
	cityPack     = cityEvidence + "/pack.zip"
)

var evidencePages = []string{
	cityEvidence, "/evidence/hall/H990302001", "/evidence/window/H990302001%2F2", "/evidence/department/D99030200", "/evidence/item/I-001",
	"/evidence/line/" + "%E5%85%AC%E5%AE%89@9901", "/evidence/region/9902?edition=good-bad-review-2026-09-01&revision=1",
}

func TestEvidencePages(t *testing.T) {
	store := newFakeStore(t)
	editions := newFakeEditions(t, store, store.dir, "9902", "x")
	for _, base := range []string{"", "/hcp"} {
		d := newTestDashboard(t, store, func(o *Options) { o.BasePath, o.Evidence, o.Editions = base, newFakeEvidence(), editions })
		for _, lang := range []string{Chinese, English} {
			for _, path := range evidencePages {
				w := get(d, base+path, lang)
				if w.Code != http.StatusOK {
					t.Errorf("%s: status %d", path, w.Code)
					continue
				}
				body := w.Body.String()
				root := parse(t, strings.NewReader(body))
				checkNothingInline(t, root)
				checkStructure(t, root)
				checkAddresses(t, root, base)
				checkCards(t, root)
				checkLanguage(t, root, lang)
				if strings.Contains(body, missingMark) || strings.Contains(body, "<no value>") || strings.Contains(body, "ZgotmplZ") || strings.Contains(body, `class="incident"`) {
					t.Errorf("%s: a message or value is missing", path)
				}
				if !strings.Contains(body, "/pack.zip") {
					t.Errorf("%s offers no pack", path)
				}
			}
		}
	}
}

// What does not add up is said on the page, and why; and a unit with too many records is offered shorter periods.
func TestEvidenceSays(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*evaluation.EvidenceSurvey)
		want   string
		pack   bool
	}{
		"agrees":  {func(*evaluation.EvidenceSurvey) {}, "Reconciled: the records", true},
		"differs": {func(s *evaluation.EvidenceSurvey) { s.Facts.Levels[4]++ }, "Not reconciled: the records listed", true},
		"dirty":   {func(s *evaluation.EvidenceSurvey) { s.Facts.Levels[4], s.Dirty = 1, 3 }, "wait to be counted anew: 3", true},
		"many":    {func(s *evaluation.EvidenceSurvey) { s.Rows = evaluation.MaxEvidence + 1 }, "5,000,001 records; a pack holds at most 5,000,000", false},
	} {
		f := newFakeEvidence()
		tt.change(&f.survey)
		d := newTestDashboard(t, newFakeStore(t), func(o *Options) { o.Evidence = f })
		w := get(d, cityEvidence, English)
		if text := allText(parse(t, strings.NewReader(w.Body.String()))); !strings.Contains(text, tt.want) || strings.Contains(w.Body.String(), "/pack.zip") != tt.pack {
			t.Errorf("%s: %d, %s", name, w.Code, text)
		}
		if w := get(d, cityPack, English); (w.Code == http.StatusOK) != tt.pack {
			t.Errorf("%s: the pack: %d", name, w.Code)
		}
	}
}

// Packs are for those who evaluate and see the unit whole; for others it is not there, and no page leads to it.
func TestEvidenceScope(t *testing.T) {
	any := []string{directory.Any}
	f := newFakeEvidence()
	store := newFakeStore(t)
	editions := newFakeEditions(t, store, store.dir, "9902", "x")
	d := newTestDashboard(t, store, func(o *Options) {
		o.Evidence, o.Editions = f, editions
		o.Gate = scopes{
			"all": {All: true}, "city": {Regions: []string{"9901"}, Departments: any}, "bureau": {Regions: any, Departments: []string{"D99010100"}}, "none": {},
		}
	})
	const edition = "?edition=good-bad-review-2026-09-01"
	for path, open := range map[string]map[string]bool{
		cityEvidence:                       {"all": true, "city": true},
		cityPack:                           {"all": true, "city": true},
		cityPack + edition:                 {"all": true, "city": true},
		"/evidence/region/99/pack.zip":     {"all": true},
		"/evidence/region/9902/pack.zip":   {"all": true},
		"/evidence/region/9902" + edition:  {"all": true},
		"/evidence/region/99" + edition:    {}, // which is not judged in it
		cityPack + "?edition=nothing":      {},
		"/evidence/department/D99010100":   {"all": true, "city": true, "bureau": true},
		"/evidence/hall/H990101001":        {"all": true, "city": true},
		"/evidence/window/H990101001%2F1":  {"all": true, "city": true},
		"/evidence/window/H990101001%2F99": {},
		"/evidence/region/nowhere":         {},
		"/evidence/planet/99":              {},
	} {
		for _, person := range []string{"all", "city", "bureau", "none"} {
			want := http.StatusNotFound
			if open[person] {
				want = http.StatusOK
			}
			if got := as(d, person, path).Code; got != want {
				t.Errorf("%s as %s: %d, want %d", path, person, got, want)
			}
		}
	}
	for person, want := range map[string]bool{"all": true, "city": true, "bureau": false} {
		if got := strings.Contains(as(d, person, "/region/9901").Body.String(), cityEvidence); got != want {
			t.Errorf("the page of a region leads %s to its evidence: %v", person, got)
		}
	}
	if body := as(d, "city", september).Body.String(); !strings.Contains(body, cityEvidence) || strings.Contains(body, "/evidence/region/9902") {
		t.Error("the page of an edition leads to the wrong evidence")
	}
	f.packs = nil
	as(d, "city", cityPack)
	e := f.packs[0]
	if len(e.Result.Ranked)+len(e.Result.Listed) != 1 || e.Ranked != 7 || e.Alone {
		t.Errorf("%d ranked and %d listed units of %d are told to somebody who sees one", len(e.Result.Ranked), len(e.Result.Listed), e.Ranked)
	}
	as(d, "city", cityPack+edition)
	if e := f.packs[1]; e.Edition == nil || e.Edition.Ref != "good-bad-review-2026-09-01.2" || len(e.Result.Ranked)+len(e.Result.Listed) != 1 || e.Query.From.String() != "2026-09-01" {
		t.Errorf("the pack of an edition: %+v, %s", e.Edition, e.Query.Range)
	}
	g := newFakeGate()
	d = gatedDashboard(t, g, func(o *Options) { o.Evidence = f })
	for who := range g.people {
		want := http.StatusForbidden
		if who == string(access.Evaluator) {
			want = http.StatusOK
		}
		if w := ask(d, who, http.MethodGet, cityPack, nil); w.Code != want && who != "new" {
			t.Errorf("as %s: %d, want %d", who, w.Code, want)
		}
	}
	d = gatedDashboard(t, g, nil)
	if w := ask(d, "evaluator", http.MethodGet, cityPack, nil); w.Code != http.StatusNotFound {
		t.Errorf("without packs: %d", w.Code)
	}
}

// A pack is on record before its first byte; one that cannot be put there is not sent.
func TestEvidenceIsOnRecord(t *testing.T) {
	g, f := newFakeGate(), newFakeEvidence()
	d := gatedDashboard(t, g, func(o *Options) { o.Evidence = f })
	f.pack = func(w io.Writer) (bool, error) {
		before := len(g.record)
		_, err := io.WriteString(w, "PK")
		if before != 0 || len(g.record) != 1 {
			t.Errorf("on record before and after the first byte: %d, %d", before, len(g.record))
		}
		return true, err
	}
	w := ask(d, "evaluator", http.MethodGet, cityPack+"?p=90d", nil)
	if w.Code != http.StatusOK || w.Body.String() != "PK" || !strings.HasPrefix(w.Header().Get("Content-Disposition"), `attachment; filename="haochaping-evidence-region-9901_`) {
		t.Errorf("%d %q %s", w.Code, w.Body, w.Header())
	}
	if len(g.record) != 1 || g.record[0] != "evaluator export "+cityPack+"?p=90d" {
		t.Errorf("on record: %q", g.record)
	}
	g.unwritten = errors.New("the disk is full")
	f.pack = func(w io.Writer) (bool, error) {
		_, err := io.WriteString(w, "PK")
		return err == nil, err
	}
	w = ask(d, "evaluator", http.MethodGet, cityPack, nil)
	if w.Code != http.StatusServiceUnavailable || strings.Contains(w.Body.String(), "PK") || w.Header().Get("Content-Disposition") != "" {
		t.Errorf("off the record: %d %s", w.Code, w.Header())
	}
}

// What breaks off breaks the connection; before the first byte it is a page that says so.
func TestEvidenceBreaksOff(t *testing.T) {
	f := newFakeEvidence()
	d := newTestDashboard(t, newFakeStore(t), func(o *Options) { o.Evidence = f })
	f.pack = func(io.Writer) (bool, error) { return false, errors.New("the store is away") }
	if w := get(d, cityPack, Chinese); w.Code != http.StatusInternalServerError || w.Header().Get("Content-Disposition") != "" {
		t.Errorf("before the first byte: %d %s", w.Code, w.Header())
	}
	f.pack = func(w io.Writer) (bool, error) {
		_, err := io.WriteString(w, strings.Repeat("PK", 1<<20))
		return false, errors.Join(errors.New("the store is gone"), err)
	}
	server := httptest.NewServer(d.Handler())
	defer server.Close()
	res, err := http.Get(server.URL + cityPack)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	if n, err := io.Copy(io.Discard, res.Body); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("%d bytes of a pack that broke off, then %v", n, err)
	}
	f.pack = nil
	if w := get(d, cityPack, Chinese); w.Code != http.StatusOK {
		t.Errorf("after one that broke off: %d", w.Code)
	}
}

// A reader takes one pack at a time.
func TestEvidenceOneAtATime(t *testing.T) {
	g, f := newFakeGate(), newFakeEvidence()
	g.people["other"] = access.Person{ID: "other", Roles: []access.Role{access.Evaluator}, Scope: directory.Scope{All: true}}
	d := gatedDashboard(t, g, func(o *Options) { o.Evidence = f })
	f.pack = func(w io.Writer) (bool, error) {
		f.pack = nil
		if w := ask(d, "evaluator", http.MethodGet, cityPack, nil); w.Code != http.StatusTooManyRequests || w.Header().Get("Retry-After") == "" ||
			!strings.Contains(w.Body.String(), "每人一次一个") {
			t.Errorf("a second pack: %d", w.Code)
		}
		if w := ask(d, "other", http.MethodGet, cityPack, nil); w.Code != http.StatusOK {
			t.Errorf("somebody else's pack: %d", w.Code)
		}
		_, err := io.WriteString(w, "PK")
		return true, err
	}
	if w := ask(d, "evaluator", http.MethodGet, cityPack, nil); w.Code != http.StatusOK {
		t.Errorf("the first pack: %d", w.Code)
	}
}
