package export

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"haochaping/calendar"
	"haochaping/evaluation"
)

// levelNames are the five levels, 1 first, in Chinese and English.
var levelNames = [5][2]string{
	{"非常不满意", "very dissatisfied"}, {"不满意", "dissatisfied"}, {"基本满意", "fairly satisfied"}, {"满意", "satisfied"}, {"非常满意", "very satisfied"},
}

var reasonNames = map[evaluation.EvidenceReason][2]string{
	evaluation.Counted:          {"计入", "counted"},
	evaluation.CountedDefault:   {"系统默认评价：不是本人选择，单独计数，不计入等级", "booked by a system: no answer; counted apart, not among the levels"},
	evaluation.CountedSilent:    {"未评价：单独计数，不计入等级", "asked, no answer: counted apart, not among the levels"},
	evaluation.CountedDeclined:  {"拒绝评价：单独计数，不计入等级", "asked, declined: counted apart, not among the levels"},
	evaluation.CountedAgain:     {"追评：单独计数，不计入等级", "rating after rectification: counted apart, not among the levels"},
	evaluation.ExcludedByAppeal: {"经申诉复核剔除", "taken out after an appeal"},
	evaluation.NotFirstDefault:  {"系统默认的追评：不计", "booked by a system after rectification: not counted"},
	evaluation.OtherContent:     {"同一编号有另一份内容计入（冲突）", "another content under the same id, or of the same version, counts (conflict)"},
	evaluation.SameEvent:        {"同一服务事项次数的另一条评价计入（一次一评）", "another rating of the same service event counts"},
	evaluation.OldVersion:       {"办件的旧版本：已被更正", "older version of the case: corrected by a later one"},
	evaluation.TestRecord:       {"测试记录", "marked as a test"},
	evaluation.ProbeRecord:      {"探测记录", "marked as a probe"},
	evaluation.OtherPeriod:      {"评价时间在本期，但服务发生在期外，计入服务当日", "given in the period, for a service on a day outside; counts there"},
	evaluation.OtherUnit:        {"记录中写有本单位，但按归属规则计入其他单位", "names the unit, and counts for another one by the rule of attribution"},
	evaluation.NotFinished:      {"本期既未受理也未办结", "neither accepted nor finished in the period"},
	evaluation.RefusedRecord:    {"接收时被退回", "refused at the door"},
}

// EvidenceReasonText says why a record counts or does not.
func EvidenceReasonText(r evaluation.EvidenceReason, lang string) string {
	names, ok := reasonNames[r]
	if !ok {
		return string(r)
	}
	return say(lang, names[0], names[1])
}

// LevelText is the name of a level, 1 to 5; ” for none.
func LevelText(level uint8, lang string) string {
	if level < 1 || int(level) > len(levelNames) {
		return ""
	}
	return say(lang, levelNames[level-1][0], levelNames[level-1][1])
}

func (p *pack) yes(is bool) string {
	if is {
		return say(p.lang, "是", "yes")
	}
	return say(p.lang, "否", "no")
}

// counted says whether a record is among the levels (yes), in a figure of its own (apart), or nowhere (no).
func (p *pack) counted(r evaluation.EvidenceReason) string {
	switch {
	case r == evaluation.Counted:
		return p.yes(true)
	case r.InFigures():
		return say(p.lang, "单列", "apart")
	}
	return p.yes(false)
}

func idText(id uuid.UUID) string {
	if id == uuid.Nil {
		return ""
	}
	return id.String()
}

func dayText(d calendar.Day) string {
	if d == 0 {
		return ""
	}
	return d.String()
}

// atLeast0 writes a count, ” where it is not known.
func atLeast0[N int32 | int64](n N) string {
	if n < 0 {
		return ""
	}
	return strconv.FormatInt(int64(n), 10)
}

// number0 writes a number, ” for 0, which means none.
func number0[N uint8 | uint64](n N) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatUint(uint64(n), 10)
}

