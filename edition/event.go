package edition

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"haochaping/calendar"
)

// Action is what happened to an edition.
type Action string

// The actions. Each is one event; none is ever undone, only followed by others.
const (
	Create    Action = "create"    // a revision begins, with its first draft
	Redraw    Action = "redraw"    // another draft of the same revision
	Open      Action = "open"      // the draft went to the units: the objection period begins
	Object    Action = "object"    // an objection came in
	Decide    Action = "decide"    // it was upheld or rejected
	Answer    Action = "answer"    // why an upheld one leads to no other draft
	Narrate   Action = "narrate"   // a section of a unit's narrative was set
	Check     Action = "check"     // somebody checked the draft
	Publish   Action = "publish"   // a second person published it
	Supersede Action = "supersede" // a later revision was published
)

// State is where a revision stands.
type State string

// The states.
const (
	Draft      State = "draft"
	Objectable State = "objections"
	Checked    State = "checked"
	Published  State = "published"
	Superseded State = "superseded"
)

// Decision is what became of an objection.
type Decision string

// The decisions.
const (
	Upheld   Decision = "upheld"
	Rejected Decision = "rejected"
)

// Event is one thing that happened to an edition. Only the fields of its action mean something.
type Event struct {
	Number   string       `json:"number"`
	Revision int          `json:"revision"`
	Draft    int          `json:"draft"`
	Sequence int          `json:"sequence"` // from 1, over all revisions of the number
	Action   Action       `json:"action"`
	At       time.Time    `json:"at"`
	Day      calendar.Day `json:"day"` // of At, in the zone of the installation
	By       string       `json:"by"`
	Note     string       `json:"note,omitempty"` // the reason, where one is asked for

	// Hash is the SHA-256 of the document, hexadecimal: of a draft as drawn, of a published one as published.
	Hash        string       `json:"hash,omitempty"`
	Fingerprint string       `json:"fingerprint,omitempty"` // Publish: of the key that signed
	Until       calendar.Day `json:"until,omitzero"`        // Open: last day for objections

	Objection int         `json:"objection,omitempty"` // Decide, Answer; Object is given the next number
	Unit      string      `json:"unit,omitempty"`      // Object, Narrate: code
	Text      string      `json:"text,omitempty"`      // Object
	Decision  Decision    `json:"decision,omitempty"`
	Section   Section     `json:"section,omitempty"` // Narrate: what the entries replace
	Entries   []Narrative `json:"entries,omitempty"` // none = the section is empty again
}

// Step is one step of a revision, as its document shows it.
type Step struct {
	Sequence int    `json:"sequence"`
	Action   Action `json:"action"`
	Draft    int    `json:"draft"`
	At       string `json:"at"` // RFC 3339, UTC
	By       string `json:"by"`
	Note     string `json:"note,omitempty"`
	Until    string `json:"until,omitempty"` // of the objection period, its last day
	Hash     string `json:"hash,omitempty"`  // of the draft
}

// Objection is an entry of the register of objections.
type Objection struct {
	ID        int      `json:"id"` // from 1, within the revision
	Unit      string   `json:"unit"`
	Draft     int      `json:"draft"` // against which it came
	By        string   `json:"by"`
	At        string   `json:"at"`
	Text      string   `json:"text"`
	Late      bool     `json:"late,omitempty"`     // it came after the period
	Decision  Decision `json:"decision,omitempty"` // '' = open
	Reason    string   `json:"reason,omitempty"`
	DecidedBy string   `json:"decided_by,omitempty"`
	DecidedAt string   `json:"decided_at,omitempty"`
	// Answer is what an upheld objection led to: another draft, or why there is none.
	Answer string `json:"answer,omitempty"`
}

// Open reports whether the objection keeps the edition from being published.
func (o *Objection) Open() bool {
	return o.Decision == "" || o.Decision == Upheld && o.Answer == ""
}

// Bounds of what people write, in characters.
const (
	mostName      = 220 // an account of another system: its method and its name there
	mostText      = 4000
	mostSource    = 300
	mostEntries   = 20 // of one section of one unit
	mostObjection = 10_000
)

// moment is how a document writes an instant.
func moment(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// checkText refuses what is no readable text of a bounded length.
func checkText(what phrase, text string, most int) error {
	switch {
	case strings.TrimSpace(text) == "":
		return Refuse("%s没有填写", "%s is missing", what)
	case !utf8.ValidString(text):
		return Refuse("%s不是 UTF-8 文本", "%s is no UTF-8 text", what)
	case utf8.RuneCountInString(text) > most:
		return Refuse("%s有 %d 个字，最多 %d 个", "%s has %d characters, at most %d are allowed", what, utf8.RuneCountInString(text), most)
	case strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }):
		return Refuse("%s含有控制字符", "%s holds control characters", what)
	}
	return nil
}

// samePerson compares names as people do: width, case and spaces do not make another person.
func samePerson(a, b string) bool {
	plain := func(name string) string {
		return strings.Map(func(r rune) rune {
			if unicode.IsSpace(r) || unicode.In(r, unicode.Cf) {
				return -1
			}
			return r
		}, norm.NFKC.String(name))
	}
	return strings.EqualFold(plain(a), plain(b))
}

// Words is a decision in a language, for people.
func (d Decision) Words(lang string) string {
	return either(lang, map[Decision]string{Upheld: "成立", Rejected: "不成立"}[d], string(d))
}
