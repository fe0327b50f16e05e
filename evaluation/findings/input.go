package findings

import (
	"cmp"
	"slices"

	"haochaping/calendar"
	"haochaping/evaluation"
)

// UnitKind is what sort of unit a finding is about.
type UnitKind string

// The kinds of units.
const (
	Region     UnitKind = "region"
	Department UnitKind = "department"
	Window     UnitKind = "window"
	Source     UnitKind = "source"
	Staff      UnitKind = "staff"
	DeviceUnit UnitKind = "device"
)

// Unit is somebody or something that findings are about.
type Unit struct {
	Kind UnitKind `json:"kind"`
	Code string   `json:"code"` // a window's is hall/window
	Name Text     `json:"name"` // empty where nobody named it; the code then stands for it
	// Path holds the codes of the regions that it lies in, from the root down; a region's own code is not among them.
	Path []string `json:"path,omitempty"`
	Line string   `json:"line,omitempty"` // of a department
}

// Series is what was counted of a unit, month by month. Fill it with [Series.Add].
type Series struct {
	Unit
	Months []Month // in order; a month without records is absent
	// Handling are the net handling times of the whole period.
	Handling evaluation.Histogram
}

// Month is what findings need of the facts of a month: less than the facts, because there are thousands of windows.
type Month struct {
	Start      calendar.Day // its first day
	Levels     [5]uint64    // valid active first ratings, index 0 = level 1
	Channels   []Channel    // by class, sorted; what has no class stands under ""
	Hours      *[24]uint32  // valid active first ratings by hour of day; of windows only
	Tag        string       // the reason code that was given most often
	Tagged     uint64       // how often
	Unanswered uint64
	Declined   uint64
	Accepted   uint64 // cases
	Handled    uint64 // cases with a known handling time
}

// Channel is what one channel contributed.
type Channel struct {
	Class string
	Valid uint64
	Bad   uint64
}

func (m *Month) valid() (n uint64) {
	for _, c := range m.Levels {
		n += c
	}
	return n
}

func (m *Month) bad() uint64 { return m.Levels[0] + m.Levels[1] }

// Add adds the facts of the month that begins on start.
func (s *Series) Add(start calendar.Day, f *evaluation.Facts) {
	start = calendar.Period(calendar.KindMonth, start).From
	at, ok := slices.BinarySearchFunc(s.Months, start, func(m Month, d calendar.Day) int { return cmp.Compare(m.Start, d) })
	if !ok {
		s.Months = slices.Insert(s.Months, at, Month{Start: start})
	}
	m := &s.Months[at]
	for i, n := range f.Levels {
		m.Levels[i] += n
	}
	m.addChannels(f)
	m.Unanswered += f.Unanswered
	m.Declined += f.Declined
	m.Accepted += f.Accepted
	m.Handled += f.Handled
	if s.Kind == Window && len(f.Hours) > 0 {
		if m.Hours == nil {
			m.Hours = new([24]uint32)
		}
		for h, n := range f.Hours {
			if int(h) < len(m.Hours) {
				m.Hours[h] += uint32(min(n, 1<<32-1))
			}
		}
	}
	for tag, n := range f.Tags {
		if n > m.Tagged || n == m.Tagged && tag < m.Tag {
			m.Tag, m.Tagged = tag, n
		}
	}
	if len(f.Handling) > 0 && s.Handling == nil {
		s.Handling = make(evaluation.Histogram, len(f.Handling))
	}
	for b, n := range f.Handling {
		s.Handling[b] += n
	}
}

// addChannels keeps what the channels contributed; ratings that the facts know of no channel stand under "".
func (m *Month) addChannels(f *evaluation.Facts) {
	rest := Channel{Valid: f.Valid(), Bad: f.Bad()}
	for class, n := range f.Channels {
		m.channel(Channel{class, n.Valid, n.Bad})
		rest.Valid -= min(n.Valid, rest.Valid)
		rest.Bad -= min(n.Bad, rest.Bad)
	}
	if rest.Valid > 0 {
		m.channel(rest)
	}
}

