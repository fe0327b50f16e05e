package dashboard

import (
	"context"
	"fmt"
	"hash/fnv"
	"math"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"haochaping/calendar"
	"haochaping/directory"
	"haochaping/evaluation"
)

var testZone = time.FixedZone("Asia/Shanghai", 8*60*60)

// testNow is a Monday, half past ten.
var testNow = time.Date(2026, 11, 23, 10, 30, 0, 0, testZone)

// testDay is the day of testNow.
var testDay = calendar.DayOf(testNow, testZone)

var testLines = []string{
	"公安", "人社", "市场监管", "自然资源", "税务", "住建", "卫健", "民政", "交通运输", "教育", "医保", "公积金", "司法", "农业农村", "生态环境",
	"应急", "文旅", "水务", "商务", "发改", "财政", "城管", "林业", "气象", "消防", "残联", "退役军人", "邮政", "烟草", "供电", "供水", "燃气",
	"档案", "体育", "统计", "科技", "工信", "审计", "民宗", "外事", "海关", "边检", "法院", "检察", "广电",
}

// testItems are the items of one department; the fake store counts them for that one alone.
var testItems = []directory.Item{
	{Code: "I-001", Name: "居民身份证办理", NameEN: "Identity card", Department: "D99030200", Kind: "许可"},
	{Code: "I-002", Name: "户口登记", NameEN: "Household registration", Department: "D99030200"},
	{Code: "I-003", Name: "出入境证件", NameEN: "Travel documents", Department: "D99030200"},
}

// itemParts are the shares of their department that the items get.
var itemParts = []float64{0.5, 0.3, 0.2}

// testDirectory is an invented province: seven cities, their counties and townships, a
// hall in each township, four windows in each hall, a department a line in each county.
func testDirectory(tb testing.TB) *directory.Directory {
	tb.Helper()
	return directoryOf(tb, "云州市", "清江市", "南屏市", "东陵市", "海宁湾市", "北原市", "西岭市")
}

// directoryOf is such a province with other cities.
func directoryOf(tb testing.TB, cities ...string) *directory.Directory {
	tb.Helper()
	var regions []directory.Region
	var halls []directory.Hall
	var windows []directory.Window
	var departments []directory.Department
	add := func(code, name, english, parent, level string) {
		regions = append(regions, directory.Region{Code: code, Name: name, NameRaw: name, NameEN: english, Parent: parent, LevelName: level})
	}
	add("99", "示例省", "Example Province", "", "省")
	for c, city := range cities {
		cc := fmt.Sprintf("99%02d", c+1)
		add(cc, city, fmt.Sprintf("City %d", c+1), "99", "市")
		for k := range 5 + c%3 {
			kc := fmt.Sprintf("%s%02d", cc, k+1)
			add(kc, fmt.Sprintf("%s第%d县", string([]rune(city)[:2]), k+1), fmt.Sprintf("County %d.%d", c+1, k+1), cc, "县")
			for i := range 3 {
				tc := fmt.Sprintf("%s%03d", kc, i+1)
				add(tc, fmt.Sprintf("第%d镇", i+1), fmt.Sprintf("Township %d", i+1), kc, "镇")
				halls = append(halls, directory.Hall{
					Code: "H" + tc, Name: fmt.Sprintf("第%d镇政务服务中心", i+1), NameEN: fmt.Sprintf("Service centre %d", i+1), Region: tc,
					Kind: "center", OpeningHours: "Mon-Fri 09:00-12:00,13:00-17:00",
				})
				for w := range 4 {
					windows = append(windows, directory.Window{Hall: "H" + tc, Code: fmt.Sprint(w + 1), Name: fmt.Sprintf("%d号窗口", w+1), NameEN: fmt.Sprintf("Counter %d", w+1)})
				}
			}
			for n, line := range testLines {
				departments = append(departments, directory.Department{
					Code: fmt.Sprintf("D%s%02d", kc, n), Name: line + "局", NameEN: fmt.Sprintf("Bureau %d", n+1), Region: kc, Line: line,
				})
			}
		}
	}
	dir, problems := directory.New(regions, halls, windows, departments, testItems, nil)
	if directory.Fatal(problems) {
		tb.Fatalf("test directory: %v", problems)
	}
	return dir
}

