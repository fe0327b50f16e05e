package collector

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"haochaping/collector/spool"
	"haochaping/record"
)

// Queue is what the shipper needs of the spool.
type Queue interface {
	Identity() [16]byte
	Read(after uint64, maxCount, maxBytes int) ([]spool.Record, error)
	Wait(ctx context.Context, after uint64) error
	Shipped(upTo uint64) error
	Stats() (spool.Stats, error)
}

// Warehouse takes batches. Insert may be repeated with the same batch and token,
// also after an error that came too late: it must not store anything twice. An
// error with a method Permanent() bool that returns true means that this batch
// will never be taken; every other error means "later".
type Warehouse interface {
	Insert(ctx context.Context, batch *record.Batch, token string) error
}

// ShipperOptions of a Shipper. Queue, Warehouse and Quarantine are required.
type ShipperOptions struct {
	Queue      Queue
	Warehouse  Warehouse
	Quarantine string // folder for records that the warehouse refuses for good; made when needed

	Batch    int           // records at a time; default 20,000
	Bytes    int           // bytes of payload at a time; default 4 MiB
	Interval time.Duration // how long a record may wait for company; default 500 ms
	Backoff  time.Duration // longest pause between two attempts; default 10 s
	Timeout  time.Duration // of one Insert; default 1 min
	Grace    time.Duration // how long an Insert under way may go on after Run was stopped; default 10 s

	Now      func() time.Time
	Logger   *slog.Logger
	Registry prometheus.Registerer
}

// Shipper brings the spool's records to the warehouse, in order, each once.
type Shipper struct {
	opts    ShipperOptions
	token   string // prefix: sequence numbers of two spools must never meet
	metrics shipMetrics
	seen    uint64 // the last record there was when crowded was last asked; owned by Run
	rejects int    // refused for good since the warehouse last took a record; owned by the flight whose turn it is

	lastInsert atomic.Int64 // how long the last one took that the warehouse took, in nanoseconds

	mu    sync.Mutex
	state ShipStats // guarded by mu
}

// longestRest bounds the pause after a slow insert, and how old a record becomes for it.
const longestRest = 5 * time.Second

// ShipStats is how the shipper stands.
type ShipStats struct {
	Shipped     uint64        // sequence number up to which the warehouse has everything
	Pending     uint64        // accepted records that it does not have
	Lag         time.Duration // age of the oldest of them, 0 = none
	Away        bool          // the warehouse takes nothing at the moment
	AwaySince   time.Time
	Quarantined uint64 // records put aside since the start
}

// maxRejects is how many records in a row may be put aside. When more are
// refused without one being taken, the mistake is not in the records: shipping
// waits for a person.
const maxRejects = 100

// NewShipper builds a shipper. Run starts it.
func NewShipper(o ShipperOptions) (*Shipper, error) {
	if o.Queue == nil || o.Warehouse == nil || o.Quarantine == "" {
		return nil, errors.New("new shipper: Queue, Warehouse and Quarantine are required")
	}
	o = o.withDefaults()
	id := o.Queue.Identity()
	s := &Shipper{opts: o, token: hex.EncodeToString(id[:]), metrics: newShipMetrics()}
	if err := registerAll(o.Registry, s.metrics.all()...); err != nil {
		return nil, fmt.Errorf("new shipper: register metrics: %w", err)
	}
	return s, nil
}

func (o ShipperOptions) withDefaults() ShipperOptions {
	setDefault(&o.Batch, 20_000)
	setDefault(&o.Bytes, 4<<20)
	setDefault(&o.Interval, 500*time.Millisecond)
	setDefault(&o.Backoff, 10*time.Second)
	setDefault(&o.Timeout, time.Minute)
	setDefault(&o.Grace, 10*time.Second)
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Registry == nil {
		o.Registry = prometheus.NewRegistry()
	}
	return o
}

func setDefault[T int | time.Duration](v *T, standard T) {
	if *v <= 0 {
		*v = standard
	}
}

