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
	h := sha256.New()
	for _, p := range parts {
		// hash.Hash never returns an error.
		h.Write([]byte(strconv.Itoa(len(p))))
		h.Write([]byte{':'})
		h.Write([]byte(p))
	}
	sum := h.Sum(nil)
	var id uuid.UUID
	var ms [8]byte
	binary.BigEndian.PutUint64(ms[:], uint64(max(at.UnixMilli(), 0)))
	copy(id[:6], ms[2:])
	copy(id[6:], sum[:10])
	id[6] = id[6]&0x0f | 0x80
	id[8] = id[8]&0x3f | 0x80
	return id
}
