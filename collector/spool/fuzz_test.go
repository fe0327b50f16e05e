package spool

import (
	"bytes"
	"testing"

	"github.com/google/uuid"
)

// encoded is a record's value as Append writes it.
func encoded(e Entry, seq, total uint64) []byte {
	v := make([]byte, recordSize(e))
	head := encodeHead(e, testTime)
	putRecord(v, e, head[:], recordSum(head[:], e), seq, total)
	return v
}

// What decodes is exactly what was written under that number: nothing else has the right
// checksum and the right shape.
func FuzzDecodeRecord(f *testing.F) {
	for _, e := range []Entry{entry(uuid7(1), 1), entry("x", 0), {ID: "y", Kind: 255}} {
		v := encoded(e, 7, 1000)
		f.Add(uint64(7), v)
		f.Add(uint64(8), v)
		f.Add(uint64(7), v[:len(v)-1])
		f.Add(uint64(7), append([]byte{2}, v[1:]...))
	}
	f.Add(uint64(0), []byte{})
	f.Add(uint64(1), make([]byte, recordHeader+recordTrailer))
	f.Fuzz(func(t *testing.T, seq uint64, v []byte) {
		// A value with a checksum that fits reaches the checks behind it.
		for _, sealed := range [][]byte{v, reseal(seq, v)} {
			r, total, err := decodeRecord(seq, sealed)
			if err != nil {
				continue
			}
			e := Entry{ID: r.ID, Kind: r.Kind, Content: r.Content, Payload: r.Payload}
			again := make([]byte, recordSize(e))
			head := encodeHead(e, r.SpooledAt)
			putRecord(again, e, head[:], recordSum(head[:], e), seq, total)
			if r.Seq != seq || !bytes.Equal(again, sealed) {
				t.Errorf("record %d: %x decodes, and encodes as %x", seq, sealed, again)
			}
			if _, _, err := decodeRecord(seq+1, sealed); err == nil {
				t.Errorf("the value of record %d is taken for that of %d", seq, seq+1)
			}
		}
	})
}

// reseal gives a value the checksum that its bytes ask for.
func reseal(seq uint64, v []byte) []byte {
	if len(v) < recordHeader+recordTrailer {
		return v
	}
	v = bytes.Clone(v)
	body, trailer := v[:len(v)-recordTrailer], v[len(v)-recordTrailer:]
	sum := sealSum(recordSum(body, Entry{}), trailer[:8], seq)
	copy(trailer[8:], []byte{byte(sum >> 24), byte(sum >> 16), byte(sum >> 8), byte(sum)})
	return v
}

func FuzzDecodeIndex(f *testing.F) {
	v := make([]byte, indexValueLen)
	putIndex(v, known{seq: 1 << 40, content: [16]byte{1, 2}, day: 20_000})
	f.Add(v)
	f.Add(v[1:])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, v []byte) {
		k, err := decodeIndex(v)
		if err != nil {
			return
		}
		again := make([]byte, indexValueLen)
		if putIndex(again, k); !bytes.Equal(again, v) {
			t.Errorf("%x decodes as %+v, and encodes as %x", v, k, again)
		}
	})
}

func FuzzDecodeMarks(f *testing.F) {
	f.Add(encodeMark(mark{3, 4}), encodeWitness(witnessMark{id: [16]byte{1}, seq: 5}), recordKey(9))
	f.Add([]byte{}, make([]byte, witnessLen), []byte{spaceRecord})
	f.Fuzz(func(t *testing.T, m, w, key []byte) {
		if got, err := decodeMark(m); err == nil && !bytes.Equal(encodeMark(got), m) {
			t.Errorf("mark %x decodes as %+v", m, got)
		}
		if seq, err := decodeRecordKey(key); err == nil && !bytes.Equal(recordKey(seq), key) {
			t.Errorf("key %x decodes as %d", key, seq)
		}
		if len(w) == witnessLen {
			if got, ok := decodeWitness(w); ok && !bytes.Equal(encodeWitness(got), w) {
				t.Errorf("witness %x decodes as %+v", w, got)
			}
		}
	})
}

// Two ids share a key only if they are the same, byte for byte, and a UUID is known as
// one exactly in the one spelling that its bytes are written in.
func FuzzIndexKey(f *testing.F) {
	f.Add(uuid7(1), uuid7(2))
	f.Add("01970a3e-5a00-4c3a-9d52-6f1b2c3d4e5f", "01970A3E-5A00-4C3A-9D52-6F1B2C3D4E5F")
	f.Add("01970a3e-5a00-7c3a-1d52-6f1b2c3d4e5f", "01970a3e-5a00-7c3a-9d52-6f1b2c3d4e5f")
	f.Add("x", "tx")
	f.Fuzz(func(t *testing.T, a, b string) {
		if (a == b) != bytes.Equal(appendIndexKey(nil, 1, a), appendIndexKey(nil, 1, b)) {
			t.Errorf("%q and %q: keys %x and %x", a, b, appendIndexKey(nil, 1, a), appendIndexKey(nil, 1, b))
		}
		u, timed, ok := uuidID(a)
		want, err := uuid.Parse(a)
		if canonical := err == nil && want.String() == a; ok != canonical {
			t.Errorf("%q is taken for a UUID: %v", a, ok)
		}
		if ok && (want != uuid.UUID(u) || timed != ((want.Version() == 7 || want.Version() == 8) && want.Variant() == uuid.RFC4122)) {
			t.Errorf("%q is read as %x, time-ordered: %v", a, u, timed)
		}
	})
}
