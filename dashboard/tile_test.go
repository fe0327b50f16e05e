package dashboard

import (
	"testing"

	"haochaping/evaluation"
)

func TestChangesNeedSamples(t *testing.T) {
	l := testLocale(t, English)
	rated := func(n uint64) evaluation.Facts { return evaluation.Facts{Levels: [5]uint64{1, 0, 0, 0, n - 1}} }
	for _, c := range []struct {
		before, now uint64
		word        string
	}{
		{1000, 1500, "up"},
		{1500, 1000, "down"},
		{1000, 1000, "unchanged"},
		{29, 40, "too few to compare"},
		{40, 29, "too few to compare"},
		{400, 100_000, "too few to compare"}, // the records begin within the earlier period
		{20_000, 100_000, "up"},
	} {
		before := rated(c.before)
		tile := measures[0].tile(l, series{Total: rated(c.now)}, &before)
		if tile.Change == nil || tile.Change.Word != c.word {
			t.Errorf("%d after %d: %+v, want %s", c.now, c.before, tile.Change, c.word)
		}
		if shown := tile.Change != nil && tile.Change.Text != ""; shown != (c.word == "up" || c.word == "down") {
			t.Errorf("%d after %d: %+v", c.now, c.before, tile.Change)
		}
	}
	if tile := measures[0].tile(l, series{Total: rated(100)}, &evaluation.Facts{}); tile.Change != nil {
		t.Errorf("a comparison with nothing: %+v", tile.Change)
	}
}
