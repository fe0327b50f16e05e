package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"haochaping/calendar"
	"haochaping/directory"
	"haochaping/evaluation"
	"haochaping/export"
	"haochaping/record"
	"haochaping/warehouse"
)

// controlLimit bounds one request on the control socket; a batch of an import is the largest.
const controlLimit = 512 << 20

func socketPath(dataDir string) (string, error) {
	path, err := filepath.Abs(filepath.Join(dataDir, "control.sock"))
	if err != nil {
		return "", fmt.Errorf("locate the data folder: %w", err)
	}
	// The kernel's limit for the name of a socket is 108 bytes; a relative name may be shorter.
	if wd, err := os.Getwd(); err == nil && len(path) > 100 {
		if rel, err := filepath.Rel(wd, path); err == nil && len(rel) < len(path) {
			path = rel
		}
	}
	if len(path) > 100 {
		return "", fmt.Errorf("the path of the data folder is too long for a socket in it (%d bytes, at most 100): choose a shorter --data-dir", len(path))
	}
	return path, nil
}

// openControl serves the commands on a socket that only this user can open.
func (a *App) openControl(ctx context.Context) error {
	path, err := socketPath(a.cfg.DataDir)
	if err != nil {
		return err
	}
	l, err := listenPrivately(ctx, path)
	if err != nil {
		return fmt.Errorf("listen on the control socket: %w", err)
	}
	a.onStop("the name of the control socket", func(context.Context) error {
		if err := os.Remove(path); !errors.Is(err, os.ErrNotExist) {
			return err
		}
		return nil
	})
	a.serve("the control socket", &http.Server{Handler: a.controlMux(), ReadHeaderTimeout: 10 * time.Second}, l)
	return nil
}

// listenPrivately listens on a socket that was never open to anybody else, not even for a
// moment: it is made in a folder of its own and gets its name when it is protected. The
// name may be that of an earlier run.
func listenPrivately(ctx context.Context, path string) (l net.Listener, err error) {
	dir, err := os.MkdirTemp(filepath.Dir(path), ".c-")
	if err != nil {
		return nil, err
	}
	defer func() {
		if err = errors.Join(err, os.RemoveAll(dir)); err != nil && l != nil {
			err = errors.Join(err, l.Close())
		}
	}()
	made := filepath.Join(dir, "s")
	var lc net.ListenConfig
	if l, err = lc.Listen(ctx, "unix", made); err != nil {
		return nil, err
	}
	if u, ok := l.(*net.UnixListener); ok {
		u.SetUnlinkOnClose(false) // it no longer has the name that it was made under
	}
	if err := os.Chmod(made, 0o600); err != nil {
		return l, err
	}
	return l, os.Rename(made, path)
}

func (a *App) controlMux() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /ping", func(http.ResponseWriter, *http.Request) {})
	command(mux, "directory", a.importDirectory)
	command(mux, "insert", a.insertBatch)
	command(mux, "aggregate", a.aggregate)
	a.keyCommands(mux)
	command(mux, "store-source", a.storeSource)
	command(mux, "retry-quarantined", a.retryQuarantined)
	a.deskCommands(mux)
	a.deviceCommands(mux)
	a.schemeCommands(mux)
	a.evaluateCommands(mux)
	a.evidenceCommands(mux)
	a.importedCommands(mux)
	a.targetCommands(mux)
	a.editionCommands(mux)
	a.calendarCommands(mux)
	a.runCommands(mux)
	a.findingCommands(mux)
	a.movementCommands(mux)
	a.userCommands(mux)
	file(mux, "facts", a.writeFacts)
	return mux
}

// command mounts a call that takes and returns JSON.
func command[In, Out any](mux *http.ServeMux, name string, do func(context.Context, *In) (Out, error)) {
	mux.HandleFunc("POST /"+name, func(w http.ResponseWriter, r *http.Request) {
		var in In
		if err := json.NewDecoder(io.LimitReader(r.Body, controlLimit)).Decode(&in); err != nil {
			http.Error(w, "read the request: "+err.Error(), http.StatusBadRequest)
			return
		}
		out, err := do(r.Context(), &in)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		// A client that hung up needs no answer.
		_ = json.NewEncoder(w).Encode(out)
	})
}

