package scheme

import (
	"slices"

	"haochaping/evaluation"
)

// Fact is a name that formulas may use.
type Fact struct {
	Name      string
	Meaning   Text
	Histogram bool // of durations: for mean, median and quantile alone
}

// Vocabulary are the facts that formulas may name, in the order of the manual.
func Vocabulary() []Fact {
	list := make([]Fact, 0, len(figures)+len(durations))
	for i := range figures {
		list = append(list, Fact{Name: figures[i].name, Meaning: Text{figures[i].zh, figures[i].en}})
	}
	for i := range durations {
		list = append(list, Fact{Name: durations[i].name, Meaning: Text{durations[i].zh, durations[i].en}, Histogram: true})
	}
	return list
}

// source is what an estimate can vary by: the number of records in one class, a sum over records, or the order of
// durations.
type source uint8

// The sources. Classes of one family that do not contain one another may overlap, but for the answers: an answer is
// in one class alone.
const (
	level1 source = iota
	level2
	level3
	level4
	level5
	default1
	default2
	default3
	default4
	default5
	reassessed1
	reassessed2
	reassessed3
	reassessed4
	reassessed5
	unanswered
	declined
	excluded

	events
	rated
	prompted

	accepted
	finished
	promised
	onTime
	early
	handled
	worked
	visitsKnown
	onTheSpot
	filedOnline
	limited

	badReviews
	contacted
	contactDue
	contactOnTime
	dismissed
	rectified
	rectifyDue
	rectifiedOnTime
	calledBack
	answered
	satisfied

	visits // sums from here
	promisedSeconds
	statutorySeconds
	handlingSeconds
	workingSeconds

	handlingTimes // orders from here
	workingTimes
	promisedTimes
	statutoryTimes

	sources
)

func (s source) counts() bool { return s < visits }
func (s source) sums() bool   { return s >= visits && s < handlingTimes }

// family of records; those of different ones are taken to vary independently.
func (s source) family() int {
	switch {
	case s <= excluded:
		return 0
	case s <= prompted:
		return 1
	case s <= limited || !s.counts():
		return 2
	}
	return 3
}

// within are the classes that contain a class whole, the smallest first.
var within = [sources][]source{
	rated: {events}, prompted: {events},
	promised: {finished}, onTime: {promised, finished}, early: {onTime, promised, finished},
	visitsKnown: {finished}, onTheSpot: {finished}, filedOnline: {finished}, limited: {finished},
	contacted: {contactDue, badReviews}, contactDue: {badReviews}, contactOnTime: {contacted, contactDue, badReviews},
	rectified: {rectifyDue, badReviews}, rectifyDue: {badReviews}, rectifiedOnTime: {rectified, rectifyDue, badReviews},
	dismissed: {badReviews}, calledBack: {badReviews}, answered: {calledBack, badReviews},
	satisfied: {answered, calledBack, badReviews},
}

// inside reports whether every record of s is one of t.
func (s source) inside(t source) bool { return s == t || slices.Contains(within[s], t) }

// counted is the class of the records that a sum runs over.
var counted = [sources]source{
	visits: visitsKnown, promisedSeconds: limited, statutorySeconds: limited, handlingSeconds: handled, workingSeconds: worked,
}

// figure is a number that formulas may name.
type figure struct {
	name   string
	of     []source // it is the sum of these
	sample []source // how many records it rests on is the sum of these
	zh, en string
}

// timesFigure is a histogram that formulas may name, with the sum and the number of its durations.
type timesFigure struct {
	name   string
	order  source
	sum    source
	zh, en string
}

var durations = [...]timesFigure{
	{"handling_times", handlingTimes, handlingSeconds, "净办理时长（秒，自然时间，已扣除中止时段）", "net handling times, seconds of natural time"},
	{"working_times", workingTimes, workingSeconds, "净办理时长（秒，工作时间）", "net handling times, seconds of working time"},
	{"promised_times", promisedTimes, promisedSeconds, "承诺时限（秒），两种时限都有的办结办件", "promised spans of finished cases with both limits, seconds"},
	{"statutory_times", statutoryTimes, statutorySeconds, "法定时限（秒），两种时限都有的办结办件", "statutory spans of the same cases, seconds"},
}

