package scheme

import (
	"slices"
	"testing"

	"haochaping/evaluation"
)

func TestBundled(t *testing.T) {
	files, err := bundledFiles.ReadDir("bundled")
	if err != nil || len(files) != len(bundledIDs) {
		t.Fatalf("%d files for %d ids: %v", len(files), len(bundledIDs), err)
	}
	for i, s := range Bundled() {
		if s.ID != bundledIDs[i] {
			t.Errorf("%s is called %s", bundledIDs[i], s.ID)
		}
		if s.Name.ZH == "" || s.Name.EN == "" || s.Note.ZH == "" || s.Note.EN == "" {
			t.Errorf("%s: name or note lacks a language", s.ID)
		}
		for _, n := range leaves(&s.Root) {
			if n.Name.ZH == n.Name.EN || n.Wording.ZH == "" || n.Wording.EN == "" {
				t.Errorf("%s: %s has no name or wording in one of the languages: %+v %+v", s.ID, n.ID, n.Name, n.Wording)
			}
		}
	}
	if Default().ID != DefaultID {
		t.Errorf("the default is %s", Default().ID)
	}
}

func leaves(n *Node) (list []*Node) {
	for i := range n.Children {
		if c := &n.Children[i]; c.Leaf() {
			list = append(list, c)
		} else {
			list = append(list, leaves(c)...)
		}
	}
	return list
}

// The default scheme measures what the product's own indicators measure, under the same ids and in the same units.
func TestDefaultSchemeAgreesWithIndicators(t *testing.T) {
	for _, n := range leaves(&Default().Root) {
		ind, ok := evaluation.IndicatorByID(n.ID)
		if !ok {
			if n.ID != "rectified_on_time_rate" {
				t.Errorf("%s is no indicator", n.ID)
			}
			continue
		}
		if ind.Unit != n.Unit || ind.Direction != n.Direction || n.Name != (Text{ind.NameZH, ind.NameEN}) {
			t.Errorf("%s: unit, direction or name differ from the indicator's", n.ID)
		}
		for _, f := range probes() {
			e, err := n.Measure(f)
			if want := ind.Of(f); err != nil || !near(e.Number, want.Number) || e.N != want.N || e.Hits != want.Hits || e.Known != want.Known {
				t.Errorf("%s: %+v, %v; the indicator says %+v", n.ID, e.Value, err, want)
			}
		}
	}
}

// Neither the good rate nor silence decides a score.
func TestDefaultSchemeWeighsNeitherGoodRateNorSilence(t *testing.T) {
	for _, id := range []string{evaluation.GoodRate, evaluation.UnratedRate} {
		i := slices.IndexFunc(leaves(&Default().Root), func(n *Node) bool { return n.ID == id })
		if i < 0 || leaves(&Default().Root)[i].Weight != 0 {
			t.Errorf("%s is not shown with a weight of 0", id)
		}
	}
}

func TestBundledEGDI(t *testing.T) {
	for _, s := range Bundled() {
		if s.ID != "egdi" {
			continue
		}
		if s.Scale != 1 || s.Decimals != 4 || s.Units.Kind != UnitImported || len(s.Root.Children) != 3 || s.Tiers[0].From != 0.75 {
			t.Errorf("%+v", s)
		}
		for _, n := range s.Root.Children {
			if !n.Imported || n.Normalise.Kind != Absolute || n.Normalise.Full != 1 || n.Weight != 1 {
				t.Errorf("%+v", n)
			}
		}
	}
}
