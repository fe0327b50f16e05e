package findings

import (
	"math"
	"math/rand/v2"
	"testing"

	"haochaping/calendar"
	"haochaping/evaluation"
)

var spring = calendar.MakeDay(2026, 3, 1)

func TestNoneByChanceByHand(t *testing.T) {
	for _, tt := range []struct {
		share float64
		n     uint64
		want  float64
	}{
		{0.5, 3, 0.125},
		{0.1, 2, 0.81},
		{0, 100, 1},
		{1, 0, 1},
		{1, 1, 0},
		{94.7e-6, 25_852, 0.0864}, // 25,852 ratings with none bad at 94.7 in a million
		{94.7e-6, 56_220, 0.0049},
	} {
		if got := NoneByChance(tt.share, tt.n); math.Abs(got-tt.want) > 5e-4*max(tt.want, 0.1) {
			t.Errorf("none of %d at %g: %g, want %g", tt.n, tt.share, got, tt.want)
		}
	}
	// Two hits among ten trials, none of them in a part of four: C(6,2)/C(10,2) = 15/45.
	if got := noneByLot(10, 4, 2); math.Abs(got-1.0/3) > 1e-12 {
		t.Errorf("by lot: %g, want 1/3", got)
	}
}

// A source that sends 10 of level 1 and 90 of level 5 a day loses level 1 for four days, and another for good.
func TestSpellsByHand(t *testing.T) {
	var days []evaluation.SourceDay
	for i := range calendar.Day(30) {
		back := [5]uint64{10, 0, 0, 0, 90}
		if i >= 10 && i < 14 {
			back = [5]uint64{0, 0, 0, 0, 100}
		}
		lost := [5]uint64{10, 0, 0, 0, 90}
		if i >= 20 {
			lost = [5]uint64{0, 0, 0, 0, 100}
		}
		days = append(
			days,
			evaluation.SourceDay{Day: spring + i, Source: "back", Levels: back},
			evaluation.SourceDay{Day: spring + i, Source: "lost", Levels: lost, Defaults: [5]uint64{50}},
			evaluation.SourceDay{Day: spring + i, Source: "never", Levels: [5]uint64{0, 0, 0, 0, 100}},
			evaluation.SourceDay{Day: spring + i, Source: "silent", Unanswered: 100},
		)
	}
	got := make(map[string]Spell)
	for _, s := range Spells(days) {
		if s.Level != 1 {
			t.Errorf("level %d of %s is called missing", s.Level, s.Source)
		}
		got[s.Source] = s
	}
	if len(got) != 3 {
		t.Fatalf("%d sources lack a level, want 3: %+v", len(got), got)
	}
	for source, want := range map[string]Spell{
		"back":  {Days: calendar.Range{From: spring + 10, To: spring + 13}, N: 400, Share: 0.1},
		"lost":  {Days: calendar.Range{From: spring + 20, To: spring + 29}, N: 1000, Share: 0.1, Open: true},
		"never": {Days: calendar.Range{From: spring, To: spring + 29}, N: 3000, Share: 0.5 * 460 / 6000, Never: true, Open: true},
	} {
		s := got[source]
		p0 := math.Pow(1-want.Share, float64(want.N))
		if s.Days != want.Days || s.N != want.N || math.Abs(s.Share-want.Share) > 1e-12 || s.Never != want.Never || s.Open != want.Open ||
			math.Abs(s.P0/p0-1) > 1e-9 || s.Q > ErrorRate {
			t.Errorf("%s: %+v, want %+v with P(0) = %g", source, s, want, p0)
		}
	}
}

// Where nothing is missing, chance is called real in at most a share of [ErrorRate] of the years.
func TestSpellsOfChance(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	wrong := 0
	const years = 100
	for range years {
		var days []evaluation.SourceDay
		for _, source := range []string{"a", "b", "c"} {
			for i := range calendar.Day(150) {
				d := evaluation.SourceDay{Day: spring + i, Source: source}
				for range 120 {
					switch x := random.Float64(); {
					case x < 0.001:
						d.Levels[0]++
					case x < 0.005:
						d.Levels[1]++
					case x < 0.03:
						d.Levels[2]++
					default:
						d.Levels[4]++
					}
				}
				d.Levels[3]++
				days = append(days, d)
			}
		}
		if len(Spells(days)) > 0 {
			wrong++
		}
	}
	if wrong > 2*ErrorRate*years {
		t.Errorf("%d of %d years without a missing level have one", wrong, years)
	}
}
