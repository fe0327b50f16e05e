// Package edition is the frozen form of an evaluation: a document with a number, a revision, the period, the time of
// data, the scheme, the units and their figures, objections and narratives; its canonical bytes, hash and signature;
// the steps from draft to published; the difference of two revisions.
//
// It promises that a published edition can be verified from its file and the public key alone, and that nothing
// changes it. It stores nothing and reads no clock. docs/editions.md is the specification of the file.
package edition

import (
	"fmt"
	"regexp"
	"strconv"

	"haochaping/calendar"
	"haochaping/evaluation/scheme"
)

// Format names the form of a document; another form has another name.
const Format = "haochaping edition 1"

// MaxSize bounds the file of an edition, in bytes.
const MaxSize = 256 << 20

// Edition is the document. What it holds is what a reader can check: the figures, what they were computed from, by
// which scheme, and who answers for them. Keys marked omitempty are left out where there is nothing to say.
type Edition struct {
	Format      string      `json:"format"`
	Number      string      `json:"number"`   // SCHEME-PERIOD-NN, see [MakeNumber]
	Revision    int         `json:"revision"` // from 1
	Draft       int         `json:"draft"`    // from 1; counts within the revision
	Publisher   string      `json:"publisher"`
	Period      Period      `json:"period"`
	Watermark   Watermark   `json:"watermark"`
	Scheme      Scheme      `json:"scheme"`
	Calculation Calculation `json:"calculation"`
	Units       []Unit      `json:"units"` // in the order of publication, see [Encode]
	Objections  []Objection `json:"objections"`
	Previous    *Previous   `json:"previous,omitempty"` // of a revision
	Changes     []Change    `json:"changes,omitempty"`  // of a revision: units that it places otherwise
	Steps       []Step      `json:"steps"`              // of this revision; none in a draft
}

// Period is the days that are judged.
type Period struct {
	Kind  calendar.Kind `json:"kind"` // '' where the days are none of the usual periods
	Label string        `json:"label"`
	From  calendar.Day  `json:"from"`
	To    calendar.Day  `json:"to"`
}

// Watermark says which data was there.
type Watermark struct {
	Generation uint64 `json:"generation"`          // number of the state of the facts
	DataTime   string `json:"data_time,omitempty"` // newest record counted, RFC 3339 in UTC
	Records    uint64 `json:"records"`             // all that were counted, of any period
}

// Scheme is the scheme as it was, whole; what stands beside its text is read from it, for readers who do not.
type Scheme struct {
	ID             string             `json:"id"`
	Version        string             `json:"version"`
	Name           scheme.Text        `json:"name"`
	Hash           string             `json:"hash"` // SHA-256 of Text, hexadecimal
	Text           string             `json:"text"` // YAML
	Scale          Decimal            `json:"scale"`
	Decimals       int                `json:"decimals"`
	Publication    scheme.Publication `json:"publication"`
	TieProbability Decimal            `json:"tie_probability"`
	Tiers          []Tier             `json:"tiers"` // best first
	Nodes          []Node             `json:"nodes"` // in the order of the tree, without the root
	Groups         []Group            `json:"groups"`
}

// Tier is a cut-off of the scheme.
type Tier struct {
	ID   string      `json:"id"`
	Name scheme.Text `json:"name"`
	From Decimal     `json:"from"`
}

// Node is an indicator of the scheme, or a group of them.
type Node struct {
	ID        string      `json:"id"`
	Name      scheme.Text `json:"name"`
	Wording   scheme.Text `json:"wording"`
	Depth     int         `json:"depth"` // 1 = child of the root
	Leaf      bool        `json:"leaf"`
	Weight    Decimal     `json:"weight"`         // relative to its siblings
	Unit      string      `json:"unit,omitempty"` // of a leaf, an evaluation.Kind
	Lower     bool        `json:"lower_is_better,omitempty"`
	Imported  bool        `json:"imported,omitempty"`
	Formula   string      `json:"formula,omitempty"`
	Decimals  int         `json:"decimals"` // the value is rounded to these before it is scored; -1 = not rounded
	MinimumN  uint64      `json:"minimum_n"`
	Shrunk    bool        `json:"shrunk,omitempty"`
	Normalise string      `json:"normalise,omitempty"`
}

// Group is a peer group.
type Group struct {
	ID   string      `json:"id"`
	Name scheme.Text `json:"name"`
}

