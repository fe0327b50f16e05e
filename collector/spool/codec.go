package spool

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"time"
)

// Key spaces. Each key begins with one of these bytes.
const (
	spaceIndex  = 'i'
	spaceMeta   = 'm'
	spaceRecord = 'r'
)

// Classes of ids inside the index. Time-ordered ids lie together, in the order
// of their time, so that new ones touch few blocks and old ones go by range.
const (
	classTimed = 't' // UUID of version 7 or 8
	classUUID  = 'u' // any other UUID
	classOther = 'x'
)

const (
	recordFormat  = 1
	recordHeader  = 1 + 1 + 1 + 8 + 16 // format, kind, id length, time, content
	recordTrailer = 8 + 4              // running total, checksum
	recordKeyLen  = 1 + 8
	indexValueLen = 8 + 16 + 4
	secondsPerDay = 24 * 60 * 60
	uuidTextLen   = 36
)

// castagnoli is the polynomial that processors compute in hardware.
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

var errChecksum = errors.New("checksum does not match")

func recordKey(seq uint64) []byte {
	return appendRecordKey(make([]byte, 0, recordKeyLen), seq)
}

func appendRecordKey(b []byte, seq uint64) []byte {
	return binary.BigEndian.AppendUint64(append(b, spaceRecord), seq)
}

func decodeRecordKey(key []byte) (uint64, error) {
	if len(key) != recordKeyLen || key[0] != spaceRecord {
		return 0, fmt.Errorf("record key of %d bytes", len(key))
	}
	return binary.BigEndian.Uint64(key[1:]), nil
}

// recordSize is the length of a record's value on disk.
func recordSize(e Entry) int {
	return recordHeader + len(e.ID) + len(e.Payload) + recordTrailer
}

// putRecord writes a record's value into dst, which is exactly recordSize long.
// sum is the checksum of the payload and everything before it, from recordSum:
// it is computed outside the ordering lock, only the trailer inside.
func putRecord(dst []byte, e Entry, head []byte, sum uint32, seq, total uint64) {
	n := copy(dst, head)
	n += copy(dst[n:], e.ID)
	n += copy(dst[n:], e.Payload)
	binary.BigEndian.PutUint64(dst[n:], total)
	binary.BigEndian.PutUint32(dst[n+8:], sealSum(sum, dst[n:n+8], seq))
}

// encodeHead returns the fixed part at the start of a record's value.
func encodeHead(e Entry, at time.Time) [recordHeader]byte {
	var h [recordHeader]byte
	h[0], h[1], h[2] = recordFormat, e.Kind, byte(len(e.ID))
	binary.BigEndian.PutUint64(h[3:], uint64(at.UnixMicro()))
	copy(h[11:], e.Content[:])
	return h
}

func recordSum(head []byte, e Entry) uint32 {
	sum := crc32.Update(0, castagnoli, head)
	sum = crc32.Update(sum, castagnoli, []byte(e.ID))
	return crc32.Update(sum, castagnoli, e.Payload)
}

// sealSum binds the checksum to the running total and to the sequence number,
// which stands in the key: a value under a wrong key is damage too.
func sealSum(sum uint32, total []byte, seq uint64) uint32 {
	var s [8]byte
	binary.BigEndian.PutUint64(s[:], seq)
	sum = crc32.Update(sum, castagnoli, total)
	return crc32.Update(sum, castagnoli, s[:])
}

// decodeRecord checks and takes apart a record's value. The payload is a copy.
// total is the number of value bytes ever accepted up to and with this record.
func decodeRecord(seq uint64, v []byte) (r Record, total uint64, err error) {
	if len(v) < recordHeader+recordTrailer {
		return Record{}, 0, fmt.Errorf("value of %d bytes is too short", len(v))
	}
	body, trailer := v[:len(v)-recordTrailer], v[len(v)-recordTrailer:]
	sum := sealSum(crc32.Checksum(body, castagnoli), trailer[:8], seq)
	if sum != binary.BigEndian.Uint32(trailer[8:]) {
		return Record{}, 0, errChecksum
	}
	if v[0] != recordFormat {
		return Record{}, 0, fmt.Errorf("record format %d is unknown", v[0])
	}
	idLen := int(v[2])
	if idLen == 0 || idLen > MaxID || recordHeader+idLen > len(body) {
		return Record{}, 0, fmt.Errorf("id length %d is impossible", idLen)
	}
	r = Record{
		Seq:       seq,
		Kind:      v[1],
		ID:        string(body[recordHeader : recordHeader+idLen]),
		SpooledAt: time.UnixMicro(int64(binary.BigEndian.Uint64(v[3:]))).UTC(),
		Payload:   append([]byte{}, body[recordHeader+idLen:]...),
	}
	copy(r.Content[:], v[11:])
	return r, binary.BigEndian.Uint64(trailer), nil
}

// appendIndexKey appends the key under which an id is remembered.
func appendIndexKey(b []byte, kind byte, id string) []byte {
	b = append(b, spaceIndex, kind)
	if u, timed, ok := uuidID(id); ok && timed {
		return append(append(b, classTimed), u[:]...)
	} else if ok {
		return append(append(b, classUUID), u[:]...)
	}
	return append(append(b, classOther), id...)
}

// uuidID returns the bytes of a UUID in its canonical lower-case form, and whether it
// is one of version 7 or 8, which is time-ordered. Any other spelling is another id.
func uuidID(id string) (u [16]byte, timed, ok bool) {
	if len(id) != uuidTextLen {
		return u, false, false
	}
	n := 0
	for i := 0; i < uuidTextLen; {
		if i == 8 || i == 13 || i == 18 || i == 23 {
			if id[i] != '-' {
				return u, false, false
			}
			i++
			continue
		}
		hi, lo := hexDigit(id[i]), hexDigit(id[i+1])
		if hi > 15 || lo > 15 {
			return u, false, false
		}
		u[n] = hi<<4 | lo
		n++
		i += 2
	}
	version, variant := u[6]>>4, u[8]>>6
	return u, (version == 7 || version == 8) && variant == 2, true
}

// hexDigit returns the value of a lower-case hexadecimal digit, or 255.
func hexDigit(c byte) byte {
	switch {
	case '0' <= c && c <= '9':
		return c - '0'
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10
	}
	return 255
}

// known is what the index remembers of an id.
type known struct {
	seq     uint64
	content [16]byte
	day     uint32 // of arrival, by the spool's own calendar: see age
}

func putIndex(dst []byte, k known) {
	binary.BigEndian.PutUint64(dst, k.seq)
	copy(dst[8:], k.content[:])
	binary.BigEndian.PutUint32(dst[24:], k.day)
}

func decodeIndex(v []byte) (known, error) {
	if len(v) != indexValueLen {
		return known{}, fmt.Errorf("index value of %d bytes", len(v))
	}
	k := known{seq: binary.BigEndian.Uint64(v), day: binary.BigEndian.Uint32(v[24:])}
	copy(k.content[:], v[8:])
	return k, nil
}

// mark is a sequence number with the running total up to it.
type mark struct {
	seq, total uint64
}

func encodeMark(m mark) []byte {
	b := binary.BigEndian.AppendUint64(nil, m.seq)
	return binary.BigEndian.AppendUint64(b, m.total)
}

func decodeMark(v []byte) (mark, error) {
	if len(v) != 16 {
		return mark{}, fmt.Errorf("mark of %d bytes", len(v))
	}
	return mark{seq: binary.BigEndian.Uint64(v), total: binary.BigEndian.Uint64(v[8:])}, nil
}
