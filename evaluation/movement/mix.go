package movement

import (
	"maps"
	"math"
	"slices"

	"haochaping/evaluation"
)

// family is what the counts of a service are in proportion to.
type family int

const (
	ofRatings family = iota // valid active ratings
	ofEvents                // service events
	ofCases                 // finished cases
)

func volume(f *evaluation.Facts, of family) float64 {
	switch of {
	case ofRatings:
		return float64(f.Valid())
	case ofEvents:
		return float64(f.Events)
	default:
		return float64(f.Finished)
	}
}

// counts are the counts that formulas read, by what they are in proportion to.
func counts(f *evaluation.Facts) [3][]*uint64 {
	var all [3][]*uint64
	for i := range f.Levels {
		all[ofRatings] = append(all[ofRatings], &f.Levels[i], &f.Defaults[i], &f.Reassessed[i])
	}
	all[ofRatings] = append(all[ofRatings], &f.Unanswered, &f.Declined, &f.Excluded)
	all[ofEvents] = []*uint64{&f.Events, &f.Rated, &f.Prompted}
	all[ofCases] = []*uint64{
		&f.Accepted, &f.Finished, &f.Promised, &f.OnTime, &f.Early, &f.PromisedSeconds, &f.StatutorySeconds, &f.Limited,
		&f.Handled, &f.HandlingSeconds, &f.VisitsKnown, &f.Visits, &f.VisitsSquared, &f.OnTheSpot, &f.FiledOnline,
		&f.Worked, &f.WorkingSeconds,
	}
	return all
}

func histograms(f *evaluation.Facts) []*evaluation.Histogram {
	return []*evaluation.Histogram{&f.Handling, &f.PromisedTimes, &f.StatutoryTimes, &f.Working}
}

// sums adds up scaled counts; they are rounded once, at the end.
type sums struct {
	counts     [3][]float64
	histograms [4]map[uint16]float64
}

// add adds what is in proportion to a volume, times scale.
func (s *sums) add(f *evaluation.Facts, of family, scale float64) {
	list := counts(f)[of]
	if s.counts[of] == nil {
		s.counts[of] = make([]float64, len(list))
	}
	for i, c := range list {
		s.counts[of][i] += float64(*c) * scale
	}
	if of != ofCases {
		return
	}
	for i, h := range histograms(f) {
		if s.histograms[i] == nil {
			s.histograms[i] = make(map[uint16]float64)
		}
		for bucket, n := range *h {
			s.histograms[i][bucket] += float64(n) * scale
		}
	}
}

func (s *sums) facts() (f evaluation.Facts) {
	for of, list := range counts(&f) {
		for i, sum := range s.counts[of] {
			*list[i] = uint64(math.Round(sum))
		}
	}
	for i, h := range histograms(&f) {
		*h = make(evaluation.Histogram, len(s.histograms[i]))
		for bucket, sum := range s.histograms[i] {
			if n := uint64(math.Round(sum)); n > 0 {
				(*h)[bucket] = n
			}
		}
	}
	return f
}

// otherServices is the service of what no service names.
const otherServices = "\x00"

// withRest is a unit's facts by service, with what its services leave of it as one more.
func withRest(unit *evaluation.Facts, services map[string]evaluation.Facts) map[string]evaluation.Facts {
	rest := *unit
	var named evaluation.Facts
	for _, code := range slices.Sorted(maps.Keys(services)) {
		f := services[code]
		named.Add(&f)
	}
	all, taken := counts(&rest), counts(&named)
	for of := range all {
		for i := range all[of] {
			*all[of][i] -= min(*all[of][i], *taken[of][i])
		}
	}
	hs, ts := histograms(&rest), histograms(&named)
	for i := range hs {
		left := make(evaluation.Histogram)
		for bucket, n := range *hs[i] {
			if t := (*ts[i])[bucket]; n > t {
				left[bucket] = n - t
			}
		}
		*hs[i] = left
	}
	out := maps.Clone(services)
	if out == nil {
		out = make(map[string]evaluation.Facts, 1)
	}
	out[otherServices] = rest
	return out
}

// inMixOf is what a unit would show if every service had gone as before, in the quantities of after. A service that is
// new counts as it is; one that ended counts for nothing. Direct standardisation, as in K. J. Rothman et al., Modern
// Epidemiology, ch. 3. Each count is off by at most half of one, from rounding. Follow-ups are those of before.
func inMixOf(before, after *evaluation.Facts, then, now map[string]evaluation.Facts) evaluation.Facts {
	then, now = withRest(before, then), withRest(after, now)
	var total sums
	for _, code := range slices.Sorted(maps.Keys(now)) {
		a := now[code]
		b := then[code]
		for _, of := range []family{ofRatings, ofEvents, ofCases} {
			from, to := volume(&b, of), volume(&a, of)
			switch {
			case to == 0 && from > 0: // the service has ended
			case from == 0:
				total.add(&a, of, 1)
			default:
				total.add(&b, of, to/from)
			}
		}
	}
	f := total.facts()
	f.FollowUps = before.FollowUps
	return f
}
