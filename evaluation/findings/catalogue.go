package findings

import "strings"

// sentence is a text with places for words in braces.
type sentence struct{ zh, en string }

// args are the words for the places.
type args map[string]Text

// with fills in the words. In Chinese a word that begins or ends with a Latin letter or a number stands apart from
// Chinese around it by a blank, Chinese words and dates do not.
func (s sentence) with(a args) Text {
	zh := ""
	rest := s.zh
	for {
		before, after, ok := strings.Cut(rest, "{")
		zh = joinChinese(zh, before)
		if !ok {
			break
		}
		name, tail, _ := strings.Cut(after, "}")
		zh, rest = joinChinese(zh, a[name].ZH), tail
	}
	en := make([]string, 0, 2*len(a))
	for name, w := range a {
		en = append(en, "{"+name+"}", w.EN)
	}
	text := Text{zh, strings.NewReplacer(en...).Replace(s.en)}
	if strings.HasPrefix(s.en, "{unit}") && strings.HasPrefix(text.EN, sourceEN) {
		text.EN = capital(text.EN)
	}
	return text
}

// All sentences of this package. What is thin and whether one unit is better than another is worded by
// [haochaping/evaluation/scoring], what a break is by [haochaping/evaluation].
var (
	sayWorse = sentence{
		"{unit}在{period}差评增多：{n} 条有效评价中有差评 {bad} 条，每十万 {rate} 条；其他月份每十万 {before} 条，按同样的渠道构成应约为 {expected} 条。超出偶然波动的范围。",
		"{unit} had more bad ratings in {period}: {bad} of {n} valid ratings, {rate} per 100,000, against {before} per 100,000 in other months; with the same mix of channels about {expected} were to be expected. This is more than chance.",
	}
	sayBetter = sentence{
		"{unit}在{period}差评减少：{n} 条有效评价中有差评 {bad} 条，每十万 {rate} 条；其他月份每十万 {before} 条，按同样的渠道构成应约为 {expected} 条。超出偶然波动的范围。",
		"{unit} had fewer bad ratings in {period}: {bad} of {n} valid ratings, {rate} per 100,000, against {before} per 100,000 in other months; with the same mix of channels about {expected} were to be expected. This is more than chance.",
	}
	sayWithinChance = sentence{
		"{unit}在{period}有差评 {bad} 条（{n} 条有效评价，每十万 {rate} 条），其他月份每十万 {before} 条；差别在偶然范围内，不能说明变好或变差。",
		"{unit} had {bad} bad ratings in {period} (of {n} valid ones, {rate} per 100,000) against {before} per 100,000 in other months. The difference is within chance: it does not show a change.",
	}
	sayMainlyFrom   = sentence{"主要来自{other}。", " Most of it comes from {other}."}
	sayLevelMissing = sentence{"该单位在{other}缺少一个差评等级，各月差评数不可比。", " One of the bad levels is missing there in {other}, so its bad ratings cannot be compared between months."}
	sayPartOf       = sentence{"属于{other}同期变化的一部分。", " It is part of the change of {other} at the same time."}

	doMainlyFrom   = sentence{"主管部门：先查{other}的问题，本条不必另行处理。", "Department in charge: look into {other} first; that settles this one too."}
	doPartOf       = sentence{"主管部门：与{other}同期的变化一并处理，本条不必另行处理。", "Department in charge: deal with it together with the change of {other}."}
	doLevelMissing = sentence{"主管部门：{other}缺少的评价等级恢复之后再作比较，本条不必另行处理。", "Department in charge: compare again once the level that is missing in {other} can be submitted."}

	sayWhenWhere = sentence{"{unit}{period}的变化", "the change of {unit} in {period}"}

	sayFastDisliked = sentence{
		"{unit}办得快，但不受欢迎：办理时长中位数 {time}，同条线其他单位 {peertime}；{n} 条有效评价中有差评 {bad} 条（每十万 {rate} 条），按同条线、同渠道构成应约为 {expected} 条。超出偶然波动的范围。",
		"{unit} is fast but disliked: its median handling time is {time} against {peertime} elsewhere in the line; {bad} of {n} valid ratings are bad ({rate} per 100,000), where {expected} were to be expected from the line with the same mix of channels. This is more than chance.",
	}
	saySlowLiked = sentence{
		"{unit}办得慢，但受欢迎：办理时长中位数 {time}，同条线其他单位 {peertime}；{n} 条有效评价中有差评 {bad} 条（每十万 {rate} 条），按同条线、同渠道构成应约为 {expected} 条。超出偶然波动的范围。",
		"{unit} is slow but liked: its median handling time is {time} against {peertime} elsewhere in the line; {bad} of {n} valid ratings are bad ({rate} per 100,000), where {expected} were to be expected from the line with the same mix of channels. This is more than chance.",
	}
	sayAbovePeers = sentence{
		"{unit}差评明显多于同类单位：{n} 条有效评价中有差评 {bad} 条（每十万 {rate} 条），按同类单位、同渠道构成应约为 {expected} 条。超出同类单位之间通常的差别，也超出偶然波动的范围。",
		"{unit} has clearly more bad ratings than its peers: {bad} of {n} valid ratings ({rate} per 100,000), where {expected} were to be expected from its peers with the same mix of channels. This is more than peers usually differ, and more than chance.",
	}
	sayZeroBad = sentence{
		"{unit}没有差评，值得核实：{n} 条有效评价中差评为 0，按同类单位、同渠道构成应约有 {expected} 条；即使算上同类单位之间的差别，全无差评的概率也只有 {p}。",
		"{unit} has no bad rating, which should be looked into: none of {n} valid ratings is bad, where {expected} were to be expected from its peers with the same mix of channels; even allowing for the differences between peers the probability of none is {p}.",
	}

	sayAfterHours = sentence{
		"{unit}在{period}闭厅以后（{hours}）收到评价 {k} 条，占其有效评价的 {share}，按其他窗口应约为 {expected} 条；其中几乎全部为“非常满意”，其他等级只有 {others} 条，按其他窗口应约为 {othersexpected} 条。{tag}不像正常办事后的评价。",
		"{unit} took {k} ratings after closing time ({hours}) in {period}, {share} of its valid ratings, where {expected} were to be expected from other windows. Nearly all say “very satisfied”: only {others} do not, where {othersexpected} were to be expected. {tag}These do not look like ratings by people who had been served.",
	}
	sayOneTag = sentence{"同一标签（{code}）出现 {tagged} 次。", "One reason code ({code}) was given {tagged} times. "}

	sayMissingLevel = sentence{
		"{unit}在{period}没有一条“{level}”：同期有相邻等级的评价 {n} 条，按其他单位的比例应约有 {expected} 条“{level}”，一条也没有的概率为{p}。该等级很可能无法提交。",
		"{unit} has no rating “{level}” in {period}: it has {n} of the neighbouring level, beside which about {expected} were to be expected from the other units; the probability of none is {p}. The level can probably not be submitted.",
	}
	sayUnasked = sentence{
		"{unit}的工作人员 {staff} 在{period}很少出示评价页：{n} 次服务中只有 {k} 次（{share}），同窗口其他人员为 {peershare}（{peern} 次服务）。超出偶然波动的范围。",
		"Clerk {staff} at {unit} seldom showed the rating page in {period}: for {k} of {n} services ({share}) against {peershare} of {peern} by the colleagues of the window. This is more than chance.",
	}
	sayDeviceGaps = sentence{
		"{unit}的编号不连续：最大编号 {highest}，收到 {n} 个，缺 {k} 个（{period}）。缺失的评价没有到达，其内容未知，不等于没有评价。",
		"The numbers of {unit} have gaps: the highest is {highest}, {n} arrived, {k} are missing ({period}). The missing ratings never arrived; nobody knows what they said.",
	}
	sayResent = sentence{
		"{unit}在{period}的评价被重复报送：{k} 条与已有评价属于同一次服务（为 {n} 条的 {share}），涉及 {days} 天；只计一次，未重复计入。",
		"{unit} sent ratings of {period} again: {k} belong to services that were rated already ({share} of {n}), on {days} days. They are counted once.",
	}
	sayBreak        = sentence{"{change}，此前口径不同，不作同比。", "{change}: earlier figures are not comparable."}
	sayDefaultShare = sentence{
		"{period}该来源的默认评价为 {k} 条，占主动评价与默认评价之和 {n} 条的 {share}；默认评价不计入主动评价。",
		" In {period} the source has {k} default ratings, {share} of its {n} active and default ones; they are not counted as active.",
	}
	sayFrozen = sentence{
		"{unit}在{period}每月有效评价数完全相同（{n} 条），按通常的波动，这样的概率为 {p}。请核实是否报送了固定数值。",
		"{unit} has exactly the same number of valid ratings ({n}) in each month of {period}; with the usual ups and downs the probability of that is {p}. Check whether a fixed figure is being reported.",
	}
	saySilent = sentence{
		"没有数据，不等于 0：{unit}在{period}没有收到评价，其他月份平均每月约 {expected} 条。",
		"No data, which is not 0: {unit} has no rating in {period}, against about {expected} a month at other times.",
	}
	sayNoTimes = sentence{
		"没有数据，不等于 0：本期未收到{unit}的办件时间。",
		"No data, which is not 0: no handling times arrived from {unit} in this period.",
	}
	sayNoRatings = sentence{
		"没有数据，不等于 0：本期未收到{unit}的评价。",
		"No data, which is not 0: no ratings arrived from {unit} in this period.",
	}
	sayIncomplete = sentence{
		"数据截至{day}，本期还有 {days} 天没有数据；各项数字以后会变化。",
		"Data reach to {day}: {days} days of this period have none yet, and all figures will still move.",
	}
	sayLate = sentence{
		"{unit}有 {n} 条本期评价在{day}数据截止之后才到达，未计入截至该日的数字。",
		"{n} ratings of this period arrived from {unit} after {day}, when the data were drawn, and are not in those figures.",
	}
	sayThin = sentence{"{unit}：{reason}", "{unit}: {reason}"}
	sayPair = sentence{
		"{reason}（{a}：{na} 条中差评 {bada} 条；{b}：{nb} 条中差评 {badb} 条。）",
		"{reason} ({a}: {bada} bad of {na}; {b}: {badb} bad of {nb}.)",
	}
)

