package dashboard

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"haochaping/access"
	"haochaping/calendar"
	"haochaping/chart"
	"haochaping/evaluation"
)

// wall is the overview for a large screen on which nobody clicks (大屏): the reader's own region, read only.
func (d *Dashboard) wall(p *page) error {
	top := p.overviewSubject()
	p.Template = "wall"
	p.loaders = append(p.loaders, p.shield(p.T("findings"), p.loadFindings))
	p.regionsCard(top)
	p.trendCard()
	p.levelsCard()
	p.lastHoursCard()
	p.reasonsCard(true)
	return nil
}

// dayHours is how many hours the wall looks back.
const dayHours = 24

// lastHoursCard shows the ratings of each of the last 24 hours, up to the one of the newest record. The last hour may not
// be over yet; an hour of a day without any record is unknown, and not zero.
func (p *page) lastHoursCard() {
	at := p.dataTime()
	note := p.T("card.day.note", "Time", p.Clock(at, p.now))
	if p.now.Truncate(time.Hour).Equal(at.Truncate(time.Hour)) {
		note += p.T("card.day.open")
	}
	p.add(card{ID: "day", Title: p.T("card.day"), Note: note, Span: spanHalf, Size: "plot"},
		func(ctx context.Context, c *card) error {
			if !p.HasData() {
				c.Empty = true
				return nil
			}
			today := calendar.DayOf(at, p.zone)
			rows, err := p.facts(ctx, p.subject.query(evaluation.ByTotal, calendar.Range{From: today - 1, To: today}, evaluation.StepDay))
			if err != nil {
				return err
			}
			days := make(map[calendar.Day]*evaluation.Facts, 2)
			for i := range rows {
				if days[rows[i].Start] == nil {
					days[rows[i].Start] = &evaluation.Facts{}
				}
				days[rows[i].Start].Add(&rows[i].Facts)
			}
			columns := chart.Columns{Description: p.T("card.day.described"), Name: p.T("measure.ratings")}
			c.Table = &table{Columns: []column{{Title: p.T("column.hour")}, {Title: p.T("measure.ratings"), Number: true}}}
			for i := range dayHours {
				hour := at.Hour() - dayHours + 1 + i
				day := today
				if hour < 0 {
					day, hour = today-1, hour+24
				}
				name := p.Date(day) + " " + hourName(uint8(hour))
				n, has := uint64(0), days[day] != nil
				if has {
					n = days[day].Hours[uint8(hour)]
				}
				columns.Labels = append(columns.Labels, strconv.Itoa(hour))
				columns.Values = append(columns.Values, chart.Number{Value: float64(n), Known: has})
				count := p.countCell(n, has)
				columns.Tips = append(columns.Tips, name+"\n"+p.T("measure.ratings")+"  "+count.Text)
				c.Table.Rows = append(c.Table.Rows, []cell{text(name), count})
			}
			return c.draw(columns.Figure())
		})
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