// Calculation says how the figures were computed.
type Calculation struct {
	Rule       string  `json:"rule"`        // which answers count, a scoring.AnswerRule
	Draws      int     `json:"draws"`       // that rank intervals rest on
	MonteCarlo Decimal `json:"monte_carlo"` // largest standard error of a probability for want of more draws
	DataHash   string  `json:"data_hash"`   // SHA-256 of all that was judged; the draws' seed follows from it
	Priors     []Prior `json:"priors"`      // of the leaves that are shrunk to the peer group
}

// Prior is what a peer group says about a rate before a unit's own counts: Gamma with shape A and rate B.
type Prior struct {
	Leaf  string  `json:"leaf"`
	Group string  `json:"group"`
	A     Decimal `json:"a"`
	B     Decimal `json:"b"`
	From  string  `json:"from"`
	Units int     `json:"units"`
}

// Previous is the revision that this one replaces.
type Previous struct {
	Revision int    `json:"revision"`
	Hash     string `json:"hash"`
	Reason   string `json:"reason"`
}

// Change is a unit that a revision places otherwise than the one before.
type Change struct {
	Code       string   `json:"code"`
	Name       string   `json:"name"`
	RankBefore int      `json:"rank_before"` // 0 = none
	RankAfter  int      `json:"rank_after"`
	Before     Decimal  `json:"score_before,omitempty"`
	After      Decimal  `json:"score_after,omitempty"`
	TierBefore string   `json:"tier_before,omitempty"`
	TierAfter  string   `json:"tier_after,omitempty"`
	TiedBefore int      `json:"tied_before,omitempty"`
	TiedAfter  int      `json:"tied_after,omitempty"`
	Own        []string `json:"own"` // the leaves whose own counts or values changed; none = others moved
}

// refForm is a number (scheme, label of the period, running number) and maybe a revision. The id of a scheme may have
// dots in it.
var refForm = regexp.MustCompile(`^([\p{L}\p{N}][\p{L}\p{N}_.-]{0,119}-[0-9]{2,6})(?:\.([1-9][0-9]{0,8}))?$`)

// MakeNumber is the number of the n-th edition (from 1) of a scheme and period, such as provinces-2026-Q3-01.
func MakeNumber(schemeID, label string, n int) string {
	return fmt.Sprintf("%s-%s-%02d", schemeID, label, n)
}

// CheckNumber says what is wrong with a number.
func CheckNumber(number string) error {
	if ref, err := ParseRef(number); err != nil || ref.Revision != 0 {
		return Refuse("“%s”不是期号：期号写作 方案-期间-序号，如 provinces-2026-Q3-01",
			"%q is no number of an edition: one is written as SCHEME-PERIOD-NN, such as provinces-2026-Q3-01", clip(number, 60)).Hint("; haochaping edition list shows all")
	}
	return nil
}

// Ref names an edition, and one of its revisions; 0 = the newest.
type Ref struct {
	Number   string
	Revision int
}

// ParseRef reads NUMBER or NUMBER.REVISION.
func ParseRef(text string) (Ref, error) {
	parts := refForm.FindStringSubmatch(text)
	if parts == nil {
		return Ref{}, Refuse("“%s”不是期号：期号写作 方案-期间-序号，如 provinces-2026-Q3-01，其后可加 .修订号",
			"%q names no edition: one is written as SCHEME-PERIOD-NN, such as provinces-2026-Q3-01, with .REVISION behind it for one of its revisions", clip(text, 60)).
			Hint("; haochaping edition list shows all")
	}
	if parts[2] == "" {
		return Ref{Number: parts[1]}, nil
	}
	n, err := strconv.Atoi(parts[2])
	return Ref{parts[1], n}, err
}

// String is NUMBER.REVISION, or NUMBER for the newest.
func (r Ref) String() string {
	if r.Revision == 0 {
		return r.Number
	}
	return r.Number + "." + strconv.Itoa(r.Revision)
}

// Ref is the name of this revision.
func (e *Edition) Ref() Ref { return Ref{e.Number, e.Revision} }

// Unit finds a unit by its code.
func (e *Edition) Unit(code string) (*Unit, bool) {
	for i := range e.Units {
		if e.Units[i].Code == code {
			return &e.Units[i], true
		}
	}
	return nil, false
}

// Published says whether the document went through all steps. That it is signed is for [Verify] to say.
func (e *Edition) Published() bool {
	return len(e.Steps) > 0 && e.Steps[len(e.Steps)-1].Action == Publish
}

// clip shortens a foreign text for a message.
func clip(text string, most int) string {
	if r := []rune(text); len(r) > most {
		return string(r[:most]) + "…"
	}
	return text
}
