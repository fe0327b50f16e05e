// Package findings words what the figures show: what changed, whether it is more than noise, and who must act; what is
// thin, late, missing, incomparable or suspicious.
//
// It promises the same findings for the same facts, whatever their order, each with its evidence, in both languages,
// and that of all the changes that it calls real at most a stated share ([ErrorRate]) is chance. It accuses nobody: a
// finding says what the counts hold and who should look.
package findings

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"haochaping/calendar"
)

// ErrorRate is the share of false ones among the differences that are called real, over all units and months that
// were tested together (Benjamini-Hochberg).
const ErrorRate = 0.05

// Kind is what a finding is about.
type Kind string

// The kinds, the ones that need an act first.
const (
	Change       Kind = "change"        // a unit's rate of bad ratings in some months differs from its other months
	Contrast     Kind = "contrast"      // fast but disliked, or slow but liked, against its line
	Peers        Kind = "peers"         // a unit's rate of bad ratings stands out from its peers
	AfterHours   Kind = "after_hours"   // fives in a row at a window that is closed
	MissingLevel Kind = "missing_level" // a level that no longer occurs
	Unasked      Kind = "unasked"       // a clerk who shows no rating page
	DeviceGaps   Kind = "device_gaps"   // numbers of a device that never arrived
	Resent       Kind = "resent"        // ratings of services that were rated already
	Defaults     Kind = "defaults"      // a source begins or ceases to book default ratings
	ZeroBad      Kind = "zero_bad"      // no bad rating where the peers would have many
	Frozen       Kind = "frozen"        // totals that do not move
	Silent       Kind = "silent"        // months without a rating between months with many
	Missing      Kind = "missing"       // no data of a sort, which is not 0
	Incomplete   Kind = "incomplete"    // the period is longer than the data
	Late         Kind = "late"          // arrived after the figures were drawn
	Break        Kind = "break"         // a rule changed: figures before it are not comparable
	Pair         Kind = "pair"          // two units whose difference may be chance
	Thin         Kind = "thin"          // too few ratings to be ranked
)

// kindOrder ranks findings of equal severity and impact.
var kindOrder = []Kind{
	Change, Contrast, Peers, AfterHours, MissingLevel, Unasked, DeviceGaps, Resent, Defaults, ZeroBad, Frozen, Silent,
	Missing, Incomplete, Late, Break, Pair, Thin,
}

// Kinds lists all kinds, the ones that need an act first.
func Kinds() []Kind { return slices.Clone(kindOrder) }

// Severity says how much a finding asks of its reader.
type Severity int

// The severities.
const (
	Note  Severity = iota + 1 // to know when reading figures
	Watch                     // to look into
	Act                       // somebody must act
)

var severityNames = [...]string{Note: "note", Watch: "watch", Act: "act"}

// String is the severity's name on the wire.
func (s Severity) String() string {
	if s < Note || s > Act {
		return strconv.Itoa(int(s))
	}
	return severityNames[s]
}

// MarshalText writes the name.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Text is a sentence in both languages.
type Text struct {
	ZH string `json:"zh"`
	EN string `json:"en"`
}

// In is the text in a language, "zh" unless lang is "en".
func (t Text) In(lang string) string {
	if lang == "en" {
		return t.EN
	}
	return t.ZH
}

// Figure is a piece of evidence. Expected, P and Q mean something only where Tested is set.
type Figure struct {
	Name     string  `json:"name"` // stable, such as bad or prompted
	Label    Text    `json:"label"`
	Value    float64 `json:"value"`       // what was counted
	N        uint64  `json:"n"`           // out of how many; 0 where that has no meaning
	Tested   bool    `json:"tested"`      // whether the value was held against an expectation
	Expected float64 `json:"expected"`    // what would have been counted if nothing were the matter
	P        float64 `json:"p,omitempty"` // probability of a value at least as far off by chance
	Q        float64 `json:"q,omitempty"` // the same, adjusted for everything that was tested together
}

