package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"haochaping/calendar"
	"haochaping/directory"
	"haochaping/evaluation"
	"haochaping/evaluation/findings"
	"haochaping/export"
	"haochaping/record"
	"haochaping/warehouse"
)

// FindingsCall asks what is to be said about a period, as a file: table or json.
type FindingsCall struct {
	Period    calendar.Range // empty or zero = the year up to the newest data
	Region    string         // only units in it; '' = all
	Watermark calendar.Day   // what arrived after this day is late; 0 = nothing is
	Limit     int            // 0 = all
	Lang      string
	Format    string
}

// maxFindingMonths bounds the period of findings.
const maxFindingMonths = 36

func (a *App) findingCommands(mux *http.ServeMux) { file(mux, "findings", a.writeFindings) }

func (a *App) writeFindings(ctx context.Context, call *FindingsCall, out io.Writer) error {
	in, generation, err := a.findingsInput(ctx, call, findingQueries)
	if err != nil {
		return err
	}
	list := findings.Find(*in)
	e := &export.Findings{All: len(list), List: list, Meta: export.Meta{
		Period: in.Period, Generation: generation, Zone: a.cfg.Timezone.Location, Demo: a.demo,
	}}
	if call.Limit > 0 {
		e.List = list[:min(call.Limit, len(list))]
	}
	if call.Format == "json" {
		return export.FindingsJSON(out, e)
	}
	return export.FindingsTable(out, e, call.Lang)
}

// findingsInput collects what findings are drawn from, with so many queries side by side.
func (a *App) findingsInput(ctx context.Context, call *FindingsCall, queries int) (*findings.Input, evaluation.Generation, error) {
	generation, err := a.store.Generation(ctx)
	if err != nil {
		return nil, generation, err
	}
	w, err := a.store.get()
	if err != nil {
		return nil, generation, err
	}
	if generation.DataTime == 0 {
		return nil, generation, errors.New("there are no data yet: import or receive ratings first")
	}
	newest := calendar.DayOf(time.Unix(generation.DataTime, 0), a.cfg.Timezone.Location)
	in := &findings.Input{Period: call.Period, Watermark: newest}
	if in.Period.Len() == 0 || in.Period == (calendar.Range{}) {
		in.Period = calendar.Range{From: newest.AddMonths(-12) + 1, To: newest}
	}
	if n := len(slices.Collect(in.Period.Months())); n > maxFindingMonths {
		return nil, generation, fmt.Errorf("findings: a period of %d months, at most %d: shorten it", n, maxFindingMonths)
	}
	dir := w.Directory()
	if call.Region != "" {
		r, ok := dir.Region(call.Region)
		if !ok {
			return nil, generation, fmt.Errorf("findings: the directory knows no region %q", call.Region)
		}
		call.Region = r.Code
	}
	in.OpeningHours = findings.OpeningHours(dir)
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(queries)
	if call.Region == "" { // sources, clerks and devices are nobody's who asks for a region
		a.readSent(ctx, group, w, in, call.Watermark)
	}
	units := findings.NewUnits(dir, call.Region)
	readUnits(ctx, group, w, units, in.Period, call.Region)
	if err := group.Wait(); err != nil {
		return nil, generation, err
	}
	in.Units = units.Series()
	return in, generation, nil
}

// findingQueries is how many queries run side by side for whoever waits for findings.
const findingQueries = 3

// windowMonths is how many months of the facts of windows are asked for at a time: the engine holds what it adds up,
// and of windows there may be tens of thousands.
const windowMonths = 6

