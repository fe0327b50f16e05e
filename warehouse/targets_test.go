package warehouse_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"haochaping/directory"
	"haochaping/evaluation"
	"haochaping/warehouse"
)

func TestTargets(t *testing.T) {
	w, o := open(t)
	at := time.Date(2026, 1, 8, 2, 0, 0, 0, time.UTC)
	key := evaluation.TargetKey{Indicator: evaluation.ActiveRate, Kind: directory.KindRegion, Unit: "99", Year: 2026}
	other := evaluation.TargetKey{Indicator: evaluation.BadPer100k, Kind: directory.KindDepartment, Unit: `D'1\`, Year: 2025}
	store := func(by string, list ...evaluation.Target) {
		t.Helper()
		if err := w.StoreTargets(t.Context(), list, by, at); err != nil {
			t.Fatal(err)
		}
	}
	if len(w.Targets().All()) != 0 {
		t.Fatal("targets before the first")
	}
	store("li", evaluation.Target{TargetKey: key, Value: 0.9, Document: "示例〔2026〕1号"}, evaluation.Target{TargetKey: other, Value: 12, Document: `it's "1"\n`})
	got, ok := w.Targets().Find(key)
	if !ok || got.Value != 0.9 || got.Document != "示例〔2026〕1号" || got.By != "li" || !got.At.Equal(at) {
		t.Errorf("stored: %+v", got)
	}
	if got, ok := w.Targets().Find(other); !ok || got.Document != `it's "1"\n` {
		t.Errorf("stored: %+v", got)
	}

	// Another process sees a change when it looks, and nothing to load when there is none.
	second := openAgain(t, o)
	if _, ok := second.Targets().Find(key); !ok {
		t.Error("targets are not loaded at the start")
	}
	store("wang", evaluation.Target{TargetKey: key, Value: 0.95, Document: "示例〔2026〕9号"}, evaluation.Target{TargetKey: other, Removed: true})
	for _, want := range []bool{true, false} {
		if changed, err := second.ReloadTargets(t.Context()); err != nil || changed != want {
			t.Errorf("reloaded: %v, %v; want %v", changed, err, want)
		}
	}
	if got, _ := second.Targets().Find(key); got.Value != 0.95 || len(second.Targets().All()) != 1 {
		t.Errorf("after a change: %+v", second.Targets().All())
	}

	// Nothing is lost by a change or a removal, and what is refused leaves nothing behind.
	if err := w.StoreTargets(t.Context(), []evaluation.Target{{TargetKey: other, Value: 1, Document: "x"}, {TargetKey: key, Value: 1}}, "li", at); err == nil {
		t.Error("a target without a document is stored")
	}
	history, err := w.TargetHistory(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	for _, v := range history {
		said = append(said, v.Unit+" "+v.By)
	}
	if d := cmp.Diff([]string{"99 wang", "99 li", `D'1\ wang`, `D'1\ li`}, said); d != "" || !history[2].Removed {
		t.Error(d)
	}
	if one, err := w.TargetHistory(t.Context(), 2025); err != nil || len(one) != 2 {
		t.Errorf("of one year: %+v, %v", one, err)
	}
}

// openAgain opens the warehouse of a test as another process would.
func openAgain(t *testing.T, o warehouse.Options) *warehouse.Warehouse {
	t.Helper()
	w, err := warehouse.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	return w
}
