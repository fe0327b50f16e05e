package evaluation

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Unit is one of the units that are compared: regions of one level, or departments of one line, never
// both in one list.
type Unit struct {
	Code           string // '' = 待归属, unattributed: listed, never ranked
	NameZH, NameEN string
	Facts
}

// Name is the unit's name in a language, see [Languages]; where that is missing, the other one or the code.
func (u Unit) Name(lang string) string {
	return cmp.Or(inLanguage(lang, u.NameZH, u.NameEN), u.NameZH, u.NameEN, u.Code)
}

// Ranking is units judged by a scheme.
type Ranking struct {
	Scheme   Scheme
	Ranked   []Placed // by rank, then code
	Unranked []Placed // by code; each with a Reason
}

// Placed is a unit and its place. Of an unranked unit only Unit, Scores and Reason mean something.
type Placed struct {
	Unit
	Rank   int     // 1 = best; equal scores share the smallest rank: 1, 2, 2, 4
	Score  float64 // 0 to 100, rounded to two decimals before ranking
	Tier   Tier
	Scores []PartScore // in the scheme's order
	Reason Reason
}

// PartScore is what one part of the scheme contributed.
type PartScore struct {
	Indicator string
	Value     Value   // also shown where the sample is too small to count
	Points    float64 // 0 to 100; only if Known
	Weight    float64 // share of the score that this part decided, 0 to 1; 0 unless Known
	Known     bool    // there is data, and enough of it
}

// ReasonCode says why a unit is not ranked.
type ReasonCode string

// The reasons.
const (
	TooFew       ReasonCode = "too_few"      // the sample of a required part is below its minimum
	NoData       ReasonCode = "no_data"      // a required part, or every part, has no data
	Unattributed ReasonCode = "unattributed" // records whose code the directory does not know
)

// Reason is why a unit is not ranked; the zero value means that it is.
type Reason struct {
	Code      ReasonCode
	Indicator string // the part that decided; '' if no single one did
	N         uint64 // its sample
	Minimum   uint64 // the smallest sample that would do
}

// Text is the reason as a sentence in a language, see [Languages]; ” for the zero value.
func (r Reason) Text(lang string) string {
	switch r.Code {
	case TooFew:
		return strings.NewReplacer("{n}", strconv.FormatUint(r.N, 10), "{min}", strconv.FormatUint(r.Minimum, 10)).Replace(inLanguage(lang,
			"样本不足（{n} 条，少于 {min} 条），只列出，不排名。",
			"Too small a sample ({n}, fewer than {min}): listed, not ranked."))
	case NoData:
		return inLanguage(lang, "没有数据，不等于 0；只列出，不排名。", "No data, which is not 0: listed, not ranked.")
	case Unattributed:
		return inLanguage(lang, "待归属的记录，不属于任何单位；只列出，不排名。", "Unattributed records, which belong to no unit: listed, not ranked.")
	}
	return ""
}

// Rank judges units by a scheme that passes [Scheme.Check]. The order of the units changes nothing as long as
// their codes differ. A rating replaced by a better one never lowers a score.
func Rank(s Scheme, units []Unit) Ranking {
	r := Ranking{Scheme: s}
	for i := range units {
		if p := s.place(units[i]); p.Reason.Code == "" {
			r.Ranked = append(r.Ranked, p)
		} else {
			r.Unranked = append(r.Unranked, p)
		}
	}
	byCode := func(a, b Placed) int {
		return cmp.Or(cmp.Compare(a.Code, b.Code), cmp.Compare(a.NameZH, b.NameZH), cmp.Compare(a.NameEN, b.NameEN))
	}
	slices.SortStableFunc(r.Unranked, byCode)
	slices.SortStableFunc(r.Ranked, func(a, b Placed) int { return cmp.Or(cmp.Compare(b.Score, a.Score), byCode(a, b)) })
	for i := range r.Ranked {
		r.Ranked[i].Rank = i + 1
		if i > 0 && r.Ranked[i].Score == r.Ranked[i-1].Score {
			r.Ranked[i].Rank = r.Ranked[i-1].Rank
		}
	}
	return r
}

// place scores one unit; its rank is left to the whole list.
func (s Scheme) place(u Unit) Placed {
	p := Placed{Unit: u, Scores: make([]PartScore, len(s.Parts))}
	var known float64
	for i, part := range s.Parts {
		ind, _ := IndicatorByID(part.Indicator)
		v := ind.Of(&u.Facts)
		score := PartScore{Indicator: part.Indicator, Value: v, Known: v.Known && v.N >= part.MinimumN}
		switch {
		case score.Known:
			score.Points = part.points(v.Number)
			known += part.Weight
		case part.Missing == LeaveOut && p.Reason.Code == "":
			p.Reason = missing(part, v)
		}
		p.Scores[i] = score
	}
	if u.Code == "" {
		p.Reason = Reason{Code: Unattributed}
	} else if p.Reason.Code == "" && known == 0 {
		p.Reason = Reason{Code: NoData}
	}
	if known > 0 {
		p.Score = s.score(p.Scores, known)
	}
	if p.Reason.Code != "" {
		p.Score = 0
		return p
	}
	p.Tier = s.tier(p.Score)
	return p
}

// score fills in the weights and adds up the points. The conversions keep a processor from fusing the
// multiplication into the addition: the same facts must give the same score on every machine.
func (s Scheme) score(scores []PartScore, known float64) (total float64) {
	for i := range scores {
		if scores[i].Known {
			scores[i].Weight = s.Parts[i].Weight / known
			total += float64(s.Parts[i].Weight * scores[i].Points)
		}
	}
	return math.Round(float64(total/known)*100) / 100
}

func missing(p Part, v Value) Reason {
	if !v.Known {
		return Reason{Code: NoData, Indicator: p.Indicator, Minimum: p.MinimumN}
	}
	return Reason{Code: TooFew, Indicator: p.Indicator, N: v.N, Minimum: p.MinimumN}
}
