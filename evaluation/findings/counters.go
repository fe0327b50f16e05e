package findings

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"haochaping/calendar"
	"haochaping/evaluation"
	"haochaping/evaluation/statistics"
)

// What is looked for at counters: ratings after closing time, clerks who do not ask, devices with gaps.

const (
	leastAfter   = 20   // ratings after closing time in a month
	graceHours   = 1    // before opening and after closing, in which those rate who came early or waited
	rareHour     = .001 // share of all ratings below which an hour counts as closed, where opening hours are not known
	identical    = 0.01 // p of so few other levels
	seldomAsks   = 0.7  // of the colleagues' share
	leastMissing = 5    // numbers
	manyMissing  = 0.01 // of the highest number
)

// LeastAsked is how many services of a clerk at a window in a month something is said about.
const LeastAsked = 20

// windowMonth is what a window has in a month: n ratings, k of them while it is closed.
type windowMonth struct {
	unit, at int
	n, k     uint64
}

// windowMonths lists the months of all windows with known hours; others are the ratings that are not level 5.
func (f *finder) windowMonths(usual [24]bool) (list []windowMonth, n, k, others uint64) {
	for u := range f.Units {
		s := &f.Units[u]
		if s.Kind != Window {
			continue
		}
		closed := f.closedAt(s, usual)
		for at := range s.Months {
			m := &s.Months[at]
			if m.Hours == nil {
				continue
			}
			x := windowMonth{unit: u, at: at, n: m.valid()}
			for h, c := range m.Hours {
				if closed[h] {
					x.k += uint64(c)
				}
			}
			n, k, others = n+x.n, k+x.k, others+x.n-m.Levels[4]
			list = append(list, x)
		}
	}
	return list, n, k, others
}

// closedAt are the hours in which a window is closed: by the opening hours of its hall, else the usual ones.
func (f *finder) closedAt(s *Series, usual [24]bool) [24]bool {
	if closed, ok := parseHours(f.OpeningHours[hallOf(s.Code)]); ok {
		return closed
	}
	return usual
}

// afterHours finds windows that take many ratings while closed, nearly all of them the best.
func (f *finder) afterHours() {
	usual := f.closedHours()
	list, n, k, others := f.windowMonths(usual)
	if n == 0 {
		return
	}
	// What one window has after closing time does not make it usual: each counts against the rest.
	ps := make([]float64, len(list))
	for i, x := range list {
		ps[i] = statistics.PoissonTail(x.k, max(float64(k-x.k), 1)/float64(n)*float64(x.n))
	}
	qs := statistics.BenjaminiHochberg(ps)
	bursts := make(map[int]*burst)
	for i, x := range list {
		m := &f.Units[x.unit].Months[x.at]
		if qs[i] > ErrorRate || x.k < leastAfter {
			continue
		}
		b := bursts[x.unit]
		if b == nil {
			b = &burst{}
			bursts[x.unit] = b
		}
		b.add(m, x.k, x.n, max(float64(k-x.k), 1)/float64(n)*float64(x.n), ps[i], qs[i])
	}
	best := float64(others) / float64(n)
	for u := range f.Units {
		if b := bursts[u]; b != nil {
			f.wordBurst(&f.Units[u], b, best, usual)
		}
	}
}

// burst is what a window has after closing time, over the months in which it has too much.
type burst struct {
	months           []calendar.Day
	k, n, others     uint64
	expected         float64
	p, q             float64
	tag              string
	tagged           uint64
	hours            [24]uint32
	taggedDifferents bool
}

func (b *burst) add(m *Month, k, n uint64, expected, p, q float64) {
	b.taggedDifferents = b.taggedDifferents || b.tag != "" && b.tag != m.Tag
	b.months, b.tag = append(b.months, m.Start), m.Tag
	b.k, b.n, b.others, b.expected, b.tagged = b.k+k, b.n+n, b.others+n-m.Levels[4], b.expected+expected, b.tagged+m.Tagged
	b.p, b.q = max(b.p, p), max(b.q, q)
	for h, c := range m.Hours {
		b.hours[h] += c
	}
}

