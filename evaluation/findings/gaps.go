package findings

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"haochaping/calendar"
	"haochaping/evaluation"
	"haochaping/evaluation/scoring"
	"haochaping/evaluation/statistics"
)

// What is thin, late, missing, incomparable, or too even; and what looks like a difference and is none.

const (
	leastSilent = 30.0 // ratings expected in a month, for none to mean that data are missing
	leastFrozen = 3    // months with the same total
	chancePair  = 0.1  // p above which nobody may say that one unit is better; ComparisonText agrees
)

// capital has the first letter large.
func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// judged says whether a unit is one of those that lists and rankings show.
func judged(u Unit) bool { return u.Code != "" && (u.Kind == Region || u.Kind == Department) }

func (s *Series) valid() (n uint64) {
	for i := range s.Months {
		n += s.Months[i].valid()
	}
	return n
}

func (s *Series) bad() (n uint64) {
	for i := range s.Months {
		n += s.Months[i].bad()
	}
	return n
}

func (s *Series) handled() (n uint64) {
	for i := range s.Months {
		n += s.Months[i].Handled
	}
	return n
}

// gaps says where data are missing: in the whole period, in a month, at its end, or when the figures were drawn.
func (f *finder) gaps() {
	f.missing()
	f.silent()
	if f.Watermark != 0 && f.Watermark < f.Period.To {
		days := uint64(f.Period.To - max(f.Watermark, f.Period.From-1))
		f.add(Finding{
			ID: string(Incomplete), Kind: Incomplete, Severity: Note, Period: calendar.Range{From: f.Watermark + 1, To: f.Period.To},
			Text:     sayIncomplete.with(args{"day": dayText(f.Watermark), "days": count(days)}),
			Evidence: []Figure{{Name: "days", Label: Text{"没有数据的天数", "days without data"}, Value: float64(days)}},
		})
	}
	for i := range f.Late {
		l := &f.Late[i]
		if l.N == 0 {
			continue
		}
		f.add(Finding{
			ID: about(Late, l.Unit), Kind: Late, Severity: Watch, Units: []Unit{l.Unit}, Period: f.Period, Impact: float64(l.N),
			Text:     sayLate.with(args{"unit": l.Unit.text(), "n": count(l.N), "day": dayText(f.Watermark)}),
			Evidence: []Figure{{Name: "late", Label: Text{"截止后到达的评价数", "ratings that arrived later"}, Value: float64(l.N)}},
		})
	}
}

// missing says which units sent no ratings, or no handling times, while others of the kind did. Of nested regions
// the outermost is named.
func (f *finder) missing() {
	var timed, rated bool
	for i := range f.Units {
		if s := &f.Units[i]; judged(s.Unit) {
			timed, rated = timed || s.handled() > 0, rated || s.valid() > 0
		}
	}
	named := map[string]map[string]bool{"ratings": {}, "times": {}}
	byDepth := make([]*Series, 0, len(f.Units))
	for i := range f.Units {
		if judged(f.Units[i].Unit) {
			byDepth = append(byDepth, &f.Units[i])
		}
	}
	slices.SortStableFunc(byDepth, func(a, b *Series) int {
		return cmp.Or(cmp.Compare(len(a.Path), len(b.Path)), cmp.Compare(b.Kind, a.Kind)) // regions before departments
	})
	for _, s := range byDepth {
		what, say := "", sentence{}
		switch n := s.valid(); {
		case n == 0 && rated:
			what, say = "ratings", sayNoRatings
		case n >= f.MinN && timed && s.handled() == 0:
			what, say = "times", sayNoTimes
		default:
			continue
		}
		if slices.ContainsFunc(s.Path, func(code string) bool { return named[what][code] }) {
			continue
		}
		if s.Kind == Region {
			named[what][s.Code] = true
		}
		f.add(Finding{
			ID: about(Missing, s.Unit, what), Kind: Missing, Severity: Note, Units: []Unit{s.Unit}, Period: f.Period, Impact: float64(s.valid()),
			Text:     say.with(args{"unit": s.text()}),
			Evidence: []Figure{{Name: "ratings", Label: Text{"有效评价数", "valid ratings"}, Value: float64(s.valid())}},
		})
	}
}

