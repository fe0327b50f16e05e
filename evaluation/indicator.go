package evaluation

// Kind is the kind of number that an indicator gives, and with it how the number is written.
type Kind string

// The kinds.
const (
	Percent Kind = "percent"  // a share, 0 to 1; written in per cent
	Per100k Kind = "per100k"  // per 100,000, 0 to 100,000
	Seconds Kind = "seconds"  // a duration in seconds of natural time
	Level   Kind = "level"    // a mean level, 1 (very dissatisfied) to 5 (very satisfied)
	PerCase Kind = "per_case" // a mean count per case
	Number  Kind = "number"   // any other number, such as an index or marks from outside
)

// Direction says which way an indicator is better.
type Direction int

// The directions.
const (
	HigherIsBetter Direction = iota + 1
	LowerIsBetter
)

// Value is what an indicator says about some facts. Without data it is unknown, and Number means
// nothing: no data is never 0.
type Value struct {
	Number float64 // in the indicator's unit
	Hits   uint64  // the numerator, of indicators that are a share of N or a mean per N; else 0
	N      uint64  // the sample: how many records the number rests on
	Known  bool
}

// Indicator is a figure computed from facts, together with the words that explain it to readers.
type Indicator struct {
	ID                   string
	NameZH, NameEN       string
	WordingZH, WordingEN string // the formula in words
	Unit                 Kind
	Direction            Direction

	compute func(*Facts) Value
}

// The indicators. The names and formulas follow the vocabulary of the field; which of them count, and
// how much, is for a [Scheme] to say.
const (
	GoodRate       = "good_rate"
	BadPer100k     = "bad_per_100k"
	ActiveRate     = "active_rate"
	OnTimeRate     = "on_time_rate"
	EarlyRate      = "early_rate"
	MedianHandling = "median_handling"
	MeanLevel      = "mean_level"
	UnratedRate    = "unrated_rate"
	PromptRate     = "prompt_rate"
	ImmediateRate  = "immediate_rate"
	OnlineRate     = "online_rate"
	TimeReduction  = "time_reduction"
	Visits         = "visits"

	RectifiedRate         = "rectified_rate"
	RectifiedOnTimeRate   = "rectified_on_time_rate"
	ContactedOnTimeRate   = "contacted_on_time_rate"
	CallbackRate          = "callback_rate"
	CallbackSatisfiedRate = "callback_satisfied_rate"
)

