package demo

import (
	"fmt"
	"math"
	"strings"

	"haochaping/directory"
)

// The size of the province.
const (
	hallCount   = 900
	windowCount = 6000
)

// Province is the invented directory. Its lists are not to be changed.
type Province struct {
	Regions     []directory.Region
	Halls       []directory.Hall
	Windows     []directory.Window
	Departments []directory.Department
	Items       []directory.Item

	areas       []area
	halls       []hall       // in the order of Halls
	departments []department // in the order of Departments
	deviceCount int
}

// area is a province, city or county: what has departments of its own.
type area struct {
	code, name, en string
	city           int // 1 … 7; 0 for the province
	hasCounties    bool
	weight         float64 // share of the province's services, of those below city level
	departments    []int
	townships      []int // places in Regions
}

type hallKind uint8

const (
	provinceHall hallKind = iota
	cityHall
	specialHall
	countyHall
	townshipHall
	villagePoint
)

var hallKindNames = [...]string{"省级大厅", "市级大厅", "专业分厅", "县级大厅", "乡镇便民服务中心", "村级便民服务点"}

// hall is what the demo knows of a hall beside its entry in the directory.
type hall struct {
	kind        hallKind
	area        int
	line        int // a special hall's only line
	region      string
	windows     int
	firstWindow int // place in Windows, which is also the device number
	volume      float64
}

// department is what the demo knows of a department beside its entry.
type department struct {
	area, line int
	weight     float64
	items      []int   // places in Items
	bad        float64 // how much worse than the average it is rated
	fours      float64 // share of level 4
	pace       float64 // how long it takes, 1 = average
}

// NewProvince invents the province. Equal seeds give equal provinces.
func NewProvince(seed uint64) *Province {
	p := &Province{}
	d := seeded(seed, 1)
	p.nameAreas(&d)
	p.nameTownships(&d)
	p.openDepartments(&d)
	p.openHalls(&d)
	p.openWindows(&d)
	return p
}

// Directory builds the directory of the province.
func (p *Province) Directory() (*directory.Directory, []directory.Problem) {
	return directory.New(p.Regions, p.Halls, p.Windows, p.Departments, p.Items, nil)
}

const (
	numerals   = "一二三四五六七"
	directions = "东南西北中上"
	stems      = "甲乙丙丁戊己庚辛壬癸子丑"
)

var (
	numeralsEN   = [...]string{"yi", "er", "san", "si", "wu", "liu", "qi"}
	directionsEN = [...]string{"Dong", "Nan", "Xi", "Bei", "Zhong", "Shang"}
	stemsEN      = [...]string{"jia", "yi", "bing", "ding", "wu", "ji", "geng", "xin", "ren", "gui", "zi", "chou"}
	cityWeights  = [...]float64{.22, .16, .15, .13, .12, .12, .10}
	countyCounts = [...]int{10, 11, 9, 12, 8, 10, 0} // the seventh city has none
)

func (p *Province) addRegion(code, name, en, parent, level string) int {
	p.Regions = append(p.Regions, directory.Region{
		Code: code, Name: name, NameRaw: name, NameEN: en, Parent: parent, LevelName: level,
	})
	return len(p.Regions) - 1
}

func (p *Province) nameAreas(d *dice) {
	p.areas = append(p.areas, area{code: "99", name: "示例省（演示）", en: "Shili Province (demo)", hasCounties: true})
	p.addRegion("99", p.areas[0].name, p.areas[0].en, "", "省")
	for c, numeral := range []rune(numerals) {
		a := area{
			code: fmt.Sprintf("99%02d", c+1), name: "示" + string(numeral) + "市", en: "Shi" + numeralsEN[c] + " City (demo)",
			city: c + 1, hasCounties: countyCounts[c] > 0, weight: cityWeights[c],
		}
		p.areas = append(p.areas, a)
		p.addRegion(a.code, a.name, a.en, "99", "市")
	}
	for c, count := range countyCounts {
		first, sum := len(p.areas), 0.0
		for n := range count {
			suffix, suffixEN, number := "县", "County", 20+n
			if n < 4 {
				suffix, suffixEN, number = "区", "District", 1+n
			}
			a := area{
				code: fmt.Sprintf("99%02d%02d", c+1, number),
				name: string([]rune(directions)[c]) + string([]rune(stems)[n]) + suffix,
				en:   directionsEN[c] + stemsEN[n] + " " + suffixEN + " (demo)",
				city: c + 1, weight: d.lognormal(1, .5),
			}
			sum += a.weight
			p.areas = append(p.areas, a)
			p.addRegion(a.code, a.name, a.en, p.areas[c+1].code, "区县")
		}
		for i := first; i < len(p.areas); i++ {
			p.areas[i].weight *= cityWeights[c] / sum
		}
	}
}

