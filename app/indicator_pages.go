package app

import (
	"context"
	"io"
	"path/filepath"
	"strings"
	"time"

	"haochaping/calendar"
	"haochaping/collector/fileimport"
	"haochaping/evaluation/imported"
	"haochaping/evaluation/scheme"
)

// indicatorPages is imported indicators for the workbench.
type indicatorPages struct{ app *App }

// Schemes are the newest versions of those schemes that have imported indicators.
func (i indicatorPages) Schemes(ctx context.Context) ([]*scheme.Scheme, error) {
	schemes, err := i.app.newestSchemes(ctx)
	if err != nil {
		return nil, err
	}
	kept := schemes[:0]
	for _, s := range schemes {
		if len(importedLeaves(&s.Root)) > 0 {
			kept = append(kept, s)
		}
	}
	return kept, nil
}

// newestSchemes are the newest versions of all schemes that this version of the product can read, by id.
func (a *App) newestSchemes(ctx context.Context) (schemes []*scheme.Scheme, err error) {
	list, err := a.listSchemes(ctx, nil)
	if err != nil {
		return nil, err
	}
	for i := range list {
		if i > 0 && list[i].ID == list[i-1].ID || list[i].Name == (scheme.Text{}) {
			continue
		}
		s, err := a.scheme(ctx, SchemeRef{Name: list[i].ID + "@" + list[i].Version})
		if err != nil {
			return nil, err
		}
		schemes = append(schemes, s)
	}
	return schemes, nil
}

// Template writes the workbook of a scheme.
func (i indicatorPages) Template(_ context.Context, s *scheme.Scheme, lang string, keep func(code string) bool, w io.Writer) error {
	return i.app.writeTemplate(w, s, lang, keep)
}

// Read reads a workbook or a CSV file as the command does.
func (indicatorPages) Read(r io.Reader, name string, check func(*imported.Value) []imported.Fault) ([]imported.Value, []imported.Problem) {
	if strings.ToLower(filepath.Ext(name)) == ".xlsx" {
		return imported.ReadChecked(r, imported.XLSX, check)
	}
	text, _, err := fileimport.Decode(r)
	if err != nil {
		return nil, []imported.Problem{{Message: err.Error()}}
	}
	return imported.ReadChecked(text, imported.CSV, check)
}

// Import keeps values, all or none.
func (i indicatorPages) Import(ctx context.Context, values []imported.Value, by string) (stored int, err error) {
	report, err := i.app.importIndicators(ctx, &IndicatorImport{Values: values, By: by})
	return report.Stored, err
}

// History is every version of the values as of some days.
func (i indicatorPages) History(ctx context.Context, within calendar.Range) ([]imported.Stored, error) {
	w, err := i.app.store.get()
	if err != nil {
		return nil, err
	}
	return w.ImportedHistory(ctx, nil, within)
}

// writeTemplate writes the workbook that imported values of a scheme are filled into, for those of its units that keep
// reports.
func (a *App) writeTemplate(out io.Writer, s *scheme.Scheme, lang string, keep func(code string) bool) error {
	today := calendar.DayOf(time.Now(), a.cfg.Timezone.Location)
	g := &gathering{scheme: s, period: calendar.Range{From: today, To: today}, dir: a.store.Directory(), at: make(map[string]int)}
	if err := g.list(); err != nil {
		return err
	}
	units := []imported.Unit{{}} // whoever is written into the rows
	if s.Units.Kind != scheme.UnitImported {
		units = nil
		for _, u := range g.names {
			if keep(u.Code) {
				units = append(units, u)
			}
		}
	}
	return imported.Template(out, importedLeaves(&s.Root), units, lang)
}
