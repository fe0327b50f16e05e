package dashboard

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"haochaping/calendar"
	"haochaping/evaluation"
	"haochaping/evaluation/scheme"
	"haochaping/evaluation/scoring"
)

// rehearsal is what two results answer.
type rehearsal struct {
	before, after [32]byte // of the texts of the schemes
	period        calendar.Range
}

// rehearsed is a period judged by two schemes.
type rehearsed struct {
	was, is *scoring.Result
	number  uint64    // of the generation of the facts
	made    time.Time // when they were asked for
}

// What rehearsals may take: they are for one person each, while the pages are for all.
const (
	keptRehearsals   = 4
	rehearsalTimeout = 2 * judgeTimeout // waiting for the others included
	// believedFor is how long a rehearsal is shown although facts have arrived since: where they arrive all the time, one
	// that takes longer than a page waits would never be seen.
	believedFor = 2 * time.Minute
)

// errRehearsing: the person has another rehearsal under way.
var errRehearsing = errors.New("another rehearsal of the same person is being computed")

// rehearsing holds that one rehearsal is computed at a time, the others waiting for it, and that nobody has two.
type rehearsing struct {
	turn chan struct{} // holds a token while somebody computes

	mu   sync.Mutex
	who  map[string]bool // ids of persons
	kept recent[rehearsal, rehearsed]
}

func (r *rehearsing) start() {
	r.turn, r.who, r.kept = make(chan struct{}, 1), make(map[string]bool), newRecent[rehearsal, rehearsed](keptRehearsals)
}

// enter waits for the turn of a person; leave ends it.
func (r *rehearsing) enter(ctx context.Context, person string) (leave func(), err error) {
	r.mu.Lock()
	busy := r.who[person]
	r.who[person] = true
	r.mu.Unlock()
	if busy {
		return nil, errRehearsing
	}
	gone := func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		delete(r.who, person)
	}
	select {
	case r.turn <- struct{}{}:
		return func() { <-r.turn; gone() }, nil
	case <-ctx.Done():
		gone()
		return nil, ctx.Err()
	}
}

// recall finds a rehearsal that is kept.
func (r *rehearsing) recall(key rehearsal, number uint64, now time.Time) (rehearsed, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	kept, ok := r.kept.get(key)
	return kept, ok && (kept.number == number || now.Sub(kept.made) < believedFor)
}

func (r *rehearsing) keep(key rehearsal, made rehearsed) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.kept.put(key, made)
}

// rehearse judges a period by two schemes, once for all who ask the same. What a page does not wait for goes on and is
// kept for the next one.
func (d *Dashboard) rehearse(
	ctx context.Context, g evaluation.Generation, person string, before, after *scheme.Scheme, period calendar.Range,
) (rehearsed, error) {
	key := rehearsal{before.Hash, after.Hash, period}
	if kept, ok := d.trials.recall(key, g.Number, d.options.Now()); ok {
		return kept, nil
	}
	ctx, cancel := context.WithTimeout(ctx, d.options.CardTimeout)
	defer cancel()
	v, err := d.facts.flyFor(ctx, fmt.Sprintf("rehearsal %#v", key), rehearsalTimeout, func(ctx context.Context) (any, error) {
		leave, err := d.trials.enter(ctx, person)
		if err != nil {
			return nil, err
		}
		defer leave()
		made := rehearsed{number: g.Number, made: d.options.Now()}
		if made.was, made.is, err = d.options.Workbench.Rehearse(ctx, before, after, period); err != nil {
			return nil, err
		}
		d.trials.keep(key, made)
		return made, nil
	})
	switch {
	case err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded):
		return rehearsed{}, fmt.Errorf("rehearse %s against %s over %s: %w", after.ID, before.ID, period, errStillJudging)
	case err != nil:
		return rehearsed{}, fmt.Errorf("rehearse %s against %s over %s: %w", after.ID, before.ID, period, err)
	}
	made, _ := v.(rehearsed)
	return made, nil
}
