package dashboard

import (
	"context"
	"fmt"
	"sync"
	"time"

	"haochaping/access"
	"haochaping/calendar"
	"haochaping/evaluation"
	"haochaping/record"
)

// Quality knows what has arrived, and what has not. Callers do not modify what it returns.
type Quality interface {
	// Devices are how all devices with a key stand.
	Devices(ctx context.Context) ([]record.DeviceState, error)
	// DeviceGaps are the newest ranges of numbers that never arrived of some devices, at most 20 of each installation,
	// by device and installation, with the days of the period between which they were expected.
	DeviceGaps(ctx context.Context, devices []string, days calendar.Range) ([]record.DeviceGap, error)
	// SourceDays is what each source sent of each day.
	SourceDays(ctx context.Context, days calendar.Range) ([]evaluation.SourceDay, error)
	// Lateness is how long after their day the ratings of each source arrived.
	Lateness(ctx context.Context, days calendar.Range) ([]evaluation.SourceLateness, error)
}

// Bounds of the page about what arrived.
const (
	maxDevices     = 500 // listed
	gapDevices     = 200 // whose missing ranges are listed
	maxGaps        = 500 // ranges listed
	arrivalDays    = 92  // days of the field of sources; the last ones of a longer period
	maxQualityDays = 366 // days in which missing levels are looked for; the same
	shownSources   = 40
	shownOutliers  = 200
	shownSpells    = 200
	shownHalls     = 300
)

// keptSourceDays is how many periods' days of sources are kept.
const keptSourceDays = 8

// The time that answers are kept which cost a reading of records, and those of devices.
const (
	gapsKept    = 10 * time.Minute
	devicesKept = 30 * time.Second
)

// qualityCache keeps what the page about arrivals asked for. It holds nothing of one reader's scope.
type qualityCache struct {
	devices shelf[struct{}, []record.DeviceState]
	gaps    shelf[gapQuestion, []record.DeviceGap]
	late    shelf[calendar.Range, []evaluation.SourceLateness]
}

// gapQuestion asks about the worst devices: what they lack says whether an answer still holds.
type gapQuestion struct {
	devices string // with what each lacks
	days    calendar.Range
}

func newQualityCache() qualityCache {
	const size = 32
	return qualityCache{
		newShelf[struct{}, []record.DeviceState](1, devicesKept), newShelf[gapQuestion, []record.DeviceGap](size, gapsKept),
		newShelf[calendar.Range, []evaluation.SourceLateness](size, gapsKept),
	}
}

// shelf keeps answers for a while, whether the facts move or not.
type shelf[K comparable, V any] struct {
	mu   *sync.Mutex
	kept recent[K, shelved[V]]
	life time.Duration
}

type shelved[V any] struct {
	value V
	read  time.Time
}

func newShelf[K comparable, V any](size int, life time.Duration) shelf[K, V] {
	return shelf[K, V]{new(sync.Mutex), newRecent[K, shelved[V]](size), life}
}

// fetch finds an answer, or reads it once for all who ask.
func (s *shelf[K, V]) fetch(ctx context.Context, d *Dashboard, key K, read func(context.Context) (V, error)) (V, error) {
	s.mu.Lock()
	v, ok := s.kept.get(key)
	s.mu.Unlock()
	if age := d.options.Now().Sub(v.read); ok && age >= 0 && age < s.life {
		return v.value, nil
	}
	made, err := d.facts.fly(ctx, fmt.Sprintf("%T %#v", v, key), func(ctx context.Context) (any, error) {
		value, err := read(ctx)
		if err != nil {
			return nil, err
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		s.kept.put(key, shelved[V]{value, d.options.Now()})
		return value, nil
	})
	value, _ := made.(V)
	return value, err
}

// quality is the page of what arrived and what did not. Whatever tells of levels is for those alone who may read
// figures: who runs the machines does not learn how services were rated.
func (d *Dashboard) quality(p *page) error {
	p.Nav, p.Quiet, p.Title = "quality", true, label{Text: p.T("nav.quality")}
	p.stand(qualityRooms, "arrivals")
	p.keep = []string{keySource, keyHall}
	levels := p.person.May(access.ReadFigures)
	if !p.seesAll() {
		p.add(card{ID: "sources", Title: p.T("sources.title"), Span: spanFull}, func(_ context.Context, c *card) error {
			c.Empty, c.EmptyText = true, p.T("sources.scoped")
			return nil
		})
	} else {
		p.arrivalCards()
		p.latenessCard()
		if levels {
			p.spellsCard()
			p.levelDaysCard()
			p.sourceAnswersCard()
		}
	}
	if levels {
		p.hallAnswersCard()
	}
	p.deviceCards()
	return nil
}

// keySource is the part of an address that chooses a source.
const keySource = "source"

// lastDays is the page's period, or its last days if it is longer; what that leaves out is said on the card.
func (p *page) lastDays(c *card, most int) calendar.Range {
	r := p.period.Range
	if r.Len() > most {
		r.From = r.To - calendar.Day(most-1)
		c.Note += p.T("quality.cut", "Period", p.Range(r))
	}
	return r
}

// readSourceDays is what sources sent of the period and of the year before it: one reading for all cards.
func (p *page) readSourceDays(ctx context.Context) ([]evaluation.SourceDay, error) {
	r := p.period.Range
	r.From = max(r.From, r.To-(maxQualityDays-1)) - evaluation.ArrivalHistory
	c := p.dashboard.facts
	list, err := recall(ctx, c, p.wanted, &c.sourceDays, r, c.timeout, func(ctx context.Context) ([]evaluation.SourceDay, error) {
		return p.dashboard.options.Quality.SourceDays(ctx, r)
	})
	if err != nil {
		return nil, fmt.Errorf("read what sources sent: %w", err)
	}
	return list, nil
}

// addQuality adds a card that has no data where nothing is known of quality.
func (p *page) addQuality(c card, fill func(context.Context, *card) error) {
	p.add(c, func(ctx context.Context, c *card) error {
		if p.dashboard.options.Quality == nil {
			c.Empty, c.EmptyText = true, ""
			return nil
		}
		return fill(ctx, c)
	})
}
