package demo

import (
	"fmt"
	"strings"

	"haochaping/directory"
)

// specialLines are the lines with halls of their own, by their place in lines.
var specialLines = [...]int{0, 3, 4, 1} // police, taxation, real estate, social insurance

// openHalls opens 900 halls: one for the province, for every city and county a main
// hall and special ones, the rest in townships and villages.
func (p *Province) openHalls(d *dice) {
	p.addHall(hall{kind: provinceHall, region: "99"}, "示例省政务服务中心（演示）", "Shili Province Service Centre (demo)", .025)
	for i := 1; i < len(p.areas); i++ {
		a := &p.areas[i]
		kind, main, specials, share := countyHall, .55, 2, a.weight*.79
		if a.city == i { // cities come first, in order
			kind, main, specials, share = cityHall, .7, 3, a.weight*.185
		}
		if a.leaf() {
			main, share = .4, a.weight*.975
		}
		en := strings.TrimSuffix(a.en, " (demo)")
		p.addHall(hall{kind: kind, area: i, region: a.code}, a.name+"政务服务中心", en+" Service Centre (demo)", share*main)
		rest := 1 - main
		if !a.hasCounties {
			rest = .15
		}
		for s := range specials {
			l := specialLines[s]
			p.addHall(hall{kind: specialHall, area: i, line: l, region: a.code}, a.name+lines[l].name+"办事大厅",
				en+" "+lines[l].officeEN[:strings.LastIndexByte(lines[l].officeEN, ' ')]+" Hall (demo)", share*rest/float64(specials))
		}
	}
	p.openSmallHalls(d)
}

// openSmallHalls gives most townships a centre and some villages a point, until
// there are enough.
func (p *Province) openSmallHalls(d *dice) {
	const towns = 540
	var places []int // townships, so ordered that every area gets its share
	for n := 0; len(places) < 2000; n++ {
		found := false
		for i := range p.areas {
			if n < len(p.areas[i].townships) {
				places = append(places, i<<16|p.areas[i].townships[n])
				found = true
			}
		}
		if !found {
			break
		}
	}
	perArea := make([]int, len(p.areas))
	for _, at := range places[:min(towns, len(places))] {
		perArea[at>>16]++
	}
	for n, at := range places {
		i, r := at>>16, at&0xffff
		a := &p.areas[i]
		share := a.weight * .79 * .3
		if a.leaf() {
			share = a.weight * .975 * .45
		}
		region := p.Regions[r]
		en := strings.TrimSuffix(region.NameEN, " (demo)")
		if n < towns {
			p.addHall(hall{kind: townshipHall, area: i, region: region.Code}, a.name+region.Name+"便民服务中心",
				en+" Service Centre (demo)", share*.93/float64(perArea[i])*d.lognormal(.88, .5))
		}
	}
	for _, at := range places {
		if len(p.halls) == hallCount {
			return
		}
		i, village := at>>16, p.Regions[at&0xffff+1] // the first village follows its township
		a := &p.areas[i]
		p.addHall(hall{kind: villagePoint, area: i, region: village.Code}, a.name+village.Name+"便民服务点",
			strings.TrimSuffix(village.NameEN, " (demo)")+" Service Point (demo)", a.weight*.79*.006*d.lognormal(1, .6))
	}
}

func (p *Province) addHall(h hall, name, en string, volume float64) {
	number := 1
	for i := len(p.halls) - 1; i >= 0 && p.halls[i].region == h.region; i-- {
		number++
	}
	h.volume = volume
	hours := "Mon-Fri 09:00-12:00,13:00-17:00"
	if h.large() {
		hours = "Mon-Fri 09:00-17:00; Sat 09:00-12:00"
	}
	p.halls = append(p.halls, h)
	p.Halls = append(p.Halls, directory.Hall{
		Code: fmt.Sprintf("%sH%02d", h.region, number), Name: name, NameRaw: name, NameEN: en,
		Region: h.region, Kind: hallKindNames[h.kind], OpeningHours: hours,
	})
}

// large halls are open on Saturday morning.
func (h *hall) large() bool {
	return h.kind == provinceHall || h.kind == cityHall || h.kind == countyHall
}

// openWindows opens 6,000 counters: a fixed number in small halls, the rest in
// proportion to what the hall has to do.
func (p *Province) openWindows(d *dice) {
	left, sum := windowCount, 0.0
	for i := range p.halls {
		h := &p.halls[i]
		switch h.kind {
		case villagePoint:
			h.windows = 1
		case townshipHall:
			h.windows = d.between(2, 4)
		case specialHall:
			h.windows = d.between(5, 10)
		default:
			h.windows = 10
			sum += h.volume
		}
		left -= h.windows
	}
	spare := left
	last := 0
	for i := range p.halls {
		if h := &p.halls[i]; h.large() {
			n := int(float64(spare) * h.volume / sum)
			h.windows += n
			left -= n
			last = i
		}
	}
	for i := last; left > 0; i-- { // what rounding left over
		if p.halls[i].large() {
			p.halls[i].windows++
			left--
		}
	}
	for i := range p.halls {
		h := &p.halls[i]
		h.firstWindow = len(p.Windows)
		for w := range h.windows {
			name, en := fmt.Sprintf("%d号窗口", w+1), fmt.Sprintf("Counter %d (demo)", w+1)
			if h.terminal(w) {
				name, en = fmt.Sprintf("%d号自助终端", w+1), fmt.Sprintf("Self-service terminal %d (demo)", w+1)
			}
			p.Windows = append(p.Windows, directory.Window{
				Hall: p.Halls[i].Code, Code: fmt.Sprintf("%03d", w+1), Name: name, NameRaw: name, NameEN: en,
			})
		}
	}
	p.deviceCount = len(p.Windows)
}

// terminals is how many of the counters of a large hall, the last, are for self-service.
const terminals = 2

func (h *hall) terminal(window int) bool { return h.large() && window >= h.windows-terminals }
