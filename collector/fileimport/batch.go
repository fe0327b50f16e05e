package fileimport

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"
	"slices"

	"github.com/google/uuid"

	"haochaping/record"
)

// sortBatch orders the records by day, so that an insert touches each part of the
// tables once, then by id.
func sortBatch(b *record.Batch) {
	slices.SortFunc(b.Ratings, func(x, y record.Rating) int {
		return cmp.Or(cmp.Compare(x.EventDay, y.EventDay), bytes.Compare(x.ID[:], y.ID[:]))
	})
	slices.SortFunc(b.Cases, func(x, y record.Case) int {
		return cmp.Or(cmp.Compare(x.AcceptedDay, y.AcceptedDay), cmp.Compare(x.CaseID, y.CaseID), cmp.Compare(x.Version, y.Version))
	})
	slices.SortFunc(b.Prompts, func(x, y record.Prompt) int {
		return cmp.Or(cmp.Compare(x.EventDay, y.EventDay), bytes.Compare(x.ID[:], y.ID[:]))
	})
	slices.SortFunc(b.FollowUps, func(x, y record.FollowUp) int {
		return cmp.Or(x.At.Compare(y.At), bytes.Compare(x.ID[:], y.ID[:]))
	})
	slices.SortStableFunc(b.Tallies, func(x, y record.Tally) int { return cmp.Compare(x.To, y.To) })
}

// batchToken names a batch by what is in it, without the time of the import: a
// repeated import offers the same batches under the same names. The translated values
// are part of it, so that an import with a corrected code map is another one.
func batchToken(b *record.Batch) string {
	h := sha256.New()
	for i := range b.Ratings {
		hashRecord(h, record.KindRating, b.Ratings[i].ID, b.Ratings[i].ContentHash, b.Ratings[i].CodeMap, string('0'+rune(b.Ratings[i].Level)), string(b.Ratings[i].Channel))
	}
	for i := range b.Cases {
		hashRecord(h, record.KindCase, b.Cases[i].ID(), b.Cases[i].ContentHash)
	}
	for i := range b.Prompts {
		hashRecord(h, record.KindPrompt, b.Prompts[i].ID, b.Prompts[i].ContentHash)
	}
	for i := range b.FollowUps {
		hashRecord(h, record.KindFollowUp, b.FollowUps[i].ID, b.FollowUps[i].ContentHash)
	}
	for i := range b.Tallies {
		hashRecord(h, record.KindTally, b.Tallies[i].ID(), b.Tallies[i].ContentHash, string('0'+rune(b.Tallies[i].Level)), string(b.Tallies[i].Channel))
	}
	for i := range b.Refused {
		hashRecord(h, record.KindRefused, b.Refused[i].ID, uint64(len(b.Refused[i].Problems)))
	}
	return "import-" + hex.EncodeToString(h.Sum(nil)[:16])
}

// hashRecord adds a record. hash.Hash never returns an error.
func hashRecord(h hash.Hash, kind record.Kind, id uuid.UUID, content uint64, translated ...string) {
	var buf [25]byte
	buf[0] = byte(kind)
	copy(buf[1:], id[:])
	binary.BigEndian.PutUint64(buf[17:], content)
	h.Write(buf[:])
	for _, text := range translated {
		h.Write([]byte(text))
		h.Write([]byte{0})
	}
}

// clearBatch empties a batch and keeps its room.
func clearBatch(b *record.Batch) {
	clear(b.Ratings)
	clear(b.Cases)
	clear(b.Prompts)
	clear(b.FollowUps)
	clear(b.Tallies)
	clear(b.Refused)
	*b = record.Batch{
		Ratings: b.Ratings[:0], Cases: b.Cases[:0], Prompts: b.Prompts[:0],
		FollowUps: b.FollowUps[:0], Tallies: b.Tallies[:0], Refused: b.Refused[:0],
	}
}
