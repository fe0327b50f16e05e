package record

import (
	"crypto/sha256"
	"encoding/binary"
	"strconv"
	"time"

	"github.com/google/uuid"
)

// DeriveID makes the id of a record whose source has none: a UUIDv8 of 48 bits of
// the time in milliseconds and 74 bits of hash over the parts. Equal inputs give
// equal ids, so sending the same thing twice is a repeat, not a second record.
// Parts are length-prefixed: ("a","bc") and ("ab","c") differ.
func DeriveID(at time.Time, parts ...string) uuid.UUID {
	b := make([]byte, 0, 256) // on the stack, as most parts are short
	for _, p := range parts {
		b = append(strconv.AppendInt(b, int64(len(p)), 10), ':')
		b = append(b, p...)
	}
	sum := sha256.Sum256(b)
	var id uuid.UUID
	var ms [8]byte
	binary.BigEndian.PutUint64(ms[:], uint64(max(at.UnixMilli(), 0)))
	copy(id[:6], ms[2:])
	copy(id[6:], sum[:10])
	id[6] = id[6]&0x0f | 0x80
	id[8] = id[8]&0x3f | 0x80
	return id
}
