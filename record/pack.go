package record

import (
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"
)

// packer walks over the fields of one accepted record in the order of their numbers
// and either appends those that are not empty or takes them back: one list of fields
// serves both ways, so that they cannot differ.
//
// A field is its number in one byte and its value; a zero byte ends the record. Texts
// and lists have their length before them, numbers are varints, a time is the seconds
// and nanoseconds of its instant. The number alone says what the value is, for ever: a new field gets a new
// number, higher than all before it. What an earlier version wrote is read, the new
// fields being empty; what a later one wrote is refused, as its new fields would be lost.
type packer struct {
	reading bool
	dst     []byte // written so far
	src     string // left to read; texts are parts of it
	next    byte   // number of the field that stands in src, 0 = none
	err     error  // the first fault
}

// begin reads the number of the first field.
func (p *packer) begin() {
	p.reading, p.next = true, 0
	p.advance(0)
}

// advance reads the number of the field behind field n.
func (p *packer) advance(n byte) {
	switch {
	case p.err != nil:
	case p.src == "":
		p.fail(n, "is followed by nothing: the record is cut off")
	case p.src == "\x00":
		p.src, p.next = "", 0
	case p.src[0] <= n:
		p.fail(n, "is not followed by a higher one")
	default:
		p.next, p.src = p.src[0], p.src[1:]
	}
}

// end says whether all was read.
func (p *packer) end() error {
	if p.err == nil && p.next != 0 {
		return fmt.Errorf("field %d is not known: it was written by a later version", p.next)
	}
	return p.err
}

// field begins the field n: it says whether a value follows that the caller must
// take, in reading, or append, in writing.
func (p *packer) field(n byte, empty bool) bool {
	if p.reading {
		return p.next == n
	}
	if !empty {
		p.dst = append(p.dst, n)
	}
	return !empty
}

// fail notes the first fault. Nothing more is read.
func (p *packer) fail(n byte, fault string) {
	if p.err == nil {
		p.err = fmt.Errorf("field %d %s", n, fault)
	}
	p.src, p.next = "", 0
}

func (p *packer) text(n byte, s *string) {
	if !p.field(n, *s == "") {
		return
	}
	if p.reading {
		*s = p.takeText(n)
		p.advance(n)
		return
	}
	p.putText(*s)
}

func (p *packer) bytes(n byte, b *[]byte) {
	if !p.field(n, len(*b) == 0) {
		return
	}
	if p.reading {
		*b = []byte(p.takeText(n))
		p.advance(n)
		return
	}
	p.dst = append(binary.AppendUvarint(p.dst, uint64(len(*b))), *b...)
}

func (p *packer) flag(n byte, set *bool) {
	if p.field(n, !*set) && p.reading {
		*set = true
		p.advance(n)
	}
}

// maybe is a flag of which also is known whether it was given.
func (p *packer) maybe(n byte, set **bool) {
	if !p.field(n, *set == nil) {
		return
	}
	if p.reading {
		is := p.takeNumber(n, 1) == 1
		*set = &is
		p.advance(n)
		return
	}
	var is byte
	if **set {
		is = 1
	}
	p.dst = append(p.dst, is)
}

func (p *packer) fixed(n byte, b []byte, empty bool) {
	if !p.field(n, empty) {
		return
	}
	if p.reading {
		copy(b, p.take(n, uint64(len(b))))
		p.advance(n)
		return
	}
	p.dst = append(p.dst, b...)
}

func (p *packer) uuid(n byte, id *uuid.UUID) { p.fixed(n, id[:], *id == uuid.Nil) }

// hash is a number whose bits are all alike: 8 bytes.
func (p *packer) hash(n byte, h *uint64) {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], *h)
	p.fixed(n, b[:], *h == 0)
	if p.reading {
		*h = binary.BigEndian.Uint64(b[:])
	}
}

func packNumber[T ~uint8 | ~uint64](p *packer, n byte, v *T) {
	if !p.field(n, *v == 0) {
		return
	}
	if p.reading {
		*v = T(p.takeNumber(n, uint64(^T(0))))
		p.advance(n)
		return
	}
	p.dst = binary.AppendUvarint(p.dst, uint64(*v))
}

func packSigned[T ~int | ~int32 | ~int64](p *packer, n byte, v *T) {
	if !p.field(n, *v == 0) {
		return
	}
	if p.reading {
		whole := p.takeSigned(n)
		if *v = T(whole); int64(*v) != whole {
			p.fail(n, "is out of its range")
		}
		p.advance(n)
		return
	}
	p.dst = binary.AppendVarint(p.dst, int64(*v))
}

func (p *packer) time(n byte, t *time.Time) {
	if !p.field(n, t.IsZero()) {
		return
	}
	if p.reading {
		*t = p.takeInstant(n)
		p.advance(n)
		return
	}
	p.putInstant(n, *t)
}