var indicators = []Indicator{
	{
		ID: GoodRate, NameZH: "好评率", NameEN: "Good rate",
		WordingZH: "基本满意、满意、非常满意的评价数 ÷ 有效主动评价数。不含系统默认评价、未评价和追评。",
		WordingEN: "Ratings at levels 3 to 5 ÷ valid active ratings. Default ratings, silence and re-ratings are not counted.",
		Unit:      Percent, Direction: HigherIsBetter,
		compute: func(f *Facts) Value { return share(f.Good(), f.Valid(), 1) },
	},
	{
		ID: BadPer100k, NameZH: "每十万差评数", NameEN: "Bad per 100,000",
		WordingZH: "不满意、非常不满意的评价数 ÷ 有效主动评价数 × 100,000。",
		WordingEN: "Ratings at levels 1 and 2 ÷ valid active ratings × 100,000.",
		Unit:      Per100k, Direction: LowerIsBetter,
		compute: func(f *Facts) Value { return share(f.Bad(), f.Valid(), 100_000) },
	},
	{
		ID: ActiveRate, NameZH: "主动评价率", NameEN: "Active rate",
		WordingZH: "得到主动评价的服务事项次数 ÷ 可评价的服务事项次数（同一次服务只计一次）。",
		WordingEN: "Service events with an active rating ÷ ratable service events, each event counted once.",
		Unit:      Percent, Direction: HigherIsBetter,
		compute: func(f *Facts) Value { return share(f.Rated, f.Events, 1) },
	},
	{
		ID: OnTimeRate, NameZH: "按时办结率", NameEN: "On-time rate",
		WordingZH: "在承诺时限内办结的办件数 ÷ 有承诺时限的办结办件数。",
		WordingEN: "Cases finished on or before the promised time ÷ finished cases with a promised time.",
		Unit:      Percent, Direction: HigherIsBetter,
		compute: func(f *Facts) Value { return share(f.OnTime, f.Promised, 1) },
	},
	{
		ID: EarlyRate, NameZH: "提前办结率", NameEN: "Early rate",
		WordingZH: "在承诺日期之前办结的办件数 ÷ 有承诺时限的办结办件数。",
		WordingEN: "Cases finished before the promised day ÷ finished cases with a promised time.",
		Unit:      Percent, Direction: HigherIsBetter,
		compute: func(f *Facts) Value { return share(f.Early, f.Promised, 1) },
	},
	{
		ID: MedianHandling, NameZH: "办理时长中位数", NameEN: "Median handling time",
		WordingZH: "半数办件的净办理时长不超过此值（已扣除中止时段；由直方图读出，相对误差不超过 2%）。",
		WordingEN: "Half of the cases took no longer, net of suspensions (read from a histogram, within 2% of the exact value).",
		Unit:      Seconds, Direction: LowerIsBetter,
		compute: medianHandling,
	},
	{
		ID: MeanLevel, NameZH: "平均满意等级", NameEN: "Mean level",
		WordingZH: "有效主动评价等级（1 至 5）的平均值，5 为非常满意。",
		WordingEN: "Mean of the levels (1 to 5) of valid active ratings; 5 is very satisfied.",
		Unit:      Level, Direction: HigherIsBetter,
		compute: meanLevel,
	},
	{
		ID: UnratedRate, NameZH: "未评率", NameEN: "Unrated rate",
		WordingZH: "没有主动评价的服务事项次数（未评价或系统默认评价）÷ 可评价的服务事项次数。",
		WordingEN: "Service events without an active rating (silent or rated by default) ÷ ratable service events.",
		Unit:      Percent, Direction: LowerIsBetter,
		compute: func(f *Facts) Value { return share(f.Events-min(f.Rated, f.Events), f.Events, 1) },
	},
	{
		ID: PromptRate, NameZH: "邀评率", NameEN: "Prompt rate",
		WordingZH: "展示过评价页面的服务事项次数 ÷ 可评价的服务事项次数。",
		WordingEN: "Service events for which the rating page was shown ÷ ratable service events.",
		Unit:      Percent, Direction: HigherIsBetter,
		compute: func(f *Facts) Value { return share(f.Prompted, f.Events, 1) },
	},
	{
		ID: ImmediateRate, NameZH: "即办率", NameEN: "Immediate rate",
		WordingZH: "当场办结的办件数 ÷ 办结办件数。",
		WordingEN: "Cases finished while the applicant waited ÷ finished cases.",
		Unit:      Percent, Direction: HigherIsBetter,
		compute: func(f *Facts) Value { return share(f.OnTheSpot, f.Finished, 1) },
	},
	{
		ID: OnlineRate, NameZH: "实际网办率", NameEN: "Online rate",
		WordingZH: "网上申报的办结办件数 ÷ 办结办件数。",
		WordingEN: "Finished cases that were filed online ÷ finished cases.",
		Unit:      Percent, Direction: HigherIsBetter,
		compute: func(f *Facts) Value { return share(f.FiledOnline, f.Finished, 1) },
	},
	{
		ID: TimeReduction, NameZH: "时限压缩比", NameEN: "Time reduction",
		WordingZH: "（法定时限 − 承诺时限）÷ 法定时限，按两种时限都有的办结办件的时限总和计算。",
		WordingEN: "(Statutory span − promised span) ÷ statutory span, of the sums over finished cases with both limits.",
		Unit:      Percent, Direction: HigherIsBetter,
		compute: timeReduction,
	},
	{
		ID: Visits, NameZH: "平均跑动次数", NameEN: "Mean visits",
		WordingZH: "现场跑动次数 ÷ 跑动次数已知的办结办件数。",
		WordingEN: "On-site visits ÷ finished cases with a known number of visits.",
		Unit:      PerCase, Direction: LowerIsBetter,
		compute: func(f *Facts) Value { return share(f.Visits, f.VisitsKnown, 1) },
	},
	{
		ID: RectifiedRate, NameZH: "差评整改率", NameEN: "Rectified rate",
		WordingZH: "已整改的差评数 ÷ 有效差评数（核实不属实的除外），按目前的处理记录计算。",
		WordingEN: "Bad ratings rectified ÷ valid bad ratings without those found to be without cause, as of now.",
		Unit:      Percent, Direction: HigherIsBetter,
		compute: func(f *Facts) Value {
			return share(f.FollowUps.Rectified, f.FollowUps.Bad-min(f.FollowUps.Dismissed, f.FollowUps.Bad), 1)
		},
	},
	{
		ID: RectifiedOnTimeRate, NameZH: "按时整改率", NameEN: "Rectified on time",
		WordingZH: "期限内完成整改的差评数 ÷ 整改期限已过或已整改的差评数。期限由本系统的配置规定。",
		WordingEN: "Bad ratings rectified before the deadline ÷ those whose deadline has passed or that are rectified. The deadline is configuration.",
		Unit:      Percent, Direction: HigherIsBetter,
		compute: func(f *Facts) Value { return share(f.FollowUps.RectifiedOnTime, f.FollowUps.RectifyDue, 1) },
	},
	{
		ID: ContactedOnTimeRate, NameZH: "按时联系率", NameEN: "Contacted on time",
		WordingZH: "期限内联系到评价人的差评数 ÷ 联系期限已过或已联系的差评数。期限由本系统的配置规定。",
		WordingEN: "Bad ratings whose rater was contacted before the deadline ÷ those whose deadline has passed or whose rater was contacted. The deadline is configuration.",
		Unit:      Percent, Direction: HigherIsBetter,
		compute: func(f *Facts) Value { return share(f.FollowUps.ContactOnTime, f.FollowUps.ContactDue, 1) },
	},
	{
		ID: CallbackRate, NameZH: "回访率", NameEN: "Call-back rate",
		WordingZH: "已回访的差评数 ÷ 有效差评数，按目前的处理记录计算。",
		WordingEN: "Bad ratings called back ÷ valid bad ratings, as of now.",
		Unit:      Percent, Direction: HigherIsBetter,
		compute: func(f *Facts) Value { return share(f.FollowUps.CalledBack, f.FollowUps.Bad, 1) },
	},
	{
		ID: CallbackSatisfiedRate, NameZH: "回访整改满意率", NameEN: "Satisfied at call-back",
		WordingZH: "回访时表示满意的差评数 ÷ 回访时表明是否满意的差评数。",
		WordingEN: "Bad ratings whose rater was satisfied at call-back ÷ those whose rater said so or not.",
		Unit:      Percent, Direction: HigherIsBetter,
		compute: func(f *Facts) Value { return share(f.FollowUps.Satisfied, f.FollowUps.Answered, 1) },
	},
}

