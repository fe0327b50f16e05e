package main

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"haochaping/calendar"
	"haochaping/directory"
	"haochaping/engine"
	"haochaping/warehouse"
)

//go:embed *.sql
var statements embed.FS

// The province: codes follow from numbers alone, so that the engine can make records that fit.
const (
	towns       = 1440
	departments = 2000
	lines       = 8
	items       = 2 * departments
)

// zone is the product's default, in which the days of its warehouse are cut.
var zone = time.FixedZone("Asia/Shanghai", 8*3600)

// world is an engine with the product's warehouse in it, in a data folder that the product can go on with.
type world struct {
	engine *engine.Engine
	conn   driver.Conn
	store  *warehouse.Warehouse
	today  calendar.Day // the day that is measured alone
	year   calendar.Range
}

// openWorld starts the engine in a data folder and fills in the directory.
func openWorld(ctx context.Context, data string) (_ *world, err error) {
	e, err := engine.New(engine.Options{Dir: filepath.Join(data, "clickhouse"), MaxMemory: 2 << 30})
	if err != nil {
		return nil, err
	}
	if err := e.Start(ctx); err != nil {
		return nil, err
	}
	w := &world{engine: e, today: calendar.DayOf(time.Now(), zone)}
	month := calendar.Period(calendar.KindMonth, w.today).From
	w.year = calendar.Range{From: month.AddMonths(-12), To: month - 1}
	defer func() {
		if err != nil {
			err = errors.Join(err, w.close())
		}
	}()
	if w.store, err = warehouse.Open(ctx, warehouse.Options{
		Address: e.Address(), Database: e.Database(), Username: e.User(), Password: e.Password(),
		Loopback: true, Sole: true, Zone: zone, Logger: slog.New(slog.DiscardHandler),
	}); err != nil {
		return nil, err
	}
	w.conn, err = clickhouse.Open(&clickhouse.Options{
		Addr: []string{e.Address()}, Auth: clickhouse.Auth{Database: e.Database(), Username: e.User(), Password: e.Password()},
		Settings: clickhouse.Settings{"max_execution_time": 3600}, ReadTimeout: time.Hour,
	})
	if err != nil {
		return nil, err
	}
	problems, err := w.store.ImportDirectory(ctx, province(), "bench")
	if err != nil {
		return nil, fmt.Errorf("fill in the directory: %w: %v", err, problems)
	}
	return w, nil
}

func (w *world) close() error {
	var errs []error
	if w.conn != nil {
		errs = append(errs, w.conn.Close())
	}
	if w.store != nil {
		errs = append(errs, w.store.Close())
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	return errors.Join(append(errs, w.engine.Stop(ctx))...)
}

// exec runs a statement of this folder.
func (w *world) exec(ctx context.Context, name string, p clickhouse.Parameters) error {
	text, err := statements.ReadFile(name + ".sql")
	if err != nil {
		return err
	}
	if err := w.conn.Exec(clickhouse.Context(ctx, clickhouse.WithParameters(p)), string(text)); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// town is the code of a town; the records' SQL says the same.
func town(n int) string { return fmt.Sprintf("99%02d%02d%03d", 1+n/72, 1+n/12%6, 1+n%12) }

func province() *warehouse.DirectoryPart {
	p := &warehouse.DirectoryPart{Regions: []directory.Region{{Code: "99", Name: "99"}}}
	for n := range towns {
		code := town(n)
		if n%72 == 0 {
			p.Regions = append(p.Regions, directory.Region{Code: code[:4], Name: code[:4], Parent: "99"})
		}
		if n%12 == 0 {
			p.Regions = append(p.Regions, directory.Region{Code: code[:6], Name: code[:6], Parent: code[:4]})
		}
		p.Regions = append(p.Regions, directory.Region{Code: code, Name: code, Parent: code[:6]})
		p.Halls = append(p.Halls, directory.Hall{Code: fmt.Sprint("H", n), Name: code, Region: code})
	}
	for n := range departments {
		code := fmt.Sprint("D", n)
		p.Departments = append(p.Departments, directory.Department{Code: code, Name: code, Region: town(n % towns), Line: fmt.Sprint("L", n%lines)})
	}
	for n := range items {
		p.Items = append(p.Items, directory.Item{Code: fmt.Sprint("I", n), Name: "item", Department: fmt.Sprint("D", n%departments)})
	}
	return p
}

// fill makes ratings over some days.
func (w *world) fill(ctx context.Context, days calendar.Range, ratings uint64) error {
	err := w.exec(ctx, "ratings", clickhouse.Parameters{
		"from": days.From.String(), "days": fmt.Sprint(days.Len()), "rows": fmt.Sprint(ratings), "seed": fmt.Sprint(uint32(days.From)),
	})
	if err != nil {
		return err
	}
	return w.mark(ctx, days, "rating")
}

func (w *world) mark(ctx context.Context, days calendar.Range, part string) error {
	return w.exec(ctx, "marks", clickhouse.Parameters{"from": days.From.String(), "days": fmt.Sprint(days.Len()), "part": part})
}

// fillDay makes a busy day of ratings, prompts and cases.
func (w *world) fillDay(ctx context.Context, ratings uint64) error {
	day := calendar.Range{From: w.today, To: w.today}
	if err := w.fill(ctx, day, ratings); err != nil {
		return err
	}
	for _, name := range []string{"prompts", "cases", "calendar"} {
		if err := w.exec(ctx, name, clickhouse.Parameters{"day": w.today.String()}); err != nil {
			return err
		}
	}
	return w.mark(ctx, day, "case")
}

// counted is how many ratings the facts hold of some days.
func (w *world) counted(ctx context.Context, days calendar.Range) (n uint64, err error) {
	rows, err := w.store.Facts(ctx, totals(days))
	for i := range rows {
		f := &rows[i].Facts
		n += f.Valid() + f.DefaultsTotal() + f.Unanswered
	}
	return n, err
}
