// Command dashboard measures what leaders wait for: the server's time for each page with many readers at once, over much
// and over little data, cold and warm, against the same figures read from raw rows by plain SQL. Its records are made
// inside the engine, in a temporary folder that is removed at the end.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"haochaping/bench/gauge"
	"haochaping/engine"
)

// options of a run.
type options struct {
	program string
	much    uint64 // ratings, and as many cases
	little  uint64
	readers int
	reading time.Duration // for how long the pages are read, warm
	keep    string        // a folder for the data that stays, empty for a temporary one
}

// What is wanted of the pages.
const (
	wantedWarm  = 50 * time.Millisecond // 99th percentile of the server's time of a page
	wantedRatio = 1.3                   // of that with much to that with little stored
	wantedPlain = 20.0                  // plain SQL over raw rows to the page
)

func main() {
	engine.RunChildIfAsked()
	o := options{much: 25_000_000, little: 1_000_000, readers: 50, reading: 4 * time.Minute}
	short := flag.Bool("short", false, "a tenth of the records, a minute of reading, for a quick look")
	flag.StringVar(&o.program, "program", "bin/haochaping", "the product")
	flag.StringVar(&o.keep, "keep", "", "a folder that keeps the records, and has them again on the same day; without it they are removed")
	flag.Parse()
	if *short {
		o.much, o.little, o.reading = o.much/10, o.little/10, time.Minute
	}
	gauge.Main("bench-dashboard", o.program, func(ctx context.Context, program, dir string) (bool, error) {
		o.program = program
		if o.keep != "" {
			dir = o.keep
		}
		return bench(ctx, &o, dir)
	})
}

func bench(ctx context.Context, o *options, dir string) (good bool, err error) {
	little, err := store(ctx, filepath.Join(dir, "little"), o.little)
	if err != nil {
		return false, err
	}
	much, err := store(ctx, filepath.Join(dir, "much"), o.much)
	if err != nil {
		return false, err
	}
	for _, r := range []*reading{little, much} {
		if err := r.measure(ctx, o); err != nil {
			return false, err
		}
	}
	report(o, little, much)
	return gauge.Write(os.Stdout, judge(little, much))
}

// report prints what was measured of each page.
func report(o *options, little, much *reading) {
	fmt.Printf("%d readers for %v, thinking 2 to 5 s; server time in ms, with %d and with %d ratings, and as many cases\n",
		o.readers, o.reading, little.ratings, much.ratings)
	fmt.Printf("%-34s %9s %9s %9s %9s %9s %9s %7s\n", "page", "cold", "median", "p99", "cold", "median", "p99", "read")
	for _, page := range pages {
		a, b := little.times[page], much.times[page]
		fmt.Printf("%-34s %9.1f %9.1f %9.1f %9.1f %9.1f %9.1f %7d\n",
			page, ms(little.cold[page]), ms(quantile(a, 0.5)), ms(quantile(a, 0.99)),
			ms(much.cold[page]), ms(quantile(b, 0.5)), ms(quantile(b, 0.99)), len(b))
	}
	fmt.Printf("the overview's figures by plain SQL over raw rows: %.0f ms; its page %.1f ms cold, %.1f ms warm\n",
		ms(much.plain), ms(much.cold["/"]), ms(quantile(much.times["/"], 0.5)))
}

func judge(little, much *reading) (checks []gauge.Check) {
	var slowest time.Duration
	var slow string
	for _, page := range pages {
		if p := quantile(much.times[page], 0.99); p > slowest {
			slowest, slow = p, page
		}
	}
	checks = append(checks, gauge.Check{
		Name: "slowest_page_warm_p99 " + slow, Measured: fmt.Sprintf("%.1fms", ms(slowest)), Wanted: fmt.Sprintf("<%.0fms", ms(wantedWarm)), OK: slowest < wantedWarm,
	})
	// Of single pages the 99th percentile rests on two or three values: the ratio is that of all pages together.
	ratio := float64(quantile(much.all(), 0.99)) / float64(quantile(little.all(), 0.99))
	checks = append(checks, gauge.Check{
		Name: "warm_p99_much_to_little", Measured: fmt.Sprintf("%.2f", ratio), Wanted: fmt.Sprintf("<=%.1f", wantedRatio), OK: ratio <= wantedRatio,
	})
	failed := 0
	for _, r := range []*reading{little, much} {
		for _, n := range r.failed {
			failed += n
		}
	}
	checks = append(checks, gauge.Check{Name: "pages_with_a_failed_part", Measured: fmt.Sprint(failed), Wanted: "0", OK: failed == 0})
	plain := float64(much.plain) / float64(quantile(much.times["/"], 0.5))
	return append(checks, gauge.Check{
		Name: "plain_sql_to_overview", Measured: fmt.Sprintf("%.0f", plain), Wanted: fmt.Sprintf(">=%.0f", wantedPlain), OK: plain >= wantedPlain,
	})
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// progress tells whoever waits what is done.
func progress(format string, args ...any) {
	fmt.Fprintln(os.Stderr, "bench-dashboard: "+fmt.Sprintf(format, args...))
}