// Indicators are all indicators, in the order in which they are shown.
func Indicators() []Indicator { return append([]Indicator(nil), indicators...) }

// IndicatorByID finds an indicator; ok is false for an unknown id.
func IndicatorByID(id string) (ind Indicator, ok bool) {
	for i := range indicators {
		if indicators[i].ID == id {
			return indicators[i], true
		}
	}
	return Indicator{}, false
}

// Of is the indicator's value for some facts. An indicator that is not one of [Indicators] knows nothing.
func (i Indicator) Of(f *Facts) Value {
	if i.compute == nil {
		return Value{}
	}
	return i.compute(f)
}

// Name is the indicator's name in a language, see [Languages].
func (i Indicator) Name(lang string) string { return inLanguage(lang, i.NameZH, i.NameEN) }

// Wording is the formula in words in a language, see [Languages].
func (i Indicator) Wording(lang string) string { return inLanguage(lang, i.WordingZH, i.WordingEN) }

// Languages are the languages of names, wordings and formatted values. Any other language, also none, is
// answered in the first.
var Languages = [...]string{"zh", "en"}

func inLanguage(lang, zh, en string) string {
	if lang == Languages[1] {
		return en
	}
	return zh
}

// share is hits of n, times scale.
func share(hits, n uint64, scale float64) Value {
	if n == 0 {
		return Value{}
	}
	return Value{Number: scale * float64(hits) / float64(n), Hits: hits, N: n, Known: true}
}

func medianHandling(f *Facts) Value {
	seconds, ok := f.Handling.Quantile(0.5)
	if !ok {
		return Value{}
	}
	return Value{Number: seconds, N: f.Handling.Count(), Known: true}
}

func meanLevel(f *Facts) Value {
	mean, ok := f.Mean()
	if !ok {
		return Value{}
	}
	return Value{Number: mean, N: f.Valid(), Known: true}
}

// timeReduction is of sums, so it has no hits. It is negative where more time is promised than the law allows.
func timeReduction(f *Facts) Value {
	if f.StatutorySeconds == 0 {
		return Value{}
	}
	return Value{Number: 1 - float64(f.PromisedSeconds)/float64(f.StatutorySeconds), N: f.Limited, Known: true}
}
