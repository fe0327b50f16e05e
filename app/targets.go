package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"haochaping/directory"
	"haochaping/evaluation"
	"haochaping/evaluation/scheme"
	"haochaping/export"
)

// TargetChange sets or removes the target of an indicator for a unit and a year.
type TargetChange struct {
	evaluation.TargetKey
	Remove   bool
	Value    string // as people write it, see [evaluation.TargetIndicator.ParseTarget]
	Document string
	By       string // who does it
}

// TargetCall asks for targets as a file: table, csv or json.
type TargetCall struct {
	Year      int // 0 = all
	Indicator string
	Kind      directory.Kind
	Unit      string
	History   bool // every version, not the newest alone
	Lang      string
	Format    string
}

func (a *App) targetCommands(mux *http.ServeMux) {
	command(mux, "set-target", a.setTarget)
	file(mux, "targets", a.writeTargets)
}

// targetIndicators are the indicators that can have targets: those of the product, then the leaves of the newest
// versions of schemes that are none of them. Of several leaves with one id the first counts.
func (a *App) targetIndicators(ctx context.Context) ([]evaluation.TargetIndicator, error) {
	list := evaluation.TargetIndicators()
	schemes, err := a.newestSchemes(ctx)
	if err != nil {
		return nil, err
	}
	known := make(map[string]bool, len(list))
	for _, i := range list {
		known[i.ID] = true
	}
	var walk func(n *scheme.Node)
	walk = func(n *scheme.Node) {
		if n.Leaf() && !known[n.ID] {
			known[n.ID] = true
			i := evaluation.TargetIndicator{ID: n.ID, NameZH: n.Name.ZH, NameEN: n.Name.EN, Unit: n.Unit, Direction: n.Direction}
			if ind, ok := evaluation.IndicatorByID(n.ID); ok {
				i = evaluation.TargetOf(ind)
			}
			list = append(list, i)
		}
		for c := range n.Children {
			walk(&n.Children[c])
		}
	}
	for _, s := range schemes {
		walk(&s.Root)
	}
	return list, nil
}

func (a *App) setTarget(ctx context.Context, in *TargetChange) (evaluation.Target, error) {
	t := evaluation.Target{TargetKey: in.TargetKey, Removed: in.Remove, Document: strings.TrimSpace(in.Document)}
	w, err := a.store.get()
	if err != nil {
		return t, err
	}
	var ok bool
	if t.Unit, ok = targetUnit(w.Directory(), t.Kind, t.Unit); !ok {
		return t, fmt.Errorf("the directory has no %s %q: see haochaping directory", t.Kind, in.Unit)
	}
	if in.Remove {
		if _, err := w.ReloadTargets(ctx); err != nil {
			return t, err
		}
		if _, there := w.Targets().Find(t.TargetKey); !there {
			return t, fmt.Errorf("there is no target of %s for %s %s in %d: see haochaping target list", t.Indicator, t.Kind, t.Unit, t.Year)
		}
	} else if t.Value, err = a.targetValue(ctx, t.Indicator, in.Value); err != nil {
		return t, err
	}
	return t, w.StoreTargets(ctx, []evaluation.Target{t}, in.By, time.Now())
}

func (a *App) targetValue(ctx context.Context, id, text string) (float64, error) {
	list, err := a.targetIndicators(ctx)
	if err != nil {
		return 0, err
	}
	at := slices.IndexFunc(list, func(i evaluation.TargetIndicator) bool { return i.ID == id })
	if at < 0 {
		ids := make([]string, len(list))
		for i := range list {
			ids[i] = list[i].ID
		}
		return 0, fmt.Errorf("there is no indicator %q; there are %s", id, strings.Join(ids, ", "))
	}
	v, err := list[at].ParseTarget(text)
	if err != nil {
		return 0, fmt.Errorf("value %q: %w", text, err)
	}
	return v, nil
}

// targetUnit is the code of a unit as the directory spells it.
func targetUnit(dir *directory.Directory, kind directory.Kind, code string) (string, bool) {
	switch kind {
	case directory.KindRegion:
		r, ok := dir.Region(code)
		return r.Code, ok
	case directory.KindDepartment:
		d, ok := dir.Department(code)
		return d.Code, ok
	case directory.KindHall:
		h, ok := dir.Hall(code)
		return h.Code, ok
	}
	return code, false
}

func (a *App) writeTargets(ctx context.Context, in *TargetCall, out io.Writer) error {
	w, err := a.store.get()
	if err != nil {
		return err
	}
	var list []evaluation.Target
	if in.History {
		list, err = w.TargetHistory(ctx, in.Year)
	} else if _, err = w.ReloadTargets(ctx); err == nil {
		list = slices.Clone(w.Targets().All())
	}
	if err != nil {
		return err
	}
	list = slices.DeleteFunc(list, func(t evaluation.Target) bool {
		return in.Year != 0 && t.Year != in.Year || in.Indicator != "" && t.Indicator != in.Indicator || in.Kind != "" && t.Kind != in.Kind ||
			in.Unit != "" && t.Unit != in.Unit
	})
	indicators, err := a.targetIndicators(ctx)
	if err != nil {
		return err
	}
	return export.Targets(out, list, indicators, in.Format, in.Lang, a.cfg.Timezone.Location)
}

// targetPages is targets for the pages.
type targetPages struct{ app *App }

// Targets are the targets in force that this process has loaded.
func (t targetPages) Targets() *evaluation.Targets {
	if w := t.app.store.opened.Load(); w != nil {
		return w.Targets()
	}
	return nil
}

// Indicators are the indicators that can have targets.
func (t targetPages) Indicators(ctx context.Context) ([]evaluation.TargetIndicator, error) {
	return t.app.targetIndicators(ctx)
}

// History is every version of the targets of a year.
func (t targetPages) History(ctx context.Context, year int) ([]evaluation.Target, error) {
	w, err := t.app.store.get()
	if err != nil {
		return nil, err
	}
	return w.TargetHistory(ctx, year)
}

// Store keeps targets as new versions, all or none.
func (t targetPages) Store(ctx context.Context, list []evaluation.Target, by string) error {
	w, err := t.app.store.get()
	if err != nil {
		return err
	}
	if len(list) == 0 {
		return errors.New("store targets: there is none")
	}
	return w.StoreTargets(ctx, list, by, time.Now())
}

// SetTarget sets or removes a target, and returns what is on record of it now.
func (c *Client) SetTarget(ctx context.Context, in *TargetChange) (t evaluation.Target, err error) {
	err = c.call(ctx, "set-target", in, &t)
	return t, err
}

// Targets writes targets in a format.
func (c *Client) Targets(ctx context.Context, in *TargetCall, out io.Writer) error {
	return c.call(ctx, "targets", in, out)
}
