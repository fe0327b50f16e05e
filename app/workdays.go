package app

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	"haochaping/calendar"
	"haochaping/config"
	"haochaping/export"
	"haochaping/warehouse"
)

func (a *App) calendarCommands(mux *http.ServeMux) {
	command(mux, "calendar-import", a.importWorkdays)
	file(mux, "calendar-show", func(ctx context.Context, in *WorkdaysCall, out io.Writer) error {
		w, err := a.store.get()
		if err != nil {
			return err
		}
		if _, err := w.ReloadWorkdays(ctx); err != nil {
			return err
		}
		return export.Workdays(out, in.Format, w.Workdays(), in.Year)
	})
}

// WorkdaysCall asks for the working days of a year as a file: table, csv or json.
type WorkdaysCall struct {
	Year   int
	Format string
}

// WorkdaysReport says what became of imported working days.
type WorkdaysReport struct {
	Days  int
	Dirty int // days of facts whose working times are counted anew
	// Years are those that the import touched.
	Years []WorkdaysYear
}

// WorkdaysYear is what is known of a year after an import.
type WorkdaysYear struct {
	Year    int
	Origin  calendar.Origin
	Missing []calendar.WorkdayRule // statutory holidays that keep it unknown
}

// ReadWorkdays reads a CSV file of working days, see [calendar.ParseWorkdays].
func ReadWorkdays(path string) ([]calendar.WorkdayRule, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	rules, err := calendar.ParseWorkdays(f)
	if closed := f.Close(); err == nil {
		err = closed
	}
	return rules, err
}

func (a *App) importWorkdays(ctx context.Context, in *[]calendar.WorkdayRule) (WorkdaysReport, error) {
	report := WorkdaysReport{Days: len(*in)}
	w, err := a.store.get()
	if err != nil {
		return report, err
	}
	at := time.Now
	if a.now != nil {
		at = a.now
	}
	if report.Dirty, err = w.ImportWorkdays(ctx, *in, at()); err != nil {
		return report, err
	}
	known := w.Workdays()
	seen := make(map[int]bool)
	for _, r := range *in {
		year, _, _ := r.Day.Date()
		if !seen[year] {
			seen[year] = true
			report.Years = append(report.Years, WorkdaysYear{year, known.Origin(year), nil})
			if !known.Known(year) {
				report.Years[len(report.Years)-1].Missing = known.Missing(year)
			}
		}
	}
	return report, nil
}

// workdays are the working days known to this process; those of the product before ClickHouse was reached.
func (a *App) workdays() *calendar.Workdays {
	if w := a.store.opened.Load(); w != nil {
		return w.Workdays()
	}
	return calendar.BuiltIn()
}

// countsWorkingTime says whether this process keeps the table of working time: whoever restates facts, and
// commands without a server.
func (a *App) countsWorkingTime() bool { return a.cfg.Roles.Has(config.RoleAggregator) }

// storeWorkingTime brings the table of working time up to date after a change of office hours or of the
// product's own calendar. It says whether that is done.
func (a *App) storeWorkingTime(ctx context.Context, w *warehouse.Warehouse) bool {
	marked, err := w.StoreWorkingTime(ctx)
	switch {
	case err != nil:
		a.log.Debug("working time not brought up to date, trying again", "error", err)
	case marked > 0:
		a.log.Info("working time changed: days are counted anew", "days", marked)
	}
	return err == nil
}

// ImportWorkdays delivers working days.
func (c *Client) ImportWorkdays(ctx context.Context, rules []calendar.WorkdayRule) (report WorkdaysReport, err error) {
	err = c.call(ctx, "calendar-import", rules, &report)
	return report, err
}

// Workdays writes the working days of a year.
func (c *Client) Workdays(ctx context.Context, in *WorkdaysCall, out io.Writer) error {
	if err := c.call(ctx, "calendar-show", in, out); err != nil {
		return fmt.Errorf("show the calendar: %w", err)
	}
	return nil
}
