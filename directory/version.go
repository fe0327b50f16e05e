package directory

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"
	"time"
)

// hash digests the sorted content. Every text is preceded by its length, so that no two contents
// read the same.
func (d *Directory) hash() string {
	w := digest{hash: sha256.New(), buf: make([]byte, 0, digestBuffer+1024)}
	w.count("regions", len(d.regions))
	for i := range d.regions {
		r := &d.regions[i]
		w.text(r.Code, r.Name, r.NameRaw, r.NameEN, r.Parent, r.LevelName)
		w.flag(r.Placeholder)
		w.days(r.ValidFrom, r.ValidTo)
		w.count("aliases", len(r.Aliases))
		w.text(r.Aliases...)
	}
	w.count("halls", len(d.halls))
	for i := range d.halls {
		h := &d.halls[i]
		w.text(h.Code, h.Name, h.NameRaw, h.NameEN, h.Region, h.Kind, h.OpeningHours)
		w.days(h.ValidFrom, h.ValidTo)
	}
	w.count("windows", len(d.windows))
	for i := range d.windows {
		n := &d.windows[i]
		w.text(n.Hall, n.Code, n.Name, n.NameRaw, n.NameEN)
		w.days(n.ValidFrom, n.ValidTo)
	}
	w.count("departments", len(d.departments))
	for i := range d.departments {
		p := &d.departments[i]
		w.text(p.Code, p.Name, p.NameRaw, p.NameEN, p.Region, p.Line)
		w.days(p.ValidFrom, p.ValidTo)
	}
	w.count("items", len(d.items))
	for i := range d.items {
		n := &d.items[i]
		w.text(n.Code, n.Name, n.NameRaw, n.NameEN, n.Department, n.Kind)
		w.days(n.ValidFrom, n.ValidTo)
	}
	w.count("successors", len(d.successors))
	for _, s := range d.successors {
		w.text(string(s.Kind), s.From, s.To)
		w.days(s.On)
	}
	return w.sum()
}

const digestBuffer = 64 << 10

// digest feeds a hash through a buffer: a call of the hash per field would cost more than hashing.
type digest struct {
	hash hash.Hash
	buf  []byte
}

func (w *digest) count(name string, n int) {
	w.text(name)
	w.buf = binary.AppendVarint(w.buf, int64(n))
}

func (w *digest) text(fields ...string) {
	for _, s := range fields {
		w.buf = binary.AppendUvarint(w.buf, uint64(len(s)))
		w.buf = append(w.buf, s...)
		if len(w.buf) >= digestBuffer {
			w.flush()
		}
	}
}

func (w *digest) flag(b bool) {
	if b {
		w.buf = append(w.buf, 1)
		return
	}
	w.buf = append(w.buf, 0)
}

func (w *digest) days(times ...time.Time) {
	for _, t := range times {
		w.buf = binary.AppendVarint(w.buf, t.Unix())
	}
}

func (w *digest) flush() {
	// A hash never returns an error.
	_, _ = w.hash.Write(w.buf)
	w.buf = w.buf[:0]
}

func (w *digest) sum() string {
	w.flush()
	return hex.EncodeToString(w.hash.Sum(nil))
}
