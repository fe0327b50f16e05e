package collector

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"haochaping/record"
)

// Quarantined is a record that was accepted and that the warehouse refuses for
// good, or that cannot be read any more. It is kept whole in a file of its own:
// an accepted record is owed.
type Quarantined struct {
	Spool     string    `json:"spool"` // identity, hexadecimal
	Seq       uint64    `json:"seq"`   // in the spool
	Kind      string    `json:"kind"`
	KindCode  uint8     `json:"kind_code"`
	ID        string    `json:"id"`
	SpooledAt time.Time `json:"spooled_at"`
	Reason    string    `json:"reason"`
	Payload   []byte    `json:"payload"` // as encoded for the spool
}

// Name is the name of the record's file without its extension.
func (q *Quarantined) Name() string { return fmt.Sprintf("%s-%d", q.Spool, q.Seq) }

// Record is the record itself, decoded.
func (q *Quarantined) Record() (any, error) {
	return record.Decoded(record.Kind(q.KindCode), q.Payload)
}

// QuarantinedIn lists the records that were put aside in a folder, the oldest first.
func QuarantinedIn(dir string) ([]Quarantined, error) {
	files, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list quarantined records: %w", err)
	}
	var list []Quarantined
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".json") || strings.HasPrefix(f.Name(), ".") {
			continue
		}
		b, err := os.ReadFile(filepath.Join(dir, f.Name()))
		var q Quarantined
		if err == nil {
			err = json.Unmarshal(b, &q)
		}
		if err == nil && q.Name()+".json" != f.Name() {
			err = errors.New("it does not hold the record that its name says")
		}
		if err != nil {
			return nil, fmt.Errorf("read quarantined record %s: %w", f.Name(), err)
		}
		list = append(list, q)
	}
	slices.SortFunc(list, func(a, b Quarantined) int {
		return cmp.Or(a.SpooledAt.Compare(b.SpooledAt), cmp.Compare(a.Seq, b.Seq))
	})
	return list, nil
}

// Retried says what became of one quarantined record.
type Retried struct {
	Name, Kind, ID string
	Reason         string // why it still is in quarantine; empty = the warehouse has it
}

// RetryWarehouse takes what was put aside after all, and notes on the desk that it did.
// MarkReplayed may be repeated.
type RetryWarehouse interface {
	Warehouse
	MarkReplayed(ctx context.Context, ids []uuid.UUID, at time.Time) error
}

// RetryQuarantined offers the named records of a folder to the warehouse again, all of
// them without names, and removes the files of those that it took. It may be repeated:
// each record has the token under which it was first sent alone. An error that is not
// about one record ends it.
func RetryQuarantined(ctx context.Context, dir string, names []string, w RetryWarehouse) ([]Retried, error) {
	list, err := QuarantinedIn(dir)
	if err != nil {
		return nil, err
	}
	known := map[string]bool{}
	for i := range list {
		known[list[i].Name()] = true
	}
	for _, n := range names {
		if !known[n] {
			return nil, fmt.Errorf("retry quarantined records: there is none called %q", n)
		}
	}
	var done []Retried
	for i := range list {
		q := &list[i]
		if len(names) > 0 && !slices.Contains(names, q.Name()) {
			continue
		}
		r := Retried{Name: q.Name(), Kind: q.Kind, ID: q.ID}
		var batch record.Batch
		err := batch.Decode(record.Kind(q.KindCode), q.Payload)
		unreadable := err != nil
		if err == nil {
			err = w.Insert(ctx, &batch, fmt.Sprintf("%s-%d-%d", q.Spool, q.Seq, q.Seq))
		}
		if err == nil {
			err = w.MarkReplayed(ctx, []uuid.UUID{quarantineTrace(q.Spool, q.SpooledAt, q.ID)}, time.Now())
		}
		switch {
		case unreadable || isPermanent(err):
			r.Reason = err.Error()
		case err != nil:
			return done, fmt.Errorf("retry quarantined record %s: %w", q.Name(), err)
		default:
			// Only now that the warehouse has it for good.
			if err := os.Remove(filepath.Join(dir, q.Name()+".json")); err != nil {
				return done, fmt.Errorf("retry quarantined record %s: %w", q.Name(), err)
			}
		}
		done = append(done, r)
	}
	return done, nil
}