func (p *pack) ratings(ctx context.Context, from EvidenceSource) error {
	if err := p.head(
		"计入", "counted", "原因代码", "reason", "原因", "reason in words", "条数", "count", "记录编号", "record id", "来源", "source", "办件编号", "case id",
		"服务次序或环节", "service number or stage", "评价次数（2=追评）", "assess number (2 = after rectification)", "作答", "answer", "等级", "level",
		"等级名称", "level in words", "渠道", "channel", "计入日", "day it counts on", "汇总起始日", "first day of a count", "评价时间", "rated at", "到达时间", "received at", "迟到", "late",
		"设备", "device", "设备序号", "device number", "地区", "region", "部门", "department", "大厅", "hall", "窗口", "window", "事项", "item",
		"改计的记录", "record that counts instead",
	); err != nil {
		return err
	}
	return from.Ratings(ctx, func(r *evaluation.RatingEvidence) error {
		r.Tally(&p.summed)
		if r.Reason != evaluation.OtherUnit && r.Reason != evaluation.OtherPeriod && r.From == 0 {
			p.seen("rating", r.Source, r.Day)
		}
		return p.record(
			p.counted(r.Reason), string(r.Reason), EvidenceReasonText(r.Reason, p.lang), strconv.FormatUint(r.N, 10), idText(r.ID), r.Source, r.CaseID,
			r.Service, number0(r.Assess), r.Answer, number0(r.Level), LevelText(r.Level, p.lang), r.Channel, dayText(r.Day), dayText(r.From),
			p.moment(r.RatedAt), p.moment(r.Arrived), p.yes(r.Late), r.Device, number0(r.Seq), r.Region, r.Department, r.Hall, r.Window, r.Item,
			idText(r.Winner),
		)
	})
}

func (p *pack) events(ctx context.Context, from EvidenceSource) error {
	if err := p.head(
		"日期", "day", "服务事项次数标识", "service event", "有主动评价", "rated", "展示过评价页面", "asked",
		"地区", "region", "部门", "department", "大厅", "hall", "窗口", "window", "事项", "item",
	); err != nil {
		return err
	}
	return from.Events(ctx, func(v *evaluation.EventEvidence) error {
		v.Tally(&p.summed)
		return p.record(dayText(v.Day), idText(v.Event), p.yes(v.Rated), p.yes(v.Prompted), v.Region, v.Department, v.Hall, v.Window, v.Item)
	})
}

// caseColumns is how many columns the file of cases has.
const caseColumns = 26

func (p *pack) cases(ctx context.Context, from EvidenceSource) error {
	if err := p.head(
		"计入", "counted", "原因代码", "reason", "原因", "reason in words", "来源", "source", "办件编号", "case id", "版本", "version", "状态", "status",
		"受理时间", "accepted at", "办结时间", "finished at", "承诺时限", "promised by", "法定时限", "statutory limit", "到达时间", "received at",
		"本期受理", "accepted in the period", "本期办结", "finished in the period", "按时", "on time", "提前", "early",
		"净办理时长（秒）", "handling time (s)", "工作时间时长（秒）", "working time (s)", "跑动次数", "visits", "即办", "on the spot", "网上申报", "filed online",
		"地区", "region", "部门", "department", "大厅", "hall", "窗口", "window", "事项", "item",
	); err != nil {
		return err
	}
	return from.Cases(ctx, func(c *evaluation.CaseEvidence) error {
		c.Tally(&p.summed)
		if c.Reason == evaluation.OldVersion || c.Reason == evaluation.OtherContent {
			cells := make([]string, caseColumns)
			copy(cells, []string{p.counted(c.Reason), string(c.Reason), EvidenceReasonText(c.Reason, p.lang), c.Source, c.CaseID, strconv.FormatUint(c.Version, 10)})
			cells[11] = p.moment(c.Arrived)
			return p.record(cells...)
		}
		if c.Accepted && c.Reason != evaluation.OtherUnit {
			p.seen("case", c.Source, calendar.DayOf(c.AcceptedAt, p.Zone))
		}
		onTime, early := "", "" // not asked
		switch {
		case c.Finished && !c.Promised:
			onTime = say(p.lang, "无承诺时限", "no promised limit")
		case c.Finished:
			onTime, early = p.yes(c.OnTime), p.yes(c.Early)
		}
		return p.record(
			p.counted(c.Reason), string(c.Reason), EvidenceReasonText(c.Reason, p.lang), c.Source, c.CaseID, strconv.FormatUint(c.Version, 10), c.Status,
			p.moment(c.AcceptedAt), p.moment(c.FinishedAt), p.moment(c.PromisedAt), p.moment(c.StatutoryAt), p.moment(c.Arrived),
			p.yes(c.Accepted), p.yes(c.Finished), onTime, early, atLeast0(c.Handling), atLeast0(c.Working), atLeast0(c.Visits), p.yes(c.OnTheSpot), p.yes(c.ByInternet),
			c.Region, c.Department, c.Hall, c.Window, c.Item,
		)
	})
}

