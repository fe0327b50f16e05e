package warehouse_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"haochaping/calendar"
	"haochaping/edition"
	"haochaping/warehouse"
)

const editionNumber = "counties-2026-06-01"

func editionEvent(action edition.Action, by string) edition.Event {
	return edition.Event{Action: action, By: by, At: time.Date(2026, 7, 2, 3, 4, 5, 678_901_234, time.UTC), Day: calendar.MakeDay(2026, 7, 2)}
}

func editionDraft(body string) (edition.Event, warehouse.EditionDocument) {
	e := editionEvent(edition.Create, "王芳")
	e.Hash = edition.Hash([]byte(body))
	return e, warehouse.EditionDocument{
		Ref: edition.Ref{Number: editionNumber, Revision: 1}, Draft: 1, Hash: e.Hash, Scheme: "counties",
		Period:   calendar.Range{From: calendar.MakeDay(2026, 6, 1), To: calendar.MakeDay(2026, 6, 30)},
		DataHash: strings.Repeat("ab", 32), Generation: 7, At: e.At.Truncate(time.Millisecond), Body: []byte(body),
	}
}

// What was appended is read back as it was, and what the rules refuse is not stored.
func TestEditions(t *testing.T) {
	w, _ := open(t)
	ctx := t.Context()
	e, d := editionDraft(`{"a":"一 'b' \\ \t"}`)
	ledger, err := w.AppendEdition(ctx, editionNumber, func(*edition.Ledger) ([]edition.Event, []warehouse.EditionDocument, error) {
		return []edition.Event{e}, []warehouse.EditionDocument{d}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	body, err := w.EditionDocument(ctx, editionNumber, d.Hash)
	if err != nil || string(body) != string(d.Body) {
		t.Errorf("the document is %q, %v", body, err)
	}
	list, err := w.EditionDocuments(ctx, "")
	if err != nil {
		t.Fatal(err)
	}
	want := d
	want.Body = nil
	if diff := cmp.Diff([]warehouse.EditionDocument{want}, list); diff != "" {
		t.Error(diff)
	}
	_, err = w.AppendEdition(ctx, editionNumber, func(*edition.Ledger) ([]edition.Event, []warehouse.EditionDocument, error) {
		return []edition.Event{editionEvent(edition.Publish, "赵敏")}, nil, nil
	})
	if !errors.Is(err, edition.ErrRefused) {
		t.Errorf("a draft is published: %v", err)
	}
	again, err := w.EditionLedger(ctx, editionNumber)
	if err != nil {
		t.Fatal(err)
	}
	if r := again.Last(); r.State != edition.Draft || r.Steps[0].At != e.At.Truncate(time.Millisecond) || len(again.Void) > 0 || ledger.Last().Drafts[0] != d.Hash {
		t.Errorf("the ledger is %+v", again)
	}
	if _, err := w.EditionDocument(ctx, editionNumber, strings.Repeat("0", 64)); err == nil {
		t.Error("a document that is not there is read")
	}
	if none, err := w.EditionLedger(ctx, "none-2026-06-01"); err != nil || none.Last() != nil {
		t.Errorf("an edition that is not there: %v, %v", none, err)
	}
}

// Two instances append at once, many times: every event has its own place, none is lost, none is void.
func TestEditionsOfTwoInstances(t *testing.T) {
	one, options := open(t)
	ctx := t.Context()
	two, err := warehouse.Open(ctx, options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := two.Close(); err != nil {
			t.Error(err)
		}
	})
	e, d := editionDraft(`{}`)
	opened := editionEvent(edition.Open, "王芳")
	opened.Until = opened.Day + 5
	if _, err := one.AppendEdition(ctx, editionNumber, func(*edition.Ledger) ([]edition.Event, []warehouse.EditionDocument, error) {
		return []edition.Event{e, opened}, []warehouse.EditionDocument{d}, nil
	}); err != nil {
		t.Fatal(err)
	}
	const each = 4
	var wg sync.WaitGroup
	for i, w := range []*warehouse.Warehouse{one, two} {
		wg.Go(func() {
			for range each {
				objection := editionEvent(edition.Object, []string{"甲县", "乙县"}[i])
				objection.Unit, objection.Text = "440101", "数字不对"
				if _, err := w.AppendEdition(ctx, editionNumber, func(*edition.Ledger) ([]edition.Event, []warehouse.EditionDocument, error) {
					return []edition.Event{objection}, nil, nil
				}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	l, err := two.EditionLedger(ctx, editionNumber)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(l.Last().Objections); n != 2*each || len(l.Void) > 0 {
		t.Errorf("%d objections, %d void", n, len(l.Void))
	}
}
