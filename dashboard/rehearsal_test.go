package dashboard

import (
	"encoding/csv"
	"fmt"
	"html"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"haochaping/calendar"
	"haochaping/evaluation/scheme"
	"haochaping/evaluation/scoring"
)

func init() {
	composedOf = append(composedOf, func() (ids []string) {
		for _, o := range periodsOffered {
			ids = append(ids, "rehearsal.kind."+string(o.kind))
		}
		return ids
	})
}

// rehearseText rehearses a text against the default scheme over October.
func rehearseText(d *Dashboard, who, lang, query, text string) (status int, body string) {
	w := handIn(d, who, lang, "/workbench/rehearsal"+query, map[string]string{"scheme": text, keyPeriodName: "2026-10"})
	return w.Code, w.Body.String()
}

func TestRehearsal(t *testing.T) {
	store := newFakeStore(t)
	b := newBench(store)
	d := newTestDashboard(t, store, func(o *Options) { o.Workbench = b })
	text := stricter(t)
	after, err := scheme.Load([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	period := calendar.Range{From: calendar.MakeDay(2026, 10, 1), To: calendar.MakeDay(2026, 10, 31)}
	was, is, err := b.Rehearse(t.Context(), scheme.Default(), after, period)
	if err != nil {
		t.Fatal(err)
	}
	b.calls.Store(0)
	for _, lang := range []string{Chinese, English} {
		status, body := rehearseText(d, "", lang, "", text)
		if status != http.StatusOK || strings.Contains(body, missingMark) {
			t.Fatalf("%s: %d", lang, status)
		}
		root := parse(t, strings.NewReader(body))
		checkNothingInline(t, root)
		checkCards(t, root)
		checkAddresses(t, root, "")
		if !strings.Contains(html.UnescapeString(body), text) {
			t.Errorf("%s: the text does not stay in the form", lang)
		}
		if !strings.Contains(body, `value="add"`) || strings.Contains(body, "data-generation") {
			t.Errorf("%s: the text cannot be added, or the answer to a form is asked for again", lang)
		}
	}
	_, file := rehearseText(d, "", English, "?card=moves&format=csv", text)
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(file, "\uFEFF"))).ReadAll()
	if err != nil || len(rows) != len(is.Ranked)+1 {
		t.Fatalf("%d rows for %d units, %v", len(rows), len(is.Ranked), err)
	}
	place := func(r *scoring.Result, name string) *scoring.Placed {
		i := slices.IndexFunc(r.Ranked, func(p scoring.Placed) bool { return p.NameEN == name })
		return &r.Ranked[i]
	}
	last, moved := len(rows), 0
	for _, row := range rows[1:] {
		x, y := place(was, row[0]), place(is, row[0])
		if row[1] != strconv.Itoa(x.Rank) || row[3] != strconv.Itoa(y.Rank) || row[7] != fmt.Sprintf("%.2f", x.Score) || row[8] != fmt.Sprintf("%.2f", y.Score) {
			t.Errorf("%s stands as %v, and is judged %d → %d", row[0], row, x.Rank, y.Rank)
		}
		by := abs(x.Rank - y.Rank)
		if by > last {
			t.Errorf("%s moves by %d, more than the unit before it", row[0], by)
		}
		last = by
		moved += count(by != 0)
		apart := x.RankHigh < y.RankLow || y.RankHigh < x.RankLow
		if want := map[bool]string{true: "more than chance", false: "within chance"}[apart]; by > 0 && row[6] != want {
			t.Errorf("%s: %q, want %q", row[0], row[6], want)
		}
	}
	if moved == 0 {
		t.Fatal("nobody moves: the test says nothing")
	}
	_, table := rehearseText(d, "", English, "?card=indicators&format=csv", text)
	for _, want := range []string{
		`"Bad per 100,000",60%,10%,"changed: weight, minimum sample"`, "Median handling time,10%,10%,changed: points", "Active rate,0%,50%,changed: weight",
		"On-time rate,20%,20%,same", "Rectified on time,—,10%,new", "Rectified on time,10%,—,gone",
	} {
		if !strings.Contains(table, want) {
			t.Errorf("the indicators lack %q:\n%s", want, table)
		}
	}
	if b.calls.Load() != 1 {
		t.Errorf("%d rehearsals for one question", b.calls.Load())
	}
}