// readUnits has the facts of regions, departments and windows read into units, by month; those of one month are
// never held together with those of another.
func readUnits(ctx context.Context, group *errgroup.Group, w *warehouse.Warehouse, units *findings.Units, period calendar.Range, region string) {
	var adding sync.Mutex
	read := func(by evaluation.Dimension, level int, days calendar.Range) {
		q := evaluation.Query{From: days.From, To: days.To, Step: evaluation.StepMonth, Region: region, By: by, Level: level}
		group.Go(func() error {
			return w.FactsBySteps(ctx, q, func(rows []evaluation.Row) error {
				adding.Lock()
				defer adding.Unlock()
				for i := range rows {
					units.Add(by, &rows[i])
				}
				return nil
			})
		})
	}
	months := slices.Collect(period.Months())
	for part := range slices.Chunk(months, windowMonths) {
		days := calendar.Range{From: part[0], To: calendar.Period(calendar.KindMonth, part[len(part)-1]).To}
		read(evaluation.ByWindow, 0, days.Intersect(period))
	}
	read(evaluation.ByDepartment, 0, period)
	for level := 1; level <= findings.Levels; level++ {
		read(evaluation.ByRegion, level, period)
	}
}

// readSent has read what sources, clerks and devices sent.
func (a *App) readSent(ctx context.Context, group *errgroup.Group, w *warehouse.Warehouse, in *findings.Input, watermark calendar.Day) {
	group.Go(func() (err error) {
		if in.Staff, err = w.StaffMonths(ctx, in.Period, findings.LeastAsked); err != nil {
			return fmt.Errorf("count events by clerk: %w", err)
		}
		return nil
	})
	group.Go(func() (err error) {
		if in.Sources, err = w.SourceDays(ctx, in.Period); err != nil {
			return fmt.Errorf("read what sources sent: %w", err)
		}
		in.Breaks, err = a.collectBreaks(ctx, a.clock())
		return err
	})
	group.Go(func() (err error) {
		in.Devices, err = devicesWithGaps(ctx, w, w.Directory(), in.Period)
		return err
	})
	if watermark == 0 {
		return
	}
	in.Watermark = watermark
	group.Go(func() error {
		late, err := w.LateBySource(ctx, in.Period, watermark.End(a.cfg.Timezone.Location))
		if err != nil {
			return fmt.Errorf("count late ratings: %w", err)
		}
		for _, l := range late {
			in.Late = append(in.Late, findings.LateRecords{Unit: findings.Unit{Kind: findings.Source, Code: l.Source}, N: l.N})
		}
		return nil
	})
}

// devicesWithGaps lists the devices that lack most numbers, each installation apart, with where they stand.
func devicesWithGaps(ctx context.Context, w *warehouse.Warehouse, dir *directory.Directory, period calendar.Range) (list []findings.Device, err error) {
	all, err := w.Devices(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the numbers of devices: %w", err)
	}
	all = slices.DeleteFunc(all, func(n record.DeviceNumbers) bool { return n.MissingCount == 0 })
	slices.SortFunc(all, func(a, b record.DeviceNumbers) int {
		return cmp.Or(cmp.Compare(b.MissingCount, a.MissingCount), cmp.Compare(a.Device, b.Device), cmp.Compare(a.Installation, b.Installation))
	})
	seen := make(map[string]bool) // of a device the installation that lacks most
	all = slices.DeleteFunc(all, func(n record.DeviceNumbers) bool {
		again := seen[n.Device]
		seen[n.Device] = true
		return again
	})
	places, err := w.DevicePlaces(ctx, all, period)
	if err != nil {
		return nil, fmt.Errorf("find where devices stand: %w", err)
	}
	for _, p := range places {
		i := slices.IndexFunc(all, func(n record.DeviceNumbers) bool { return n.Device == p.Device })
		if p.Since == 0 {
			continue // its gaps lie before the period
		}
		d := findings.Device{Code: p.Device, Highest: all[i].Highest, Distinct: all[i].Received, Since: p.Since, Until: p.Until}
		if p.Hall != "" {
			d.Window = findings.WindowUnit(dir, p.Hall, p.Window)
		}
		list = append(list, d)
	}
	return list, nil
}

// Findings writes what is to be said about a period, in a format: table or json.
func (c *Client) Findings(ctx context.Context, call *FindingsCall, out io.Writer) error {
	return c.call(ctx, "findings", call, out)
}
