package demo

import (
	"cmp"
	"slices"

	"haochaping/calendar"
	"haochaping/evaluation"
	"haochaping/record"
)

// Counts are the figures that the warehouse makes of a plan's records, as far as findings are drawn from them:
// counted from the plan, without any record.
type Counts struct {
	// Regions of the upper three levels, Departments and Windows have a row for each month with something to count:
	// levels, defaults, silence, channels, and how many cases were finished with which handling time; of windows the
	// hours too. Tags, service events, limits and visits are left out.
	Regions, Departments, Windows []evaluation.Row
	Sources                       []evaluation.SourceDay
	Staff                         []evaluation.StaffMonth
	Devices                       []DeviceCount // of which numbers are missing
}

// DeviceCount is what arrived of the numbers of a device.
type DeviceCount struct {
	record.DeviceNumbers
	Hall, Window string
	Since, Until calendar.Day // of the first rating behind a missing number, and of the last
}

// tallied is what is counted of a stream in a month.
type tallied struct {
	levels, defaults     [5]uint64
	unanswered, declined uint64
	handled, seconds     uint64
}

// counting is one run of [Plan.Counts].
type counting struct {
	*Plan
	months   []calendar.Day
	streams  []tallied              // month × stream
	handling []evaluation.Histogram // month × department
	hours    [][24]uint32           // month × window
	staff    [][2][2]uint32         // month × window: of each desk the services, and those with a rating page
	out      Counts
}

// Counts counts the plan. It takes some tenths of a second at scale 1.
func (p *Plan) Counts() Counts {
	c := &counting{Plan: p}
	for m := range (calendar.Range{From: p.From, To: p.To}).Months() {
		c.months = append(c.months, m)
	}
	c.streams = make([]tallied, len(c.months)*len(p.streams))
	c.handling = make([]evaluation.Histogram, len(c.months)*len(p.Province.departments))
	c.hours = make([][24]uint32, len(c.months)*len(p.Province.Windows))
	c.staff = make([][2][2]uint32, len(c.months)*len(p.Province.Windows))
	month := -1
	for n := range p.days {
		day := p.From + calendar.Day(n)
		for month+1 < len(c.months) && c.months[month+1] <= day {
			month++
		}
		c.day(n, month)
	}
	c.fold()
	c.clerks()
	c.devicesWithGaps()
	return c.out
}

func (c *counting) day(n, month int) {
	var sources [len(sourceNames)]evaluation.SourceDay
	for i := range c.days[n] {
		e := &c.days[n][i]
		s := &c.Plan.streams[e.stream]
		t := &c.streams[month*len(c.Plan.streams)+int(e.stream)]
		c.answer(e, s, t, &sources[s.source], month)
		if e.marks&withCase != 0 && e.marks&stillOpen == 0 {
			c.finished(e, s, t, month)
		}
		if s.prompted && e.what != silent && s.channel == record.ChannelTablet {
			c.served(e, s, month)
		}
	}
	for i := range sources {
		if d := &sources[i]; *d != (evaluation.SourceDay{}) {
			d.Day, d.Source = c.From+calendar.Day(n), sourceNames[i]
			c.out.Sources = append(c.out.Sources, *d)
		}
	}
}

// answer counts the rating of an event, and that of the acceptance of its case, which is always a five.
func (c *counting) answer(e *event, s *stream, t *tallied, d *evaluation.SourceDay, month int) {
	level := int(e.what) - 1
	switch {
	case e.what <= 5 && (!e.bad() || !c.excluded(e)):
		t.levels[level]++
		d.Levels[level]++
		c.atHour(s, month, c.ratedAt(e))
	case e.what == booked:
		t.defaults[s.bookedLevel()-1]++
		d.Defaults[s.bookedLevel()-1]++
	case e.what == unanswered:
		t.unanswered++
		d.Unanswered++
	case e.what == declined:
		t.declined++
		d.Declined++
	}
	if e.rated() && e.marks&alsoStart != 0 {
		t.levels[4]++
		d.Levels[4]++
		c.atHour(s, month, c.startOf(e))
	}
	day := c.From + calendar.Day(e.origin)
	if s.source != fromVendor || c.plots.resendDay < 0 || !c.plots.resent.Contains(day) || !e.rated() || e.marks&withCase == 0 {
		return
	}
	if again := c.own(e, forResend); again.chance(resentAnew) {
		d.Superseded += uint64(e.deviceRatings())
	}
}

// excluded says whether a bad rating was taken out after an appeal.
func (p *Plan) excluded(e *event) (out bool) {
	steps, _ := p.handling(e)
	for _, st := range steps {
		switch st.name {
		case record.StepExcluded:
			out = true
		case record.StepReinstated:
			out = false
		}
	}
	return out
}

func (c *counting) atHour(s *stream, month int, unix int64) {
	if s.window < 0 {
		return
	}
	c.hours[month*len(c.Province.Windows)+int(s.window)][(unix+8*3600)%dayLong/3600]++
}

func (c *counting) finished(e *event, s *stream, t *tallied, month int) {
	span := c.spanOf(e, s)
	if span.withdrawn {
		return
	}
	taken := span.ends - span.accepted - span.suspended(c.dayStart(c.dayCount()))
	t.handled++
	t.seconds += uint64(taken)
	at := month*len(c.Province.departments) + int(s.department)
	if c.handling[at] == nil {
		c.handling[at] = make(evaluation.Histogram)
	}
	c.handling[at][evaluation.Bucket(float64(taken))]++
}

