package record

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
)

// The versions of an encoded record: its first byte. The spool may hold what an
// earlier version of the program left behind.
const (
	versionJSON   = 1 // JSON, only read
	versionPacked = 2 // see packer
)

// usualSize is above the encoded size of nearly all records.
const usualSize = 512

// Encode writes an accepted record (a pointer to Rating, Case, …) for the spool.
func Encode(r any) ([]byte, error) {
	b, err := AppendEncode(make([]byte, 0, usualSize), r)
	if err != nil {
		return nil, err
	}
	return b, nil
}

// AppendEncode appends what Encode returns to dst. On an error dst is returned as it was.
func AppendEncode(dst []byte, r any) ([]byte, error) {
	p := packer{dst: append(dst, versionPacked)}
	if !packRecord(&p, r) {
		return dst, fmt.Errorf("encode %v: no accepted record", reflect.TypeOf(r))
	}
	if p.err != nil {
		return dst, fmt.Errorf("encode %v: %w", reflect.TypeOf(r), p.err)
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

// Decoded is an encoded record of that kind alone: a pointer to Rating, Case, ….
func Decoded(kind Kind, payload []byte) (any, error) {
	var b Batch
	if err := b.Decode(kind, payload); err != nil {
		return nil, err
	}
	switch kind {
	case KindRating:
		return &b.Ratings[0], nil
	case KindCase:
		return &b.Cases[0], nil
	case KindPrompt:
		return &b.Prompts[0], nil
	case KindFollowUp:
		return &b.FollowUps[0], nil
	case KindTally:
		return &b.Tallies[0], nil
	case KindRefused:
		return &b.Refused[0], nil
	default:
		return &b.Announcements[0], nil
	}
}
