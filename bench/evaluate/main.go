// Command evaluate measures what an evaluation stands on, each thing against another of the same run on the same machine:
// restating a day against the SELECTs alone, restating a year against the bare query over the same rows, the service's
// memory over repeated restatements, and scoring against a bound. Its records are made inside the engine, in a
// temporary folder that is removed at the end.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"strings"
	"time"

	"haochaping/bench/gauge"
	"haochaping/engine"
)

// options of a run.
type options struct {
	program string
	only    string // letters of what is measured
	rounds  int
	day     uint64 // ratings of the day
	year    uint64 // ratings of the year
	soak    time.Duration
}

func (o *options) has(letter string) bool { return strings.Contains(o.only, letter) }

func main() {
	engine.RunChildIfAsked()
	o := options{rounds: 5, day: 1_370_000, year: 20_000_000, soak: 5 * time.Minute}
	short := flag.Bool("short", false, "a tenth of the ratings, three rounds, a minute of restatements, for a quick look")
	year := flag.Uint64("ratings", 0, "ratings of the year; default 20,000,000, with -short 2,000,000")
	flag.StringVar(&o.program, "program", "bin/haochaping", "the product")
	flag.StringVar(&o.only, "only", "dyms", "what to measure: d a dirty day, y a year, m memory over repeated restatements, s scoring")
	flag.Parse()
	if *short {
		o.rounds, o.year, o.soak = 3, o.year/10, time.Minute
	}
	if *year > 0 {
		o.year = *year
	}
	gauge.Main("bench-evaluate", o.program, func(ctx context.Context, program, dir string) (bool, error) {
		o.program = program
		return bench(ctx, &o, dir)
	})
}

func bench(ctx context.Context, o *options, dir string) (good bool, err error) {
	var checks []gauge.Check
	for _, step := range []struct {
		letters string
		run     func(context.Context, *options, string) ([]gauge.Check, error)
	}{{"dym", measureFacts}, {"s", measureScoring}} {
		if !strings.ContainsAny(o.only, step.letters) {
			continue
		}
		list, err := step.run(ctx, o, dir)
		if err != nil {
			return false, err
		}
		checks = append(checks, list...)
	}
	return gauge.Write(os.Stdout, checks)
}

// progress tells whoever waits what is done.
func progress(format string, args ...any) {
	fmt.Fprintln(os.Stderr, "bench-evaluate: "+fmt.Sprintf(format, args...))
}
