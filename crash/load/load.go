// Package load plays the senders of a chaos run: devices that number their ratings, and
// systems that send ratings, cases, prompts and follow-ups, one at a time and in batches.
//
// It keeps a sender's duty: a record is sent again, unchanged, until an answer says that
// it is final. Beyond that it sends again what was answered long ago, the same to another
// collector, another content under a known id, and records that must be refused. It
// writes down what it sends before it sends it, and every answer, and judges nothing.
package load

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"haochaping/crash/journal"
)

// Target is one collector.
type Target struct {
	Name string
	URL  string // ends with a slash
}

// Sender is one key and what it may speak for.
type Sender struct {
	Key    string // clear
	Source string
	Device string // empty = a system
}

// Options of a Load. All are required.
type Options struct {
	World   string
	Targets []Target
	Senders []Sender
	Journal *journal.Journal
	Seed    uint64
	Base    time.Time     // everything sent happened in the days before
	Pace    time.Duration // mean pause of a sender between two requests
}

// Load is a number of senders at work. Make one with Start.
type Load struct {
	options Options
	http    *http.Client
	stop    context.CancelFunc // ends the making of new records
	done    chan struct{}      // closed when every sender has ended

	requests, answers, open atomic.Int64
	serverErrors            atomic.Int64 // answers of status 500
}

// Start starts one goroutine a sender. They make new records until Finish, and resend
// until ctx ends.
func Start(ctx context.Context, o Options) *Load {
	l := &Load{options: o, done: make(chan struct{}), http: &http.Client{
		Timeout:   15 * time.Second,
		Transport: &http.Transport{MaxIdleConnsPerHost: len(o.Senders)},
	}}
	making, stop := context.WithCancel(ctx)
	l.stop = stop
	var wg sync.WaitGroup
	for i, s := range o.Senders {
		wg.Go(func() { l.sender(i, s).run(ctx, making) })
	}
	go func() {
		defer close(l.done)
		wg.Wait()
		l.http.CloseIdleConnections()
	}()
	return l
}

// Finish ends the making of new records and waits until every record has a final answer,
// or until ctx ends, which is an error.
func (l *Load) Finish(ctx context.Context) error {
	l.stop()
	select {
	case <-l.done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("senders of %s wait for answers to %d requests: %w", l.options.World, l.open.Load(), ctx.Err())
	}
}

// Wait waits for the senders after their context has ended.
func (l *Load) Wait() { <-l.done }

// Counts are requests sent, answers read, and answers that owned up to a mistake.
func (l *Load) Counts() (requests, answers, serverErrors int64) {
	return l.requests.Load(), l.answers.Load(), l.serverErrors.Load()
}

func (l *Load) sender(number int, s Sender) *sender {
	return &sender{
		load: l, Sender: s, number: number, installation: 1,
		rng: rand.New(rand.NewPCG(l.options.Seed, uint64(number)+1)), //nolint:gosec // a seed must give the same run again
	}
}
