package record

import (
	"encoding/json"
	"errors"
	"fmt"
)

// The versions of an encoded record: its first byte. The spool may hold what an
// earlier version of the program left behind.
const (
	versionJSON   = 1 // JSON, only read
	versionPacked = 2 // see packer
)

// Encode writes an accepted record (a pointer to Rating, Case, …) for the spool.
func Encode(r any) ([]byte, error) { return AppendEncode(nil, r) }

// AppendEncode appends what Encode returns to dst. On an error dst is returned as it was.
func AppendEncode(dst []byte, r any) ([]byte, error) {
	p := packer{dst: append(dst, versionPacked)}
	if !packRecord(&p, r) {
		return dst, fmt.Errorf("encode %T: no accepted record", r)
	}
	if p.err != nil {
		return dst, fmt.Errorf("encode %T: %w", r, p.err)
	}
	return append(p.dst, 0), nil
}

// Decode appends an encoded record of that kind to the batch. Its texts share one
// copy of the payload.
func (b *Batch) Decode(kind Kind, payload []byte) error {
	var err error
	switch kind {
	case KindRating:
		b.Ratings, err = decodeTo(b.Ratings, payload)
	case KindCase:
		b.Cases, err = decodeTo(b.Cases, payload)
	case KindPrompt:
		b.Prompts, err = decodeTo(b.Prompts, payload)
	case KindFollowUp:
		b.FollowUps, err = decodeTo(b.FollowUps, payload)
	case KindTally:
		b.Tallies, err = decodeTo(b.Tallies, payload)
	case KindRefused:
		b.Refused, err = decodeTo(b.Refused, payload)
	case KindAnnouncement:
		b.Announcements, err = decodeTo(b.Announcements, payload)
	default:
		return fmt.Errorf("decode record: kind %d is not known", kind)
	}
	if err != nil {
		return fmt.Errorf("decode %s: %w", kind, err)
	}
	return nil
}

func decodeTo[T any](list []T, payload []byte) ([]T, error) {
	var empty T
	longer := append(list, empty)
	if err := decode(payload, &longer[len(list)]); err != nil {
		return list, err
	}
	return longer, nil
}

// decode reads a record into r, a pointer to an empty one.
func decode(payload []byte, r any) error {
	if len(payload) == 0 {
		return errors.New("no bytes")
	}
	switch payload[0] {
	case versionJSON:
		return json.Unmarshal(payload[1:], r)
	case versionPacked:
		p := packer{src: string(payload[1:])}
		p.begin()
		packRecord(&p, r)
		return p.end()
	default:
		return fmt.Errorf("encoding version %d is not known: it was written by a later version", payload[0])
	}
}

// EncodedJSON is an encoded record of that kind as a JSON object, for people to read
// and for programs that take what was exported.
func EncodedJSON(kind Kind, payload []byte) ([]byte, error) {
	var b Batch
	if err := b.Decode(kind, payload); err != nil {
		return nil, err
	}
	var r any
	switch kind {
	case KindRating:
		r = &b.Ratings[0]
	case KindCase:
		r = &b.Cases[0]
	case KindPrompt:
		r = &b.Prompts[0]
	case KindFollowUp:
		r = &b.FollowUps[0]
	case KindTally:
		r = &b.Tallies[0]
	case KindRefused:
		r = &b.Refused[0]
	case KindAnnouncement:
		r = &b.Announcements[0]
	}
	text, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("write %s as JSON: %w", kind, err)
	}
	return text, nil
}