// Finding is one thing to say.
type Finding struct {
	ID       string         `json:"id"` // stable: the same thing has the same id in every run
	Kind     Kind           `json:"kind"`
	Severity Severity       `json:"severity"`
	Units    []Unit         `json:"units"` // the first is the one it is about
	Period   calendar.Range `json:"period"`
	Text     Text           `json:"text"`
	Actor    Actor          `json:"actor"`
	Action   Text           `json:"action"`
	Evidence []Figure       `json:"evidence"`
	// Noise says that chance alone explains what is said: nobody must act.
	Noise bool `json:"noise"`
	// PartOf is the id of a finding that explains this one: of a region the change of a part, of a part the change
	// of its region.
	PartOf string `json:"part_of,omitempty"`
	// Impact is the number of records concerned, or that are too many or too few; it orders findings.
	Impact float64 `json:"impact"`

	instead  Text // what to do about what is part of another finding
	badLevel bool // a missing level is one of the bad ones
}

// Find says what is to be said about a period. The findings come sorted, the most important first.
func Find(in Input) []Finding {
	f := newFinder(in)
	f.missingLevels() // first: it explains changes
	f.changes()
	f.peers()
	f.afterHours()
	f.clerks()
	f.devices()
	f.sources()
	f.gaps()
	f.breaks()
	f.frozen()
	f.pairs()
	f.thin()
	f.resolveParts()
	slices.SortFunc(f.found, compare)
	return f.found
}

func compare(a, b Finding) int {
	return cmp.Or(
		cmp.Compare(b.Severity, a.Severity), cmp.Compare(b.Impact, a.Impact),
		cmp.Compare(slices.Index(kindOrder, a.Kind), slices.Index(kindOrder, b.Kind)), strings.Compare(a.ID, b.ID),
	)
}

// Lead chooses at most n findings for the head of a page: the most important first, at first one of each kind, and
// none that another one explains.
func Lead(all []Finding, n int) []Finding {
	if n <= 0 {
		return nil
	}
	sorted := slices.Clone(all)
	slices.SortFunc(sorted, compare)
	sorted = slices.DeleteFunc(sorted, func(f Finding) bool { return f.PartOf != "" })
	taken := make(map[Kind]int)
	rank := make(map[string]int, len(sorted))
	for i := range sorted {
		rank[sorted[i].ID] = taken[sorted[i].Kind]
		taken[sorted[i].Kind]++
	}
	slices.SortStableFunc(sorted, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(b.Severity, a.Severity), cmp.Compare(rank[a.ID], rank[b.ID]))
	})
	return sorted[:min(n, len(sorted))]
}

// resolveParts lets every part name the finding that is no part itself.
func (f *finder) resolveParts() {
	whole := make(map[string]string, len(f.found))
	for i := range f.found {
		whole[f.found[i].ID] = f.found[i].PartOf
	}
	for i := range f.found {
		x := &f.found[i]
		for range f.found {
			if whole[x.PartOf] == "" {
				break
			}
			x.PartOf = whole[x.PartOf]
		}
	}
}

// about makes the id of a finding.
func about(kind Kind, u Unit, rest ...string) string {
	return strings.Join(append([]string{string(kind), string(u.Kind) + ":" + u.Code}, rest...), "/")
}

// leastP is the least p or q that is told; what is less cannot be told from 0 by computing, and is not 0.
const leastP = 1e-300

// add completes a finding with who must act and keeps it.
func (f *finder) add(x Finding) {
	x.Actor, x.Action = actionOf(&x)
	x.Period = x.Period.Intersect(f.Period)
	for i := range x.Evidence {
		if e := &x.Evidence[i]; e.Tested {
			e.P, e.Q = max(e.P, leastP), max(e.Q, leastP)
		}
	}
	f.found = append(f.found, x)
}