// levelNames are the words of the levels, 1 to 5.
var levelNames = [...]Text{
	{},
	{"非常不满意", "very dissatisfied"},
	{"不满意", "dissatisfied"},
	{"基本满意", "fairly satisfied"},
	{"满意", "satisfied"},
	{"非常满意", "very satisfied"},
}

// Actor is who must act on a finding.
type Actor string

// Who acts.
const (
	Nobody     Actor = ""
	Competent  Actor = "competent_department" // 主管部门, the department in charge of the unit
	HallActor  Actor = "hall"                 // 大厅, who runs the hall
	Vendor     Actor = "vendor"               // 系统厂商, who supplies the system that sends
	Operator   Actor = "operator"             // 运行单位, who runs this installation and its devices
	Evaluators Actor = "evaluator"            // 评估单位, who reads and publishes the figures
)

var (
	doNothing     = Text{"无需处理。", "Nobody needs to act."}
	doWorse       = Text{"主管部门：查阅这几个月的差评内容和整改情况，查明原因。", "Department in charge: read the bad ratings of these months and what was done about them, and find the cause."}
	doWorseWindow = Text{"大厅：查阅该窗口这几个月的差评内容，查明原因。", "Hall: read the bad ratings of this window in these months, and find the cause."}
	doBetter      = Text{"主管部门：核实是否有值得推广的做法，或采集方式有变。", "Department in charge: find out whether there is something to learn from, or whether the way of asking changed."}
	doContrast    = Text{"主管部门：查阅差评内容；快慢与满意不一致，考核时不能只看时长。", "Department in charge: read the bad ratings. Speed and satisfaction disagree, so do not judge by time alone."}
	doLearn       = Text{"主管部门：了解其服务做法；快慢与满意不一致，考核时不能只看时长。", "Department in charge: learn from how it serves. Speed and satisfaction disagree, so do not judge by time alone."}
	doVerify      = Text{"主管部门：抽查回访，核实评价是否由办事人自己作出。", "Department in charge: call back a sample and find out whether people rated themselves."}
	doAfterHours  = Text{"大厅：核实闭厅后是谁在窗口评价，必要时申请剔除；核实之前两种口径都列出。", "Hall: find out who rated at the window after closing time and, where needed, ask for exclusion. Until then show figures with and without them."}
	doLevel       = Text{"系统厂商：检查评价页和接口能否提交该等级，并说明从何时起缺失。", "Vendor: check whether the rating page and the interface can submit this level, and say since when not."}
	doAsk         = Text{"大厅：提醒并核实该席位的评价页是否正常出示。", "Hall: remind the clerk, and check that the desk shows the rating page."}
	doDevice      = Text{"运行单位：检查该终端的网络和存储，补传缺失编号的评价。", "Operator: check the network and the storage of the device, and have the missing numbers sent again."}
	doResent      = Text{"系统厂商：说明重复报送的原因；重发时使用原来的编号。", "Vendor: say why it was sent again, and keep the ids when repeating."}
	doBreak       = Text{"评估单位：比较时说明口径变化。", "Evaluator: say when comparing that the rule changed."}
	doDefaults    = Text{"系统厂商：说明默认评价规则及启用、停用日期；评估单位：比较时说明口径变化。", "Vendor: state the rule for default ratings and its dates. Evaluator: say when comparing that the rule changed."}
	doFrozen      = Text{"系统厂商：核实报送的是逐条记录，而不是固定数值。", "Vendor: make sure that what is sent are records, and not a fixed figure."}
	doMissing     = Text{"运行单位：查明是没有业务还是没有接入，并补报数据。", "Operator: find out whether there was no business or no connection, and have the data delivered."}
	doWait        = Text{"评估单位：数据到齐之前不发布。", "Evaluator: do not publish before the data are complete."}
	doRevise      = Text{"评估单位：核对影响，需要时发布更正版。", "Evaluator: look at what it changes, and publish a revision where needed."}
)

