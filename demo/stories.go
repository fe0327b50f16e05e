package demo

import (
	"fmt"

	"haochaping/calendar"
)

// Unit is something that a story is about.
type Unit struct {
	Kind   string // region, department, window, staff, device or source
	Code   string // a window's is hall/window
	NameZH string
	NameEN string
}

// Story is something that was hidden in the data for the product to find.
type Story struct {
	ID             string // stable
	NameZH, NameEN string
	Units          []Unit
	From, To       calendar.Day
	EffectZH       string
	EffectEN       string
	// Planted is the count that the data hold and Expected the one that they would
	// hold without the story; MeasureEN says of what.
	Planted, Expected    float64
	MeasureZH, MeasureEN string
}

// Stories lists what is hidden in a plan, with the figures of that plan. A plan too
// short for the month that comes twice has one story less.
func Stories(p *Plan) []Story {
	t := p.survey()
	all := []Story{p.springStory(t), p.burstStory(t), p.bookingStory(t)}
	if p.plots.resendDay >= 0 {
		all = append(all, p.resentStory(t))
	}
	return append(all, p.levelStory(), p.fastStory(t), p.clerkStory(t), p.kioskStory(t))
}

// survey is what the stories need to know of the whole plan.
type survey struct {
	spring, otherMonths levels // of the county
	bursts, burstDays   int
	appSilent, appAll   int // default ratings and events of the app from the month on
	appBefore           int
	anew                int
	fast, peers         levels
	fastDays, peerDays  mean
	clerk, colleague    asked
}

type levels struct{ active, bad int }

func (l levels) share() float64 { return float64(l.bad) / float64(max(l.active, 1)) }

type mean struct{ sum, n int }

func (m mean) value() float64 { return float64(m.sum) / float64(max(m.n, 1)) }

type asked struct{ events, not int }

func (l *levels) add(e *event) {
	if e.what > 5 {
		return
	}
	l.active++
	if e.bad() {
		l.bad++
	}
}

func (p *Plan) survey() *survey {
	t := &survey{}
	for n := range p.days {
		day := p.From + calendar.Day(n)
		before := t.bursts
		for i := range p.days[n] {
			p.look(t, &p.days[n][i], day)
		}
		if t.bursts > before {
			t.burstDays++
		}
	}
	return t
}

func (p *Plan) look(t *survey, e *event, day calendar.Day) {
	s := &p.streams[e.stream]
	if e.marks&afterHours != 0 {
		t.bursts++
		return
	}
	if int(s.area) == p.plots.springArea {
		if p.plots.spring.Contains(day) {
			t.spring.add(e)
		} else {
			t.otherMonths.add(e)
		}
	}
	if s.source == fromApp {
		switch {
		case day >= p.plots.bookingFrom && e.what == booked:
			t.appSilent++
			t.appAll++
		case day >= p.plots.bookingFrom && e.what <= 5:
			t.appAll++
		case e.what == booked:
			t.appBefore++
		}
	}
	if u := &p.Province.departments[s.department]; u.line == fastLine {
		l, m := &t.peers, &t.peerDays
		if int(s.department) == p.plots.fastDepartment {
			l, m = &t.fast, &t.fastDays
		}
		l.add(e)
		if e.marks&(withCase|onSpot|stillOpen) == withCase {
			m.sum += p.daysTaken(e)
			m.n++
		}
	}
	if s.window == p.plots.clerkWindow && e.what != silent {
		a := &t.colleague
		if p.plots.shyClerk(e, s) {
			a = &t.clerk
		}
		a.events++
		if e.what == notAsked {
			a.not++
		}
	}
	if s.source == fromVendor && p.plots.resent.Contains(day) && e.rated() && e.marks&withCase != 0 {
		if d := p.own(e, forResend); d.chance(resentAnew) {
			t.anew += int(e.deviceRatings())
		}
	}
}