// silent finds months without a rating of units that have many in other months. What a month should hold is the
// unit's share of everybody's ratings in the others.
func (f *finder) silent() {
	everybody := make(map[calendar.Day]uint64)
	var all uint64
	for _, i := range f.top() {
		for m := range f.Units[i].Months {
			n := f.Units[i].Months[m].valid()
			everybody[f.Units[i].Months[m].Start] += n
			all += n
		}
	}
	for i := range f.Units {
		s := &f.Units[i]
		total := s.valid()
		if !judged(s.Unit) || total == 0 {
			continue
		}
		var quiet []calendar.Day
		var theirs uint64
		for _, month := range f.months {
			at := slices.IndexFunc(s.Months, func(m Month) bool { return m.Start == month })
			if at < 0 || s.Months[at].valid() == 0 {
				quiet = append(quiet, month)
				theirs += everybody[month]
			}
		}
		for _, month := range quiet {
			expected := float64(total) * float64(everybody[month]) / max(float64(all-theirs), 1)
			if expected < leastSilent {
				continue
			}
			f.add(Finding{
				ID: about(Silent, s.Unit, calendar.Label(calendar.KindMonth, month)), Kind: Silent, Severity: Watch, Units: []Unit{s.Unit},
				Period: run(month, month), Impact: expected,
				Text: saySilent.with(args{"unit": s.text(), "period": monthsText(run(month, month)), "expected": expectedText(expected)}),
				Evidence: []Figure{{
					Name: "ratings", Label: Text{"有效评价数", "valid ratings"}, Tested: true, Expected: expected, P: math.Exp(-expected), Q: math.Exp(-expected),
				}},
			})
		}
	}
}

// breaks words the changes of rules that are known; those of default ratings that were seen are worded elsewhere.
func (f *finder) breaks() {
	for i := range f.Breaks {
		b := &f.Breaks[i]
		if !f.Period.Contains(b.Day) {
			continue
		}
		u := Unit{Kind: Source, Code: b.Subject, Name: f.SourceNames[b.Subject]}
		switch b.Kind {
		case evaluation.BreakDirectory:
			u = f.unit(Region, b.Subject)
		case evaluation.BreakScheme:
			u = Unit{Code: b.Subject}
		}
		id := about(Break, u, string(b.Kind), b.Day.String())
		seen := func(x Finding) bool {
			return x.Kind == Defaults && x.Units[0].Code == b.Subject && x.Period.From == b.Day || x.ID == id
		}
		if slices.ContainsFunc(f.found, seen) {
			continue
		}
		text := sayBreak.with(args{"change": {b.TextZH, b.TextEN}})
		f.add(Finding{
			ID: id, Kind: Break, Severity: Note, Units: []Unit{u}, Period: calendar.Range{From: b.Day, To: f.Period.To},
			Text: Text{text.ZH, capital(text.EN)},
		})
	}
}