// Run ships until ctx ends, then lets the batches under way finish within Grace
// and returns nil. It returns an error only when the spool itself has stopped.
//
// While a batch is inserted, the next one follows if it is full: two are under way at
// most, and the spool forgets them in their order. Records that could still find
// company are not taken early. While many come in, the shipper rests after a batch for
// as long as it took: what is taken in goes before what is counted, for some seconds.
func (s *Shipper) Run(ctx context.Context) error {
	st, err := s.opts.Queue.Stats()
	if err != nil {
		return fmt.Errorf("ship: %w", err)
	}
	after := st.Shipped
	pause := s.newPause()
	var loads [2]load
	var before *flight // under way; nil = none
	for turn := 0; ctx.Err() == nil; {
		l := &loads[turn]
		crowded := s.crowded()
		if before == nil || crowded || !s.readAhead(l, after) {
			if err := before.wait(ctx); err != nil {
				return err
			}
			before = nil
			if crowded && !sleep(ctx, s.rest()) {
				return nil
			}
			l.records, err = s.next(ctx, after)
			switch {
			case ctx.Err() != nil:
				return nil
			case errors.Is(err, spool.ErrClosed), errors.Is(err, spool.ErrFailed):
				return fmt.Errorf("ship: %w", err)
			case err != nil:
				// Damage is never passed over here: an operator decides what to give up.
				s.away(err, "shipping stopped: the spool cannot be read, see haochaping spool", slog.LevelError)
				pause.wait(ctx)
				continue
			}
			l.decode()
		}
		after = l.records[len(l.records)-1].Seq
		f := s.launch(ctx, l, before)
		if err := before.wait(ctx); err != nil {
			<-f.done
			return err
		}
		before, turn = f, 1-turn
		pause.reset()
	}
	return before.wait(ctx)
}

// next waits for records and gives young ones time to find company.
func (s *Shipper) next(ctx context.Context, after uint64) ([]spool.Record, error) {
	if err := s.opts.Queue.Wait(ctx, after); err != nil {
		return nil, err
	}
	records, err := s.opts.Queue.Read(after, s.opts.Batch, s.opts.Bytes)
	if err != nil {
		return nil, err
	}
	if len(records) == 0 {
		return nil, errors.New("the spool announced a record and does not show it")
	}
	// The clock may have jumped: never wait longer than the interval. Where the warehouse
	// is slow, more company costs less than another small batch.
	wait := min(s.opts.Interval-s.opts.Now().Sub(records[0].SpooledAt), s.opts.Interval)
	wait = max(wait, s.rest())
	if wait <= 0 || s.full(records) {
		return records, nil
	}
	if !sleep(ctx, wait) {
		return nil, ctx.Err()
	}
	return s.opts.Queue.Read(after, s.opts.Batch, s.opts.Bytes)
}

// deliver brings the records to the warehouse.
func (s *Shipper) deliver(ctx context.Context, records []spool.Record) error {
	l := load{records: records}
	l.decode()
	return s.deliverLoad(ctx, &l)
}

// deliverLoad brings a load to the warehouse, in halves where that refuses it for good,
// and marks each part as shipped.
func (s *Shipper) deliverLoad(ctx context.Context, l *load) error {
	if l.bad >= 0 {
		return s.deliverAround(ctx, l.records, l.bad, l.cause)
	}
	err := s.insert(ctx, &l.batch, s.tokenOf(l.records))
	if isPermanent(err) {
		if len(l.records) == 1 {
			return s.quarantine(ctx, l.records[0], err)
		}
		half := len(l.records) / 2
		if err := s.deliver(ctx, l.records[:half]); err != nil {
			return err
		}
		return s.deliver(ctx, l.records[half:])
	}
	if err != nil {
		return err
	}
	return s.taken(l.records)
}

// taken marks records as shipped that the warehouse has.
func (s *Shipper) taken(records []spool.Record) error {
	s.rejects = 0
	return s.shipped(records[len(records)-1].Seq, len(records))
}

// deliverAround puts aside the record at i, which cannot be read.
func (s *Shipper) deliverAround(ctx context.Context, records []spool.Record, i int, cause error) error {
	if i > 0 {
		if err := s.deliver(ctx, records[:i]); err != nil {
			return err
		}
	}
	if err := s.quarantine(ctx, records[i], cause); err != nil {
		return err
	}
	if i+1 < len(records) {
		return s.deliver(ctx, records[i+1:])
	}
	return nil
}