func (m *Month) channel(c Channel) {
	at, ok := slices.BinarySearchFunc(m.Channels, c.Class, func(x Channel, class string) int { return cmp.Compare(x.Class, class) })
	if !ok {
		m.Channels = slices.Insert(m.Channels, at, Channel{Class: c.Class})
	}
	m.Channels[at].Valid += c.Valid
	m.Channels[at].Bad += c.Bad
}

// Device is what arrived of the numbers that a device gave its ratings.
type Device struct {
	Code         string
	Window       Unit // where it stands; zero where that is not known
	Highest      uint64
	Distinct     uint64 // different numbers that arrived
	Since, Until calendar.Day
	// Since is the day of the first rating behind a missing number, Until that of the newest; 0 = not known.
}

// LateRecords are ratings of the period that arrived after the figures were drawn, and are not in them.
type LateRecords struct {
	Unit Unit
	N    uint64
}

// Input is all that findings are drawn from. Whoever fills it decides whose units they are; what is not known stays
// zero, and the findings that would need it are left out.
type Input struct {
	Period    calendar.Range
	Watermark calendar.Day // last day of which there is data; 0 = not known
	Units     []Series
	Sources   []evaluation.SourceDay
	// SourceNames names the sources; others go by their codes.
	SourceNames map[string]Text
	Staff       []evaluation.StaffMonth
	Devices     []Device
	// OpeningHours are those of the halls, by code, as the directory has them: "Mon-Fri 09:00-12:00,13:00-17:00".
	OpeningHours map[string]string
	Breaks       []evaluation.Break
	Late         []LateRecords
	// MinN is how many ratings a unit needs to be ranked; 0 = 30.
	MinN uint64
}

// minimum is the default of MinN.
const minimum = 30

// finder is one run of [Find].
type finder struct {
	Input
	months []calendar.Day // of the period, their first days
	byUnit map[string]int // kind:code → place in Units
	rates  map[string]float64
	found  []Finding
}

func newFinder(in Input) *finder {
	f := &finder{Input: in, byUnit: make(map[string]int, len(in.Units))}
	f.Units = slices.Clone(in.Units)
	slices.SortStableFunc(f.Units, func(a, b Series) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Code, b.Code))
	})
	if f.MinN == 0 {
		f.MinN = minimum
	}
	if f.Period.Len() > 0 {
		for m := range f.Period.Months() {
			f.months = append(f.months, m)
		}
	}
	for i := range f.Units {
		f.byUnit[key(f.Units[i].Unit)] = i
	}
	f.rates = f.channelRates()
	return f
}

func key(u Unit) string { return string(u.Kind) + ":" + u.Code }

// run is the period of some months in a row.
func run(from, to calendar.Day) calendar.Range {
	return calendar.Range{From: from, To: calendar.Period(calendar.KindMonth, to).To}
}

// top are the places of the units that together are everybody: the regions without a region above them, or all
// departments, or all windows.
func (f *finder) top() []int {
	for _, kind := range []UnitKind{Region, Department, Window} {
		var places []int
		depth := -1
		for i := range f.Units {
			u := &f.Units[i]
			switch {
			case u.Kind != kind:
			case kind != Region:
				places = append(places, i)
			case depth < 0 || len(u.Path) < depth:
				places, depth = []int{i}, len(u.Path)
			case len(u.Path) == depth:
				places = append(places, i)
			}
		}
		if len(places) > 0 {
			return places
		}
	}
	return nil
}

// channelRates are the shares of bad ratings on each channel, of everybody. A channel with few ratings is drawn to
// the rate of all.
func (f *finder) channelRates() map[string]float64 {
	valid, bad := map[string]uint64{}, map[string]uint64{}
	var n, hits uint64
	for _, i := range f.top() {
		for j := range f.Units[i].Months {
			for _, c := range f.Units[i].Months[j].Channels {
				valid[c.Class] += c.Valid
				bad[c.Class] += c.Bad
				n, hits = n+c.Valid, hits+c.Bad
			}
		}
	}
	rates := make(map[string]float64, len(valid))
	if hits == 0 {
		return rates
	}
	whole := float64(hits) / float64(n)
	for class := range valid {
		rates[class] = (float64(bad[class]) + 1) / (float64(valid[class]) + 1/whole)
	}
	return rates
}