// fakeStore answers every query from counts that follow from the place, the line and the
// day alone, so that parts always add up to their whole.
type fakeStore struct {
	dir        *directory.Directory
	generation atomic.Uint64
	calls      atomic.Int64
	fail       func(evaluation.Query) error // nil: never
	empty      bool
	silent     string // a hall without ratings
	hide       bool   // rows of no region are left out, which a store may do
	from       calendar.Day
	now        time.Time
	leaves     []leaf
}

// leaf is one county × line.
type leaf struct {
	county, line, department string
	weight, badness          float64
	seed                     uint64
}

func newFakeStore(tb testing.TB) *fakeStore {
	tb.Helper()
	return newFakeStoreOf(testDirectory(tb))
}

func newFakeStoreOf(dir *directory.Directory) *fakeStore {
	s := &fakeStore{dir: dir, from: calendar.MakeDay(2025, 12, 1), now: testNow}
	s.generation.Store(7)
	for _, d := range s.dir.Departments() {
		h := fnv.New64a()
		_, _ = h.Write([]byte(d.Code))
		seed := h.Sum64()
		rank := slices.Index(testLines, d.Line)
		l := leaf{
			county: d.Region, line: d.Line, department: d.Code, seed: seed,
			weight:  60 / math.Pow(float64(rank+1), 0.9) * (0.4 + float64(seed%100)/60),
			badness: 0.0009 * (0.3 + float64(seed/100%100)/50) * (1 + float64(rank%5)/4),
		}
		if d.Region == "990302" {
			l.badness = 0.012
		}
		s.leaves = append(s.leaves, l)
	}
	return s
}

func (s *fakeStore) Generation(context.Context) (evaluation.Generation, error) {
	if s.fail != nil {
		if err := s.fail(evaluation.Query{}); err != nil {
			return evaluation.Generation{}, err
		}
	}
	g := evaluation.Generation{Number: s.generation.Load(), Records: 2_164_338 + s.generation.Load()}
	if !s.empty {
		g.DataTime = s.now.Add(-4 * time.Minute).Unix()
	}
	return g, nil
}

// tallyCounts are the counts of a row before they are spread over channels and the like.
type tallyCounts struct{ valid, bad, worst, events, cases, late, slow float64 }

func (s *fakeStore) Facts(_ context.Context, q evaluation.Query) ([]evaluation.Row, error) {
	s.calls.Add(1)
	if s.fail != nil {
		if err := s.fail(q); err != nil {
			return nil, err
		}
	}
	if s.empty {
		return nil, nil
	}
	sums := make(map[rowKey]*tallyCounts)
	var order []rowKey
	for day := max(q.From, s.from); day <= min(q.To, calendar.DayOf(s.now, testZone)); day++ {
		start := q.From
		switch q.Step {
		case evaluation.StepDay:
			start = day
		case evaluation.StepWeek:
			start = calendar.Period(calendar.KindWeek, day).From
		case evaluation.StepMonth:
			start = calendar.Period(calendar.KindMonth, day).From
		}
		for i := range s.leaves {
			for _, k := range s.keys(q, &s.leaves[i]) {
				k.start = start
				if sums[k] == nil {
					sums[k] = &tallyCounts{}
					order = append(order, k)
				}
				s.leaves[i].count(day, k.part, sums[k])
			}
		}
	}
	var rows []evaluation.Row
	for _, k := range order {
		if s.hide && q.By == evaluation.ByRegion && k.region == "" {
			continue
		}
		rows = append(rows, evaluation.Row{
			Start: k.start, Region: k.region, Line: k.line, Department: k.department, Hall: k.hall, Window: k.window, Item: k.item, Facts: sums[k].facts(),
		})
	}
	return rows, nil
}

