package scheme

import (
	"sync"

	"haochaping/evaluation"
)

// draws are numbers that look random and are always the same (splitmix64, Steele, Lea and Flood 2014).
type draws uint64

// upTo is a number from 1 to most.
func (d *draws) upTo(most uint64) uint64 {
	*d += 0x9e3779b97f4a7c15
	z := uint64(*d)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return (z^z>>31)%most + 1
}

// probes are invented facts that agree with themselves, with something of everything: what is a part of something
// else is at most as large.
var probes = sync.OnceValue(func() []*evaluation.Facts {
	var list []*evaluation.Facts
	d := draws(4)
	for range 8 {
		f := &evaluation.Facts{}
		for i := range f.Levels {
			f.Levels[i], f.Defaults[i], f.Reassessed[i] = d.upTo(90_000), d.upTo(9_000), d.upTo(900)
		}
		f.Unanswered, f.Declined, f.Excluded = d.upTo(5_000), d.upTo(3_000), d.upTo(100)
		f.Events = d.upTo(500_000) + 10
		f.Rated, f.Prompted = d.upTo(f.Events), d.upTo(f.Events)
		probeCases(f, &d)
		u := &f.FollowUps
		u.Bad = d.upTo(10_000) + 10
		u.ContactDue, u.RectifyDue, u.CalledBack = d.upTo(u.Bad), d.upTo(u.Bad), d.upTo(u.Bad)
		u.Contacted, u.Rectified, u.Satisfied = d.upTo(u.ContactDue), d.upTo(u.RectifyDue), d.upTo(u.CalledBack)
		u.ContactOnTime, u.RectifiedOnTime = d.upTo(u.Contacted), d.upTo(u.Rectified)
		list = append(list, f)
	}
	return list
})

func probeCases(f *evaluation.Facts, d *draws) {
	f.Accepted, f.Finished = d.upTo(80_000), d.upTo(80_000)+100
	f.Promised = d.upTo(f.Finished)
	f.OnTime = d.upTo(f.Promised)
	f.Early = d.upTo(f.OnTime)
	f.OnTheSpot, f.FiledOnline = d.upTo(f.Finished), d.upTo(f.Finished)
	f.VisitsKnown = d.upTo(f.Finished)
	f.Visits = f.VisitsKnown + d.upTo(f.VisitsKnown)
	f.VisitsSquared = f.Visits * 2
	spans := func(shortest uint64) (h evaluation.Histogram, n, sum uint64) {
		h = make(evaluation.Histogram)
		for range 5 {
			seconds, cases := shortest+d.upTo(900_000), d.upTo(500)
			h[evaluation.Bucket(float64(seconds))] += cases
			n, sum = n+cases, sum+seconds*cases
		}
		return h, n, sum
	}
	f.Handling, f.Handled, f.HandlingSeconds = spans(60)
	f.Working, f.Worked, f.WorkingSeconds = spans(60)
	f.PromisedTimes, f.Limited, f.PromisedSeconds = spans(3600)
	f.StatutoryTimes = make(evaluation.Histogram)
	for b, n := range f.PromisedTimes {
		f.StatutoryTimes[b+20] = n // about 2.2 times as long
	}
	f.StatutorySeconds = f.PromisedSeconds * 22 / 10
}
