package edition

import "slices"

import "haochaping/evaluation/scheme"

// Unit is somebody who is judged, as the directory knew them when the draft was drawn, with all figures.
type Unit struct {
	Code   string      `json:"code"` // '' = records whose code the directory does not know
	Name   scheme.Text `json:"name"`
	Parent string      `json:"parent,omitempty"` // code of the region above
	Group  string      `json:"group,omitempty"`  // id of the peer group; '' = the rest
	Order  int         `json:"order"`            // place in administrative order

	Rank       int         `json:"rank"`               // 1 = best; 0 = none is published
	RankLow    int         `json:"rank_low,omitempty"` // 95 % of the draws rank it from here (better) …
	RankHigh   int         `json:"rank_high,omitempty"`
	Score      Decimal     `json:"score,omitempty"` // 0 to the scheme's scale
	ScoreLow   Decimal     `json:"score_low,omitempty"`
	ScoreHigh  Decimal     `json:"score_high,omitempty"`
	Tier       string      `json:"tier,omitempty"` // id of the scheme's tier
	Tied       int         `json:"tied,omitempty"` // number of its group of units that cannot be told apart, from 1
	Reason     *Reason     `json:"reason,omitempty"`
	Nodes      []Figure    `json:"nodes"` // in the order of the scheme's nodes
	Narratives []Narrative `json:"narratives,omitempty"`
}

// Ranked reports whether the unit has a place in the order, whatever of it is published.
func (u *Unit) Ranked() bool { return u.Reason == nil }

// AnyKnown reports whether anything is known of the unit.
func (u Unit) AnyKnown() bool {
	return slices.ContainsFunc(u.Nodes, func(f Figure) bool { return f.Known })
}

// Figure is what one node of the scheme says about a unit.
type Figure struct {
	Node   string    `json:"node"`
	Known  bool      `json:"known"`           // there is data, and enough of it
	Value  Decimal   `json:"value,omitempty"` // of a leaf, as measured; in the unit of the node
	N      uint64    `json:"n"`               // the sample
	Hits   uint64    `json:"hits"`            // the numerator of a share or a mean per N; else 0
	Scored Decimal   `json:"scored,omitempty"`
	Low    Decimal   `json:"low,omitempty"` // 95 % interval of Scored
	High   Decimal   `json:"high,omitempty"`
	Points Decimal   `json:"points,omitempty"`
	Weight Decimal   `json:"weight"` // share of the whole score that the node decides, 0 to 1
	Spread *Spread   `json:"spread,omitempty"`
	Import *Imported `json:"imported,omitempty"`
	Reason *Reason   `json:"reason,omitempty"`
}

// Spread is what a leaf's value was computed from and varies by: value = offset + factor × base, where the base is
// hits ÷ n (binomial, poisson), the mean (normal), or the q-quantile of the histogram in seconds (order).
type Spread struct {
	Kind      string   `json:"kind"`
	Hits      Decimal  `json:"hits,omitempty"`
	N         Decimal  `json:"n,omitempty"`
	Mean      Decimal  `json:"mean,omitempty"`
	SE        Decimal  `json:"se,omitempty"`
	Q         Decimal  `json:"q,omitempty"`
	Offset    Decimal  `json:"offset"`
	Factor    Decimal  `json:"factor"`
	Histogram []Bucket `json:"histogram,omitempty"` // by rising bucket
}

// Bucket is one bucket of a histogram and its count, written as a list of the two: bucket 0 is up to 1 s, bucket i is
// (1.04^(i−1), 1.04^i] seconds.
type Bucket [2]uint64

// Imported says where a value from outside comes from.
type Imported struct {
	AsOf   string  `json:"as_of,omitempty"`
	Source string  `json:"source,omitempty"`
	Note   string  `json:"note,omitempty"`
	SE     Decimal `json:"se,omitempty"`
}

// Reason says why a unit has no rank, or a node is not known.
type Reason struct {
	Code    string `json:"code"` // a scoring.ReasonCode
	Node    string `json:"node,omitempty"`
	N       uint64 `json:"n"`
	Minimum uint64 `json:"minimum"`
}

// Section is a part of a narrative.
type Section string

// The sections, in their order.
const (
	Highlights   Section = "highlights"   // 亮点
	Shortcomings Section = "shortcomings" // 短板
	Cases        Section = "cases"        // 典型案例
)

// Sections lists them.
func Sections() []Section { return []Section{Highlights, Shortcomings, Cases} }

// Name is the heading of a section.
func (s Section) Name(lang string) string {
	name := map[Section]scheme.Text{
		Highlights: {ZH: "亮点", EN: "Highlights"}, Shortcomings: {ZH: "短板", EN: "Shortcomings"}, Cases: {ZH: "典型案例", EN: "Typical cases"},
	}[s]
	return name.In(lang)
}

// Narrative is a text about a unit and where it comes from.
type Narrative struct {
	Section Section `json:"section"`
	Text    string  `json:"text"`
	Source  string  `json:"source"`
}
