package findings

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"haochaping/calendar"
	"haochaping/evaluation"
)

// scenario is a small province in which everything that there is to find happens once.

var (
	firstDay = calendar.MakeDay(2025, time.July, 1)
	lastDay  = calendar.MakeDay(2026, time.June, 30)
)

type province struct {
	in   Input
	at   map[string]int
	seed *rand.Rand
}

func newProvince() *province {
	return &province{
		in: Input{Period: calendar.Range{From: firstDay, To: lastDay}, OpeningHours: map[string]string{"H1": "Mon-Fri 09:00-17:00"}},
		at: map[string]int{}, seed: rand.New(rand.NewPCG(1, 2)),
	}
}

func (p *province) unit(u Unit) *Series {
	if u.Name == (Text{}) {
		u.Name = Text{"单位" + u.Code, "Unit " + u.Code}
	}
	i, ok := p.at[key(u)]
	if !ok {
		i = len(p.in.Units)
		p.at[key(u)] = i
		p.in.Units = append(p.in.Units, Series{Unit: u})
	}
	return &p.in.Units[i]
}

// month is what a department does in the n-th month, on tablets and by QR code: the latter bring most bad ratings.
type month struct {
	valid, bad uint64
	noOnes     bool
	handling   float64 // seconds of each case, 0 = no cases
}

func (m month) facts() evaluation.Facts {
	qr := m.valid / 10
	f := evaluation.Facts{Channels: map[string]evaluation.ChannelCount{
		"tablet": {Valid: m.valid - qr, Bad: m.bad - min(m.bad, qr)}, "qr": {Valid: qr, Bad: min(m.bad, qr)},
	}}
	ones := (m.bad + 1) / 2
	if m.noOnes {
		ones = 0
	}
	f.Levels = [5]uint64{ones, m.bad - ones, m.valid / 100, m.valid / 20, 0}
	f.Levels[4] = m.valid - m.bad - f.Levels[2] - f.Levels[3]
	if m.handling > 0 {
		f.Handled = m.valid / 2
		f.Handling = evaluation.Histogram{evaluation.Bucket(m.handling): f.Handled / 2, evaluation.Bucket(m.handling * 1.3): f.Handled - f.Handled/2}
	}
	return f
}

// give books a month for a department and the regions above it.
func (p *province) give(u Unit, n int, m month) {
	f := m.facts()
	start := firstDay.AddMonths(n)
	p.unit(u).Add(start, &f)
	for i, code := range u.Path {
		p.unit(Unit{Kind: Region, Code: code, Path: u.Path[:i]}).Add(start, &f)
	}
}

func office(region, line string) Unit {
	return Unit{Kind: Department, Code: region + "-" + line, Path: []string{"9", region[:2], region}, Line: line}
}

// usual is a month of a usual department: about a hundredth bad, give or take.
func (p *province) usual() month {
	n := 900 + p.seed.Uint64N(200)
	return month{valid: n, bad: uint64(p.poisson(float64(n) * .01)), handling: 40_000}
}

func (p *province) poisson(mean float64) (k int) {
	for q, limit := p.seed.Float64(), math.Exp(-mean); q > limit; q *= p.seed.Float64() {
		k++
	}
	return k
}

// everything is the scenario.
func everything() Input {
	p := newProvince()
	for city := 1; city <= 4; city++ {
		for county := 1; county <= 4; county++ {
			region := fmt.Sprintf("9%d%d", city, county)
			for _, line := range []string{"A", "B", "C"} {
				for n := range 12 {
					m := p.usual()
					u := office(region, line)
					p.special(u, n, &m)
					if m.valid > 0 {
						p.give(u, n, m)
					}
				}
			}
		}
	}
	p.unit(Unit{Kind: Department, Code: "none", Path: []string{"9"}, Line: "A"})
	p.windows()
	p.senders()
	p.in.Watermark = lastDay - 3
	p.in.Late = []LateRecords{{Unit: Unit{Kind: Source, Code: "portal"}, N: 12}}
	p.in.Breaks = []evaluation.Break{
		{Day: firstDay + 100, Kind: evaluation.BreakCodeMap, Subject: "portal", TextZH: "2025年10月9日起，来源 portal 换用代码表", TextEN: "from 9 Oct 2025 on the source portal is read by another code map"},
		{Day: firstDay + 200, Kind: evaluation.BreakScheme, Subject: "good_bad", TextZH: "评价方案换版", TextEN: "another version of the scheme holds"},
		{Day: firstDay + 210, Kind: evaluation.BreakDirectory, Subject: "921", TextZH: "单位合并", TextEN: "units were merged"},
	}
	return p.in
}