// rowKey names a row; part is the share of its county that it gets.
type rowKey struct {
	start                                        calendar.Day
	region, line, department, hall, window, item string
	part                                         float64
}

// keys lists the rows to which a county × line contributes.
func (s *fakeStore) keys(q evaluation.Query, l *leaf) []rowKey {
	region := l.county
	part := 1.0
	if q.Hall != "" {
		h, _ := s.dir.Hall(q.Hall)
		if !s.dir.Within(h.Region, l.county) {
			return nil
		}
		part = 1.0 / 3
		if q.Window != "" {
			part /= 4
		}
	}
	if q.Region != "" && !s.dir.Within(region, q.Region) {
		if !s.dir.Within(q.Region, region) {
			return nil
		}
		region, part = q.Region, part/3
	}
	if (q.Line != "" && q.Line != l.line) || (q.Department != "" && q.Department != l.department) {
		return nil
	}
	k := rowKey{part: part}
	if q.Item != "" || q.By == evaluation.ByItem || q.By == evaluation.ByDepartmentItem {
		return itemKeys(q, l, k)
	}
	switch q.By {
	case evaluation.ByRegion, evaluation.ByRegionLine:
		if q.By == evaluation.ByRegionLine {
			k.line = l.line
		}
		return s.regionKeys(q, l, k)
	case evaluation.ByLine:
		k.line = l.line
	case evaluation.ByDepartment:
		k.department, k.line = l.department, l.line
	case evaluation.ByHall:
		var keys []rowKey
		for _, h := range s.dir.HallsIn(region) {
			if h.Code == s.silent {
				continue
			}
			k.hall, k.part = h.Code, 1.0/3
			keys = append(keys, k)
		}
		return keys
	case evaluation.ByWindow:
		var keys []rowKey
		for _, w := range s.dir.WindowsOf(q.Hall) {
			k.window, k.hall, k.part = w.Code, q.Hall, part/4
			keys = append(keys, k)
		}
		return keys
	}
	return []rowKey{k}
}

// itemKeys lists the rows of items; a month holds all of its days, whatever the period.
func itemKeys(q evaluation.Query, l *leaf, k rowKey) (keys []rowKey) {
	for i, item := range testItems {
		if item.Department != l.department || q.Item != "" && q.Item != item.Code {
			continue
		}
		k.part = itemParts[i]
		if q.By == evaluation.ByItem || q.By == evaluation.ByDepartmentItem {
			k.item = item.Code
		}
		if q.By == evaluation.ByDepartmentItem {
			k.department = l.department
		}
		keys = append(keys, k)
	}
	return keys
}

func (s *fakeStore) regionKeys(q evaluation.Query, l *leaf, k rowKey) []rowKey {
	path := s.dir.Path(l.county)
	if q.Parent == "" {
		if q.Level > len(path) {
			return nil
		}
		k.region = path[q.Level-1]
		if l.seed%97 == 0 && q.Level == 1 {
			k.region = ""
		}
		return []rowKey{k}
	}
	if at := slices.Index(path, q.Parent); at >= 0 && at+1 < len(path) {
		k.region = path[at+1]
		return []rowKey{k}
	}
	if q.Parent != l.county {
		return nil
	}
	var keys []rowKey
	for _, child := range s.dir.Children(l.county) {
		k.region, k.part = child.Code, 1.0/3
		keys = append(keys, k)
	}
	return keys
}

// count adds one day of a county × line.
func (l *leaf) count(day calendar.Day, part float64, to *tallyCounts) {
	noise := 0.8 + 0.4*float64((l.seed^uint64(day)*0x9E3779B97F4A7C15)>>40&0xff)/255
	n := l.weight * noise * part
	switch day.Weekday() {
	case time.Saturday, time.Sunday:
		n *= 0.12
	default:
	}
	bad := l.badness
	if year, month, _ := day.Date(); year == 2026 && month >= 4 && month <= 6 {
		bad *= 1.7
	}
	to.valid += n
	to.bad += n * bad
	to.worst += n * bad * 0.6
	to.events += n * 1.62
	to.cases += n * 0.5
	to.late += n * 0.5 * (0.004 + 6*bad)
	to.slow += n * 0.5 * (1 + 40*bad)
}

