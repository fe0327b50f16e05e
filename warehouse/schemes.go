package warehouse

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// StoredScheme is one version of an evaluation scheme as it was added.
type StoredScheme struct {
	ID, Version string
	Text        []byte // YAML; empty in a list of all schemes
	Hash        [32]byte
	AddedAt     time.Time
	AddedBy     string
}

// ErrSchemeTaken is that an id and version stand for another text already.
var ErrSchemeTaken = errors.New("is there already with another text: give the changed scheme a version of its own")

var schemeColumns = []column[StoredScheme]{
	col("id", func(s *StoredScheme) string { return s.ID }),
	col("version", func(s *StoredScheme) string { return s.Version }),
	col("text", func(s *StoredScheme) string { return string(s.Text) }),
	col("hash", func(s *StoredScheme) string { return string(s.Hash[:]) }),
	timeCol("added_at", func(s *StoredScheme) time.Time { return s.AddedAt }),
	col("added_by", func(s *StoredScheme) string { return s.AddedBy }),
}

// Schemes are the added versions of the scheme with an id, by version as text; with an empty id those of all schemes,
// without their texts.
func (w *Warehouse) Schemes(ctx context.Context, id string) (list []StoredScheme, err error) {
	rows, err := w.rows(ctx, "schemes", params{"id": textParam(id)})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var s StoredScheme
		var text, hash string
		if err := rows.Scan(&s.ID, &s.Version, &text, &hash, &s.AddedAt, &s.AddedBy); err != nil {
			return nil, fmt.Errorf("read schemes: %w", err)
		}
		s.Text = []byte(text)
		copy(s.Hash[:], hash)
		list = append(list, s)
	}
	return list, rows.Err()
}

// AddScheme keeps a version of a scheme for good; added is false if it is there already. It is [ErrSchemeTaken] if its
// id and version stand for another text, also where somebody else added that in the same moment: the earlier one
// counts.
func (w *Warehouse) AddScheme(ctx context.Context, s *StoredScheme) (added bool, err error) {
	if there, err := w.sameScheme(ctx, s); there || err != nil {
		return false, err
	}
	if err := insert(ctx, w, "schemes", schemeColumns, []StoredScheme{*s}, ""); err != nil {
		return false, err
	}
	return w.sameScheme(ctx, s)
}

// sameScheme reports whether the version of a scheme is there; with another text it is an error.
func (w *Warehouse) sameScheme(ctx context.Context, s *StoredScheme) (there bool, err error) {
	list, err := w.Schemes(ctx, s.ID)
	if err != nil {
		return false, err
	}
	for i := range list {
		if list[i].Version != s.Version {
			continue
		}
		if list[i].Hash != s.Hash {
			return false, fmt.Errorf("scheme %s@%s %w", s.ID, s.Version, ErrSchemeTaken)
		}
		return true, nil
	}
	return false, nil
}