// leaf reports whether an area is a city with townships directly below it.
func (a *area) leaf() bool { return len(a.code) == 4 && !a.hasCounties }

var (
	townFirst  = []rune("示样例演试拟模虚")
	townSecond = []rune("泉溪桥山林湖河岭湾塘坪坡洲港浦冲峰店铺口川台沟崖渡亭园庄")
	townEN     = [...]string{"Shi", "Yang", "Li", "Yan", "Shi", "Ni", "Mo", "Xu"}
	townEN2    = [...]string{
		"quan", "xi", "qiao", "shan", "lin", "hu", "he", "ling", "wan", "tang", "ping", "po", "zhou", "gang",
		"pu", "chong", "feng", "dian", "pu", "kou", "chuan", "tai", "gou", "ya", "du", "ting", "yuan", "zhuang",
	}
)

// nameTownships also names the villages below them.
func (p *Province) nameTownships(d *dice) {
	for i := range p.areas {
		a := &p.areas[i]
		count := d.between(9, 19)
		if a.leaf() {
			count = 56
		} else if a.hasCounties {
			continue
		}
		start := d.below(len(townFirst) * len(townSecond))
		for n := range count {
			// 61 has no factor in common with 8 × 28: no name twice in an area.
			at := (start + 61*n) % (len(townFirst) * len(townSecond))
			first, second := at%len(townFirst), at/len(townFirst)
			suffix, suffixEN, villageEN, village := "镇", "Town", "Village", "村"
			switch {
			case n < 3 || a.leaf() && n < 16:
				suffix, suffixEN, villageEN, village = "街道", "Subdistrict", "Community", "社区"
			case n > count*2/3:
				suffix, suffixEN = "乡", "Township"
			}
			name := string(townFirst[first]) + string(townSecond[second])
			en := townEN[first] + townEN2[second]
			code := fmt.Sprintf("%s%03d", padRegion(a.code, 6), n+1)
			if n >= 3 {
				code = fmt.Sprintf("%s%03d", padRegion(a.code, 6), 100+n)
			}
			a.townships = append(a.townships, p.addRegion(code, name+suffix, en+" "+suffixEN+" (demo)", a.code, "乡镇街道"))
			for v := range d.between(3, 9) {
				p.addRegion(fmt.Sprintf("%s%03d", code, 200+v), name+chineseNumber(v+1)+village,
					fmt.Sprintf("%s %s %d (demo)", en, villageEN, v+1), code, "村社区")
			}
		}
	}
}

func chineseNumber(n int) string { return string([]rune("一二三四五六七八九十")[n-1]) }

func (p *Province) openDepartments(d *dice) {
	for i := range p.areas {
		a := &p.areas[i]
		rare := 1.0 // the province and cities have every line
		if i > 0 && !a.hasCounties {
			rare = .15 + .85*d.float()*d.float()
		}
		if a.leaf() {
			rare = 1
		}
		for l := range lines {
			if l >= coreLines && !d.chance(rare) {
				continue
			}
			p.openDepartment(d, i, l)
		}
	}
}

func (p *Province) openDepartment(d *dice, i, l int) {
	a, ln := &p.areas[i], &lines[l]
	code := creditCode(a.code, l+1)
	name := strings.TrimSuffix(a.name, "（演示）") + ln.office
	p.Departments = append(p.Departments, directory.Department{
		Code: code, Name: name, NameRaw: name, NameEN: ln.officeEN + " of " + a.en, Region: a.code, Line: ln.name,
	})
	unit := department{
		area: i, line: l, weight: ln.weight * d.lognormal(1, .45), bad: d.lognormal(math.Exp(-.08), .4),
		fours: min(.12, d.lognormal(.026, .5)), pace: d.lognormal(1, .15),
	}
	for n, s := range ln.items {
		unit.items = append(unit.items, len(p.Items))
		p.Items = append(p.Items, directory.Item{
			Code: fmt.Sprintf("%s2%s%02d%05d%03d", code, "99", n+1, l+1, n+1),
			Name: s.name, NameRaw: s.name, NameEN: s.en + " (demo)", Department: code, Kind: s.kind,
		})
	}
	a.departments = append(a.departments, len(p.departments))
	p.departments = append(p.departments, unit)
}
