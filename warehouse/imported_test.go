package warehouse_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"haochaping/calendar"
	"haochaping/evaluation/imported"
)

func TestImportedValues(t *testing.T) {
	w, _ := open(t)
	june, may := calendar.MakeDay(2026, 6, 30), calendar.MakeDay(2026, 5, 31)
	at := time.Date(2026, 7, 1, 8, 0, 0, 0, time.UTC)
	first := imported.Value{
		Unit: "浙江", Indicator: "guides", Level: "省", AsOf: june, Known: true, Value: 96.73, SE: 0.5, N: 1200,
		Source: `report "2026" \n`, Note: "it's\ta note", Attachment: strings.Repeat("0f", 32), Place: 2,
	}
	missing := imported.Value{Unit: "新疆生产建设兵团", Indicator: "guides", AsOf: june, Place: 3}
	older := imported.Value{Unit: "浙江", Indicator: "guides", AsOf: may, Known: true, Value: 90, Place: 4}
	other := imported.Value{Unit: "浙江", Indicator: "other's", AsOf: june, Known: true, Value: -1, Place: 5}
	store := func(by string, want int, values ...imported.Value) {
		t.Helper()
		if n, err := w.StoreImportedValues(t.Context(), values, by, at); err != nil || n != want {
			t.Fatalf("stored %d, %v; want %d", n, err, want)
		}
	}
	read := func(within calendar.Range, indicators ...string) (list []imported.Value) {
		t.Helper()
		stored, err := w.ImportedValues(t.Context(), indicators, within)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range stored {
			list = append(list, v.Value)
		}
		return list
	}
	year := calendar.Range{From: calendar.MakeDay(2026, 1, 1), To: june}
	store("li", 4, first, missing, older, other)
	if d := cmp.Diff([]imported.Value{missing, older, first}, read(year, "guides")); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]imported.Value{other}, read(year, "other's", "none")); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]imported.Value{older}, read(calendar.Range{From: may, To: june - 1}, "guides")); d != "" {
		t.Error(d)
	}
	if got := read(year); len(got) != 4 {
		t.Errorf("of all indicators: %d values", len(got))
	}

	// The same again is nothing new, wherever it stands; another value replaces, and the earlier stays on record.
	moved := first
	moved.Place = 9
	store("li", 0, moved, older)
	corrected := first
	corrected.Value = 97
	store("wang", 1, older, corrected)
	if d := cmp.Diff([]imported.Value{missing, older, corrected}, read(year, "guides")); d != "" {
		t.Error(d)
	}
	history, err := w.ImportedHistory(t.Context(), []string{"guides"}, calendar.Range{From: june, To: june})
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	for _, v := range history {
		said = append(said, v.Unit+" "+v.By)
		if !v.At.Equal(at) {
			t.Errorf("%s was imported at %v", v.Unit, v.At)
		}
	}
	if d := cmp.Diff([]string{"新疆生产建设兵团 li", "浙江 wang", "浙江 li"}, said); d != "" {
		t.Error(d)
	}

	bad := first
	bad.SE = -1
	if _, err := w.StoreImportedValues(t.Context(), []imported.Value{other, bad}, "li", at); err == nil || !strings.Contains(err.Error(), "se ") {
		t.Errorf("a negative standard error is stored: %v", err)
	}
}
