package warehouse

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"haochaping/calendar"
	"haochaping/edition"
)

// EditionDocument is a document of an edition as it is stored, and what it is about.
type EditionDocument struct {
	edition.Ref
	Draft      int
	Hash       string // SHA-256 of the canonical bytes, hexadecimal
	Sealed     bool   // Body is the signed file of a published edition, else the canonical bytes of a draft
	Scheme     string
	Period     calendar.Range
	DataHash   string
	Generation uint64
	At         time.Time
	Body       []byte
}

var editionDocumentColumns = []column[EditionDocument]{
	col("number", func(d *EditionDocument) string { return d.Number }),
	col("hash", func(d *EditionDocument) string { return d.Hash }),
	col("sealed", func(d *EditionDocument) uint8 {
		if d.Sealed {
			return 1
		}
		return 0
	}),
	col("revision", func(d *EditionDocument) uint32 { return uint32(d.Revision) }),
	col("draft", func(d *EditionDocument) uint32 { return uint32(d.Draft) }),
	col("scheme", func(d *EditionDocument) string { return d.Scheme }),
	dayCol("period_from", func(d *EditionDocument) calendar.Day { return d.Period.From }),
	dayCol("period_to", func(d *EditionDocument) calendar.Day { return d.Period.To }),
	col("data_hash", func(d *EditionDocument) string { return d.DataHash }),
	col("generation", func(d *EditionDocument) uint64 { return d.Generation }),
	timeCol("at", func(d *EditionDocument) time.Time { return d.At }),
	col("body", func(d *EditionDocument) string { return string(d.Body) }),
}

// editionRow is an event as it is stored.
type editionRow struct {
	*edition.Event
	body string
}

var editionEventColumns = []column[editionRow]{
	col("number", func(e *editionRow) string { return e.Number }),
	col("sequence", func(e *editionRow) uint32 { return uint32(e.Sequence) }),
	col("revision", func(e *editionRow) uint32 { return uint32(e.Revision) }),
	col("action", func(e *editionRow) string { return string(e.Action) }),
	col("by", func(e *editionRow) string { return e.By }),
	timeCol("at", func(e *editionRow) time.Time { return e.At }),
	col("body", func(e *editionRow) string { return e.body }),
}

