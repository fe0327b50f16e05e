package dashboard

import (
	"context"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"haochaping/calendar"
	"haochaping/directory"
	"haochaping/evaluation"
)

// Outcomes tells what became of bad ratings.
type Outcomes interface {
	// Outcomes answers for the bad ratings of some days, as of now and for all units, in the order of days. Callers do not
	// modify the list.
	Outcomes(ctx context.Context, days calendar.Range) ([]evaluation.Outcome, error)
	// Steps is a number that is another one once steps have been stored.
	Steps(ctx context.Context) (uint64, error)
}

// outcomeCache keeps what became of bad ratings, a month at a time: of all units, so that it holds nothing of one
// reader's scope, which is applied to each answer. Finding bad ratings reads the ratings themselves, of which a year of a
// large city has 25 million; so a month is read anew when something may have changed in it, in the background, while
// readers get what is there. Deadlines end with a day, and so does an answer.
type outcomeCache struct {
	mu      sync.Mutex
	answers recent[calendar.Day, *outcomeAnswer] // by the first day of the month
	steps   uint64
	asked   time.Time // when steps was learnt; zero = never
}

// outcomeAnswer is what became of the bad ratings of a month, and what it was read from.
type outcomeAnswer struct {
	list       []evaluation.Outcome
	generation uint64
	steps      uint64
	dir        *directory.Directory
	today      calendar.Day
	read       time.Time

	mu    sync.Mutex
	views recent[outcomeView, []evaluation.Outcome] // what was summed of list, by day
}

// outcomeView is a part of what became of bad ratings: what a scope shows of a region; ” = everywhere.
type outcomeView struct{ scope, region string }

const (
	keptOutcomes   = 48               // months
	keptViews      = 32               // of each
	outcomesOld    = 30 * time.Minute // older answers are not given
	outcomesAge    = 10 * time.Minute // older ones are read anew meanwhile
	outcomesRecent = 30 * time.Second // the same in the last two months, if facts or steps have moved since
	outcomesMoved  = 5 * time.Minute  // the same in months before
	stepsBelieved  = 10 * time.Second
	outcomeReaders = 2 // months that are read at once
)

// openDays is how far back bad ratings that still wait are looked for.
const openDays = 366

// readOutcomes is what became of the bad ratings of some days that the reader may see and that are of the page's unit, a
// sum for each day.
func (p *page) readOutcomes(ctx context.Context, days calendar.Range) ([]evaluation.Outcome, error) {
	months, err := p.outcomeMonths(ctx, days)
	if err != nil {
		return nil, fmt.Errorf("read what became of bad ratings: %w", err)
	}
	view := outcomeView{p.person.Scope.Key(), p.subject.Region}
	var mine []evaluation.Outcome
	for _, month := range months {
		for _, o := range month.seen(p, view) {
			if days.Contains(o.Day) {
				mine = append(mine, o)
			}
		}
	}
	return mine, nil
}

// seen is the part of a month that a page shows, a sum for each day.
func (a *outcomeAnswer) seen(p *page, view outcomeView) []evaluation.Outcome {
	a.mu.Lock()
	defer a.mu.Unlock()
	if days, ok := a.views.get(view); ok {
		return days
	}
	type place struct{ region, department string }
	may := make(map[place]bool)
	var days []evaluation.Outcome
	for i := range a.list { // which comes sorted by day
		o := &a.list[i]
		at := place{o.Region, o.Department}
		ok, known := may[at]
		if !known {
			ok = p.person.Scope.Allows(a.dir, at.region, at.department) && (view.region == "" || a.dir.Within(at.region, view.region))
			may[at] = ok
		}
		if !ok {
			continue
		}
		if n := len(days); n == 0 || days[n-1].Day != o.Day {
			days = append(days, evaluation.Outcome{Day: o.Day})
		}
		sum := &days[len(days)-1]
		sum.FollowUps.Add(&o.FollowUps)
		sum.Open.Add(&o.Open)
	}
	a.views.put(view, days)
	return days
}

