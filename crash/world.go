package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"haochaping/app"
	"haochaping/calendar"
	"haochaping/collector"
	"haochaping/config"
	"haochaping/crash/load"
	"haochaping/crash/oracle"
	"haochaping/directory"
	"haochaping/engine"
	"haochaping/evaluation"
	"haochaping/record"
	"haochaping/warehouse"
)

// engineMemory bounds each engine of a run.
const engineMemory = 1 << 30

// libraryVariable names the engine's library where it is not found by itself.
const libraryVariable = "HAOCHAPING_ENGINE_LIBRARY"

func engineOptions(dir string) engine.Options {
	return engine.Options{Dir: dir, Library: os.Getenv(libraryVariable), MaxMemory: engineMemory}
}

// world is one installation: its services, its ClickHouse and its senders.
type world struct {
	name     string
	dir      string
	services []*process
	clients  []load.Sender
	load     *load.Load

	// Only where ClickHouse is one of its own.
	engine  *engine.Engine
	network *network
	disk    *disk // of the first service's spool
}

// newEmbedded is one service with the embedded engine.
func newEmbedded(dir string) (*world, error) {
	w := &world{name: "embedded", dir: filepath.Join(dir, "embedded")}
	return w, w.addService("E", nil)
}

// newOwn is two collectors before one ClickHouse behind a bad network.
func newOwn(ctx context.Context, dir string) (w *world, err error) {
	w = &world{name: "own", dir: filepath.Join(dir, "own")}
	w.engine, err = engine.New(engineOptions(filepath.Join(w.dir, "clickhouse")))
	if err != nil {
		return nil, err
	}
	if err := w.engine.Start(ctx); err != nil {
		return nil, err
	}
	if w.network, err = newNetwork(w.engine.Address()); err != nil {
		return w, err
	}
	if w.disk, err = newDisk(filepath.Join(w.dir, "small")); err != nil {
		return w, err
	}
	shared := []string{
		"HAOCHAPING_CLICKHOUSE_ADDRESS=" + w.network.address(),
		"HAOCHAPING_CLICKHOUSE_DATABASE=" + w.engine.Database(),
		"HAOCHAPING_CLICKHOUSE_USERNAME=" + w.engine.User(),
		"HAOCHAPING_CLICKHOUSE_PASSWORD=" + w.engine.Password(),
		"HAOCHAPING_COLLECTOR_DOOR_KEY_FILE=" + filepath.Join(w.dir, "door.key"),
	}
	onSmall := append([]string{"HAOCHAPING_COLLECTOR_SPOOL_DIR=" + filepath.Join(w.disk.dir, "spool")}, shared...)
	return w, errors.Join(w.addService("A", onSmall), w.addService("B", shared))
}

func (w *world) addService(name string, settings []string) error {
	address, err := freeAddress()
	if err != nil {
		return err
	}
	dir := filepath.Join(w.dir, name)
	environ := []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"), "TMPDIR=" + os.TempDir(),
		"HAOCHAPING_DATA_DIR=" + filepath.Join(dir, "data"),
		"HAOCHAPING_LISTEN=" + address,
		"HAOCHAPING_ENGINE_MAX_MEMORY=1GiB",
		libraryVariable + "=" + os.Getenv(libraryVariable),
	}
	p, err := newProcess(dir, name, address, append(environ, settings...))
	if err != nil {
		return fmt.Errorf("prepare service %s: %w", name, err)
	}
	w.services = append(w.services, p)
	return nil
}

// freeAddress is a port of loopback that nobody uses now; a service keeps it for the run.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find a free port: %w", err)
	}
	return l.Addr().String(), l.Close()
}

func (w *world) targets() []load.Target {
	var list []load.Target
	for _, s := range w.services {
		list = append(list, load.Target{Name: s.name, URL: s.url()})
	}
	return list
}

// config is the configuration of a service, for a command beside it.
func (p *process) config() (*config.Config, error) {
	return config.Load(config.Options{Environ: p.environ})
}

// provision makes sources, keys and the directory the way the commands do.
func (w *world) provision(ctx context.Context) error {
	cfg, err := w.services[0].config()
	if err != nil {
		return err
	}
	sources := []record.Source{
		{Name: "city", CodeMaps: []record.DatedMap{{Map: record.MapFiveBest}}},
		{Name: "portal", CodeMaps: []record.DatedMap{{Map: record.MapGBT39046}}},
	}
	var keys []record.Key
	add := func(k record.Key) {
		var clear string
		clear, k.Hash = collector.NewKey()
		keys = append(keys, k)
		w.clients = append(w.clients, load.Sender{Key: clear, Source: k.Sources[0], Device: k.Device})
	}
	for i := range 6 {
		name := fmt.Sprintf("device-%d", i+1)
		add(record.Key{Name: name, Kind: record.KeyDevice, Sources: []string{record.SourceKiosk}, Device: name})
	}
	for i := range 4 {
		source := sources[i/2].Name
		add(record.Key{Name: fmt.Sprintf("%s-%d", source, i+1), Kind: record.KeySource, Sources: []string{source}})
	}
	part := warehouse.DirectoryPart{Regions: []directory.Region{{Code: "99", Name: "示例省"}}}
	for _, code := range load.Departments {
		part.Departments = append(part.Departments, directory.Department{Code: code, Name: "示例部门 " + code, Region: "99", Line: "综合"})
	}
	steps := []func(*app.Client) error{func(c *app.Client) error {
		report, err := c.ImportDirectory(ctx, &app.DirectoryImport{Kind: "all", DirectoryPart: part})
		if err == nil && report.Refused {
			err = fmt.Errorf("the directory was refused: %v", report.Problems)
		}
		return err
	}}
	for _, s := range sources {
		steps = append(steps, func(c *app.Client) error { return c.StoreSource(ctx, s) })
	}
	for _, k := range keys {
		steps = append(steps, func(c *app.Client) error {
			_, err := c.AddKey(ctx, &app.KeyAdd{Key: k})
			return err
		})
	}
	for _, step := range steps {
		// A service that has not reached its ClickHouse yet refuses: it is asked again.
		for err := command(ctx, cfg, step); err != nil; err = command(ctx, cfg, step) {
			if !sleep(ctx, 300*time.Millisecond) {
				return fmt.Errorf("provision %s: %w", w.name, err)
			}
		}
	}
	return nil
}

