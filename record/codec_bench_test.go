package record_test

import (
	"encoding/json"
	"testing"

	"haochaping/record"
)

// benchText is a rating as kiosks send it.
func benchText(b *testing.B) []byte {
	b.Helper()
	in := benchRating(benchZone(b))
	in.ID, in.Level, in.Comment = someID, "5", "窗口人员很耐心，等了 25 分钟。"
	text, err := json.Marshal(&in)
	if err != nil {
		b.Fatal(err)
	}
	return text
}

// BenchmarkCodec takes a rating through each step of the intake and of the shipper,
// and beside them what encoding/json takes.
func BenchmarkCodec(b *testing.B) {
	d, rc, text := testDoor(), receipt(), benchText(b)
	d.Zone = benchZone(b)
	var in record.RatingInput
	if ps := record.Decode(text, &in); ps != nil {
		b.Fatal(ps)
	}
	r, ps := d.Rating(&in, rc)
	if ps != nil {
		b.Fatal(ps)
	}
	packed, err := record.Encode(&r)
	if err != nil {
		b.Fatal(err)
	}
	asJSON, err := json.Marshal(&r)
	if err != nil {
		b.Fatal(err)
	}
	room := make([]byte, 0, 4096)
	batch := record.Batch{Ratings: make([]record.Rating, 0, 1)}
	for _, bm := range []struct {
		name string
		size int
		step func() bool
	}{
		{"decode", len(text), func() bool { var in record.RatingInput; return record.Decode(text, &in) == nil }},
		{"decode_by_encoding_json", len(text), func() bool { var in record.RatingInput; return json.Unmarshal(text, &in) == nil }},
		{"encode", len(packed), func() bool { _, err := record.AppendEncode(room, &r); return err == nil }},
		{"encode_by_encoding_json", len(asJSON), func() bool { _, err := json.Marshal(&r); return err == nil }},
		{"batch", len(packed), func() bool { batch.Ratings = batch.Ratings[:0]; return batch.Decode(record.KindRating, packed) == nil }},
		{"batch_by_encoding_json", len(asJSON), func() bool { var r record.Rating; return json.Unmarshal(asJSON, &r) == nil }},
		{"intake", len(text), func() bool {
			var in record.RatingInput
			if record.Decode(text, &in) != nil {
				return false
			}
			rc := rc
			rc.Content = d.ContentHash(&in)
			r, ps := d.Rating(&in, rc)
			_, err := record.AppendEncode(room, &r)
			return ps == nil && err == nil
		}},
	} {
		b.Run(bm.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(bm.size))
			for b.Loop() {
				if !bm.step() {
					b.Fatal("a sound rating was refused")
				}
			}
		})
	}
}