var (
	allLevels     = []source{level1, level2, level3, level4, level5}
	allDefaults   = []source{default1, default2, default3, default4, default5}
	allReassessed = []source{reassessed1, reassessed2, reassessed3, reassessed4, reassessed5}
)

func one(s source) []source { return []source{s} }

// figures, in the order of the manual.
var figures = [...]figure{
	{"level_1", one(level1), allLevels, "有效主动评价：非常不满意", "valid active ratings, very dissatisfied"},
	{"level_2", one(level2), allLevels, "有效主动评价：不满意", "valid active ratings, dissatisfied"},
	{"level_3", one(level3), allLevels, "有效主动评价：基本满意", "valid active ratings, fairly satisfied"},
	{"level_4", one(level4), allLevels, "有效主动评价：满意", "valid active ratings, satisfied"},
	{"level_5", one(level5), allLevels, "有效主动评价：非常满意", "valid active ratings, very satisfied"},
	{"valid", allLevels, allLevels, "有效主动评价（首次评价）", "valid active first ratings"},
	{"bad", allLevels[:2], allLevels, "差评：其中等级 1、2", "of these, levels 1 and 2"},
	{"good", allLevels[2:], allLevels, "好评：其中等级 3 至 5", "of these, levels 3 to 5"},
	{"default_1", one(default1), allDefaults, "系统默认评价：非常不满意", "levels booked by a system: very dissatisfied"},
	{"default_2", one(default2), allDefaults, "系统默认评价：不满意", "levels booked by a system: dissatisfied"},
	{"default_3", one(default3), allDefaults, "系统默认评价：基本满意", "levels booked by a system: fairly satisfied"},
	{"default_4", one(default4), allDefaults, "系统默认评价：满意", "levels booked by a system: satisfied"},
	{"default_5", one(default5), allDefaults, "系统默认评价：非常满意", "levels booked by a system: very satisfied"},
	{"defaults", allDefaults, allDefaults, "系统默认评价", "levels booked by a system after silence"},
	{"unanswered", one(unanswered), one(unanswered), "邀评后未评价", "asked, no answer"},
	{"declined", one(declined), one(declined), "邀评后拒绝评价", "asked, refused"},
	{"excluded", one(excluded), one(excluded), "经申诉复核剔除的评价", "ratings taken out after an appeal"},
	{"reassessed_1", one(reassessed1), allReassessed, "追评：非常不满意", "ratings after rectification: very dissatisfied"},
	{"reassessed_2", one(reassessed2), allReassessed, "追评：不满意", "ratings after rectification: dissatisfied"},
	{"reassessed_3", one(reassessed3), allReassessed, "追评：基本满意", "ratings after rectification: fairly satisfied"},
	{"reassessed_4", one(reassessed4), allReassessed, "追评：满意", "ratings after rectification: satisfied"},
	{"reassessed_5", one(reassessed5), allReassessed, "追评：非常满意", "ratings after rectification: very satisfied"},
	{"reassessed", allReassessed, allReassessed, "追评", "ratings after rectification"},
	{"events", one(events), one(events), "可评价的服务事项次数", "ratable service events"},
	{"rated", one(rated), one(events), "其中得到主动评价的", "of these, with an active answer"},
	{"prompted", one(prompted), one(events), "其中展示过评价页面的", "of these, for which the rating page was shown"},
	{"accepted", one(accepted), one(accepted), "受理的办件", "cases accepted"},
	{"finished", one(finished), one(finished), "办结的办件", "cases finished"},
	{"promised", one(promised), one(promised), "有承诺时限的办结办件", "finished cases with a promised end"},
	{"on_time", one(onTime), one(promised), "其中按时办结的", "of these, finished on or before it"},
	{"early", one(early), one(promised), "其中提前办结的", "of these, finished before the promised day"},
	{"handled", one(handled), one(handled), "已知净办理时长的办件", "cases with a known net handling time"},
	{"handling_seconds", one(handlingSeconds), one(handled), "其净办理时长之和（秒）", "sum of their net handling times, seconds"},
	{"worked", one(worked), one(worked), "已知工作时间办理时长的办件", "cases with a known handling time in working time"},
	{"working_seconds", one(workingSeconds), one(worked), "其工作时间办理时长之和（秒）", "sum of these, seconds of working time"},
	{"visits", one(visits), one(visitsKnown), "现场跑动次数之和", "on-site visits, summed"},
	{"visits_known", one(visitsKnown), one(visitsKnown), "跑动次数已知的办结办件", "finished cases with a known number of visits"},
	{"on_the_spot", one(onTheSpot), one(finished), "当场办结的办件", "cases finished while the applicant waited"},
	{"filed_online", one(filedOnline), one(finished), "网上申报的办结办件", "finished cases that were filed online"},
	{"limited", one(limited), one(limited), "承诺时限和法定时限都有的办结办件", "finished cases with both limits"},
	{"promised_seconds", one(promisedSeconds), one(limited), "其承诺时限之和（秒）", "sum of their promised spans, seconds"},
	{"statutory_seconds", one(statutorySeconds), one(limited), "其法定时限之和（秒）", "sum of their statutory spans, seconds"},
	{"bad_reviews", one(badReviews), one(badReviews), "有效差评（整改口径，截至目前）", "valid bad first ratings, for follow-ups as of now"},
	{"contacted", one(contacted), one(contactDue), "已联系核实的差评", "bad ratings whose rater was contacted"},
	{"contact_due", one(contactDue), one(contactDue), "联系时限已到或已联系的差评", "contact deadline passed, or contacted"},
	{"contact_on_time", one(contactOnTime), one(contactDue), "其中按时联系的", "of these, contacted before the deadline"},
	{"dismissed", one(dismissed), one(badReviews), "核实不属实、无须整改的差评", "bad ratings found to be without cause: nothing is to be rectified"},
	{"rectified", one(rectified), one(rectifyDue), "已整改的差评", "bad ratings that were rectified"},
	{"rectify_due", one(rectifyDue), one(rectifyDue), "整改时限已到或已整改的差评", "rectification deadline passed, or rectified"},
	{"rectified_on_time", one(rectifiedOnTime), one(rectifyDue), "其中按时整改的", "of these, rectified before the deadline"},
	{"called_back", one(calledBack), one(badReviews), "已回访的差评", "bad ratings that were called back"},
	{"answered", one(answered), one(calledBack), "其中表明是否满意的", "of these, the rater said whether satisfied"},
	{"satisfied", one(satisfied), one(answered), "其中回访满意的", "of these, satisfied at call-back"},
}

