package app

import (
	"context"
	"io"
	"net/http"

	"haochaping/export"
)

// RunsCall asks for the newest runs of the timetable.
type RunsCall struct {
	Job    string // '' = all
	Failed bool   // only those that failed
	Limit  int
	Format string // table, csv or json
}

func (a *App) runCommands(mux *http.ServeMux) {
	file(mux, "runs", func(ctx context.Context, in *RunsCall, out io.Writer) error {
		w, err := a.store.get()
		if err != nil {
			return err
		}
		runs, err := w.Runs(ctx, in.Job, in.Failed, in.Limit)
		if err != nil {
			return err
		}
		return export.Runs(out, in.Format, runs, a.cfg.Timezone.Location)
	})
}

// Runs writes the newest runs of the timetable.
func (c *Client) Runs(ctx context.Context, in *RunsCall, out io.Writer) error {
	return c.call(ctx, "runs", in, out)
}