func (f *finder) wordBurst(s *Series, b *burst, best float64, usual [24]bool) {
	expected := float64(b.n) * best
	p := atMost(b.others, expected)
	if p > identical {
		return
	}
	months := run(b.months[0], b.months[len(b.months)-1])
	words := args{
		"unit": s.text(), "period": monthList(b.months), "hours": hoursText(f.closedAt(s, usual), b.hours), "k": count(b.k), "share": shareText(b.k, b.n),
		"expected": expectedText(b.expected), "others": count(b.others), "othersexpected": expectedText(expected), "tag": Text{},
	}
	if b.tag != "" && !b.taggedDifferents {
		words["tag"] = sayOneTag.with(args{"code": both(b.tag), "tagged": count(b.tagged)})
	}
	f.add(Finding{
		ID: about(AfterHours, s.Unit, calendar.Label(calendar.KindMonth, b.months[0])), Kind: AfterHours, Severity: Act, Units: []Unit{s.Unit},
		Period: months, Text: sayAfterHours.with(words), Impact: float64(b.k),
		Evidence: []Figure{
			{
				Name: "after_hours", Label: Text{"闭厅后评价数", "ratings after closing time"}, Value: float64(b.k), N: b.n, Tested: true,
				Expected: b.expected, P: b.p, Q: b.q,
			},
			{
				Name: "other_levels", Label: Text{"非常满意以外的评价数", "ratings that are not level 5"}, Value: float64(b.others), N: b.n,
				Tested: true, Expected: expected, P: p, Q: p,
			},
		},
	})
}

// hoursText names the closed hours in which something was counted.
func hoursText(closed [24]bool, counts [24]uint32) Text {
	var spans []string
	for h := 0; h < 24; h++ {
		from := h
		for h < 24 && closed[h] && counts[h] > 0 {
			h++
		}
		if h > from {
			spans = append(spans, fmt.Sprintf("%d:00–%d:00", from, h))
		}
	}
	return Text{strings.Join(spans, "、"), strings.Join(spans, ", ")}
}

func hallOf(window string) string {
	hall, _, _ := strings.Cut(window, "/")
	return hall
}

// closedHours are the hours in which nearly nobody rates at a window, for halls whose opening hours are not known.
func (f *finder) closedHours() (closed [24]bool) {
	var hours [24]uint64
	var all uint64
	for u := range f.Units {
		for m := range f.Units[u].Months {
			if h := f.Units[u].Months[m].Hours; h != nil {
				for i, n := range h {
					hours[i] += uint64(n)
					all += uint64(n)
				}
			}
		}
	}
	for h := range hours {
		closed[h] = float64(hours[h]) < rareHour*float64(all)
	}
	return closed
}

// parseHours reads the hours in which a hall is closed on every day of the week, an hour around them left out:
// "Mon-Fri 09:00-12:00,13:00-17:00; Sat 09:00-12:00" is closed from 18 to 8. Noon is not. ok is false if there is
// nothing to read.
func parseHours(text string) (closed [24]bool, ok bool) {
	opens, closes := 24*60, 0
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" ;,，；、", r) }) {
		from, to, span := strings.Cut(word, "-")
		begin, ok1 := minutes(from)
		end, ok2 := minutes(to)
		if span && ok1 && ok2 && begin < end {
			opens, closes, ok = min(opens, begin), max(closes, end), true
		}
	}
	for h := range closed {
		closed[h] = ok && (h < opens/60-graceHours || h >= (closes+59)/60+graceHours)
	}
	return closed, ok
}

func minutes(clock string) (int, bool) {
	hour, minute, ok := strings.Cut(clock, ":")
	h, err := strconv.Atoi(hour)
	m, err2 := strconv.Atoi(minute)
	return 60*h + m, ok && err == nil && err2 == nil && 0 <= h && h <= 24 && 0 <= m && m < 60
}

// seat is a clerk at a window in a month, and the others at it.
type seat struct {
	*evaluation.StaffMonth
	othersEvents, othersPrompted uint64
	p, q                         float64
}

// clerks finds clerks who show the rating page far less often than the others at their window.
func (f *finder) clerks() {
	type at struct {
		month        calendar.Day
		hall, window string
	}
	events, prompted := map[at]uint64{}, map[at]uint64{}
	for i := range f.Staff {
		s := &f.Staff[i]
		w := at{s.Month, s.Hall, s.Window}
		events[w] += s.Events
		prompted[w] += s.Prompted
	}
	var seats []seat
	var ps []float64
	for i := range f.Staff {
		s := &f.Staff[i]
		w := at{s.Month, s.Hall, s.Window}
		x := seat{StaffMonth: s, othersEvents: events[w] - s.Events, othersPrompted: prompted[w] - s.Prompted}
		if s.Staff == "" || s.Events < LeastAsked || x.othersEvents < LeastAsked {
			continue
		}
		x.p = statistics.RateChange(x.othersPrompted, x.othersEvents, s.Prompted, s.Events)
		seats, ps = append(seats, x), append(ps, x.p)
	}
	var called []seat
	for i, q := range statistics.BenjaminiHochberg(ps) {
		x := &seats[i]
		x.q = q
		own, others := float64(x.Prompted)/float64(x.Events), float64(x.othersPrompted)/float64(x.othersEvents)
		if q <= ErrorRate && own < seldomAsks*others {
			called = append(called, *x)
		}
	}
	slices.SortFunc(called, func(a, b seat) int {
		return cmp.Or(cmp.Compare(a.Hall, b.Hall), cmp.Compare(a.Window, b.Window), cmp.Compare(a.Staff, b.Staff), cmp.Compare(a.Month, b.Month))
	})
	for len(called) > 0 {
		n := 1
		for n < len(called) && called[n].Hall == called[0].Hall && called[n].Window == called[0].Window && called[n].Staff == called[0].Staff &&
			called[n].Month == called[n-1].Month.AddMonths(1) {
			n++
		}
		f.wordClerk(called[:n])
		called = called[n:]
	}
}

