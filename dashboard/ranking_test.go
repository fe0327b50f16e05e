package dashboard

import (
	"context"
	"encoding/csv"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"haochaping/evaluation"
)

// ranked reads the rows of the ranking page: rank, unit, score or reason.
func ranked(t *testing.T, root *html.Node) [][]string {
	t.Helper()
	var out [][]string
	for _, row := range elements(elements(root, named("tbody"))[0], named("tr")) {
		var cells []string
		for _, c := range elements(row, named("td", "th"))[:3] {
			cells = append(cells, allText(c))
		}
		out = append(out, cells)
	}
	return out
}

func TestRankingListsOneKindOfUnits(t *testing.T) {
	store := newFakeStore(t)
	d := newTestDashboard(t, store, nil)
	for path, want := range map[string]struct {
		rows int
		kind string // what every link of the list begins with
	}{
		"/ranking":                               {7, "/region/99"}, // the single root is not ranked against itself
		"/ranking?by=region&level=3":             {41, "/region/99"},
		"/ranking?by=region&level=9":             {7, "/region/99"},
		"/ranking?by=department&line=公安":         {41, "/department/"},
		"/ranking?by=department&line=nonsense":   {41, "/department/"},
		"/ranking?by=department&level=2&line=公安": {41, "/department/"},
		"/ranking?by=anything":                   {7, "/region/99"},
	} {
		root := parse(t, get(d, path, English).Body)
		if got := len(ranked(t, root)); got != want.rows {
			t.Errorf("%s: %d rows, want %d", path, got, want.rows)
		}
		for _, a := range elements(elements(root, named("tbody"))[0], named("a")) {
			if !strings.HasPrefix(attribute(a, "href"), want.kind) {
				t.Errorf("%s links to %s", path, attribute(a, "href"))
			}
		}
	}
}

func TestRankingIsThatOfTheScheme(t *testing.T) {
	store := newFakeStore(t)
	var written RankingFile
	d := newTestDashboard(t, store, func(o *Options) {
		o.Demo = true
		o.WriteRanking = func(_ context.Context, w io.Writer, f RankingFile) error {
			written = f
			_, err := io.WriteString(w, "workbook")
			return err
		}
	})
	const address = "?by=department&line=%E6%95%99%E8%82%B2"
	w := get(d, "/ranking.xlsx"+address, English)
	if w.Code != http.StatusOK || w.Body.String() != "workbook" || !strings.Contains(w.Header().Get("Content-Disposition"), `"haochaping-demo-ranking-department-2026-10-25_2026-11-23.xlsx"`) {
		t.Fatalf("workbook: %d %v", w.Code, w.Header())
	}
	if !written.Demo || written.Language != English || written.Title != "Departments ranked: Education" || written.Generation.Number != 7 || written.Period.Len() != 30 {
		t.Errorf("the workbook is told %+v", written)
	}
	l := testLocale(t, English)
	var want [][]string
	for _, p := range written.Ranking.Ranked {
		want = append(want, []string{l.Int(uint64(p.Rank)), p.Name(English), l.Fixed(p.Score, 2)})
	}
	for _, p := range written.Ranking.Unranked {
		want = append(want, []string{"—", p.Name(English), p.Reason.Text(English)})
	}
	if len(written.Ranking.Unranked) == 0 {
		t.Fatal("the test has no unit without a rank")
	}
	page := ranked(t, parse(t, get(d, "/ranking"+address, English).Body))
	for i := range page {
		page[i][1], _, _ = strings.Cut(page[i][1], " County")
	}
	if diff := cmp.Diff(want, page); diff != "" {
		t.Errorf("page: %s", diff)
	}

	w = get(d, "/ranking.csv"+address, English)
	r := csv.NewReader(strings.NewReader(strings.TrimPrefix(w.Body.String(), "\uFEFF")))
	r.FieldsPerRecord = -1
	records, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(records[0][0], "Demo data") {
		t.Error("the CSV is not marked as demo data")
	}
	var file [][]string
	for _, rec := range records[2:] {
		row := []string{rec[0], rec[2], rec[3]}
		if rec[0] == "" {
			row = []string{"—", rec[2], rec[len(rec)-1]}
		}
		file = append(file, row)
	}
	if diff := cmp.Diff(want, file); diff != "" {
		t.Errorf("CSV: %s", diff)
	}
}

func TestRankingFilesFailLoudly(t *testing.T) {
	store := newFakeStore(t)
	d := newTestDashboard(t, store, func(o *Options) {
		o.WriteRanking = func(_ context.Context, w io.Writer, _ RankingFile) error {
			_, _ = io.WriteString(w, "half a workb")
			return errors.New("disk full")
		}
	})
	if w := get(d, "/ranking.xlsx", English); w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), "workb") {
		t.Errorf("half a workbook: %d", w.Code)
	}
	store.fail = func(q evaluation.Query) error {
		if q.By != "" {
			return errors.New("down")
		}
		return nil
	}
	store.generation.Add(1)
	if w := get(newTestDashboard(t, store, nil), "/ranking.csv", English); w.Code != http.StatusInternalServerError {
		t.Errorf("a ranking that cannot be read: %d", w.Code)
	}
	if w := get(newTestDashboard(t, store, nil), "/ranking.xlsx", English); w.Code != http.StatusNotFound {
		t.Errorf("without a writer: %d", w.Code)
	}
	if w := get(newTestDashboard(t, store, nil), "/ranking", English); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "cannot be read now") {
		t.Errorf("the page: %d", w.Code)
	}
}
