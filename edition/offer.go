package edition

import "haochaping/calendar"

// Offer is a step that the newest revision may take next, and what stands against it.
type Offer struct {
	Action Action
	// Refused says why somebody cannot take the step whatever they write; nil if they can.
	Refused error
	// Needs says why the step takes a stated reason, of a check that mostly takes none.
	Needs error
}

// Offers says of each step whether somebody may take it on a day, as the rules themselves answer: in the order in which
// an edition goes. Create is that of the next revision.
func (l *Ledger) Offers(by string, day calendar.Day) []Offer {
	var list []Offer
	for _, action := range []Action{Open, Redraw, Check, Publish, Create} {
		e := Event{
			Action: action, By: by, Day: day, Note: "a reason", Until: day, Hash: "to be computed", Fingerprint: "to be known",
		}
		o := Offer{Action: action, Refused: l.Try(e)}
		if action == Check && o.Refused == nil {
			e.Note = ""
			o.Needs = l.Try(e)
		}
		list = append(list, o)
	}
	return list
}

// Try says why events cannot be put at the end of the ledger, which stays as it is; nil if they can.
func (l *Ledger) Try(events ...Event) error {
	_, err := l.clone().Append(events...)
	return err
}

// Next is the sequence of the next event: it tells whether anything has happened since somebody looked.
func (l *Ledger) Next() int { return l.next }