func (p *Plan) springStory(t *survey) Story {
	days := p.plots.spring
	months := float64(days.Len()) / 30.4
	return Story{
		ID: "spring-county", NameZH: "春季变差的区县", NameEN: "a county that got worse in spring",
		Units: []Unit{p.regionUnit(p.plots.springArea)}, From: days.From, To: days.To,
		EffectZH: fmt.Sprintf("差评率 %.2f%%，其余月份 %.2f%%，每月约 %.0f 条有效评价", 100*t.spring.share(), 100*t.otherMonths.share(), float64(t.spring.active)/months),
		EffectEN: fmt.Sprintf("%.2f %% bad against %.2f %% in the other months, about %.0f ratings a month",
			100*t.spring.share(), 100*t.otherMonths.share(), float64(t.spring.active)/months),
		Planted: float64(t.spring.bad), Expected: t.otherMonths.share() * float64(t.spring.active),
		MeasureZH: "差评数", MeasureEN: "bad ratings",
	}
}

func (p *Plan) burstStory(t *survey) Story {
	return Story{
		ID: "after-hours", NameZH: "下班后成串的五分", NameEN: "a window with bursts of identical fives after closing time",
		Units: []Unit{p.windowUnit(p.streams[p.plots.burstStream].window)}, From: p.plots.burstFrom, To: p.To,
		EffectZH: fmt.Sprintf("%d 天 18:25 以后，约每 5 秒一条，全部非常满意、同一标签、无文字", t.burstDays),
		EffectEN: fmt.Sprintf("on %d days after 18:25 a rating about every 5 s, all level 5, one tag, no text", t.burstDays),
		Planted:  float64(t.bursts), MeasureZH: "下班后评价数", MeasureEN: "ratings after closing time",
	}
}

func (p *Plan) bookingStory(t *survey) Story {
	share := 100 * float64(t.appSilent) / float64(max(t.appAll, 1))
	return Story{
		ID: "default-booking", NameZH: "某来源从某月起系统默认评价", NameEN: "a source that books default ratings from one month to the next",
		Units: []Unit{{Kind: "source", Code: SourceApp, NameZH: platformOwn, NameEN: "the app of Shisi City (demo)"}},
		From:  p.plots.bookingFrom, To: p.To,
		EffectZH: fmt.Sprintf("默认基本满意占该来源评价的 %.0f%%，此前 %d 条", share, t.appBefore),
		EffectEN: fmt.Sprintf("default level 3 is %.0f %% of the source's ratings; %d before", share, t.appBefore),
		Planted:  float64(t.appSilent), Expected: float64(t.appBefore), MeasureZH: "默认评价数", MeasureEN: "default ratings",
	}
}

func (p *Plan) resentStory(t *survey) Story {
	sent := p.From + calendar.Day(p.plots.resendDay)
	return Story{
		ID: "resent-month", NameZH: "厂商整月重发", NameEN: "a vendor that re-sends a whole month",
		Units: []Unit{{Kind: "source", Code: SourceVendor, NameZH: "示五市平板厂商（演示）", NameEN: "the tablet vendor of Shiwu City (demo)"}},
		From:  p.plots.resent.From, To: p.plots.resent.To,
		EffectZH: fmt.Sprintf("%s 重发；%d 条换了新编号，只能由自然键识别，其余编号相同", sent, t.anew),
		EffectEN: fmt.Sprintf("sent again on %s; %d have new ids and are known by their natural keys only, the others keep their ids", sent, t.anew),
		Planted:  float64(p.totals.Resent), MeasureZH: "重复记录数", MeasureEN: "repeated records",
	}
}

func (p *Plan) levelStory() Story {
	lost := 0.0
	for _, l := range p.lost[:p.dayCount()] {
		lost += l
	}
	return Story{
		ID: "missing-level", NameZH: "某市自三月起没有“非常不满意”", NameEN: "a city where level 1 has not occurred since March",
		Units: []Unit{p.regionUnit(levelCity)}, From: p.plots.levelFrom, To: p.To,
		EffectZH: "该级别评价无法提交，其他级别不变", EffectEN: "the level cannot be submitted; the others are as before",
		Expected: lost, MeasureZH: "非常不满意评价数", MeasureEN: "ratings of level 1",
	}
}