// actionOf says who must do what about a finding.
func actionOf(x *Finding) (Actor, Text) {
	switch {
	case x.Noise:
		return Nobody, doNothing
	case x.PartOf != "":
		return Competent, x.instead
	}
	switch x.Kind {
	case Change:
		return changeAction(x)
	case Contrast:
		if x.Severity < Act {
			return Competent, doLearn
		}
		return Competent, doContrast
	case Peers:
		return Competent, doWorse
	case ZeroBad:
		return Competent, doVerify
	case AfterHours:
		return HallActor, doAfterHours
	case MissingLevel:
		return Vendor, doLevel
	case Unasked:
		return HallActor, doAsk
	case DeviceGaps:
		return Operator, doDevice
	case Resent:
		return Vendor, doResent
	case Defaults:
		return Vendor, doDefaults
	case Frozen:
		return Vendor, doFrozen
	case Silent, Missing:
		return Operator, doMissing
	case Incomplete:
		return Evaluators, doWait
	case Late:
		return Evaluators, doRevise
	case Break:
		return Evaluators, doBreak
	}
	return Nobody, doNothing
}

func changeAction(x *Finding) (Actor, Text) {
	switch {
	case x.Severity < Watch:
		return Competent, doBetter
	case x.Units[0].Kind == Window:
		return HallActor, doWorseWindow
	}
	return Competent, doWorse
}