// EditionLedgers are the ledgers of all editions, by number; or of one, empty if there is none of that number.
func (w *Warehouse) EditionLedgers(ctx context.Context, number string) ([]*edition.Ledger, error) {
	var numbers []string
	events := make(map[string][]edition.Event)
	err := w.each(ctx, "edition_events", params{"number": textParam(number)}, func(scan func(...any) error) error {
		var of, body string
		if err := scan(&of, &body); err != nil {
			return err
		}
		var e edition.Event
		if err := json.Unmarshal([]byte(body), &e); err != nil {
			return fmt.Errorf("an event of edition %s cannot be read: %w", of, err)
		}
		if events[of] == nil {
			numbers = append(numbers, of)
		}
		events[of] = append(events[of], e)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read editions: %w", err)
	}
	ledgers := make([]*edition.Ledger, len(numbers))
	for i, n := range numbers {
		ledgers[i] = edition.Fold(n, events[n])
	}
	return ledgers, nil
}

// EditionLedger is the ledger of one edition, without revisions if there is none of that number.
func (w *Warehouse) EditionLedger(ctx context.Context, number string) (*edition.Ledger, error) {
	if number == "" {
		return edition.Fold("", nil), nil
	}
	list, err := w.EditionLedgers(ctx, number)
	if err != nil || len(list) == 0 {
		return edition.Fold(number, nil), err
	}
	return list[0], nil
}

// EditionDocument is the bytes of a document, which are those that its hash was made of.
func (w *Warehouse) EditionDocument(ctx context.Context, number, hash string) (body []byte, err error) {
	list, err := collect[string](ctx, w, "edition_document", params{"number": textParam(number), "hash": textParam(hash)})
	switch {
	case err != nil:
		return nil, fmt.Errorf("read a document of edition %s: %w", number, err)
	case len(list) == 0:
		return nil, fmt.Errorf("read a document of edition %s: none has the SHA-256 %s", number, hash)
	}
	body = []byte(list[0])
	if found := edition.Hash(edition.Document(body)); found != hash {
		return nil, fmt.Errorf("read a document of edition %s: its SHA-256 is %s, not %s: the store was tampered with or is damaged", number, found, hash)
	}
	return body, nil
}

// EditionDocuments says what the documents of an edition, or of all with an empty number, are about. Their bytes are
// not read.
func (w *Warehouse) EditionDocuments(ctx context.Context, number string) (list []EditionDocument, err error) {
	err = w.each(ctx, "edition_documents", params{"number": textParam(number)}, func(scan func(...any) error) error {
		var d EditionDocument
		var sealed uint8
		var revision, draft uint32
		var from, to time.Time
		if err := scan(&d.Number, &d.Hash, &sealed, &revision, &draft, &d.Scheme, &from, &to, &d.DataHash, &d.Generation, &d.At); err != nil {
			return err
		}
		d.Sealed, d.Revision, d.Draft = sealed == 1, int(revision), int(draft)
		d.Period = calendar.Range{From: calendar.MakeDay(from.Date()), To: calendar.MakeDay(to.Date())}
		list = append(list, d)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read documents of editions: %w", err)
	}
	return list, nil
}

// AppendEdition puts events at the end of an edition's ledger: those that change returns for the ledger as it stands,
// with the documents that they name. Nobody else appends meanwhile; the rules of editions are applied, and if one
// refuses, nothing is stored. It returns the ledger as it then stands, read anew.
func (w *Warehouse) AppendEdition(ctx context.Context, number string,
	change func(*edition.Ledger) ([]edition.Event, []EditionDocument, error),
) (ledger *edition.Ledger, err error) {
	w.editing.Lock()
	defer w.editing.Unlock()
	leased, release, err := w.leaseNamed(ctx, leaseEditions)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, release()) }()
	if ledger, err = w.EditionLedger(leased, number); err != nil {
		return nil, err
	}
	events, documents, err := change(ledger)
	if err != nil || len(events) == 0 {
		return ledger, err
	}
	if events, err = ledger.Append(events...); err != nil {
		return nil, err
	}
	if err := insert(leased, w, "edition_documents", editionDocumentColumns, documents, ""); err != nil {
		return nil, err
	}
	rows, err := editionRows(events)
	if err != nil {
		return nil, err
	}
	if err := w.heldNamed(leased, leaseEditions); err != nil {
		return nil, err
	}
	if err := insert(leased, w, "edition_events", editionEventColumns, rows, ""); err != nil {
		return nil, err
	}
	if ledger, err = w.EditionLedger(leased, number); err != nil {
		return nil, err
	}
	return ledger, counted(ledger, rows)
}

func editionRows(events []edition.Event) ([]editionRow, error) {
	rows := make([]editionRow, len(events))
	for i := range events {
		events[i].At = events[i].At.UTC().Truncate(time.Millisecond)
		body, err := json.Marshal(&events[i])
		if err != nil {
			return nil, fmt.Errorf("store an event of edition %s: %w", events[i].Number, err)
		}
		rows[i] = editionRow{&events[i], string(body)}
	}
	return rows, nil
}

// counted fails if what was stored lost its place to somebody else, which only happens when the lease failed.
func counted(l *edition.Ledger, rows []editionRow) error {
	for i := range l.Void {
		body, err := json.Marshal(&l.Void[i])
		if err != nil {
			return err
		}
		if slices.ContainsFunc(rows, func(r editionRow) bool { return r.body == string(body) }) {
			return fmt.Errorf("edition %s was changed by another instance at the same moment: look at it again", l.Number)
		}
	}
	return nil
}
