package record

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
)

// heldVersion stands before every held record, heldPurpose names its key.
const (
	heldVersion = 1
	heldPurpose = "haochaping: records held for a code map, version 1"
)

// heldRecord is what is kept of a record until its code map knows its codes: as little
// of the person as of an accepted one.
type heldRecord struct {
	Kind    Kind            `json:"kind"`
	Untimed [16]byte        `json:"untimed"` // hash of the record as sent, but for its times
	Skew    time.Duration   `json:"skew,omitempty"`
	Unread  []heldTime      `json:"unread,omitempty"`
	Token   string          `json:"token,omitempty"`   // of the rater
	Contact string          `json:"contact,omitempty"` // sealed
	Record  json.RawMessage `json:"record"`            // without rater, contact, and personal numbers in texts
}

type heldTime struct {
	Field string `json:"field"`
	Index int    `json:"index,omitempty"`
	Text  string `json:"text"`
}

// Hold protects and encrypts a wire record that was refused for nothing but a code map
// that lacks something, so that Replay can take it later. The result is nil for every
// other record, and for one whose codes hold a personal number or are no codes by
// their length. refused is the id under which the refusal is kept; what is held can be
// opened with that id and this door's key alone. in may have lost its clear values
// afterwards: it is not to be used any more.
func (d *Door) Hold(in any, rc Receipt, ps Problems, refused uuid.UUID) []byte {
	if len(ps) == 0 || slices.ContainsFunc(ps, func(p Problem) bool { return p.Code != CodeUnmapped }) {
		return nil
	}
	h := heldRecord{Untimed: rc.Untimed, Skew: rc.Skew}
	if h.Untimed == ([16]byte{}) {
		h.Untimed = d.untimedHash(in)
	}
	if !d.protect(in, &h) {
		return nil
	}
	var err error
	if h.Record, err = json.Marshal(in); err != nil {
		return nil // a time outside of what JSON can write
	}
	plain, err := json.Marshal(h)
	if err != nil {
		return nil
	}
	sealer := d.heldCipher()
	out := make([]byte, 1+sealer.NonceSize(), 1+sealer.NonceSize()+len(plain)+sealer.Overhead())
	out[0] = heldVersion
	_, _ = rand.Read(out[1:]) // never fails
	return sealer.Seal(out, out[1:], plain, refused[:])
}

// protect takes the person out of a wire record, as the door does with an accepted one,
// and says whether the record may be held.
func (d *Door) protect(in any, h *heldRecord) bool {
	var codes []string
	switch in := in.(type) {
	case *RatingInput:
		h.Kind, codes = KindRating, append(slices.Clone(in.Tags), string(in.Level), string(in.Channel))
		for question, code := range in.Aspects {
			codes = append(codes, question, string(code))
		}
		codes = h.keepTimes(in.unread, codes)
		if in.Rater != "" {
			h.Token = d.Token(in.Rater)
		}
		if in.Contact != "" {
			var err error
			if d.Seal == nil {
				return false
			}
			if h.Contact, err = d.Seal(in.Contact); err != nil {
				return false
			}
		}
		in.Rater, in.Contact, in.Comment = "", "", RedactPersonal(in.Comment)
	case *CaseInput:
		h.Kind = KindCase
		codes = h.keepTimes(in.unread, []string{string(in.Kind), string(in.PromisedAt), string(in.StatutoryAt)})
	case *PromptInput:
		h.Kind, codes = KindPrompt, h.keepTimes(in.unread, []string{string(in.Channel)})
	case *FollowUpInput:
		h.Kind, codes = KindFollowUp, h.keepTimes(in.unread, nil)
		in.Note = RedactPersonal(in.Note)
	case *TallyInput:
		h.Kind, codes = KindTally, []string{string(in.Level), string(in.Channel), in.From, in.To}
	default:
		return false
	}
	return !slices.ContainsFunc(codes, func(code string) bool {
		return utf8.RuneCountInString(code) > maxCode || RedactPersonal(code) != code
	})
}

func (h *heldRecord) keepTimes(unread unreadTimes, codes []string) []string {
	for _, u := range unread {
		h.Unread = append(h.Unread, heldTime{u.field, u.index, u.text})
		codes = append(codes, u.text)
	}
	return codes
}

// Replay passes a held record through the door again, with the code maps of today, and
// appends what comes out to the batch. The record is the one that would have been
// accepted at first: the same id, content hash, sender and time of receipt. With
// problems nothing is appended.
func (d *Door) Replay(r *Refused, b *Batch) Problems {
	h, in, err := d.openHeld(r)
	if err != nil {
		return Problems{{Code: CodeInvalid, Reason: err.Error()}}
	}
	if t, ok := in.(timedInput); ok && t.UnreadTimes() {
		d.readTimes(t, sourceOf(in))
	}
	rc := Receipt{
		Now: r.ReceivedAt, Skew: h.Skew, Collector: r.Collector, Sender: r.Sender, Batch: r.BatchID,
		Untimed: h.Untimed, Content: d.timedHash(h.Untimed, in),
	}
	before := len(b.Ratings)
	ps := d.Accept(in, rc, b)
	if len(b.Ratings) > before {
		b.Ratings[before].RaterToken, b.Ratings[before].Contact = h.Token, h.Contact
	}
	return ps
}

var errHeld = errors.New("replay record: what is held of it cannot be opened with the key of this installation's door: use the key file of the collector that refused it")

func (d *Door) openHeld(r *Refused) (h heldRecord, in any, err error) {
	sealer := d.heldCipher()
	if len(r.Held) == 0 {
		return h, nil, errors.New("replay record: nothing is held of it: it was refused for more than a code map, and has to be sent again")
	}
	if r.Held[0] != heldVersion || len(r.Held) < 1+sealer.NonceSize() {
		return h, nil, errHeld
	}
	nonce, text := r.Held[1:1+sealer.NonceSize()], r.Held[1+sealer.NonceSize():]
	plain, err := sealer.Open(nil, nonce, text, r.ID[:])
	if err != nil || json.Unmarshal(plain, &h) != nil {
		return h, nil, errHeld
	}
	var unread unreadTimes
	for _, u := range h.Unread {
		unread = append(unread, unreadTime{u.Field, u.Index, u.Text})
	}
	switch h.Kind {
	case KindRating:
		in = &RatingInput{unread: unread}
	case KindCase:
		in = &CaseInput{unread: unread}
	case KindPrompt:
		in = &PromptInput{unread: unread}
	case KindFollowUp:
		in = &FollowUpInput{unread: unread}
	case KindTally:
		in = &TallyInput{}
	default:
		return h, nil, fmt.Errorf("replay record: kind %d is none that is held", h.Kind)
	}
	if json.Unmarshal(h.Record, in) != nil { // its error could repeat a value
		return h, nil, errHeld
	}
	return h, in, nil
}

func sourceOf(in any) string {
	switch in := in.(type) {
	case *RatingInput:
		return in.Source
	case *CaseInput:
		return in.Source
	case *PromptInput:
		return in.Source
	case *FollowUpInput:
		return in.Source
	case *TallyInput:
		return in.Source
	}
	return ""
}

// heldCipher is AES-256-GCM with a key of its own, derived from that of the door.
func (d *Door) heldCipher() cipher.AEAD {
	key, err := hkdf.Key(sha256.New, d.Key, nil, heldPurpose, 32)
	if err != nil {
		panic("record: " + err.Error()) // a length that this program chose
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		panic("record: " + err.Error())
	}
	sealer, err := cipher.NewGCM(block)
	if err != nil {
		panic("record: " + err.Error())
	}
	return sealer
}