func (p *Plan) fastStory(t *survey) Story {
	n := p.plots.fastDepartment
	d := p.Province.Departments[n]
	return Story{
		ID: "fast-disliked", NameZH: "办得快却不受欢迎的部门", NameEN: "a department that is fast and disliked",
		Units: []Unit{{Kind: "department", Code: d.Code, NameZH: d.Name, NameEN: d.NameEN}}, From: p.From, To: p.To,
		EffectZH: fmt.Sprintf("非即办件平均 %.1f 天，同条线 %.1f 天；差评率 %.2f%%，同条线 %.2f%%", t.fastDays.value(), t.peerDays.value(), 100*t.fast.share(), 100*t.peers.share()),
		EffectEN: fmt.Sprintf("cases not closed on the spot take %.1f days, elsewhere in the line %.1f; %.2f %% bad against %.2f %%",
			t.fastDays.value(), t.peerDays.value(), 100*t.fast.share(), 100*t.peers.share()),
		Planted: float64(t.fast.bad), Expected: t.peers.share() * float64(t.fast.active), MeasureZH: "差评数", MeasureEN: "bad ratings",
	}
}

func (p *Plan) clerkStory(t *survey) Story {
	w := p.windowUnit(p.plots.clerkWindow)
	x := p.Province.Windows[p.plots.clerkWindow]
	return Story{
		ID: "silent-clerk", NameZH: "不邀请评价的工作人员", NameEN: "a clerk who does not ask",
		Units: []Unit{{Kind: "staff", Code: staffCode(x.Hall, x.Code, true), NameZH: "第二席", NameEN: "second desk"}, w},
		From:  p.From, To: p.To,
		EffectZH: fmt.Sprintf("%d 次服务中 %d 次没有出示评价页；同窗口另一席 %d 次中 %d 次", t.clerk.events, t.clerk.not, t.colleague.events, t.colleague.not),
		EffectEN: fmt.Sprintf("showed no rating page for %d of %d services; the other desk of the counter for %d of %d",
			t.clerk.not, t.clerk.events, t.colleague.not, t.colleague.events),
		Planted: float64(t.clerk.not), Expected: float64(t.colleague.not) / float64(max(t.colleague.events, 1)) * float64(t.clerk.events),
		MeasureZH: "未邀评次数", MeasureEN: "services without a rating page",
	}
}

func (p *Plan) kioskStory(*survey) Story {
	taken := p.devices[p.dayCount()*p.Province.deviceCount+int(p.plots.kioskWindow)] - p.kioskBefore()
	x := p.Province.Windows[p.plots.kioskWindow]
	w := p.windowUnit(p.plots.kioskWindow)
	return Story{
		ID: "kiosk-gaps", NameZH: "编号缺失的终端", NameEN: "a kiosk with missing numbers",
		Units: []Unit{{Kind: "device", Code: deviceCode(x.Hall, x.Code), NameZH: w.NameZH, NameEN: w.NameEN}, w},
		From:  p.plots.kioskFrom, To: p.To,
		EffectZH: fmt.Sprintf("收到 %d 条，每 %d 条之后缺一个编号", taken, kioskLoses),
		EffectEN: fmt.Sprintf("%d ratings arrived; after every %d one number is missing", taken, kioskLoses),
		Planted:  float64(missing(taken)), MeasureZH: "缺失编号数", MeasureEN: "missing numbers",
	}
}

func (p *Plan) regionUnit(area int) Unit {
	a := &p.Province.areas[area]
	return Unit{Kind: "region", Code: a.code, NameZH: a.name, NameEN: a.en}
}

func (p *Plan) windowUnit(w int32) Unit {
	x := p.Province.Windows[w]
	u := Unit{Kind: "window", Code: x.Hall + "/" + x.Code, NameZH: x.Name, NameEN: x.NameEN}
	for i := range p.Province.Halls {
		if h := &p.Province.Halls[i]; h.Code == x.Hall {
			u.NameZH, u.NameEN = h.Name+" "+x.Name, h.NameEN+", "+x.NameEN
		}
	}
	return u
}
