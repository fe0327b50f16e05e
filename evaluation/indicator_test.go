package evaluation

import "testing"

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
		FollowUps: FollowUps{
			Bad: 12, Dismissed: 2, ContactDue: 8, ContactOnTime: 6, Rectified: 4, RectifyDue: 5, RectifiedOnTime: 3,
			CalledBack: 9, Answered: 5, Satisfied: 1,
		},
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

		RectifiedRate:         {0.4, 4, 10, true},
		RectifiedOnTimeRate:   {0.6, 3, 5, true},
		ContactedOnTimeRate:   {0.75, 6, 8, true},
		CallbackRate:          {0.75, 9, 12, true},
		CallbackSatisfiedRate: {0.2, 1, 5, true},
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