// command runs a command beside a running service.
func command(ctx context.Context, cfg *config.Config, run func(*app.Client) error) (err error) {
	if _, err := os.Stat(filepath.Join(cfg.DataDir, "control.sock")); err != nil {
		return err // without a service the client would start rooms of its own
	}
	client, err := app.Connect(ctx, cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, client.Close()) }()
	return run(client)
}

// waiting is how many accepted records no warehouse has yet.
func (w *world) waiting() (int, error) {
	total := 0
	for _, s := range w.services {
		n, err := s.depth()
		if err != nil {
			return 0, fmt.Errorf("depth of the spool of %s: %w", s.name, err)
		}
		total += n
	}
	return total, nil
}

// drain waits until every spool is empty.
func (w *world) drain(ctx context.Context) error {
	for {
		n, err := w.waiting()
		if err == nil && n == 0 {
			return nil
		}
		if !sleep(ctx, 200*time.Millisecond) {
			return errors.Join(fmt.Errorf("spools of %s: %d records wait", w.name, n), err)
		}
	}
}

// evidence reads the warehouse, with every service stopped.
func (w *world) evidence(ctx context.Context, base time.Time, batches [][2]string) (e *oracle.Evidence, err error) {
	db := w.engine
	if db == nil {
		db, err = engine.New(engineOptions(filepath.Join(w.dir, "E", "data", "clickhouse")))
		if err == nil {
			err = db.Start(ctx)
		}
		if err != nil {
			return nil, err
		}
		defer func() { err = errors.Join(err, db.Stop(context.WithoutCancel(ctx))) }()
	}
	cfg, err := w.services[0].config()
	if err != nil {
		return nil, err
	}
	zone := cfg.Timezone.Location
	house, err := warehouse.Open(ctx, warehouse.Options{
		Address: db.Address(), Database: db.Database(), Username: db.User(), Password: db.Password(),
		Loopback: true, Sole: true, Zone: zone, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, house.Close()) }()
	for done := false; !done; { // what the aggregators had not come to
		work, err := house.Restate(ctx, base)
		if err != nil {
			return nil, err
		}
		done = work.Periods == 0
	}
	stored, err := house.Stored(ctx)
	if err != nil {
		return nil, err
	}
	today := calendar.MakeDay(base.In(zone).Date())
	from := calendar.Period(calendar.KindMonth, today-400).From // clocks were wrong by months
	query := evaluation.Query{By: evaluation.ByDepartment, From: from, To: today + 400, Step: evaluation.StepDay}
	days, err := house.Facts(ctx, query)
	if err != nil {
		return nil, err
	}
	query.Step = evaluation.StepMonth
	months, err := house.Facts(ctx, query)
	if err != nil {
		return nil, err
	}
	e = &oracle.Evidence{Stored: *stored, Days: days, Months: months, Batches: map[string][]record.Announcement{}}
	for _, b := range batches {
		if e.Batches[oracle.BatchName(b[0], b[1])], err = house.Announcements(ctx, b[0], b[1]); err != nil {
			return nil, err
		}
	}
	if e.Desk, err = wholeDesk(ctx, house); err != nil {
		return nil, err
	}
	e.Devices, err = house.Devices(ctx)
	return e, err
}

// wholeDesk reads the desk page by page.
func wholeDesk(ctx context.Context, house *warehouse.Warehouse) (list []record.DeskEntry, err error) {
	for f := (record.DeskFilter{Limit: 1000, Why: []string{record.WhyRefused, record.WhyConflict, record.WhySuperseded}}); ; {
		page, err := house.Desk(ctx, f)
		if err != nil {
			return nil, err
		}
		list = append(list, page...)
		if len(page) < f.Limit {
			return list, nil
		}
		f.AfterAt, f.AfterID = page[len(page)-1].ReceivedAt, page[len(page)-1].ID
	}
}

// quarantined counts accepted records that were put aside as files.
func (w *world) quarantined() (n int) {
	// What cannot be read is not there.
	_ = filepath.WalkDir(w.dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.Contains(filepath.Base(filepath.Dir(path)), "quarantine") {
			n++
		}
		return nil
	})
	return n
}

// close ends what the run itself started. Every service has stopped before.
func (w *world) close(ctx context.Context) error {
	if w.network != nil {
		w.network.close()
	}
	var errs []error
	if w.disk != nil {
		errs = append(errs, w.disk.close())
	}
	if w.engine != nil {
		errs = append(errs, w.engine.Stop(ctx))
	}
	return errors.Join(errs...)
}
