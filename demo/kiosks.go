package demo

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"haochaping/record"
)

// Kiosks are simulated devices of the province that go on rating as time passes, so
// that a visitor sees figures move, at any hour. They stand where they do not disturb
// a planted story.
type Kiosks struct {
	Province *Province
	Seed     uint64
	// Rate is how many ratings a second there are in office hours; 0 means 2. At
	// other hours there are fewer, but never none for more than two seconds.
	Rate float64
	Now  func() time.Time
	// Post sends ratings. After an error they are kept and sent again with the next.
	Post func(ctx context.Context, ratings []record.RatingInput) error
	// Failed hears of errors of Post; nil = nobody.
	Failed func(error)
}

const (
	kioskCount  = 80
	longestRest = 2 * time.Second
	unsentLimit = 500 // presses wait while so many are unsent; what is pressed is never dropped
)

// Run presses and posts until ctx is done. It returns an error only when the kiosks
// lack what they need.
func (k Kiosks) Run(ctx context.Context) error {
	if k.Province == nil || k.Now == nil || k.Post == nil {
		return fmt.Errorf("run demo kiosks: a province, a clock and a way to post are needed")
	}
	if k.Rate <= 0 {
		k.Rate = 2
	}
	d := seeded(k.Seed, 5, uint64(k.Now().UnixNano()))
	devices := k.choose(&d)
	var unsent []record.RatingInput
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-timer.C:
		}
		if len(unsent) < unsentLimit {
			unsent = append(unsent, devices[d.below(len(devices))].press(&d, k.Now()))
		}
		if err := k.Post(ctx, unsent); err == nil {
			unsent = nil
		} else if ctx.Err() == nil && k.Failed != nil {
			k.Failed(fmt.Errorf("post %d ratings of demo kiosks: %w", len(unsent), err))
		}
		timer.Reset(k.rest(&d))
	}
}

// rest is how long nobody presses.
func (k Kiosks) rest(d *dice) time.Duration {
	rate := k.Rate
	if h := k.Now().In(Zone).Hour(); h < 8 || h >= 18 {
		rate = min(rate, .7)
	}
	// Evenly spread around the mean: livelier than a metronome, never far off it.
	seconds := (.3 + 1.4*d.float()) / rate
	return min(time.Duration(seconds*float64(time.Second)), longestRest)
}

// kiosk is one device. Its installation begins with the run, so its numbers do too.
type kiosk struct {
	name, installation string
	place              record.Place
	seq                uint64
}

func (k Kiosks) choose(d *dice) []*kiosk {
	streams := layStreams(k.Province)
	weights := make([]float64, len(streams))
	for i := range streams {
		s := &streams[i]
		if s.window >= 0 && s.source == fromHall && !s.prompted && s.city != levelCity &&
			int(s.area) != springArea && int(s.area) != kioskArea && int(s.area) != burstArea && int(s.area) != fastArea {
			weights[i] = s.weight
		}
	}
	table := newAlias(weights)
	installation := k.Now().UTC().Format("20060102T150405.000Z")
	all := make([]*kiosk, kioskCount)
	for i := range all {
		s := &streams[table.draw(d)]
		h, u := &k.Province.Halls[s.hall], &k.Province.departments[s.department]
		w := &k.Province.Windows[s.window]
		all[i] = &kiosk{
			name: fmt.Sprintf("L-%s-%s-%02d", h.Code, w.Code, i), installation: installation,
			place: record.Place{
				Region: h.Region, Hall: h.Code, Window: w.Code, Department: k.Province.Departments[s.department].Code,
				Item: k.Province.Items[u.items[d.below(len(u.items))]].Code,
			},
		}
	}
	return all
}

// press is one tap at a kiosk.
func (k *kiosk) press(d *dice, now time.Time) record.RatingInput {
	k.seq++
	now = now.In(Zone)
	r := record.RatingInput{
		ID: freshID(now).String(), Source: SourceLive, DeviceID: k.name, Installation: k.installation, DeviceSeq: k.seq,
		Object: "item", Place: k.place, Channel: record.Code(record.ChannelTablet), RatedAt: &now, Level: "5",
	}
	level := 5
	switch u := d.float(); {
	case u < .0012:
		level = 1
	case u < .002:
		level = 2
	case u < .012:
		level = 3
	case u < .045:
		level = 4
	}
	r.Level = fiveBest[level]
	if tags := tagsOf[level]; d.chance(tagChance[level]) {
		n := d.below(len(tags))
		r.Tags = tags[n : n+1 : n+1]
	}
	return r
}

// freshID is a UUIDv7 of a given time. Live ratings are not reproducible: an id that
// came again would be a repetition.
func freshID(now time.Time) uuid.UUID {
	id := uuid.New()
	ms := now.UnixMilli()
	for i := range 6 {
		id[i] = byte(ms >> (40 - 8*i))
	}
	id[6] = id[6]&0x0f | 0x70
	return id
}