// outcomeMonths are the answers of the months that some days lie in.
func (p *page) outcomeMonths(ctx context.Context, days calendar.Range) ([]*outcomeAnswer, error) {
	var months []*outcomeAnswer
	all, ctx := errgroup.WithContext(ctx)
	all.SetLimit(outcomeReaders)
	var mu sync.Mutex
	for first := range days.Months() {
		month := calendar.Period(calendar.KindMonth, first)
		if a, ok := p.keptMonth(month); ok {
			mu.Lock()
			months = append(months, a)
			mu.Unlock()
			continue
		}
		all.Go(func() error {
			v, err := p.dashboard.facts.fly(ctx, outcomesKey(month), func(ctx context.Context) (any, error) {
				if a, ok := p.keptMonth(month); ok { // somebody else's reading has just ended
					return a, nil
				}
				return p.monthReader(month)(ctx)
			})
			if err != nil {
				return err
			}
			a, _ := v.(*outcomeAnswer)
			mu.Lock()
			defer mu.Unlock()
			months = append(months, a)
			return nil
		})
	}
	return months, all.Wait()
}

func outcomesKey(month calendar.Range) string { return "outcomes " + month.String() }

// keptMonth is the answer of a month that may still be given. One that may be out of date is read anew meanwhile; what
// cannot be read stays as it is until it is too old.
func (p *page) keptMonth(month calendar.Range) (*outcomeAnswer, bool) {
	cache := &p.dashboard.outcomes
	cache.mu.Lock()
	a, ok := cache.answers.get(month.From)
	steps, asked := cache.steps, cache.asked
	cache.mu.Unlock()
	if !ok {
		return nil, false
	}
	today := calendar.DayOf(p.now, p.zone)
	age := p.now.Sub(a.read)
	if age >= outcomesOld || a.today != today || a.dir != p.dir {
		return nil, false
	}
	if p.now.Sub(asked) >= stepsBelieved {
		p.dashboard.facts.meanwhile("steps", p.dashboard.facts.timeout, p.learnSteps)
	}
	patience := outcomesMoved
	if month.To >= today-31 {
		patience = outcomesRecent
	}
	if moved := a.generation != p.wanted.Number || a.steps != steps; age >= outcomesAge || moved && age >= patience {
		p.dashboard.facts.meanwhile(outcomesKey(month), p.dashboard.facts.timeout, p.monthReader(month))
	}
	return a, true
}

func (p *page) learnSteps(ctx context.Context) (any, error) {
	n, err := p.dashboard.options.Outcomes.Steps(ctx)
	if err != nil {
		return nil, err
	}
	cache := &p.dashboard.outcomes
	cache.mu.Lock()
	defer cache.mu.Unlock()
	cache.steps, cache.asked = n, p.now
	return n, nil
}

// monthReader reads what became of the bad ratings of a month, and keeps it. The number of steps is asked for first: steps
// that come meanwhile are seen as a change.
func (p *page) monthReader(month calendar.Range) func(context.Context) (any, error) {
	return func(ctx context.Context) (any, error) {
		v, err := p.learnSteps(ctx)
		if err != nil {
			return nil, err
		}
		steps, _ := v.(uint64)
		list, err := p.dashboard.options.Outcomes.Outcomes(ctx, month)
		if err != nil {
			return nil, err
		}
		cache := &p.dashboard.outcomes
		cache.mu.Lock()
		defer cache.mu.Unlock()
		a := &outcomeAnswer{
			list: list, generation: p.wanted.Number, steps: steps, dir: p.dir, today: calendar.DayOf(p.now, p.zone), read: p.now,
			views: newRecent[outcomeView, []evaluation.Outcome](keptViews),
		}
		cache.answers.put(month.From, a)
		return a, nil
	}
}

// seesRegion reports whether the reader may see the figures of all departments of a region together.
func (p *page) seesRegion(region string) bool { return p.person.Scope.Allows(p.dir, region, "") }