func (p *packer) texts(n byte, list *[]string) {
	if !p.field(n, len(*list) == 0) {
		return
	}
	if p.reading {
		*list = takeList(p, n, 1, func() string { return p.takeText(n) })
		p.advance(n)
		return
	}
	p.dst = binary.AppendUvarint(p.dst, uint64(len(*list)))
	for _, s := range *list {
		p.putText(s)
	}
}

func (p *packer) intervals(n byte, list *[]Interval) {
	if !p.field(n, len(*list) == 0) {
		return
	}
	if p.reading {
		*list = takeList(p, n, 4, func() Interval { return Interval{From: p.takeInstant(n), To: p.takeInstant(n)} })
		p.advance(n)
		return
	}
	p.dst = binary.AppendUvarint(p.dst, uint64(len(*list)))
	for _, span := range *list {
		p.putInstant(n, span.From)
		p.putInstant(n, span.To)
	}
}

func (p *packer) problems(n byte, list *Problems) {
	if !p.field(n, len(*list) == 0) {
		return
	}
	if p.reading {
		*list = takeList(p, n, 3, func() Problem {
			return Problem{Field: p.takeText(n), Code: p.takeText(n), Reason: p.takeText(n)}
		})
		p.advance(n)
		return
	}
	p.dst = binary.AppendUvarint(p.dst, uint64(len(*list)))
	for _, fault := range *list {
		p.putText(fault.Field)
		p.putText(fault.Code)
		p.putText(fault.Reason)
	}
}

// packNamed is a map, in the order of its names.
func packNamed[T ~uint8 | ~uint64](p *packer, n byte, m *map[string]T) {
	if !p.field(n, len(*m) == 0) {
		return
	}
	if p.reading {
		*m = make(map[string]T)
		for range p.takeCount(n, 2) {
			name := p.takeText(n)
			(*m)[name] = T(p.takeNumber(n, uint64(^T(0))))
		}
		p.advance(n)
		return
	}
	var room [32]string // for usual maps on the stack
	p.dst = binary.AppendUvarint(p.dst, uint64(len(*m)))
	for _, name := range sorted(slices.AppendSeq(room[:0], maps.Keys(*m))) {
		p.putText(name)
		p.dst = binary.AppendUvarint(p.dst, uint64((*m)[name]))
	}
}

func sorted(list []string) []string {
	slices.Sort(list)
	return list
}

func (p *packer) putText(s string) {
	p.dst = append(binary.AppendUvarint(p.dst, uint64(len(s))), s...)
}

// The instants that are written: the years that texts can express.
var (
	firstSecond = time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
	lastSecond  = time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC).Unix()
)

func (p *packer) putInstant(n byte, t time.Time) {
	if s := t.Unix(); s < firstSecond || s > lastSecond {
		p.fail(n, "is a time outside the years 0 to 9999")
	}
	p.dst = binary.AppendUvarint(binary.AppendVarint(p.dst, t.Unix()), uint64(t.Nanosecond()))
}

func (p *packer) takeInstant(n byte) time.Time {
	seconds := p.takeSigned(n)
	nanos := p.takeNumber(n, uint64(time.Second-1))
	if seconds < firstSecond || seconds > lastSecond {
		p.fail(n, "is a time outside the years 0 to 9999")
		return time.Time{}
	}
	return time.Unix(seconds, int64(nanos)).UTC()
}

func (p *packer) take(n byte, size uint64) string {
	if size > uint64(len(p.src)) {
		p.fail(n, "is longer than the record")
		return ""
	}
	s := p.src[:size]
	p.src = p.src[size:]
	return s
}

func (p *packer) takeText(n byte) string { return p.take(n, p.takeUvarint(n)) }

// takeCount is how many elements of at least size bytes follow.
func (p *packer) takeCount(n byte, size int) int {
	count := p.takeUvarint(n)
	if count > uint64(len(p.src)/size) {
		p.fail(n, "is longer than the record")
		return 0
	}
	return int(count)
}

// takeList reads a list of elements of at least size bytes.
func takeList[T any](p *packer, n byte, size int, element func() T) []T {
	const expected = 64 // more is believed as it is read
	count := p.takeCount(n, size)
	list := make([]T, 0, min(count, expected))
	for p.err == nil && len(list) < count {
		list = append(list, element())
	}
	return list
}

func (p *packer) takeNumber(n byte, highest uint64) uint64 {
	v := p.takeUvarint(n)
	if v > highest {
		p.fail(n, "is out of its range")
		return 0
	}
	return v
}

func (p *packer) takeSigned(n byte) int64 {
	v := p.takeUvarint(n)
	return int64(v>>1) ^ -int64(v&1)
}

func (p *packer) takeUvarint(n byte) uint64 {
	var v uint64
	for i := range min(len(p.src), binary.MaxVarintLen64) {
		c := p.src[i]
		v |= uint64(c&0x7f) << (7 * i)
		if c < 0x80 {
			if i == binary.MaxVarintLen64-1 && c > 1 {
				break
			}
			p.src = p.src[i+1:]
			return v
		}
	}
	p.fail(n, "does not end, or is no number")
	return 0
}