// file mounts a call that returns a file. It is complete or an error: written to memory first.
func file[In any](mux *http.ServeMux, name string, do func(context.Context, *In, io.Writer) error) {
	mux.HandleFunc("POST /"+name, func(w http.ResponseWriter, r *http.Request) {
		var in In
		if err := json.NewDecoder(io.LimitReader(r.Body, controlLimit)).Decode(&in); err != nil {
			http.Error(w, "read the request: "+err.Error(), http.StatusBadRequest)
			return
		}
		var b bytes.Buffer
		if err := do(r.Context(), &in, &b); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		_, _ = w.Write(b.Bytes())
	})
}

// DirectoryImport is one delivery of directory entries.
type DirectoryImport struct {
	Kind string
	warehouse.DirectoryPart
}

// DirectoryReport says what became of a delivery. Refused means that nothing was changed.
type DirectoryReport struct {
	Rows     int
	Refused  bool
	Problems []directory.Problem
}

func (a *App) importDirectory(ctx context.Context, in *DirectoryImport) (DirectoryReport, error) {
	w, err := a.store.get()
	if err != nil {
		return DirectoryReport{}, err
	}
	problems, err := w.ImportDirectory(ctx, &in.DirectoryPart, in.Kind)
	refused := errors.Is(err, warehouse.ErrDirectory)
	if refused {
		err = nil
	}
	return DirectoryReport{Rows: in.Rows(), Refused: refused, Problems: problems}, err
}

// InsertCall is a batch of accepted records and the token that makes a repeat harmless.
type InsertCall struct {
	Token string
	record.Batch
}

type nothing struct{}

func (a *App) insertBatch(ctx context.Context, in *InsertCall) (nothing, error) {
	return nothing{}, a.store.Insert(ctx, &in.Batch, in.Token)
}

func (a *App) aggregate(ctx context.Context, in *calendar.Range) (int, error) {
	return a.aggregator.Aggregate(ctx, *in)
}

func (a *App) storeSource(ctx context.Context, in *record.Source) (nothing, error) {
	w, err := a.store.get()
	if err != nil {
		return nothing{}, err
	}
	return nothing{}, w.StoreSource(ctx, *in)
}

// FactsCall asks for facts as a file: table, csv or json.
type FactsCall struct {
	evaluation.Query
	FollowUps bool // what became of bad reviews, as of now, instead of the other figures
	Format    string
}

func (a *App) writeFacts(ctx context.Context, in *FactsCall, out io.Writer) error {
	if in.FollowUps {
		return a.writeFollowUps(ctx, in, out)
	}
	rows, err := a.store.Facts(ctx, in.Query)
	if err != nil {
		return err
	}
	return a.layFacts(out, in, rows)
}

// writeFollowUps writes what became of bad reviews; for people with a line for each year that leaves deadlines open.
func (a *App) writeFollowUps(ctx context.Context, in *FactsCall, out io.Writer) error {
	rows, unknown, err := a.followUps(ctx, in.Query)
	if err != nil {
		return err
	}
	if err := a.layFacts(out, in, rows, export.FollowUps); err != nil || in.Format == "csv" || in.Format == "json" {
		return err
	}
	for _, year := range unknown {
		if _, err := fmt.Fprintln(out, calendar.UnknownSentence(year, "en")); err != nil {
			return err
		}
	}
	return nil
}

func (a *App) layFacts(out io.Writer, in *FactsCall, rows []evaluation.Row, set ...export.Figures) error {
	names := a.names()
	switch in.Format {
	case "csv":
		return export.FactsCSV(out, rows, in.Query, names, set...)
	case "json":
		return export.FactsJSON(out, rows, in.Query, names, set...)
	default:
		return export.FactsTable(out, rows, in.Query, names, set...)
	}
}

// names tells the name of a code for the column that it stands in.
func (a *App) names() func(kind, code string) string {
	dir := a.store.Directory()
	return func(kind, code string) string {
		switch kind {
		case "region":
			r, _ := dir.Region(code)
			return r.Name
		case "department":
			d, _ := dir.Department(code)
			return d.Name
		case "hall":
			h, _ := dir.Hall(code)
			return h.Name
		case "window":
			hall, window, _ := strings.Cut(code, "/")
			x, _ := dir.Window(hall, window)
			return x.Name
		case "item":
			i, _ := dir.Item(code)
			return i.Name
		}
		return ""
	}
}
