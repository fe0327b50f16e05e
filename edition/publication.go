package edition

import (
	"crypto/ed25519"
	"fmt"
)

// Publication signs the newest revision for the publish event e: it returns the events to append, the file, and the
// hash of its document. The rules are asked before anything is signed; the ledger stays as it is.
func (l *Ledger) Publication(draft *Edition, e Event, key ed25519.PrivateKey) (events []Event, file []byte, hash string, err error) {
	public, _, err := publicKey(key)
	if err != nil {
		return nil, nil, "", err
	}
	e.Action, e.Fingerprint = Publish, Fingerprint(public)
	trial, err := l.tryPublish(e)
	if err != nil {
		return nil, nil, "", err
	}
	r := trial.Last()
	if drawn, err := Encode(draft); err != nil {
		return nil, nil, "", err
	} else if Hash(drawn) != r.Drafts[r.Draft()-1] {
		return nil, nil, "", fmt.Errorf("publish edition %s: the document is not draft %d, which was checked", r.Ref, r.Draft())
	}
	document, err := Complete(draft, r)
	if err != nil {
		return nil, nil, "", err
	}
	if file, hash, err = Seal(document, key); err != nil {
		return nil, nil, "", err
	}
	e.Hash = hash
	events = []Event{e}
	if r.Revision > 1 {
		events = append(events, Event{
			Action: Supersede, Revision: r.Revision - 1, At: e.At, Day: e.Day, By: e.By, Note: fmt.Sprintf("revision %d", r.Revision),
		})
	}
	return events, file, hash, nil
}

// Publishable says why the newest revision cannot be published by the publish event e.
func (l *Ledger) Publishable(e Event) error {
	e.Fingerprint = "to be known"
	_, err := l.tryPublish(e)
	return err
}

// tryPublish is the ledger as it would be; the step of the publication is part of what is hashed, so its own hash is
// not known yet.
func (l *Ledger) tryPublish(e Event) (*Ledger, error) {
	trial := l.clone()
	e.Hash = "to be computed"
	_, err := trial.Append(e)
	return trial, err
}

// Carried are the events that give a new revision the narratives of the one before, as they were published.
func (r *Revision) Carried(e Event) []Event {
	var events []Event
	for _, unit := range r.Narrated() {
		for _, s := range Sections() {
			entries := r.narratives[unit][s]
			if len(entries) == 0 {
				continue
			}
			events = append(events, Event{
				Action: Narrate, Revision: r.Revision + 1, At: e.At, Day: e.Day, By: e.By, Unit: unit, Section: s, Entries: entries,
				Note: fmt.Sprintf("taken over from revision %d", r.Revision),
			})
		}
	}
	return events
}