func (p *pack) steps(ctx context.Context, from EvidenceSource) error {
	if err := p.head(
		"评价的记录编号", "record id of the rating", "步骤", "step", "时间", "at", "回访满意", "satisfied at the call-back", "到达时间", "received at",
	); err != nil {
		return err
	}
	return from.Steps(ctx, func(s *evaluation.StepEvidence) error {
		satisfied := ""
		if s.Satisfied != nil {
			satisfied = p.yes(*s.Satisfied)
		}
		return p.record(idText(s.Rating), s.Step, p.moment(s.At), satisfied, p.moment(s.Arrived))
	})
}

func (p *pack) refused(ctx context.Context, from EvidenceSource) error {
	if err := p.head(
		"原因代码", "reason", "原因", "reason in words", "记录编号", "record id", "种类", "kind", "来源", "source", "设备", "device", "到达时间", "received at",
		"退回代码", "codes", "后已重放接收", "accepted later",
	); err != nil {
		return err
	}
	return from.Refused(ctx, func(r *evaluation.RefusedEvidence) error {
		reason := evaluation.RefusedRecord
		return p.record(string(reason), EvidenceReasonText(reason, p.lang), idText(r.ID), r.Kind, r.Source, r.Device, p.moment(r.Arrived),
			strings.Join(r.Codes, " "), p.yes(r.Replayed))
	})
}

func (p *pack) gaps(ctx context.Context, from EvidenceSource) error {
	if err := p.head(
		"种类", "kind", "设备或来源", "device or source", "大厅", "hall", "窗口", "window", "安装", "installation", "缺失序号自", "missing numbers from", "缺失序号至", "to",
		"无记录日自", "days without records from", "无记录日至", "to", "天数或条数", "days or numbers",
	); err != nil {
		return err
	}
	err := from.Gaps(ctx, func(g *evaluation.DeviceGap) error {
		if g.First > 0 {
			return p.line(say(p.lang, "设备序号缺失", "numbers that never came"), g.Device, g.Hall, g.Window, g.Installation,
				number0(g.First), number0(g.Last), "", "", strconv.FormatUint(g.Last-g.First+1, 10))
		}
		return p.line(say(p.lang, "设备当日无记录", "device without records"), g.Device, g.Hall, g.Window, "", "", "",
			dayText(g.Days.From), dayText(g.Days.To), strconv.Itoa(g.Days.Len()))
	})
	if err != nil {
		return err
	}
	keys := slices.SortedFunc(maps.Keys(p.days), func(a, b [2]string) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) })
	for _, key := range keys {
		what := say(p.lang, "来源当日无本单位评价", "source without ratings of the unit")
		if key[0] == "case" {
			what = say(p.lang, "来源当日无本单位受理办件", "source without cases accepted by the unit")
		}
		for _, run := range emptyDays(p.Query.From, p.days[key]) {
			if err := p.line(what, key[1], "", "", "", "", "", dayText(run.From), dayText(run.To), strconv.Itoa(run.Len())); err != nil {
				return err
			}
		}
	}
	return nil
}

// emptyDays are the runs of days, the first of which is from, on which there is nothing.
func emptyDays(from calendar.Day, days []bool) (runs []calendar.Range) {
	for i, there := range days {
		day := from + calendar.Day(i)
		switch {
		case there:
		case len(runs) > 0 && runs[len(runs)-1].To == day-1:
			runs[len(runs)-1].To = day
		default:
			runs = append(runs, calendar.Range{From: day, To: day})
		}
	}
	return runs
}
