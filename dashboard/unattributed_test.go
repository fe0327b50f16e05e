package dashboard

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"haochaping/directory"
	"haochaping/evaluation"
)

// rowsOf reads the table of a card.
func rowsOf(t *testing.T, root *html.Node, card string) [][]string {
	t.Helper()
	sections := elements(root, func(n *html.Node) bool { return attribute(n, "id") == "card-"+card })
	if len(sections) != 1 {
		t.Fatalf("%d cards %s", len(sections), card)
	}
	var out [][]string
	for _, row := range elements(elements(sections[0], named("tbody"))[0], named("tr")) {
		var cells []string
		for _, c := range elements(row, named("td", "th")) {
			cells = append(cells, allText(c))
		}
		out = append(out, cells)
	}
	return out
}

func TestUnattributedIsWhatIsLeft(t *testing.T) {
	store := newFakeStore(t)
	rows, err := store.Facts(t.Context(), evaluation.Query{By: evaluation.ByRegion, Level: 1, From: testDay - 29, To: testDay})
	if err != nil {
		t.Fatal(err)
	}
	var lost evaluation.Facts
	for i := range rows {
		if rows[i].Region == "" {
			lost.Add(&rows[i].Facts)
		}
	}
	for _, hide := range []bool{false, true} {
		store := newFakeStore(t)
		store.hide = hide
		d := newTestDashboard(t, store, nil)
		regions := rowsOf(t, parse(t, get(d, "/", English).Body), "regions")
		last := regions[len(regions)-1]
		if last[0] != "Unattributed" || !near(last[1], lost.Valid()) {
			t.Errorf("hide %v: the last region is %v, want about %d unattributed", hide, last, lost.Valid())
		}
		table := rowsOf(t, parse(t, get(d, "/unattributed", English).Body), "no-region")
		if table[0][0] != "Ratings" || !near(table[0][1], lost.Valid()) {
			t.Errorf("hide %v: %v, want about %d", hide, table[0], lost.Valid())
		}
	}
}

// near allows for the rounding of the fake store's parts.
func near(text string, want uint64) bool {
	var n uint64
	_, err := fmt.Sscan(strings.ReplaceAll(text, ",", ""), &n)
	return err == nil && n+5 >= want && n <= want+5
}

func TestDifference(t *testing.T) {
	whole := evaluation.Facts{
		Levels: [5]uint64{1, 2, 3, 4, 5}, Events: 20, Rated: 15, Channels: map[string]evaluation.ChannelCount{"qr": {Valid: 10, Bad: 3}, "sms": {Valid: 5}},
		Handled: 3, HandlingSeconds: 30, Handling: evaluation.Histogram{1: 2, 5: 1},
	}
	part := evaluation.Facts{
		Levels: [5]uint64{0, 2, 1, 9, 0}, Events: 12, Rated: 12, Channels: map[string]evaluation.ChannelCount{"qr": {Valid: 4, Bad: 1}, "sms": {Valid: 5}},
		Handled: 2, HandlingSeconds: 20, Handling: evaluation.Histogram{1: 2},
	}
	want := evaluation.Facts{
		Levels: [5]uint64{1, 0, 2, 0, 5}, Events: 8, Rated: 3, Channels: map[string]evaluation.ChannelCount{"qr": {Valid: 6, Bad: 2}},
		Handled: 1, HandlingSeconds: 10, Handling: evaluation.Histogram{5: 1},
	}
	if diff := cmp.Diff(want, difference(&whole, &part)); diff != "" {
		t.Error(diff)
	}
}

// TestDirectoryOfTwoLevelsOfLetters: several roots, no lines, no halls, codes of letters.
func TestDirectoryOfTwoLevelsOfLetters(t *testing.T) {
	dir, problems := directory.New([]directory.Region{
		{Code: "N", Name: "North"}, {Code: "S", Name: "South"}, {Code: "AC", Name: "Acre", Parent: "N"}, {Code: "AP", Name: "Amapá", Parent: "N"},
	}, nil, nil, nil, nil, nil)
	if directory.Fatal(problems) {
		t.Fatal(problems)
	}
	d := newTestDashboard(t, &fakeStore{dir: dir, now: testNow}, func(o *Options) { o.Store = hostileStore{[]string{"N", "S", "AC", "AP"}} })
	root := parse(t, get(d, "/", English).Body)
	var names []string
	for _, row := range rowsOf(t, root, "regions") {
		names = append(names, row[0])
	}
	// The store gives every query all four; the two roots are those that count, and equal.
	if diff := cmp.Diff([]string{"North", "South"}, names[:2]); diff != "" {
		t.Error(diff)
	}
	if title := allText(elements(root, named("h1"))[0]); title != "Overview" {
		t.Errorf("title %q", title)
	}
	for path, want := range map[string]string{"/region/N": "North", "/region/AC": "Acre"} {
		if title := allText(elements(parse(t, get(d, path, English).Body), named("h1"))[0]); title != want {
			t.Errorf("%s: title %q", path, title)
		}
	}
	// Levels 12, 4, 8, 20, 16,006 of 16,050.
	for _, row := range rowsOf(t, parse(t, get(d, "/region/AC", English).Body), "levels") {
		if row[0] == "Mean level" && row[1] != "4.9940" {
			t.Errorf("mean level %s", row[1])
		}
	}
}
