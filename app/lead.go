package app

import (
	"context"
	"sync"
	"time"

	"haochaping/evaluation"
	"haochaping/evaluation/findings"
	"haochaping/warehouse"
)

// leadInterval is how long findings stand at least before they are drawn again, leadTimeout what drawing them may take,
// and leadLooks how often it is looked whether there are data for the first.
const (
	leadInterval = 10 * time.Minute
	leadTimeout  = 10 * time.Minute
	leadLooks    = 2 * time.Second
)

// leads keeps the findings of the last twelve months for the head of the overview. They are drawn in the background,
// gently: as soon as there are data, and then when somebody asks and the facts have moved since. Whoever asks gets what
// is there.
type leads struct {
	app    *App
	state  func(context.Context) (evaluation.Generation, error)
	find   func(context.Context) ([]findings.Finding, evaluation.Generation, error)
	wanted chan struct{} // of size 1: somebody has asked

	mu     sync.Mutex
	list   []findings.Finding
	at     time.Time // when list was drawn; zero = never
	failed error     // of the last attempt
}

func newLeads(a *App) *leads {
	find := func(ctx context.Context) ([]findings.Finding, evaluation.Generation, error) {
		in, g, err := a.findingsInput(warehouse.Gently(ctx), &FindingsCall{}, 1)
		if err != nil {
			return nil, g, err
		}
		return findings.Find(*in), g, nil
	}
	return &leads{app: a, state: a.store.Generation, find: find, wanted: make(chan struct{}, 1)}
}

// Findings are the latest that were drawn, and when; ok is false before the first, which may have failed. Nobody
// modifies them.
func (l *leads) Findings(context.Context) (list []findings.Finding, at time.Time, ok bool, err error) {
	select {
	case l.wanted <- struct{}{}:
	default:
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.at.IsZero() {
		return nil, l.at, false, l.failed
	}
	return l.list, l.at, true, nil
}

// run draws findings until ctx ends. It owns what was drawn when.
func (l *leads) run(ctx context.Context) error {
	var generation uint64
	var last time.Time // of the last attempt
	looks := time.NewTicker(leadLooks)
	defer looks.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-looks.C:
			if !last.IsZero() {
				looks.Stop()
				continue
			}
		case <-l.wanted:
		}
		if !last.IsZero() && time.Since(last) < leadInterval {
			continue
		}
		if g, err := l.state(ctx); err != nil || g.DataTime == 0 || g.Number == generation {
			continue // asked again by the next reader
		}
		last = time.Now()
		if number, err := l.draw(ctx); err == nil {
			generation = number
		} else if ctx.Err() == nil {
			l.app.log.Warn("findings for the overview", "error", err)
		}
	}
}

func (l *leads) draw(ctx context.Context) (generation uint64, err error) {
	ctx, cancel := context.WithTimeout(ctx, leadTimeout)
	defer cancel()
	list, g, err := l.find(ctx)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.failed = err; err != nil {
		return 0, err
	}
	l.list, l.at = list, l.app.clock()
	return g.Number, nil
}