func TestRehearsalOfStoredSchemes(t *testing.T) {
	store := newFakeStore(t)
	b := newBench(store)
	d := newTestDashboard(t, store, func(o *Options) { o.Workbench = b })
	if err := b.AddScheme(t.Context(), everybody{}.Person(nil), []byte(stricter(t))); err != nil {
		t.Fatal(err)
	}
	for query, want := range map[string]struct {
		status int
		says   string
	}{
		"":                  {http.StatusOK, "<select"},
		"?after=stricter@1": {http.StatusOK, "would change rank"}, // against the default scheme, over the last month
		"?after=stricter@1&before=good-bad-review@1&period=2026-Q3":      {http.StatusOK, "would change rank"},
		"?after=stricter@1&before=good-bad-review@1&period=2026-10":      {http.StatusOK, "card=moves&amp;format=csv"},
		"?after=good-bad-review@1":                                       {http.StatusOK, `name="before"`},
		"?after=good-bad-review@1&before=good-bad-review@1":              {http.StatusUnprocessableEntity, "the same scheme"},
		"?after=stricter@1&before=egdi":                                  {http.StatusUnprocessableEntity, "one kind"},
		"?after=stricter@1&period=2026-Q5":                               {http.StatusUnprocessableEntity, "2026-Q5” names no period"},
		"?after=stricter@1&period=0001":                                  {http.StatusUnprocessableEntity, "0001” names no period"},
		"?after=nothing":                                                 {http.StatusNotFound, ""},
		"?after=stricter@1&before=" + strings.Repeat("x", 300):           {http.StatusNotFound, ""},
		"?after=stricter@1&before=good-bad-review@1&period=1999-H1":      {http.StatusOK, "ranked by both"}, // nobody has data
		"?after=stricter@1&before=good-bad-review@1&period=%3Cscript%3E": {http.StatusUnprocessableEntity, "names no period"},
	} {
		w := get(d, "/workbench/rehearsal"+query, English)
		if w.Code != want.status || !strings.Contains(w.Body.String(), want.says) || strings.Contains(w.Body.String(), missingMark) {
			t.Errorf("%s: %d, want %d and %q", query, w.Code, want.status, want.says)
		}
	}
	if w := get(d, "/scheme/stricter@1", Chinese); !strings.Contains(w.Body.String(), "/workbench/rehearsal?after=stricter%401") {
		t.Error("the page of a scheme does not lead to its rehearsal")
	}
	if w := get(d, "/workbench/rehearsal?after=stricter@1&card=moves&format=csv", English); !strings.Contains(w.Header().Get("Content-Disposition"), "2026-10-01_2026-10-31") {
		t.Errorf("the file: %v", w.Header())
	}
	if status, body := rehearseText(d, "", English, "", strings.Replace(stricter(t), "weight: 10", "weight: x", 1)); status != http.StatusUnprocessableEntity || !strings.Contains(body, "line ") {
		t.Errorf("a wrong text: %d", status)
	}
}

// A reader with a narrow scope sees the own units, whoever asked before.
func TestRehearsalKeepsToTheScope(t *testing.T) {
	store := newFakeStore(t)
	d := newTestDashboard(t, store, func(o *Options) { o.Workbench, o.Gate = newBench(store), benchPeople })
	for who, all := range map[string]bool{"all": true, "city": false} {
		for _, query := range []string{"", "?card=moves&format=csv"} {
			_, body := rehearseText(d, who, Chinese, query, stricter(t))
			if !strings.Contains(body, "清江市") {
				t.Errorf("%s does not see the own city", who)
			}
			if strings.Contains(body, "云州市") != all || strings.Contains(body, "西岭市") != all {
				t.Errorf("%s%s sees others: %v", who, query, !all)
			}
		}
	}
	if _, body := rehearseText(d, "city", Chinese, "", stricter(t)); strings.Contains(body, `value="add"`) {
		t.Error("who sees one city may add")
	}
}

// One rehearsal is computed at a time, a person has one, and a page does not wait for ever.
func TestRehearsalsWaitForEachOther(t *testing.T) {
	store := newFakeStore(t)
	b := newBench(store)
	b.wait = make(chan struct{})
	d := newTestDashboard(t, store, func(o *Options) {
		o.Workbench, o.Gate, o.CardTimeout = b, benchPeople, 50*time.Millisecond
	})
	ask := func(who, version string) (int, string) {
		return rehearseText(d, who, English, "", strings.Replace(stricter(t), `version: "1"`, `version: "`+version+`"`, 1))
	}
	if status, body := ask("all", "2"); status != http.StatusOK || !strings.Contains(body, "data-pending") {
		t.Errorf("a page waits: %d", status)
	}
	if status, body := ask("all", "3"); status != http.StatusTooManyRequests || !strings.Contains(body, "Another rehearsal") {
		t.Errorf("a second rehearsal of one person: %d", status)
	}
	if status, body := ask("city", "4"); status != http.StatusOK || !strings.Contains(body, "data-pending") || b.calls.Load() != 1 {
		t.Errorf("a rehearsal of somebody else: %d, %d at a time", status, b.calls.Load())
	}
	close(b.wait)
	for _, one := range [][2]string{{"all", "2"}, {"city", "4"}} {
		for end := time.Now().Add(time.Minute); ; {
			status, body := ask(one[0], one[1])
			if status == http.StatusOK && strings.Contains(body, "card-moves") {
				break
			}
			if time.Now().After(end) {
				t.Fatalf("%v: %d", one, status)
			}
		}
	}
}
