package demo

import (
	"haochaping/record"
)

// What happens in a year at scale 1, in service events of each kind of channel.
const (
	yearHall   = 1_650_000.0
	yearWeb    = 115_000.0
	yearMobile = 300_000.0
	yearQR     = 44_000.0
	yearSMS    = 76_000.0
)

// How bad the levels 1 and 2 are together on each channel before a department's own
// quality: attended tablets hide what QR codes and text messages show.
const (
	badTablet   = .00056
	badTerminal = .00060
	badOnline   = .0010
	badQR       = .0240
	badSMS      = .0220
)

// stream is a place where services of one department are given on one channel.
type stream struct {
	hall       int32 // place in Halls, −1 = none
	window     int32 // place in Windows, −1 = none
	department int32
	area       int16
	city       int8
	source     uint8
	channel    record.Channel
	weight     float64 // expected service events a year at scale 1
	bad        float64 // share of levels 1 and 2
	fours      float64
	threes     float64
	cases      float64 // share of events that belong to a case
	prompted   bool    // the counter reports every service event, rated or not
}

// The city whose tablets come from the vendor, the one with an app of its own, the
// one without level 1, and the two with prompts (1-7).
const (
	levelCity  = 3
	appCity    = 4
	vendorCity = 5
)

func promptCity(c int8) bool { return c == 0 || c == 1 || c == 6 }

// layStreams lists all streams of the province with their weights.
func layStreams(p *Province) []stream {
	var all []stream
	for i := range p.halls {
		all = layHall(all, p, i)
	}
	spread(all, yearHall)
	for _, c := range []struct {
		channel record.Channel
		source  uint8
		year    float64
		bad     float64
		cases   float64
	}{
		{record.ChannelWeb, fromOnline, yearWeb, badOnline, .5},
		{record.ChannelMobile, fromOnline, yearMobile, badOnline, .4},
		{record.ChannelQR, fromOnline, yearQR, badQR, .2},
		{record.ChannelSMS, fromSMS, yearSMS, badSMS, 1},
	} {
		from := len(all)
		for n := range p.departments {
			u := &p.departments[n]
			s := stream{
				hall: -1, window: -1, source: c.source, channel: c.channel, bad: c.bad * u.bad,
				weight: u.weight * areaShare(p, u.area), cases: c.cases,
			}
			if c.channel == record.ChannelQR { // the code hangs in the main hall of the department's area
				s.hall = int32(mainHall(p, u.area))
			}
			if c.channel == record.ChannelMobile && p.areas[u.area].city == appCity {
				s.source = fromApp
			}
			all = append(all, s.of(p, n))
		}
		spread(all[from:], c.year)
	}
	return all
}

// of completes a stream with what follows from its department.
func (s stream) of(p *Province, department int) stream {
	u := &p.departments[department]
	s.department, s.area = int32(department), int16(u.area)
	s.city = int8(p.areas[u.area].city)
	s.fours, s.threes = u.fours, u.fours*.2
	if s.channel == record.ChannelQR || s.channel == record.ChannelSMS {
		s.fours, s.threes = s.fours*2+.04, s.threes*2+.02
	}
	return s
}

// areaShare is what an area's departments do of the province's services.
func areaShare(p *Province, i int) float64 {
	sum := 0.0
	for _, n := range p.areas[i].departments {
		sum += p.departments[n].weight
	}
	switch a := &p.areas[i]; {
	case a.city == 0:
		return .03 / sum
	case a.leaf():
		return a.weight / sum
	case i == a.city:
		return a.weight * .2 / sum
	default:
		return a.weight * .78 / sum
	}
}

func mainHall(p *Province, area int) int {
	for i := range p.halls {
		if p.halls[i].area == area && p.halls[i].large() {
			return i
		}
	}
	return -1
}

// terminalShare is what the self-service terminals of a large hall do of its services.
const terminalShare = .08

// layHall shares the counters of a hall among the departments that it serves: laid
// end to end, each department covers a stretch of the row of counters, so that busy
// ones fill several and quiet ones share one. Terminals serve the busiest lines.
func layHall(all []stream, p *Province, i int) []stream {
	h := &p.halls[i]
	counters := h.windows
	if h.large() {
		counters -= terminals
	}
	served := servedBy(p, h)
	sum := 0.0
	for _, n := range served {
		sum += p.departments[n].weight
	}
	begin := 0.0
	for _, n := range served {
		end := begin + p.departments[n].weight/sum*float64(counters)
		for w := int(begin); w < counters && float64(w) < end; w++ {
			if overlap := min(end, float64(w+1)) - max(begin, float64(w)); overlap > 0 {
				all = append(all, atCounter(p, i, w, n, h.volume*overlap/float64(counters)))
			}
		}
		begin = end
	}
	const lines = 5
	for w := counters; w < h.windows; w++ {
		for _, n := range served[:lines] {
			all = append(all, atCounter(p, i, w, n, h.volume*terminalShare/terminals/lines))
		}
	}
	return all
}

// atCounter is the stream of a department at a counter of a hall.
func atCounter(p *Province, i, w, n int, weight float64) stream {
	h := &p.halls[i]
	s := stream{
		hall: int32(i), window: int32(h.firstWindow + w), source: fromHall, channel: record.ChannelTablet,
		weight: weight, bad: badTablet * p.departments[n].bad, cases: .26,
	}
	if h.terminal(w) {
		s.channel, s.bad = record.ChannelTerminal, badTerminal*p.departments[n].bad
	}
	s = s.of(p, n)
	if s.city == vendorCity {
		s.source, s.cases = fromVendor, 1
	}
	if promptCity(s.city) && h.kind < townshipHall {
		s.prompted, s.cases = true, 1
	}
	return s
}

// servedBy lists the departments that a hall serves: a main hall all of its area,
// a special one its line, small ones the busiest lines.
func servedBy(p *Province, h *hall) []int {
	own := p.areas[h.area].departments
	switch h.kind {
	case specialHall:
		for _, n := range own {
			if p.departments[n].line == h.line {
				return []int{n}
			}
		}
		return own[:1] // not reached: the special lines exist everywhere
	case townshipHall:
		return own[:8]
	case villagePoint:
		return own[:3]
	default:
		return own
	}
}

// spread scales the weights of streams to a sum.
func spread(streams []stream, total float64) {
	sum := 0.0
	for i := range streams {
		sum += streams[i].weight
	}
	for i := range streams {
		streams[i].weight *= total / sum
	}
}