func (s *Shipper) shipped(upTo uint64, n int) error {
	if err := s.opts.Queue.Shipped(upTo); err != nil {
		return err
	}
	s.metrics.shipped.Add(float64(n))
	s.mu.Lock()
	s.state.Shipped = upTo
	s.mu.Unlock()
	return nil
}

// insert repeats until the warehouse has the batch, refuses it for good, or ctx ends.
func (s *Shipper) insert(ctx context.Context, batch *record.Batch, token string) error {
	pause := s.newPause()
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		err := s.try(ctx, batch, token)
		switch {
		case err == nil:
			s.back()
			return nil
		case isPermanent(err) && s.rejects < maxRejects:
			return err
		case isPermanent(err):
			s.away(err, "shipping stopped: the warehouse refuses record after record; nothing more is put aside until it takes one", slog.LevelError)
		default:
			s.away(err, "warehouse is away: records wait in the spool", slog.LevelWarn)
		}
		s.metrics.failures.Inc()
		if !pause.wait(ctx) {
			return ctx.Err()
		}
		s.metrics.again.Add(float64(batch.Len()))
	}
}

// try inserts once. When ctx ends meanwhile the insert gets Grace to finish.
func (s *Shipper) try(ctx context.Context, batch *record.Batch, token string) error {
	inner, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.opts.Timeout)
	defer cancel()
	stopped := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(stopped)
		if sleep(inner, s.opts.Grace) {
			cancel()
		}
	})
	began := time.Now()
	err := s.opts.Warehouse.Insert(inner, batch, token)
	s.metrics.took.Observe(time.Since(began).Seconds())
	if err == nil {
		s.lastInsert.Store(int64(time.Since(began)))
		s.metrics.size.Observe(float64(batch.Len()))
	}
	cancel()
	if !stop() {
		<-stopped
	}
	return err
}

func isPermanent(err error) bool {
	var p interface{ Permanent() bool }
	return errors.As(err, &p) && p.Permanent()
}

// away notes that shipping does not go on, and says so once.
func (s *Shipper) away(err error, message string, level slog.Level) {
	s.mu.Lock()
	known := s.state.Away
	if !known {
		s.state.Away, s.state.AwaySince = true, s.opts.Now()
	}
	s.mu.Unlock()
	s.metrics.away.Set(1)
	if !known {
		s.opts.Logger.Log(context.Background(), level, message, "error", err)
	}
}

func (s *Shipper) back() {
	s.mu.Lock()
	was, since := s.state.Away, s.state.AwaySince
	s.state.Away, s.state.AwaySince = false, time.Time{}
	s.mu.Unlock()
	s.metrics.away.Set(0)
	if was {
		s.opts.Logger.Info("warehouse is back: shipping goes on", "away", s.opts.Now().Sub(since).Round(time.Second))
	}
}

// Stats says how the shipper stands.
func (s *Shipper) Stats() (ShipStats, error) {
	st, err := s.opts.Queue.Stats()
	if err != nil {
		return ShipStats{}, fmt.Errorf("shipper stats: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.state
	out.Shipped, out.Pending = st.Shipped, st.Depth
	if !st.Oldest.IsZero() {
		out.Lag = max(0, s.opts.Now().Sub(st.Oldest))
	}
	return out, nil
}

// pause grows from attempt to attempt, with jitter so that several collectors
// do not come back in step.
type pause struct {
	next, longest time.Duration
}

func (s *Shipper) newPause() *pause {
	p := &pause{longest: s.opts.Backoff}
	p.reset()
	return p
}

func (p *pause) reset() { p.next = min(100*time.Millisecond, p.longest) }

// wait reports whether it was waited to the end.
func (p *pause) wait(ctx context.Context) bool {
	d := p.next/2 + rand.N(p.next/2+1) //nolint:gosec // jitter
	p.next = min(2*p.next, p.longest)
	return sleep(ctx, d)
}

func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