// readers tell how many records are in a class, or what a sum is.
var readers = [...]func(*evaluation.Facts) uint64{
	level1:      func(f *evaluation.Facts) uint64 { return f.Levels[0] },
	level2:      func(f *evaluation.Facts) uint64 { return f.Levels[1] },
	level3:      func(f *evaluation.Facts) uint64 { return f.Levels[2] },
	level4:      func(f *evaluation.Facts) uint64 { return f.Levels[3] },
	level5:      func(f *evaluation.Facts) uint64 { return f.Levels[4] },
	default1:    func(f *evaluation.Facts) uint64 { return f.Defaults[0] },
	default2:    func(f *evaluation.Facts) uint64 { return f.Defaults[1] },
	default3:    func(f *evaluation.Facts) uint64 { return f.Defaults[2] },
	default4:    func(f *evaluation.Facts) uint64 { return f.Defaults[3] },
	default5:    func(f *evaluation.Facts) uint64 { return f.Defaults[4] },
	reassessed1: func(f *evaluation.Facts) uint64 { return f.Reassessed[0] },
	reassessed2: func(f *evaluation.Facts) uint64 { return f.Reassessed[1] },
	reassessed3: func(f *evaluation.Facts) uint64 { return f.Reassessed[2] },
	reassessed4: func(f *evaluation.Facts) uint64 { return f.Reassessed[3] },
	reassessed5: func(f *evaluation.Facts) uint64 { return f.Reassessed[4] },
	unanswered:  func(f *evaluation.Facts) uint64 { return f.Unanswered },
	declined:    func(f *evaluation.Facts) uint64 { return f.Declined },
	excluded:    func(f *evaluation.Facts) uint64 { return f.Excluded },

	events:   func(f *evaluation.Facts) uint64 { return f.Events },
	rated:    func(f *evaluation.Facts) uint64 { return f.Rated },
	prompted: func(f *evaluation.Facts) uint64 { return f.Prompted },

	accepted:    func(f *evaluation.Facts) uint64 { return f.Accepted },
	finished:    func(f *evaluation.Facts) uint64 { return f.Finished },
	promised:    func(f *evaluation.Facts) uint64 { return f.Promised },
	onTime:      func(f *evaluation.Facts) uint64 { return f.OnTime },
	early:       func(f *evaluation.Facts) uint64 { return f.Early },
	handled:     func(f *evaluation.Facts) uint64 { return f.Handled },
	worked:      func(f *evaluation.Facts) uint64 { return f.Worked },
	visitsKnown: func(f *evaluation.Facts) uint64 { return f.VisitsKnown },
	onTheSpot:   func(f *evaluation.Facts) uint64 { return f.OnTheSpot },
	filedOnline: func(f *evaluation.Facts) uint64 { return f.FiledOnline },
	limited:     func(f *evaluation.Facts) uint64 { return f.Limited },

	badReviews:      func(f *evaluation.Facts) uint64 { return f.FollowUps.Bad },
	contacted:       func(f *evaluation.Facts) uint64 { return f.FollowUps.Contacted },
	contactDue:      func(f *evaluation.Facts) uint64 { return f.FollowUps.ContactDue },
	contactOnTime:   func(f *evaluation.Facts) uint64 { return f.FollowUps.ContactOnTime },
	dismissed:       func(f *evaluation.Facts) uint64 { return f.FollowUps.Dismissed },
	rectified:       func(f *evaluation.Facts) uint64 { return f.FollowUps.Rectified },
	rectifyDue:      func(f *evaluation.Facts) uint64 { return f.FollowUps.RectifyDue },
	rectifiedOnTime: func(f *evaluation.Facts) uint64 { return f.FollowUps.RectifiedOnTime },
	calledBack:      func(f *evaluation.Facts) uint64 { return f.FollowUps.CalledBack },
	answered:        func(f *evaluation.Facts) uint64 { return f.FollowUps.Answered },
	satisfied:       func(f *evaluation.Facts) uint64 { return f.FollowUps.Satisfied },

	visits:           func(f *evaluation.Facts) uint64 { return f.Visits },
	promisedSeconds:  func(f *evaluation.Facts) uint64 { return f.PromisedSeconds },
	statutorySeconds: func(f *evaluation.Facts) uint64 { return f.StatutorySeconds },
	handlingSeconds:  func(f *evaluation.Facts) uint64 { return f.HandlingSeconds },
	workingSeconds:   func(f *evaluation.Facts) uint64 { return f.WorkingSeconds },
}

func (s source) read(f *evaluation.Facts) float64 { return float64(readers[s](f)) }

// histogram is the durations of an order.
func (s source) histogram(f *evaluation.Facts) evaluation.Histogram {
	switch s {
	case handlingTimes:
		return f.Handling
	case workingTimes:
		return f.Working
	case promisedTimes:
		return f.PromisedTimes
	case statutoryTimes:
		return f.StatutoryTimes
	}
	return nil
}
