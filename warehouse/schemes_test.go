package warehouse_test

import (
	"crypto/sha256"
	"errors"
	"testing"
	"time"

	"haochaping/warehouse"
)

// What an id and version mean never changes, also if somebody writes another text under them.
func TestSchemesAreKeptForGood(t *testing.T) {
	w, _ := open(t)
	ctx := t.Context()
	at := time.Date(2026, 7, 1, 8, 0, 0, 0, time.UTC)
	made := func(version, text string, minutes int) *warehouse.StoredScheme {
		return &warehouse.StoredScheme{
			ID: "county", Version: version, Text: []byte(text), Hash: sha256.Sum256([]byte(text)),
			AddedAt: at.Add(time.Duration(minutes) * time.Minute), AddedBy: "李四",
		}
	}
	first := made("1", "name: '甲\\n'\n\tx", 0)
	for i, want := range []bool{true, false} {
		if added, err := w.AddScheme(ctx, first); err != nil || added != want {
			t.Fatalf("time %d: added %v, %v", i, added, err)
		}
	}
	if _, err := w.AddScheme(ctx, made("1", "other", 5)); !errors.Is(err, warehouse.ErrSchemeTaken) {
		t.Errorf("another text under the same version: %v", err)
	}
	if _, err := w.AddScheme(ctx, made("2", "other", 6)); err != nil {
		t.Error(err)
	}
	list, err := w.Schemes(ctx, "county")
	if err != nil || len(list) != 2 {
		t.Fatalf("%+v, %v", list, err)
	}
	if got := list[0]; got.Version != "1" || string(got.Text) != string(first.Text) || got.Hash != first.Hash || got.AddedBy != "李四" || !got.AddedAt.Equal(at) {
		t.Errorf("%+v", got)
	}
	all, err := w.Schemes(ctx, "")
	if err != nil || len(all) != 2 || len(all[0].Text) != 0 || all[1].Version != "2" {
		t.Errorf("all: %+v, %v", all, err)
	}
	if none, err := w.Schemes(ctx, "it's"); err != nil || len(none) != 0 {
		t.Errorf("none: %+v, %v", none, err)
	}
}
