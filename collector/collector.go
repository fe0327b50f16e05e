// Package collector is the way in: it takes ratings, cases, prompts, follow-ups
// and tallies over HTTP, and ships what it took to the warehouse.
//
// Promises:
//
//   - A record whose receipt says accepted, unattributed or duplicate is durable
//     in the spool before the answer leaves, whatever the state of the warehouse.
//   - What the door refused is durable too, without its content, before the
//     answer says "kept": the sender may forget it.
//   - A body is taken record by record, never half: a JSON array is read in full
//     before anything is stored, a stream chunk by chunk with ids that make a
//     repeat harmless.
//   - No answer and no log line repeats a submitted value other than the id of a
//     record. Input without a valid key is counted and never read.
//   - What was accepted reaches the warehouse, however long that is away. The one
//     that the warehouse refuses for good is put aside whole, and does not hold up
//     the others.
//
// It looks at the directory only to say 待归属 (unattributed) in a receipt.
package collector

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"haochaping/collector/spool"
	"haochaping/directory"
	"haochaping/record"
)

// Spool is where accepted records become durable.
type Spool interface {
	Append(ctx context.Context, entries []spool.Entry) ([]spool.Outcome, error)
	Stats() (spool.Stats, error)
}

// Keys finds the key of a sender by the SHA-256 of what it presented. Lookup
// returns revoked keys too.
type Keys interface {
	Lookup(hash [32]byte) (record.Key, bool)
}

// Options of a Collector. Door, Spool and Keys are required.
type Options struct {
	Door      *record.Door
	Spool     Spool
	Keys      Keys
	Directory func() *directory.Directory // nil = no receipt says unattributed
	Name      string                      // of this collector; stands in every record
	URL       string                      // where senders reach the installation, for the OpenAPI document; default /

	MaxBody        int64         // bytes of a JSON body, also after unpacking; default 1 MiB
	MaxInFlight    int           // requests at a time, the next is answered 429; default 1024
	RequestTimeout time.Duration // for a JSON body, and between two reads of a stream; default 30 s
	StreamTimeout  time.Duration // for a whole stream; default 1 h

	Devices Devices // knows what arrived of a device; nil = nobody does
	Batches Batches // knows announced batches; nil = this collector alone does
	Desk    Desk    // knows refused records; nil = nobody does

	DeviceRate   int // requests a second that the key of one device may send, bursts of five times as many; 0 = no limit
	SourceRate   int // the same for the key of one source
	RefusedQuota int // refused records that are kept of one key a day; 0 = no limit

	Now      func() time.Time
	Logger   *slog.Logger
	Registry prometheus.Registerer // nil = metrics are counted for nobody
}

// Collector answers requests. Safe for concurrent use.
type Collector struct {
	opts     Options
	openAPI  []byte
	slots    chan struct{} // one for each request under way
	turns    chan struct{} // one for each array or part of a stream that is records, until it is durable
	metrics  *metrics
	limits   limits
	batches  batches
	refusals refusals
	fullAt   atomic.Int64 // when a write last found the spool full, in Unix nanoseconds
}

// New builds a collector. It starts nothing.
func New(o Options) (*Collector, error) {
	if o.Door == nil || o.Spool == nil || o.Keys == nil {
		return nil, errors.New("new collector: Door, Spool and Keys are required")
	}
	o = o.withDefaults()
	document, err := openAPIDocument(o.URL)
	if err != nil {
		return nil, fmt.Errorf("new collector: %w", err)
	}
	m, err := newMetrics(o.Registry, o.Spool, o.Now)
	if err != nil {
		return nil, fmt.Errorf("new collector: register metrics: %w", err)
	}
	zone := o.Door.Zone
	if zone == nil {
		zone = time.UTC
	}
	reader, _ := o.Spool.(SpoolReader)
	return &Collector{
		batches: batches{store: o.Batches, spool: reader},
		opts:    o, openAPI: document, metrics: m, slots: make(chan struct{}, o.MaxInFlight),
		turns:  make(chan struct{}, max(4, 4*runtime.GOMAXPROCS(0))),
		limits: limits{deviceRate: o.DeviceRate, sourceRate: o.SourceRate, quota: o.RefusedQuota, zone: zone, keys: o.Keys},
	}, nil
}

func (o Options) withDefaults() Options {
	if o.URL == "" {
		o.URL = "/"
	}
	if o.MaxBody <= 0 {
		o.MaxBody = 1 << 20
	}
	if o.MaxInFlight <= 0 {
		o.MaxInFlight = 1024
	}
	if o.RequestTimeout <= 0 {
		o.RequestTimeout = 30 * time.Second
	}
	if o.StreamTimeout <= 0 {
		o.StreamTimeout = time.Hour
	}
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

// fullFor is how long a collector whose spool was full says so.
const fullFor = 10 * time.Second

// sawFull notes that a write failed because the spool is full.
func (c *Collector) sawFull(err error) {
	if errors.Is(err, spool.ErrFull) {
		c.fullAt.Store(c.opts.Now().UnixNano())
	}
}

// Ready returns nil when records can be accepted, else why not.
func (c *Collector) Ready() error {
	if _, err := c.opts.Spool.Stats(); err != nil {
		return fmt.Errorf("collector: %w", err)
	}
	// Not for longer: without requests nobody would find out that there is room again.
	if at := c.fullAt.Load(); at != 0 && c.opts.Now().Sub(time.Unix(0, at)) < fullFor {
		return fmt.Errorf("collector: %w", spool.ErrFull)
	}
	return nil
}

// root is the path under which the handler is mounted.
const root = "/api/v1/"

// Handler serves everything below /api/v1/.
func (c *Collector) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		a := c.guarded(w, r)
		c.metrics.answered(a.route, a.status, time.Since(began))
		if err := a.write(w); err != nil {
			// The sender is gone; it will ask again.
			c.opts.Logger.Debug("answer not delivered", "route", a.route, "status", a.status)
		}
	})
}
