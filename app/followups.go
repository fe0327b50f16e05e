package app

import (
	"context"
	"slices"
	"time"

	"haochaping/calendar"
	"haochaping/evaluation"
)

// followUps counts what became of the bad reviews of a period as of now, by the configured deadlines. Where these are
// in working days, unknown are the years that leave some of them open.
func (a *App) followUps(ctx context.Context, q evaluation.Query) (rows []evaluation.Row, unknown []int, err error) {
	w, err := a.store.get()
	if err != nil {
		return nil, nil, err
	}
	days := a.workdays()
	deadlines := a.followUpClock(days)
	rows, err = w.FollowUps(ctx, q, func(rated calendar.Day) (contactDue, rectifyDue time.Time) {
		contactDue, rectifyDue = deadlines(rated)
		if contactDue.IsZero() || rectifyDue.IsZero() {
			year, _, _ := rated.Date()
			for days.Known(year) {
				year++
			}
			if !slices.Contains(unknown, year) {
				unknown = append(unknown, year)
			}
		}
		return contactDue, rectifyDue
	}, a.clock())
	slices.Sort(unknown)
	return rows, unknown, err
}

// followUpClock gives the deadlines of a bad rating that was given on a day: the end of the n-th day after it, worked or
// not, or of the n-th working day where the rule says so. With 0 days it is the same day, or the first working
// day from it on. A deadline in a year whose working days are not known is the zero time.
func (a *App) followUpClock(days *calendar.Workdays) func(rated calendar.Day) (contactDue, rectifyDue time.Time) {
	rule, zone := a.cfg.FollowUp, a.cfg.Timezone.Location
	due := func(rated calendar.Day, n int) time.Time {
		if !rule.WorkingDays {
			return (rated + calendar.Day(n)).End(zone)
		}
		if working, _ := days.Working(rated); n == 0 && !working {
			n = 1
		}
		end, known := days.AddWorkingDays(rated, n)
		if !known {
			return time.Time{}
		}
		return end.End(zone)
	}
	return func(rated calendar.Day) (contactDue, rectifyDue time.Time) {
		return due(rated, rule.ContactDays), due(rated, rule.RectifyDays)
	}
}

// outcomes tells the dashboard what became of bad ratings, as of now.
type outcomes struct{ app *App }

// Outcomes answers for some days.
func (o outcomes) Outcomes(ctx context.Context, days calendar.Range) ([]evaluation.Outcome, error) {
	w, err := o.app.store.get()
	if err != nil {
		return nil, err
	}
	return w.Outcomes(ctx, days, o.app.followUpClock(o.app.workdays()), o.app.clock())
}

// Steps is another number once steps have been stored.
func (o outcomes) Steps(ctx context.Context) (uint64, error) {
	w, err := o.app.store.get()
	if err != nil {
		return 0, err
	}
	return w.Steps(ctx)
}