// facts spreads the counts.
func (c *tallyCounts) facts() evaluation.Facts {
	u := func(v float64) uint64 { return uint64(math.Round(v)) }
	bad, worst := u(c.bad), u(c.worst)
	valid := u(c.valid)
	f := evaluation.Facts{
		Levels:   [5]uint64{worst, bad - min(worst, bad), u(c.valid * 0.0018), u(c.valid * 0.0031), 0},
		Defaults: [5]uint64{0, 0, u(c.valid * 0.06), 0, 0}, Reassessed: [5]uint64{0, 1, 0, 0, 2},
		Unanswered: u(c.events * 0.3), Declined: u(c.events * 0.01), Events: u(c.events), Rated: u(c.valid), Prompted: u(c.events * 0.97), Excluded: u(c.bad * 0.05),
		Accepted: u(c.cases * 1.02), Finished: u(c.cases), Promised: u(c.cases * 0.9), OnTime: u(c.cases*0.9) - min(u(c.late), u(c.cases*0.9)), Early: u(c.cases * 0.7),
		PromisedSeconds: u(c.cases * 5 * 86400), StatutorySeconds: u(c.cases * 14 * 86400), VisitsKnown: u(c.cases), Visits: u(c.cases * 0.7),
		OnTheSpot: u(c.cases * 0.4), FiledOnline: u(c.cases * 0.55), Handled: u(c.cases), HandlingSeconds: u(c.slow * 2.1 * 86400),
		Channels: map[string]evaluation.ChannelCount{}, Tags: map[string]uint64{}, Hours: map[uint8]uint64{}, Handling: evaluation.Histogram{},
		PromisedTimes: evaluation.Histogram{}, StatutoryTimes: evaluation.Histogram{},
	}
	f.Levels[4] = valid - min(valid, f.Levels[0]+f.Levels[1]+f.Levels[2]+f.Levels[3])
	for id, v := range map[string][2]float64{"tablet": {.46, .22}, "terminal": {.18, .1}, "qr": {.17, .36}, "mobile": {.12, .14}, "sms": {.05, .16}, "phone": {.0005, .01}} {
		f.Channels[id] = evaluation.ChannelCount{Valid: u(c.valid * v[0]), Bad: min(u(c.bad*v[1]), u(c.valid*v[0]))}
	}
	for i, code := range []string{"214", "209", "113", "115", "213", "207", "110", "212", "108", "114", "211", "x-17"} {
		f.Tags[code] = u(c.bad * 0.34 / float64(i+1))
	}
	for i, code := range []string{"517", "510", "513", "413", "512", "411", "410", "309", "514", "515", "406", "310"} {
		f.Tags[code] = u(c.valid * 0.31 / float64(i+1))
	}
	for h, v := range []float64{.001, 0, 0, 0, 0, 0, .002, .01, .05, .14, .16, .11, .03, .06, .13, .14, .1, .04, .01, .008, .006, .004, .003, .002} {
		if n := u(c.valid * v); n > 0 {
			f.Hours[uint8(h)] = n
		}
	}
	for i, v := range []float64{.2, .2, .15, .12, .1, .08, .06, .04, .03, .02} {
		if n := u(c.cases * v); n > 0 {
			f.Handling[evaluation.Bucket(c.slow/max(c.cases, 1)*600*math.Pow(3, float64(i)))] += n
			f.PromisedTimes[evaluation.Bucket(86400*float64(1+i))] += n
			f.StatutoryTimes[evaluation.Bucket(86400*float64(7+2*i))] += n
		}
	}
	return f
}
