package dashboard

import (
	"context"
	"fmt"
	"sync"
	"time"

	"haochaping/calendar"
	"haochaping/evaluation"
)

// Outcomes tells what became of bad ratings.
type Outcomes interface {
	// Outcomes answers for the bad ratings of some days, as of now and for all units. Callers do not modify the list.
	Outcomes(ctx context.Context, days calendar.Range) ([]evaluation.Outcome, error)
}

// outcomeCache keeps what became of bad ratings: of all units, so that it holds nothing of one reader's scope, which is
// applied to each answer. Deadlines pass whether facts move or not, so an answer is not kept longer than a minute; it
// is read anew in the background before that, so that with many readers none of them waits.
type outcomeCache struct {
	mu      sync.Mutex
	answers recent[calendar.Range, outcomeAnswer]
}

type outcomeAnswer struct {
	list       []evaluation.Outcome
	generation uint64
	read       time.Time
}

const (
	keptOutcomes = 32
	outcomesOld  = time.Minute      // older answers are not given
	outcomesAge  = 30 * time.Second // older ones are read anew meanwhile
	outcomesMove = 10 * time.Second // the same, if the facts have moved since
)

// openDays is how far back bad ratings that still wait are looked for.
const openDays = 366

// readOutcomes reads what became of the bad ratings of some days that the reader may see and that are of the page's unit.
func (p *page) readOutcomes(ctx context.Context, days calendar.Range) ([]evaluation.Outcome, error) {
	all, err := p.dashboard.allOutcomes(ctx, p.Generation.Number, days)
	if err != nil {
		return nil, fmt.Errorf("read what became of bad ratings: %w", err)
	}
	type place struct{ region, department string }
	may := make(map[place]bool)
	var mine []evaluation.Outcome
	for i := range all {
		at := place{all[i].Region, all[i].Department}
		ok, known := may[at]
		if !known {
			ok = p.person.Scope.Allows(p.dir, at.region, at.department) &&
				(p.subject.Region == "" || p.dir.Within(at.region, p.subject.Region))
			may[at] = ok
		}
		if ok {
			mine = append(mine, all[i])
		}
	}
	return mine, nil
}

func (d *Dashboard) allOutcomes(ctx context.Context, generation uint64, days calendar.Range) ([]evaluation.Outcome, error) {
	read := func(ctx context.Context) (any, error) {
		list, err := d.options.Outcomes.Outcomes(ctx, days)
		if err != nil {
			return nil, err
		}
		d.outcomes.mu.Lock()
		defer d.outcomes.mu.Unlock()
		d.outcomes.answers.put(days, outcomeAnswer{list, generation, d.options.Now()})
		return list, nil
	}
	key := "outcomes " + days.String()
	d.outcomes.mu.Lock()
	a, ok := d.outcomes.answers.get(days)
	d.outcomes.mu.Unlock()
	if age := d.options.Now().Sub(a.read); ok && age < outcomesOld {
		if age >= outcomesAge || age >= outcomesMove && a.generation != generation {
			gone, cancel := context.WithCancel(ctx)
			cancel()
			_, _ = d.facts.fly(gone, key, read) // nobody waits for it, and what it cannot read stays as it is until it is too old
		}
		return a.list, nil
	}
	v, err := d.facts.fly(ctx, key, read)
	if err != nil {
		return nil, err
	}
	list, _ := v.([]evaluation.Outcome)
	return list, nil
}

// seesRegion reports whether the reader may see the figures of all departments of a region together.
func (p *page) seesRegion(region string) bool { return p.person.Scope.Allows(p.dir, region, "") }
