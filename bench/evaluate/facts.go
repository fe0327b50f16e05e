package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"

	"haochaping/bench/gauge"
	"haochaping/bench/world"
	"haochaping/calendar"
)

// wantedYear is how many times longer than the bare query the restatement of a year may take: it counts seven tables by
// day and month, with repeats resolved and codes attributed, where the query counts one.
const wantedYear = 100

// fullYear is how many ratings a year needs for that to be judged: in a thinner one the cost of each day prevails.
const fullYear = 20_000_000

// wantedDay is how much longer than its SELECTs alone the restatement of a day may take.
const wantedDay = 1.5

// measureFacts measures the counting: first a day alone, then a year, then the service over both.
func measureFacts(ctx context.Context, o *options, dir string) (checks []gauge.Check, err error) {
	data := filepath.Join(dir, "data")
	if err := os.MkdirAll(data, 0o700); err != nil {
		return nil, err
	}
	w, err := world.Open(ctx, data)
	if err != nil {
		return nil, err
	}
	open := true
	defer func() {
		if open {
			err = errors.Join(err, w.Close())
		}
	}()
	if o.has("d") || o.has("m") {
		c, err := measureDay(ctx, w, o)
		if err != nil {
			return nil, err
		}
		checks = append(checks, c...)
	}
	if o.has("y") {
		c, err := measureYear(ctx, w, o)
		if err != nil {
			return nil, err
		}
		checks = append(checks, c...)
	}
	if !o.has("m") {
		return checks, nil
	}
	open = false
	if err := w.Close(); err != nil {
		return nil, err
	}
	c, err := measureMemory(ctx, o, data, w.Today)
	return append(checks, c...), err
}

// measureDay restates one day, and in turn runs the SELECTs of that alone.
func measureDay(ctx context.Context, w *world.World, o *options) ([]gauge.Check, error) {
	day := calendar.Range{From: w.Today, To: w.Today}
	if err := w.FillDay(ctx, o.day); err != nil {
		return nil, err
	}
	progress("a day of %d ratings is filled in", o.day)
	var restated, selected []float64
	for round := range o.rounds + 1 {
		began := time.Now()
		if _, err := w.Store.RestateRange(ctx, day, time.Now()); err != nil {
			return nil, err
		}
		middle := time.Now()
		if err := w.Store.SelectDay(ctx, w.Today); err != nil {
			return nil, err
		}
		a, b := middle.Sub(began).Seconds(), time.Since(middle).Seconds()
		progress("restated in %.2f s, its SELECTs alone %.2f s", a, b)
		if round > 0 { // the first one reads the files
			restated, selected = append(restated, a), append(selected, b)
		}
	}
	if n, err := w.Counted(ctx, day); err != nil || n != o.day {
		return nil, errors.Join(fmt.Errorf("of %d ratings of a day the facts hold %d", o.day, n), err)
	}
	whole, alone := gauge.Median(restated), gauge.Median(selected)
	fmt.Printf("(d) a day of %d ratings: restated in %.2f s, its SELECTs alone %.2f s: %.2f. Medians of %d rounds.\n",
		o.day, whole, alone, whole/alone, o.rounds)
	return []gauge.Check{{
		Name: "restated_day_to_selects", Measured: fmt.Sprintf("%.2f", whole/alone), Wanted: fmt.Sprintf("<=%.2f", wantedDay), OK: whole <= wantedDay*alone,
	}}, nil
}

// measureYear restates a year of ratings, and runs the bare query over the same rows.
func measureYear(ctx context.Context, w *world.World, o *options) ([]gauge.Check, error) {
	months := slices.Collect(w.Year.Months())
	left := o.year
	for i, month := range months {
		n := left / uint64(len(months)-i)
		left -= n
		if err := w.Fill(ctx, calendar.Period(calendar.KindMonth, month), n); err != nil {
			return nil, err
		}
		progress("%s is filled in with %d ratings", month, n)
	}
	p := clickhouse.Parameters{"from": w.Year.From.String(), "to": w.Year.To.String()}
	var bare []float64
	for range o.rounds + 1 {
		began := time.Now()
		if err := w.Exec(ctx, "bare", p); err != nil {
			return nil, err
		}
		bare = append(bare, time.Since(began).Seconds())
	}
	alone := gauge.Median(bare[1:])
	began := time.Now()
	done, err := w.Store.Restate(ctx, time.Now())
	if err != nil {
		return nil, err
	}
	whole := time.Since(began).Seconds()
	if n, err := w.Counted(ctx, w.Year); err != nil || n != o.year {
		return nil, errors.Join(fmt.Errorf("of %d ratings of a year the facts hold %d", o.year, n), err)
	}
	fmt.Printf("(y) a year of %d ratings on %d days: restated in %.1f s, %.0f ratings/s; the bare query %.2f s: %.1f times\n",
		o.year, done.Periods, whole, float64(o.year)/whole, alone, whole/alone)
	if o.year < fullYear {
		return nil, nil
	}
	return []gauge.Check{{
		Name: "restated_year_to_bare_query", Measured: fmt.Sprintf("%.1f", whole/alone), Wanted: fmt.Sprintf("<=%d", wantedYear), OK: whole <= wantedYear*alone,
	}}, nil
}
