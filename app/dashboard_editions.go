package app

import (
	"context"

	"haochaping/edition"
	"haochaping/evaluation/scheme"
	"haochaping/warehouse"
)

// editionPages is what the pages read of editions.
type editionPages struct{ app *App }

// Ledgers are the ledgers of all editions, and what their revisions are about.
func (p editionPages) Ledgers(ctx context.Context) ([]*edition.Ledger, []edition.Head, error) {
	w, err := p.app.store.get()
	if err != nil {
		return nil, nil, err
	}
	ledgers, err := w.EditionLedgers(ctx, "")
	if err != nil {
		return nil, nil, err
	}
	documents, err := w.EditionDocuments(ctx, "")
	if err != nil {
		return nil, nil, err
	}
	type key struct{ number, hash string }
	about := make(map[key]*warehouse.EditionDocument, len(documents))
	for i := range documents {
		about[key{documents[i].Number, documents[i].Hash}] = &documents[i]
	}
	var heads []edition.Head
	for _, l := range ledgers {
		for i := range l.Revisions {
			r := &l.Revisions[i]
			if d := about[key{l.Number, r.Content()}]; d != nil {
				heads = append(heads, edition.Head{Ref: r.Ref, SchemeID: d.Scheme, Period: d.Period, State: r.State, DataHash: d.DataHash})
			}
		}
	}
	return ledgers, heads, nil
}

// SchemeNames are the names of schemes by their ids, of the newest version.
func (p editionPages) SchemeNames(ctx context.Context) (map[string]scheme.Text, error) {
	list, err := p.app.listSchemes(ctx, &nothing{})
	if err != nil {
		return nil, err
	}
	names := make(map[string]scheme.Text, len(list))
	for i := range list {
		if _, ok := names[list[i].ID]; !ok {
			names[list[i].ID] = list[i].Name
		}
	}
	return names, nil
}

// File is the file of a document, whose hash the store has checked.
func (p editionPages) File(ctx context.Context, number, hash string) ([]byte, error) {
	w, err := p.app.store.get()
	if err != nil {
		return nil, err
	}
	return w.EditionDocument(ctx, number, hash)
}
