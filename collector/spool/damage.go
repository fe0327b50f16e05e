package spool

import (
	"errors"
	"fmt"
	"strings"
)

// Errors that a caller recognises.
var (
	// ErrFull: live records reached Options.MaxBytes or the file system has less
	// than Options.MinFree left. Nothing of the call was stored; try later.
	ErrFull = errors.New("spool is full")
	// ErrDamaged: bytes on disk are not what was written, or are missing.
	ErrDamaged = errors.New("spool is damaged")
	// ErrLocked: another process has the directory open.
	ErrLocked = errors.New("another process has the spool open")
	// ErrFailed: the disk refused a write or an fsync. The outcome of calls under
	// way is unknown to their senders, nothing more is accepted.
	ErrFailed = errors.New("spool has stopped after a failed write")
	// ErrClosed: Close was called.
	ErrClosed = errors.New("spool is closed")
	// ErrReadOnly: the spool was opened by OpenReadOnly.
	ErrReadOnly = errors.New("spool is open for reading only")
	// ErrInvalid: an entry is outside the limits of this package.
	ErrInvalid = errors.New("entry is not acceptable")
)

// Damage is one damaged place. It is an error for which
// errors.Is(err, ErrDamaged) holds.
type Damage struct {
	// Place names what is damaged: "records", "index", "log" or "witness".
	Place string
	// From and To are the first and the last sequence number concerned, both 0
	// where that cannot be known.
	From, To uint64
	// Detail says what was found, with file and offset where these are known.
	Detail string
}

// Error is one sentence with place and extent.
func (d *Damage) Error() string {
	if d.From == 0 && d.To == 0 {
		return fmt.Sprintf("%s damaged: %s", d.Place, d.Detail)
	}
	return fmt.Sprintf("%s %d to %d damaged (%d): %s", d.Place, d.From, d.To, d.To-d.From+1, d.Detail)
}

// Is makes errors.Is(d, ErrDamaged) true.
func (d *Damage) Is(target error) bool { return target == ErrDamaged }

// oneLine is an error's text without what the store appends on further lines.
func oneLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}
