// Package scoring judges units by a scheme: values, points, scores, tiers, ranks, and how sure each of them is.
//
// It promises that the same units and the same scheme give the same result on every machine, in any order and on any
// number of cores; that a better rating never lowers a score; that ranks are a total preorder. It reads nothing and
// words nothing.
package scoring

import (
	"haochaping/evaluation"
	"haochaping/evaluation/scheme"
)

// Unit is somebody who is judged.
type Unit struct {
	Code           string // '' = 待归属, unattributed: listed, never ranked
	NameZH, NameEN string
	Group          string // id of the peer group; '' = the rest
	Order          int    // place in administrative order
	Facts          evaluation.Facts
	Imported       map[string]Imported // by id of the leaf
}

// Imported is a value from outside.
type Imported struct {
	Value  float64
	SE     float64 // standard error; 0 = none is given, the value does not vary
	N      uint64  // sample, where it is known
	AsOf   string  // day, YYYY-MM-DD
	Source string
	Note   string
}

// AnswerRule is which answers count as ratings.
type AnswerRule string

// The rules. Only the first is ever published; the others show what a ranking would be.
const (
	RuleActive   AnswerRule = "active"        // active answers alone
	RuleDefaults AnswerRule = "with_defaults" // booked levels count as if they had been chosen
	RuleSilence  AnswerRule = "silence_is_5"  // silence counts as level 5, besides
)

// MinimumDraws is the smallest number of draws that a rank interval may rest on.
const MinimumDraws = 2000

// Options say how a result is computed.
type Options struct {
	Draws   int        // at least [MinimumDraws]; 0 = that
	Workers int        // goroutines; 0 = one a processor. Changes nothing but the time
	Rule    AnswerRule // '' = [RuleActive]
	// KeepDraws keeps the score of every draw, so that [Result.Better] can answer: 4 bytes a unit and draw.
	KeepDraws bool
}

// Result is units judged by a scheme.
type Result struct {
	Scheme *scheme.Scheme
	Rule   AnswerRule
	// DataHash is the SHA-256 of everything that was judged: scheme, codes and estimates. The seed of the draws is
	// derived from it, so that nobody picks it.
	DataHash [32]byte
	Draws    int
	// MonteCarlo is the largest standard error that any probability has for want of more draws, 0.5 / √Draws.
	MonteCarlo float64
	Ranked     []Placed // by rank, then administrative order, then code
	Listed     []Placed // without a rank, each with its reason; by administrative order, then code
	Priors     []Prior  // of the leaves that shrink

	kept   bool        // the draws were to be kept
	scores [][]float32 // by unit as in Ranked, then draw; nil where nothing varies, or unless kept
}

// Placed is a judged unit.
type Placed struct {
	Unit
	Rank              int     // 1 = best; equal scores share the smallest rank: 1, 2, 2, 4. 0 = not ranked
	RankLow, RankHigh int     // 95 % of the draws rank it from RankLow (better) to RankHigh (worse)
	Score             float64 // 0 to the scheme's Scale, rounded as the scheme says
	ScoreLow          float64 // 95 % interval
	ScoreHigh         float64
	Tier              int         // place in the scheme's Tiers; -1 = none
	Tied              int         // number of its group of units that cannot be told apart, from 1; see docs/evaluation.md
	Nodes             []NodeScore // in the order of the tree, parents before children, without the root
	Reason            Reason      // why it has no rank; zero if it has one
}

// NodeScore is what one node of the scheme says about a unit.
type NodeScore struct {
	ID       string
	Depth    int // 1 = child of the root
	Leaf     bool
	Estimate evaluation.Estimate // of a leaf: as measured
	// Scored is the value that was scored: shrunk and rounded where the scheme says so. Low and High are its 95 %
	// interval, equal to it where nothing varies.
	Scored, Low, High float64
	Points            float64 // 0 to the scheme's Scale
	Weight            float64 // share of the whole score that this node decides, 0 to 1; 0 unless Known
	Known             bool    // there is data, and enough of it
	Reason            Reason  // why it is not known
}

// ReasonCode says why a unit is not ranked, or a node not known.
type ReasonCode string

// The reasons.
const (
	TooFew       ReasonCode = "too_few"      // the sample is below the minimum
	NoData       ReasonCode = "no_data"      // there is no value
	NoImport     ReasonCode = "no_import"    // nobody has imported the value
	Unattributed ReasonCode = "unattributed" // records whose code the directory does not know
)

// Reason is why something is missing.
type Reason struct {
	Code    ReasonCode
	Node    string // the leaf that decided; '' if no single one did
	N       uint64 // its sample
	Minimum uint64 // the smallest sample that would do
}

// Prior is what a peer group says about a rate before a unit's own counts: Gamma with shape A and rate B, mean A / B.
type Prior struct {
	Leaf, Group string
	A, B        float64
	From        string // group, parent, or fixed
	Units       int    // that it was fitted from
}