func (f *finder) wordClerk(months []seat) {
	first := &months[0]
	var sum seat
	sum.StaffMonth = &evaluation.StaffMonth{}
	for i := range months {
		m := &months[i]
		sum.Events, sum.Prompted = sum.Events+m.Events, sum.Prompted+m.Prompted
		sum.othersEvents, sum.othersPrompted = sum.othersEvents+m.othersEvents, sum.othersPrompted+m.othersPrompted
		sum.p, sum.q = max(sum.p, m.p), max(sum.q, m.q)
	}
	window := f.unit(Window, first.Hall+"/"+first.Window)
	clerk := Unit{Kind: Staff, Code: first.Staff, Path: window.Path}
	period := run(first.Month, months[len(months)-1].Month)
	expected := float64(sum.Events) * float64(sum.othersPrompted) / float64(sum.othersEvents)
	f.add(Finding{
		ID: about(Unasked, clerk, calendar.Label(calendar.KindMonth, first.Month)), Kind: Unasked, Severity: Act, Units: []Unit{clerk, window},
		Period: period, Impact: expected - float64(sum.Prompted),
		Text: sayUnasked.with(args{
			"unit": window.text(), "staff": clerk.text(), "period": monthsText(period), "n": count(sum.Events), "k": count(sum.Prompted),
			"share": shareText(sum.Prompted, sum.Events), "peershare": shareText(sum.othersPrompted, sum.othersEvents), "peern": count(sum.othersEvents),
		}),
		Evidence: []Figure{{
			Name: "prompted", Label: Text{"出示评价页的次数", "services with a rating page"}, Value: float64(sum.Prompted), N: sum.Events, Tested: true,
			Expected: expected, P: sum.p, Q: sum.q,
		}},
	})
}

// unit is what is known of a unit; its code at least.
func (f *finder) unit(kind UnitKind, code string) Unit {
	if i, ok := f.byUnit[string(kind)+":"+code]; ok {
		return f.Units[i].Unit
	}
	return Unit{Kind: kind, Code: code}
}

// devices finds devices whose numbers have gaps. A missing number is certain; what it stood for is not known.
func (f *finder) devices() {
	for i := range f.Devices {
		d := &f.Devices[i]
		if d.Highest <= d.Distinct || d.Highest-d.Distinct < leastMissing {
			continue
		}
		missing := d.Highest - d.Distinct
		u := Unit{Kind: DeviceUnit, Code: d.Code, Path: d.Window.Path}
		units := []Unit{u}
		name := u.text()
		if d.Window.Code != "" {
			units = append(units, d.Window)
			w := d.Window.text()
			name = Text{w.ZH + "（终端 " + d.Code + "）", "device " + d.Code + " at " + w.EN}
		}
		period := f.Period
		if d.Since != 0 {
			period.From = max(period.From, d.Since)
		}
		if d.Until != 0 {
			period.To = min(period.To, d.Until)
		}
		severity := Watch
		if float64(missing) >= manyMissing*float64(d.Highest) {
			severity = Act
		}
		f.add(Finding{
			ID: about(DeviceGaps, u), Kind: DeviceGaps, Severity: severity, Units: units, Period: period, Impact: float64(missing),
			Text: sayDeviceGaps.with(args{
				"unit": name, "highest": count(d.Highest), "n": count(d.Distinct), "k": count(missing), "period": monthsText(period),
			}),
			Evidence: []Figure{{
				Name: "missing_numbers", Label: Text{"缺失编号数", "missing numbers"}, Value: float64(missing), N: d.Highest,
			}},
		})
	}
}