// oneCounty is a scenario in which one county changes in all its departments, one of them most, and two cities are
// alike.
func oneCounty() Input {
	p := newProvince()
	for city := 1; city <= 3; city++ {
		for county := 1; county <= 3; county++ {
			region := fmt.Sprintf("9%d%d", city, county)
			for line := range 12 {
				for n := range 12 {
					m := p.usual()
					if region == "911" && 3 <= n && n <= 5 {
						m.bad += 30
						if line == 0 {
							m.bad += 200
						}
					}
					p.give(office(region, string(rune('A'+line))), n, m)
				}
			}
		}
	}
	return p.in
}

// special changes what happens in some departments.
func (p *province) special(u Unit, n int, m *month) {
	switch u.Code {
	case "911-A", "911-B", "911-C": // a county that is bad from October to December
		if 3 <= n && n <= 5 {
			m.bad += 90
		}
	case "912-A": // one department with a good winter
		m.bad += 20
		if n == 6 || n == 7 {
			m.bad = 1
		}
	case "921-A": // fast and disliked
		m.bad, m.handling = m.valid/15, 9_000
	case "922-A": // slow and liked
		m.bad, m.handling = uint64(n%6/5), 200_000
	case "923-B": // worse than its line
		m.bad = m.valid/22 + uint64(n%2)
	case "924-B":
		m.bad = 0
	case "942-C": // the same total every month
		m.valid = 1000
	case "943-C": // away in March
		if n == 8 {
			*m = month{}
		}
	case "944-C": // thin
		m.valid, m.bad = 2, 0
	case "944-B": // no times
		m.handling = 0
	}
	if u.Path[1] == "93" && n >= 4 { // a city without level 1
		m.noOnes = true
		m.bad /= 2
	}
}

func (p *province) windows() {
	for w := range 8 {
		u := Unit{Kind: Window, Code: fmt.Sprintf("H1/%d", w), Path: []string{"9", "91", "913"}}
		for n := range 12 {
			m := month{valid: 300, bad: uint64(n % 3)}
			if w == 6 && n == 4 {
				m.bad = 30
			}
			f := m.facts()
			f.Hours = map[uint8]uint64{9: 100, 10: 150, 15: 50}
			if w == 3 && n >= 9 {
				f.Levels[4] += 400
				f.Channels["tablet"] = evaluation.ChannelCount{Valid: f.Channels["tablet"].Valid + 400, Bad: f.Channels["tablet"].Bad}
				f.Hours[19] = 400
				f.Tags = map[string]uint64{"517": 420, "510": 30}
			}
			p.unit(u).Add(firstDay.AddMonths(n), &f)
		}
	}
}

func (p *province) senders() {
	for d := firstDay; d <= lastDay; d++ {
		portal := evaluation.SourceDay{Day: d, Source: "portal", Levels: [5]uint64{1, 1, 2, 5, 60}}
		if d >= firstDay.AddMonths(7) {
			portal.Defaults[4] = 30
		}
		hall := evaluation.SourceDay{Day: d, Source: "hall", Levels: [5]uint64{2, 1, 3, 9, 200}, Unanswered: 4}
		if _, m, _ := d.Date(); m == time.November {
			hall.Superseded = 20
		}
		p.in.Sources = append(p.in.Sources, portal, hall)
	}
	for n := range 12 {
		at := firstDay.AddMonths(n)
		asked := uint64(190)
		if n >= 6 {
			asked = 60
		}
		p.in.Staff = append(p.in.Staff,
			evaluation.StaffMonth{Month: at, Hall: "H1", Window: "2", Staff: "S-1", Events: 200, Prompted: 193},
			evaluation.StaffMonth{Month: at, Hall: "H1", Window: "2", Staff: "S-2", Events: 200, Prompted: asked},
			evaluation.StaffMonth{Month: at, Hall: "H1", Window: "5", Staff: "S-3", Events: 200, Prompted: 195},
		)
	}
	p.in.Devices = []Device{
		{Code: "K-1", Window: Unit{Kind: Window, Code: "H1/1", Name: Text{"大厅 1号窗口", "Hall, Counter 1"}}, Highest: 1000, Distinct: 950, Since: firstDay.AddMonths(8) + 2, Until: lastDay - 5},
		{Code: "K-2", Highest: 9000, Distinct: 8994},
		{Code: "K-3", Highest: 500, Distinct: 500},
	}
}