// frozen finds units whose total stays the same for months. Two Poisson counts of mean n are equal with a
// probability of about 1 / (2√(πn)); every run that could begin anywhere counts against it.
func (f *finder) frozen() {
	chances := 0
	for i := range f.Units {
		chances += len(f.Units[i].Months)
	}
	for i := range f.Units {
		s := &f.Units[i]
		for from := 0; from < len(s.Months); {
			n, to := s.Months[from].valid(), from
			for to+1 < len(s.Months) && s.Months[to+1].valid() == n && s.Months[to+1].Start == s.Months[to].Start.AddMonths(1) {
				to++
			}
			period, length := run(s.Months[from].Start, s.Months[to].Start), to-from+1
			from = to + 1
			if length < leastFrozen || n < f.MinN {
				continue
			}
			p := math.Pow(1/(2*math.Sqrt(math.Pi*float64(n))), float64(length-1))
			q := min(1, p*float64(chances))
			if q > ErrorRate {
				continue
			}
			f.add(Finding{
				ID: about(Frozen, s.Unit, calendar.Label(calendar.KindMonth, period.From)), Kind: Frozen, Severity: Watch, Units: []Unit{s.Unit},
				Period: period, Impact: float64(n) * float64(length),
				Text: sayFrozen.with(args{"unit": s.text(), "period": monthsText(period), "n": count(n), "p": chanceText(p)}),
				Evidence: []Figure{{
					Name: "months", Label: Text{"总数相同的月数", "months with the same total"}, Value: float64(length), N: n, Tested: true, Expected: 1, P: p, Q: q,
				}},
			})
		}
	}
}

// pairs says of the two best of the outermost regions with siblings that they may be equal.
func (f *finder) pairs() {
	siblings := make(map[string][]*Series)
	depth := math.MaxInt
	for i := range f.Units {
		s := &f.Units[i]
		if s.Kind != Region || len(s.Path) == 0 || s.valid() < f.MinN {
			continue
		}
		parent := strings.Join(s.Path, "/")
		siblings[parent] = append(siblings[parent], s)
		if len(siblings[parent]) > 1 {
			depth = min(depth, len(s.Path))
		}
	}
	for _, list := range siblings {
		if len(list) < 2 || len(list[0].Path) != depth {
			continue
		}
		slices.SortFunc(list, func(a, b *Series) int {
			return cmp.Or(cmp.Compare(float64(a.bad())*float64(b.valid()), float64(b.bad())*float64(a.valid())), cmp.Compare(a.Code, b.Code))
		})
		f.pair(list[0], list[1])
	}
}

func (f *finder) pair(a, b *Series) {
	p := statistics.RateChange(a.bad(), a.valid(), b.bad(), b.valid())
	if p <= chancePair {
		return
	}
	reason := inBoth(func(lang string) string { return scoring.ComparisonText(1-p/2, a.Label(lang), b.Label(lang), lang) })
	words := strings.Split(reason.ZH, " ") // which may stand apart from names that are Chinese
	for reason.ZH = ""; len(words) > 0; words = words[1:] {
		reason.ZH = strings.TrimLeft(joinChinese(reason.ZH, " "+words[0]), " ")
	}
	f.add(Finding{
		ID: about(Pair, a.Unit, string(b.Kind)+":"+b.Code), Kind: Pair, Severity: Note, Noise: true, Units: []Unit{a.Unit, b.Unit}, Period: f.Period,
		Text: sayPair.with(args{
			"reason": reason, "a": a.text(), "b": b.text(), "na": count(a.valid()), "nb": count(b.valid()), "bada": count(a.bad()), "badb": count(b.bad()),
		}),
		Evidence: []Figure{badFigure(b.bad(), b.valid(), float64(b.valid())*float64(a.bad())/float64(a.valid()), p, p)},
	})
}

// thin lists units with ratings, but too few of them to be ranked.
func (f *finder) thin() {
	for i := range f.Units {
		s := &f.Units[i]
		n := s.valid()
		if !judged(s.Unit) || n == 0 || n >= f.MinN {
			continue
		}
		reason := inBoth(func(lang string) string {
			return scoring.ReasonText(scoring.Reason{Code: scoring.TooFew, N: n, Minimum: f.MinN}, lang)
		})
		f.add(Finding{
			ID: about(Thin, s.Unit), Kind: Thin, Severity: Note, Noise: true, Units: []Unit{s.Unit}, Period: f.Period,
			Text:     sayThin.with(args{"unit": s.text(), "reason": reason}),
			Evidence: []Figure{{Name: "ratings", Label: Text{"有效评价数", "valid ratings"}, Value: float64(n), N: n}},
		})
	}
}
