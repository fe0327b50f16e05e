package app

import (
	"context"
	"io"
	"net/http"
	"time"

	"haochaping/calendar"
	"haochaping/evaluation/imported"
	"haochaping/export"
)

// IndicatorImport is a delivery of imported values.
type IndicatorImport struct {
	Values []imported.Value
	By     string // who imports them
}

// IndicatorReport says what became of a delivery.
type IndicatorReport struct {
	Stored int // new, or another value than before
	Known  int // said already
}

// IndicatorCall asks for imported values as a file: table, csv or json.
type IndicatorCall struct {
	Indicators []string // none = all
	Days       calendar.Range
	History    bool // every version, not the newest alone
	Format     string
}

func (a *App) importedCommands(mux *http.ServeMux) {
	command(mux, "import-indicators", a.importIndicators)
	file(mux, "indicators", a.writeIndicators)
}

func (a *App) importIndicators(ctx context.Context, in *IndicatorImport) (IndicatorReport, error) {
	w, err := a.store.get()
	if err != nil {
		return IndicatorReport{}, err
	}
	stored, err := w.StoreImportedValues(ctx, in.Values, in.By, time.Now())
	return IndicatorReport{Stored: stored, Known: len(in.Values) - stored}, err
}

func (a *App) writeIndicators(ctx context.Context, in *IndicatorCall, out io.Writer) error {
	w, err := a.store.get()
	if err != nil {
		return err
	}
	read := w.ImportedValues
	if in.History {
		read = w.ImportedHistory
	}
	values, err := read(ctx, in.Indicators, in.Days)
	if err != nil {
		return err
	}
	return export.Imported(out, values, in.Format, a.cfg.Timezone.Location)
}

// ImportIndicators stores imported values. It may be repeated: what is known already is not stored again.
func (c *Client) ImportIndicators(ctx context.Context, in *IndicatorImport) (report IndicatorReport, err error) {
	err = c.call(ctx, "import-indicators", in, &report)
	return report, err
}

// Indicators writes imported values in a format.
func (c *Client) Indicators(ctx context.Context, in *IndicatorCall, out io.Writer) error {
	return c.call(ctx, "indicators", in, out)
}
