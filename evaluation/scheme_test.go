package evaluation

import (
	"math"
	"strings"
	"testing"
)

func TestDefaultSchemeIsSound(t *testing.T) {
	s := DefaultScheme()
	if err := s.Check(); err != nil {
		t.Fatal(err)
	}
	var weights float64
	for _, p := range s.Parts {
		weights += p.Weight
	}
	if weights != 100 {
		t.Errorf("weights add up to %v; readers expect 100", weights)
	}
	if s.Name("zh") == "" || s.Name("en") == "" {
		t.Error("the scheme has no name")
	}
}

func TestSchemeCheckFindsFaults(t *testing.T) {
	tests := []struct {
		name   string
		change func(*Scheme)
		want   string
	}{
		{"no id", func(s *Scheme) { s.ID = "" }, "id and version"},
		{"no version", func(s *Scheme) { s.Version = "" }, "id and version"},
		{"no parts", func(s *Scheme) { s.Parts = nil }, "weights add up to 0"},
		{"unknown indicator", func(s *Scheme) { s.Parts[1].Indicator = "bad_per_lakh" }, "part bad_per_lakh: unknown indicator"},
		{"twice", func(s *Scheme) { s.Parts[1] = s.Parts[0] }, "part good_rate: listed twice"},
		{"weights of 0", func(s *Scheme) {
			for i := range s.Parts {
				s.Parts[i].Weight = 0
			}
		}, "weights add up to 0"},
		{"negative weight", func(s *Scheme) { s.Parts[2].Weight = -1 }, "part active_rate: weight -1"},
		{"no number", func(s *Scheme) { s.Parts[2].Weight = math.NaN() }, "part active_rate: weight NaN"},
		{"endless target", func(s *Scheme) { s.Parts[2].Target = math.Inf(1) }, "floor and target must be numbers"},
		{"equal ends", func(s *Scheme) { s.Parts[0].Floor = 1 }, "floor and target are both 1"},
		{"wrong way up", func(s *Scheme) { s.Parts[0].Floor, s.Parts[0].Target = 1, 0.9 }, "higher is better"},
		{"wrong way down", func(s *Scheme) { s.Parts[1].Floor, s.Parts[1].Target = 0, 500 }, "lower is better"},
		{"no rule", func(s *Scheme) { s.Parts[4].Missing = "" }, "part median_handling: rule \"\""},
		{"no tiers", func(s *Scheme) { s.Tiers = nil }, "there are no tiers"},
		{"equal tiers", func(s *Scheme) { s.Tiers[1].Cutoff = 95 }, "tier Excellent: cut-off 95 is not below 95 of tier Outstanding"},
		{"rising tiers", func(s *Scheme) { s.Tiers[2].Cutoff = 90 }, "tier Good: cut-off 90 is not below 85"},
		{"tier gap", func(s *Scheme) { s.Tiers = s.Tiers[:4] }, "scores from 0 to 60 below tier Developing"},
		{"tier out of reach", func(s *Scheme) { s.Tiers[0].Cutoff = 101 }, "cut-off 101 is not within 0 to 100"},
		{"tier without number", func(s *Scheme) { s.Tiers[1].Cutoff = math.NaN() }, "tier Excellent: cut-off NaN"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := DefaultScheme()
			tt.change(&s)
			err := s.Check()
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want a fault with %q", err, tt.want)
			}
		})
	}
	s := DefaultScheme()
	s.Version, s.Parts[0].Weight, s.Tiers = "", -2, nil
	if err := s.Check(); err == nil || strings.Count(err.Error(), "\n") != 2 {
		t.Errorf("three faults at once: %v", err)
	}
}

func TestPointsStayWithinBounds(t *testing.T) {
	good, bad := Part{Floor: 0.9, Target: 1}, Part{Floor: 500, Target: 0}
	tests := []struct {
		part         Part
		number, want float64
	}{
		{good, 0.5, 0},
		{good, 0.9, 0},
		{good, 1, 100},
		{bad, 0, 100},
		{bad, 125, 75},
		{bad, 500, 0},
		{bad, 100_000, 0},
	}
	for _, tt := range tests {
		if got := tt.part.points(tt.number); math.Abs(got-tt.want) > 1e-9 {
			t.Errorf("%v between %v and %v: %v points, want %v", tt.number, tt.part.Floor, tt.part.Target, got, tt.want)
		}
	}
}

func TestTierBegins(t *testing.T) {
	s := DefaultScheme()
	for score, want := range map[float64]string{100: "卓越", 95: "卓越", 94.99: "优秀", 85: "优秀", 75: "良好", 60: "发展", 59.99: "准备", 0: "准备"} {
		if got := s.tier(score).Name("zh"); got != want {
			t.Errorf("%v: %s, want %s", score, got, want)
		}
	}
}

func TestIndicatorsAreComplete(t *testing.T) {
	seen := make(map[string]bool)
	for _, ind := range Indicators() {
		if seen[ind.ID] {
			t.Errorf("%s twice", ind.ID)
		}
		seen[ind.ID] = true
		for _, lang := range Languages {
			if ind.Name(lang) == "" || ind.Wording(lang) == "" {
				t.Errorf("%s has no words in %s", ind.ID, lang)
			}
		}
		if ind.Name("zh") == ind.Name("en") || ind.Unit == "" || ind.Direction == 0 || ind.compute == nil {
			t.Errorf("%s is incomplete: %+v", ind.ID, ind)
		}
	}
	if (Indicator{ID: GoodRate}).Of(&Facts{Levels: [5]uint64{4: 1}}).Known {
		t.Error("an indicator made elsewhere knows something")
	}
}

// All indicators of one set of facts, by hand.
func TestIndicatorsByHand(t *testing.T) {
	f := Facts{
		Levels: [5]uint64{1, 2, 3, 4, 10}, // 20 ratings, 3 bad, levels add up to 1+4+9+16+50 = 80
		Events: 50, Rated: 18, Prompted: 40,
		Finished: 10, Promised: 8, OnTime: 6, Early: 2, OnTheSpot: 1, FiledOnline: 7,
		PromisedSeconds: 300, StatutorySeconds: 1200, Limited: 5, VisitsKnown: 4, Visits: 6,
		Defaults: [5]uint64{4: 1000}, Reassessed: [5]uint64{4: 1000},
		Handling: Histogram{0: 3, 100: 1},
	}
	want := map[string]Value{
		GoodRate:       {0.85, 17, 20, true},
		BadPer100k:     {15_000, 3, 20, true},
		ActiveRate:     {0.36, 18, 50, true},
		UnratedRate:    {0.64, 32, 50, true},
		PromptRate:     {0.8, 40, 50, true},
		OnTimeRate:     {0.75, 6, 8, true},
		EarlyRate:      {0.25, 2, 8, true},
		ImmediateRate:  {0.1, 1, 10, true},
		OnlineRate:     {0.7, 7, 10, true},
		MeanLevel:      {4, 0, 20, true},
		MedianHandling: {0.5, 0, 4, true},
		TimeReduction:  {0.75, 0, 5, true},
		Visits:         {1.5, 6, 4, true},
	}
	for _, ind := range Indicators() {
		if got := ind.Of(&f); got != want[ind.ID] {
			t.Errorf("%s: %+v, want %+v", ind.ID, got, want[ind.ID])
		}
	}
	if len(want) != len(Indicators()) {
		t.Errorf("%d indicators, %d by hand", len(Indicators()), len(want))
	}
}
