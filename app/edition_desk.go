package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"haochaping/dashboard"
	"haochaping/edition"
	"haochaping/evaluation/scheme"
)

// editionDesk takes steps of editions for the workbench: the same calls as the commands make. Drafts are drawn one
// after the other by its own loop, so that no page has to wait for one.
type editionDesk struct {
	app *App

	mu    sync.Mutex
	list  []*drawing    // the oldest first
	woken chan struct{} // something waits to be drawn
}

// drawing is a draft that was asked for; editionDesk.mu guards it.
type drawing struct {
	dashboard.Drawing
	done chan struct{} // closed when it has ended
}

// Bounds of drawings.
const (
	drawingsKept    = 20 // that have ended
	drawingsWaiting = 8
	drawingLasts    = 30 * time.Minute // at most
)

func newEditionDesk(a *App) *editionDesk {
	return &editionDesk{app: a, woken: make(chan struct{}, 1)}
}

// Schemes are all versions of all schemes that can be read, by id, then the newest first.
func (d *editionDesk) Schemes(ctx context.Context) ([]*scheme.Scheme, error) {
	entries, err := d.app.listSchemes(ctx, &nothing{})
	if err != nil {
		return nil, err
	}
	var list []*scheme.Scheme
	for i := range entries {
		s, err := d.app.scheme(ctx, SchemeRef{Name: entries[i].ID + "@" + entries[i].Version})
		if err != nil {
			d.app.log.Debug("a scheme cannot be read: no edition is drawn up by it", "scheme", entries[i].ID, "version", entries[i].Version, "error", err)
			continue
		}
		list = append(list, s)
	}
	return list, nil
}

// Due are the editions that are to be drawn up today.
func (d *editionDesk) Due(ctx context.Context) ([]edition.Task, error) {
	tasks, _, err := d.app.editionTasks(ctx)
	return tasks, err
}

// ObjectionDays is how many working days an objection period lasts unless somebody says otherwise.
func (d *editionDesk) ObjectionDays() int { return d.app.cfg.Edition.ObjectionDays }

// Step has events happen to a revision, all or none.
func (d *editionDesk) Step(ctx context.Context, ref edition.Ref, days *int, events ...edition.Event) error {
	_, err := d.app.stepEdition(ctx, &EditionStep{Ref: ref, Events: events, Days: days})
	return err
}

// Publish signs the newest revision of an edition and publishes it.
func (d *editionDesk) Publish(ctx context.Context, number, by string) error {
	_, err := d.app.publishEdition(ctx, &EditionDraw{Number: number, By: by})
	return err
}

// Parts are the extracts of a draft, by the codes of its units.
func (d *editionDesk) Parts(ctx context.Context, ref edition.Ref, lang string) (map[string]string, error) {
	list, err := d.app.editionParts(ctx, &EditionView{Ref: ref, Language: lang})
	parts := make(map[string]string, len(list))
	for _, p := range list {
		parts[p.Code] = p.Text
	}
	return parts, err
}

// Drawable says why a draft cannot be drawn; nil if it can.
func (d *editionDesk) Drawable(ctx context.Context, in dashboard.DrawOrder) error { //nolint:gocritic // once a click
	if in.Number != "" {
		_, err := d.app.drawable(ctx, &EditionDraw{Number: in.Number, By: in.By, Note: in.Note}, in.Action)
		return err
	}
	s, err := d.app.scheme(ctx, SchemeRef{Name: in.Scheme})
	if err != nil {
		return err
	}
	_, err = d.app.creatable(ctx, s, &EditionCreate{Period: in.Period, Another: in.Another})
	return err
}

// Drawings are the drafts that were asked for here and have not been forgotten, the newest first.
func (d *editionDesk) Drawings() []dashboard.Drawing {
	d.mu.Lock()
	defer d.mu.Unlock()
	list := make([]dashboard.Drawing, 0, len(d.list))
	for _, one := range slices.Backward(d.list) {
		list = append(list, one.Drawing)
	}
	return list
}

// Draw asks for a draft, and waits until it is drawn or ctx ends; the drawing goes on. What is waiting or being drawn
// already is not drawn twice.
func (d *editionDesk) Draw(ctx context.Context, in dashboard.DrawOrder) (dashboard.Drawing, error) { //nolint:gocritic // once a click
	one, err := d.enqueue(&in)
	if err != nil {
		return dashboard.Drawing{}, err
	}
	select {
	case <-one.done:
	case <-ctx.Done():
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return one.Drawing, nil
}

func (d *editionDesk) enqueue(in *dashboard.DrawOrder) (*drawing, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, one := range d.list {
		if one.Ended.IsZero() && one.Same(in) {
			return one, nil
		}
	}
	if waiting := d.unfinished(); waiting >= drawingsWaiting {
		return nil, edition.Refuse("已有 %d 份草稿在等待起草：请等其中一份完成后再试", "%d drafts wait to be drawn: try again when one of them is done", waiting)
	}
	one := &drawing{Drawing: dashboard.Drawing{DrawOrder: *in, Ordered: d.app.clock()}, done: make(chan struct{})}
	d.list = append(d.list, one)
	select {
	case d.woken <- struct{}{}:
	default: // the loop is to look already
	}
	return one, nil
}

// waiting is how many drawings have not ended.
func (d *editionDesk) waiting() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.unfinished()
}

func (d *editionDesk) unfinished() (n int) {
	for _, one := range d.list {
		if one.Ended.IsZero() {
			n++
		}
	}
	return n
}

// run draws what is asked for until it is stopped.
func (d *editionDesk) run(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-d.woken:
		}
		for one := d.begin(); one != nil; one = d.begin() {
			d.draw(ctx, one)
		}
	}
}

// begin is the drawing whose turn it is; nil if none waits.
func (d *editionDesk) begin() *drawing {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, one := range d.list {
		if one.Began.IsZero() {
			one.Began = d.app.clock()
			return one
		}
	}
	return nil
}

func (d *editionDesk) draw(ctx context.Context, one *drawing) {
	ctx, cancel := context.WithTimeout(ctx, drawingLasts)
	defer cancel()
	began := time.Now()
	entry, err := d.drawn(ctx, &one.DrawOrder)
	if err != nil && !errors.Is(err, edition.ErrRefused) {
		d.app.log.Error("an edition could not be drawn up", "number", one.Number, "scheme", one.Scheme, "period", one.Period, "error", err)
	} else if err == nil {
		d.app.log.Info("edition drawn up", "edition", entry.Ref, "draft", entry.Draft, "unchanged", entry.Unchanged, "took", time.Since(began))
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	one.Ended, one.Err = d.app.clock(), err
	one.Ref, one.Draft, one.Units, one.Changed, one.Unchanged = entry.Ref, entry.Draft, entry.Units, entry.Changed, entry.Unchanged
	close(one.done)
	if n := len(d.list) - drawingsKept - drawingsWaiting; n > 0 {
		d.list = slices.Delete(d.list, 0, n)
	}
}

func (d *editionDesk) drawn(ctx context.Context, in *dashboard.DrawOrder) (EditionEntry, error) {
	again := &EditionDraw{Number: in.Number, By: in.By, Note: in.Note}
	switch {
	case in.Number == "":
		return d.app.createEdition(ctx, &EditionCreate{Scheme: SchemeRef{Name: in.Scheme}, Period: in.Period, By: in.By, Another: in.Another})
	case in.Action == edition.Create:
		return d.app.reviseEdition(ctx, again)
	case in.Action == edition.Redraw:
		return d.app.redrawEdition(ctx, again)
	}
	return EditionEntry{}, fmt.Errorf("%q draws nothing", in.Action)
}
