// Package scheme holds evaluation schemes: what is measured, how a value becomes points, what weighs how much, and
// what is published. A scheme is data, written as YAML and read by a strict loader.
//
// It promises that a scheme which loads can be evaluated: every formula is typed and names facts that exist, weights
// do not add up to nothing, tiers leave no gap. It scores nobody; see package scoring.
package scheme

import (
	"errors"

	"haochaping/calendar"
	"haochaping/evaluation"
)

// ErrTaken is that an id and version stand for another text already.
var ErrTaken = errors.New("the id and version of the scheme stand for another text already")

// Text is a text in both languages.
type Text struct {
	ZH string `json:"zh"`
	EN string `json:"en"`
}

// In is the text in a language, see [evaluation.Languages]; where that is missing, in the other one.
func (t Text) In(lang string) string {
	if lang == "en" && t.EN != "" || t.ZH == "" {
		return t.EN
	}
	return t.ZH
}

// Scheme is one version of an evaluation scheme.
type Scheme struct {
	ID      string // stable over versions
	Version string
	Name    Text
	Note    Text           // what readers must know about it as a whole; may be empty
	Valid   calendar.Range // days whose periods it may judge; To = the largest day where it is open
	Units   Units
	Peers   []Peers // in the order of the file; without any, all units are one group
	// Scale is the highest score, 100 unless the scheme says otherwise.
	Scale float64
	// Decimals is how many decimals scores are rounded to before ranking.
	Decimals    int
	Publication Publication
	// TieProbability is how sure it has to be that one unit is better than another for them not to be tied, 0.5 to 1.
	TieProbability float64
	Tiers          []Tier   // best first; none if the scheme has no tiers
	Root           Node     // of the tree of indicators; its weight means nothing
	Source         []byte   // the YAML that it was read from
	Hash           [32]byte // SHA-256 of Source
}

// UnitKind is what kind of units a scheme compares.
type UnitKind string

// The kinds of units.
const (
	UnitRegion     UnitKind = "region"      // nodes of one level
	UnitDepartment UnitKind = "department"  // departments, usually of one line
	UnitLineRegion UnitKind = "line_region" // a line within a region of one level; code LINE@REGION
	UnitItem       UnitKind = "item"
	UnitWindow     UnitKind = "window"   // code HALL/WINDOW
	UnitImported   UnitKind = "imported" // whoever the imported values name; needs no directory
)

// Units says who is compared.
type Units struct {
	Kind   UnitKind
	Level  int    // of regions, 1 = roots
	Within string // only units of this region; '' = all
	Line   string // of departments, and of line_region; '' = all
}

// Peers is a peer group: units of similar kind that shrinkage and comparison go by.
type Peers struct {
	ID    string
	Name  Text
	Units []string // codes; a code of a region stands for the region itself, not for what lies below it
}

// Publication is what of the order is published.
type Publication string

// The forms of publication.
const (
	PublishRank   Publication = "rank"        // a rank for each unit
	PublishGroups Publication = "tied_groups" // groups that cannot be told apart share a place
	PublishBands  Publication = "bands"       // tiers; within each in administrative order, no ranks
)

// Tier is a cut-off: units with a score of at least From that no better tier has taken. A tier may be empty.
type Tier struct {
	ID   string
	Name Text
	From float64
}

// MissingRule is what happens to a unit without a value for a node.
type MissingRule string

// The rules.
const (
	// MissingShown shows the value as missing; the unit has no score and is listed without a rank.
	MissingShown MissingRule = "missing"
	// MissingRenormalise lets the node's siblings share its weight in proportion to theirs.
	MissingRenormalise MissingRule = "renormalise"
	// MissingFixed keeps the weights of the siblings: the node counts as 0 points, and the score says so.
	MissingFixed MissingRule = "fixed_weights"
	// MissingLeaveOut leaves the unit out of the list of this scheme.
	MissingLeaveOut MissingRule = "leave_out"
)

// Node is an indicator or a group of them.
type Node struct {
	ID      string
	Name    Text
	Wording Text    // how it is computed, for readers
	Weight  float64 // relative to its siblings
	Missing MissingRule
	Line    int // in the file

	Children []Node // none of a leaf

	// Of a leaf.
	Formula   string // over facts; '' of an imported one
	Imported  bool
	Unit      evaluation.Kind
	Direction evaluation.Direction
	Normalise Normaliser
	// Decimals is how many decimals the value is rounded to before it is scored; -1 = not rounded.
	Decimals int
	MinimumN uint64
	// Shrink draws the value towards the peer group: bad ratings per 100,000 of small units.
	Shrink bool

	formula *formula
}

// Leaf reports whether the node is an indicator itself.
func (n *Node) Leaf() bool { return len(n.Children) == 0 }

// NormaliserKind is how values become points.
type NormaliserKind string

// The normalisers. Points run from 0 to the scheme's Scale.
const (
	Absolute   NormaliserKind = "absolute"   // value ÷ Full × Scale
	Linear     NormaliserKind = "linear"     // 0 at Floor, Scale at Target, bounded
	Steps      NormaliserKind = "steps"      // the points of the best step that is reached
	Deductions NormaliserKind = "deductions" // Scale − Per for every whole Every beyond Free, at least 0
	MinMax     NormaliserKind = "min_max"    // among the units: 0 for the worst, Scale for the best
	ZScore     NormaliserKind = "z_score"    // Centre + Spread × standard score among the units, bounded to 0 … Scale
	Percentile NormaliserKind = "percentile" // share of the other units that are worse, halves for equals
)

// Normaliser turns a value into points. Only the fields of its kind mean something.
type Normaliser struct {
	Kind           NormaliserKind
	Full           float64
	Floor, Target  float64
	Steps          []Step  // of Steps, from the best to the worst
	Free           float64 // of Deductions: up to here nothing is taken off
	Every, Per     float64
	Centre, Spread float64 // of ZScore, in points
	// Population has the standard score divide by the number of units, not by one less.
	Population bool
	// Rescale stretches the standard scores so that the worst unit has 0 and the best has Scale.
	Rescale bool
}

// Step is a threshold and its points, in the scheme's points.
type Step struct {
	At     float64
	Points float64
}
