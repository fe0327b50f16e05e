// Package world is the province that measurements stand in: an engine with the product's warehouse, its directory, and
// records made inside the engine, in a data folder that the product can go on with.
package world

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
	"haochaping/evaluation"
	"haochaping/warehouse"
)

//go:embed *.sql
var statements embed.FS

// The province: codes follow from numbers alone, so that the engine can make records that fit.
const (
	towns       = 1440
	windows     = 8 // of a hall
	departments = 2000
	lines       = 8
	items       = 2 * departments
)

// zone is the product's default, in which the days of its warehouse are cut.
var zone = time.FixedZone("Asia/Shanghai", 8*3600)

// World is an engine with the product's warehouse in it. It is closed before the product opens its folder.
type World struct {
	Store *warehouse.Warehouse
	Today calendar.Day   // the newest day
	Year  calendar.Range // the twelve whole months before its month

	engine *engine.Engine
	conn   driver.Conn
}

// Open starts the engine in a data folder and fills in the directory.
func Open(ctx context.Context, data string) (_ *World, err error) {
	e, err := engine.New(engine.Options{Dir: filepath.Join(data, "clickhouse"), MaxMemory: 2 << 30})
	if err != nil {
		return nil, err
	}
	if err := e.Start(ctx); err != nil {
		return nil, err
	}
	w := &World{engine: e, Today: calendar.DayOf(time.Now(), zone)}
	month := calendar.Period(calendar.KindMonth, w.Today).From
	w.Year = calendar.Range{From: month.AddMonths(-12), To: month - 1}
	defer func() {
		if err != nil {
			err = errors.Join(err, w.Close())
		}
	}()
	if w.Store, err = warehouse.Open(ctx, warehouse.Options{
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
	// Before there are cases: the product would find all their days to be counted anew.
	if _, err := w.Store.StoreWorkingTime(ctx); err != nil {
		return nil, err
	}
	problems, err := w.Store.ImportDirectory(ctx, province(), "bench")
	if err != nil {
		return nil, fmt.Errorf("fill in the directory: %w: %v", err, problems)
	}
	return w, nil
}

// Close stops the engine.
func (w *World) Close() error {
	var errs []error
	if w.conn != nil {
		errs = append(errs, w.conn.Close())
	}
	if w.Store != nil {
		errs = append(errs, w.Store.Close())
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	return errors.Join(append(errs, w.engine.Stop(ctx))...)
}

// Exec runs a statement of this folder by its name.
func (w *World) Exec(ctx context.Context, name string, p clickhouse.Parameters) error {
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
		hall := fmt.Sprint("H", n)
		p.Halls = append(p.Halls, directory.Hall{Code: hall, Name: code, Region: code})
		for window := range windows {
			p.Windows = append(p.Windows, directory.Window{Hall: hall, Code: fmt.Sprint(1 + window), Name: fmt.Sprint(1 + window)})
		}
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

// Fill makes ratings over some days.
func (w *World) Fill(ctx context.Context, days calendar.Range, ratings uint64) error {
	err := w.Exec(ctx, "ratings", clickhouse.Parameters{
		"from": days.From.String(), "days": fmt.Sprint(days.Len()), "rows": fmt.Sprint(ratings), "seed": fmt.Sprint(uint32(days.From)),
	})
	if err == nil {
		err = w.Exec(ctx, "bad_ratings", clickhouse.Parameters{"from": days.From.String(), "to": days.To.String()})
	}
	if err != nil {
		return err
	}
	return w.Mark(ctx, days, "rating")
}

// Mark makes days dirty on which records of a part (rating, case) were made.
func (w *World) Mark(ctx context.Context, days calendar.Range, part string) error {
	return w.Exec(ctx, "marks", clickhouse.Parameters{"from": days.From.String(), "days": fmt.Sprint(days.Len()), "part": part})
}

// FillDay makes a busy day of ratings, prompts and cases.
func (w *World) FillDay(ctx context.Context, ratings uint64) error {
	day := calendar.Range{From: w.Today, To: w.Today}
	if err := w.Fill(ctx, day, ratings); err != nil {
		return err
	}
	for _, name := range []string{"prompts", "calendar"} {
		if err := w.Exec(ctx, name, clickhouse.Parameters{"day": w.Today.String()}); err != nil {
			return err
		}
	}
	return w.FillCases(ctx, day, 5)
}

// FillCases makes a case for one in so many of the ratings of some days.
func (w *World) FillCases(ctx context.Context, days calendar.Range, oneIn uint64) error {
	err := w.Exec(ctx, "cases", clickhouse.Parameters{"from": days.From.String(), "to": days.To.String(), "one_in": fmt.Sprint(oneIn)})
	if err != nil {
		return err
	}
	return w.Mark(ctx, days, "case")
}

// Counted is how many ratings the facts hold of some days.
func (w *World) Counted(ctx context.Context, days calendar.Range) (n uint64, err error) {
	rows, err := w.Store.Facts(ctx, evaluation.Query{By: evaluation.ByTotal, From: days.From, To: days.To})
	for i := range rows {
		f := &rows[i].Facts
		n += f.Valid() + f.DefaultsTotal() + f.Unanswered
	}
	return n, err
}
