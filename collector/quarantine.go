package collector

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/google/uuid"

	"haochaping/collector/spool"
	"haochaping/record"
)

// CodeQuarantined marks an accepted record that the warehouse would not take.
const CodeQuarantined = "quarantined"

// quarantine writes the record to its file, tells the warehouse's list of refused
// records, and lets the others go on.
func (s *Shipper) quarantine(ctx context.Context, r spool.Record, cause error) error {
	pause := s.newPause()
	for s.rejects >= maxRejects {
		// Only unreadable records come here: insert stops the others before.
		s.away(cause, "shipping stopped: record after record cannot be read; was the program replaced by an older one?", slog.LevelError)
		if !pause.wait(ctx) {
			return ctx.Err()
		}
	}
	s.rejects++
	path := filepath.Join(s.opts.Quarantine, fmt.Sprintf("%s-%d.json", s.token, r.Seq))
	for {
		err := s.putAside(path, r, cause)
		if err == nil {
			break
		}
		s.away(err, "shipping stopped: a refused record cannot be put aside", slog.LevelError)
		if !pause.wait(ctx) {
			return ctx.Err()
		}
	}
	s.opts.Logger.Error("record put aside: the warehouse refuses it for good", "seq", r.Seq, "kind", record.Kind(r.Kind).String(), "file", path, "error", cause)
	s.metrics.quarantined.Inc()
	s.mu.Lock()
	s.state.Quarantined++
	s.mu.Unlock()

	trace := record.Batch{Refused: []record.Refused{{
		ID: quarantineTrace(s.token, r.SpooledAt, r.ID), Kind: record.Kind(r.Kind), ReceivedAt: r.SpooledAt,
		Problems: record.Problems{{Code: CodeQuarantined, Reason: "accepted, but the warehouse would not take it; the whole record waits in the quarantine folder of the collector"}},
		Redacted: fmt.Sprintf(`{"bytes":%d}`, len(r.Payload)), Size: len(r.Payload),
	}}}
	err := s.insert(ctx, &trace, fmt.Sprintf("%s-%d-refused", s.token, r.Seq))
	switch {
	case isPermanent(err):
		// The file has the record; the list in the warehouse lacks it.
		s.opts.Logger.Error("record put aside is not on the list of refused records", "seq", r.Seq, "error", err)
	case err != nil:
		return err
	}
	return s.shipped(r.Seq, 0)
}

// quarantineTrace is the id under which the desk lists a record that was put aside.
func quarantineTrace(token string, spooledAt time.Time, id string) uuid.UUID {
	return record.DeriveID(spooledAt, "quarantined", token, id)
}

func (s *Shipper) putAside(path string, r spool.Record, cause error) error {
	if err := os.MkdirAll(s.opts.Quarantine, 0o700); err != nil {
		return fmt.Errorf("make quarantine folder: %w", err)
	}
	b, err := json.Marshal(Quarantined{
		Spool: s.token, Seq: r.Seq, Kind: record.Kind(r.Kind).String(), KindCode: r.Kind,
		ID: r.ID, SpooledAt: r.SpooledAt, Reason: cause.Error(), Payload: r.Payload,
	})
	if err != nil {
		return fmt.Errorf("put record %d aside: %w", r.Seq, err)
	}
	if err := writeDurable(path, b); err != nil {
		return fmt.Errorf("put record %d aside: %w", r.Seq, err)
	}
	return nil
}