func (c *counting) served(e *event, s *stream, month int) {
	desk := &c.staff[month*len(c.Province.Windows)+int(s.window)][0]
	if e.marks&secondDesk != 0 {
		desk = &c.staff[month*len(c.Province.Windows)+int(s.window)][1]
	}
	desk[0]++
	if e.what != notAsked {
		desk[1]++
	}
}

// facts are a stream's counts as those of a unit.
func (t *tallied) facts(channel record.Channel) evaluation.Facts {
	f := evaluation.Facts{
		Levels: t.levels, Defaults: t.defaults, Unanswered: t.unanswered, Declined: t.declined,
		Finished: t.handled, Handled: t.handled, HandlingSeconds: t.seconds,
	}
	if n := f.Valid(); n > 0 {
		f.Channels = map[string]evaluation.ChannelCount{string(channel): {Valid: n, Bad: f.Bad()}}
	}
	return f
}

// fold adds the streams up to departments, windows and regions.
func (c *counting) fold() {
	dir, _ := c.Province.Directory()
	paths := make([][]string, len(c.Plan.streams))
	for i := range c.Plan.streams {
		s := &c.Plan.streams[i]
		region := c.Province.areas[s.area].code
		if s.hall >= 0 {
			region = c.Province.Halls[s.hall].Region
		}
		paths[i] = dir.Path(region)
		paths[i] = paths[i][:min(len(paths[i]), 3)]
	}
	for m, month := range c.months {
		regions, departments, windows := map[string]*evaluation.Row{}, map[int]*evaluation.Row{}, map[int]*evaluation.Row{}
		for i := range c.Plan.streams {
			t := &c.streams[m*len(c.Plan.streams)+i]
			if *t == (tallied{}) {
				continue
			}
			s := &c.Plan.streams[i]
			f := t.facts(s.channel)
			for _, code := range paths[i] {
				rowOf(regions, code, month).Add(&f)
			}
			rowOf(departments, int(s.department), month).Add(&f)
			if s.window >= 0 {
				rowOf(windows, int(s.window), month).Add(&f)
			}
		}
		for code, r := range regions {
			r.Region = code
			c.out.Regions = append(c.out.Regions, *r)
		}
		for n, r := range departments {
			r.Department, r.Handling = c.Province.Departments[n].Code, c.handling[m*len(c.Province.departments)+n]
			c.out.Departments = append(c.out.Departments, *r)
		}
		for n, r := range windows {
			r.Hall, r.Window, r.Hours = c.Province.Windows[n].Hall, c.Province.Windows[n].Code, hourCounts(&c.hours[m*len(c.Province.Windows)+n])
			c.out.Windows = append(c.out.Windows, *r)
		}
	}
	for _, rows := range [][]evaluation.Row{c.out.Regions, c.out.Departments, c.out.Windows} {
		slices.SortFunc(rows, func(a, b evaluation.Row) int {
			return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.Region, b.Region), cmp.Compare(a.Department, b.Department),
				cmp.Compare(a.Hall, b.Hall), cmp.Compare(a.Window, b.Window))
		})
	}
}

func rowOf[K comparable](rows map[K]*evaluation.Row, key K, month calendar.Day) *evaluation.Row {
	if rows[key] == nil {
		rows[key] = &evaluation.Row{Start: month}
	}
	return rows[key]
}

func hourCounts(hours *[24]uint32) map[uint8]uint64 {
	counts := make(map[uint8]uint64)
	for h, n := range hours {
		if n > 0 {
			counts[uint8(h)] = uint64(n)
		}
	}
	return counts
}

// clerks lists the desks, sorted by month, hall and window, as the windows are.
func (c *counting) clerks() {
	for m, month := range c.months {
		for w := range c.Province.Windows {
			x := &c.Province.Windows[w]
			for desk, n := range c.staff[m*len(c.Province.Windows)+w] {
				if n[0] > 0 {
					c.out.Staff = append(c.out.Staff, evaluation.StaffMonth{
						Month: month, Hall: x.Hall, Window: x.Code, Staff: staffCode(x.Hall, x.Code, desk == 1), Events: uint64(n[0]), Prompted: uint64(n[1]),
					})
				}
			}
		}
	}
}

// devicesWithGaps counts the numbers of the one kiosk that loses some.
func (c *counting) devicesWithGaps() {
	n, w := c.Province.deviceCount, int(c.plots.kioskWindow)
	before, taken := c.kioskBefore(), c.devices[c.dayCount()*n+w]
	lost := missing(taken - before)
	if lost == 0 {
		return
	}
	x := &c.Province.Windows[w]
	d := DeviceCount{Hall: x.Hall, Window: x.Code, DeviceNumbers: record.DeviceNumbers{
		Device: deviceCode(x.Hall, x.Code), Installation: "1", Received: uint64(taken), Highest: uint64(taken) + lost,
		Contiguous: uint64(before) + kioskLoses - 1, MissingCount: lost,
	}}
	for day := range c.dayCount() {
		so := c.devices[(day+1)*n+w]
		if so > uint32(d.Contiguous) && d.Since == 0 {
			d.Since = c.From + calendar.Day(day)
		}
		if so > c.devices[day*n+w] {
			d.Until = c.From + calendar.Day(day)
		}
	}
	c.out.Devices = append(c.out.Devices, d)
}
