package dashboard

import (
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"haochaping/access"
)

// wall is the overview for a large screen on which nobody clicks (大屏): the reader's own region, read only.
func (d *Dashboard) wall(p *page) error {
	top := p.overviewSubject()
	p.Template = "wall"
	p.loaders = append(p.loaders, p.shield(p.loadFindings))
	p.regionsCard(top)
	p.trendCard()
	p.levelsCard()
	p.reasonsCard(true)
	return nil
}

// EventsPath is where a wall hears of newer figures.
func (p *page) EventsPath() string { return p.dashboard.base + "/wall/events" }

// streams are the walls that listen.
type streams struct {
	open  atomic.Int64
	once  sync.Once
	ended chan struct{}
}

func (s *streams) end() { s.once.Do(func() { close(s.ended) }) }

// What a stream to a wall costs and how long it lasts.
const (
	maxStreams   = 200
	streamAsks   = 2 * time.Second  // for the newest generation, and whether its reader may still see it
	streamBeats  = 15 * time.Second // so that the other end knows that somebody is there
	streamLasts  = 5 * time.Minute  // then the browser comes again, through the gate
	streamWrites = 10 * time.Second // what one message may take
)

// EndStreams ends the streams to walls. A server that waits for its requests before it stops calls it first.
func (d *Dashboard) EndStreams() { d.streams.end() }

// wallEvents tells a wall the number of the newest facts whenever it changes. It sends no figure: the page comes for those,
// through the gate.
func (d *Dashboard) wallEvents(w http.ResponseWriter, r *http.Request) error {
	if d.streams.open.Add(1) > maxStreams {
		d.streams.open.Add(-1)
		return errUnavailable
	}
	defer d.streams.open.Add(-1)
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no")
	w.WriteHeader(http.StatusOK)
	out := http.NewResponseController(w)
	say := func(event string, data uint64) bool {
		_ = out.SetWriteDeadline(time.Now().Add(streamWrites)) // a writer without deadlines is one of a test
		_, err := fmt.Fprintf(w, "event: %s\ndata: %d\n\n", event, data)
		return err == nil && out.Flush() == nil
	}
	ask, beat, last := time.NewTicker(streamAsks), time.NewTicker(streamBeats), time.NewTimer(streamLasts)
	defer ask.Stop()
	defer beat.Stop()
	defer last.Stop()
	told, known := uint64(0), false
	for {
		if person := d.options.Gate.Person(r); !person.May(access.ReadFigures) {
			return nil
		}
		if g, stale, err := d.facts.current(r.Context()); err == nil && !stale && (!known || g.Number != told) {
			told, known = g.Number, true
			if !say("generation", told) {
				return nil
			}
		}
		select {
		case <-ask.C:
		case <-beat.C:
			if !say("beat", told) {
				return nil
			}
		case <-last.C:
			return nil
		case <-d.streams.ended:
			return nil
		case <-r.Context().Done():
			return nil
		}
	}
}
