// Command intake measures how fast the collector takes ratings in, against things
// measured in the same run on the same machine: an empty handler, the engine's own
// insert over HTTP, a bare batch of the client library. It starts the product as it is
// delivered, on a data folder of its own, and believes no figure whose records are not
// all in the product's facts at the end.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"haochaping/bench/gauge"
	"haochaping/engine"
)

// options of a run.
type options struct {
	program    string
	rounds     int
	warm, cell time.Duration
	soak       time.Duration
	shipped    int
	only       string // letters of what is measured
	at         []int  // connections
	markdown   bool
}

func (o *options) has(letter string) bool { return strings.Contains(o.only, letter) }

// standardConnections are how many senders there are at a time.
const standardConnections = "1,64,512"

func main() {
	engine.RunChildIfAsked()
	runEmptyIfAsked()
	o := options{cell: 5 * time.Second, warm: time.Second, rounds: 3, shipped: 400_000}
	at := flag.String("at", standardConnections, "at how many connections")
	rounds := flag.Int("rounds", 0, "how often everything is measured in turn; default 3, with -short 2")
	short := flag.Bool("short", false, "cells of a second, two rounds and a smaller spool, for a quick look")
	flag.StringVar(&o.program, "program", "bin/haochaping", "the product")
	flag.DurationVar(&o.soak, "soak", 10*time.Minute, "how long the full load lasts at the end")
	flag.StringVar(&o.only, "only", "abcdes", "what to measure: a empty handler, b single ratings, c the engine's own insert, d streams, e shipper, s soak")
	flag.BoolVar(&o.markdown, "markdown", false, "print the tables as Markdown")
	flag.Parse()
	if *short {
		o.cell, o.warm, o.rounds, o.shipped = time.Second, 500*time.Millisecond, 2, 100_000
	}
	if *rounds > 0 {
		o.rounds = *rounds
	}
	for text := range strings.SplitSeq(*at, ",") {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > 10_000 {
			fmt.Fprintln(os.Stderr, "bench-intake: -at: numbers of connections, such as 1,64")
			os.Exit(2)
		}
		o.at = append(o.at, n)
	}
	gauge.Main("bench-intake", o.program, func(ctx context.Context, program, dir string) (bool, error) {
		o.program = program
		return bench(ctx, &o, os.Stdout, dir)
	})
}

func bench(ctx context.Context, o *options, out io.Writer, dir string) (good bool, err error) {
	m, err := newMeasurement(ctx, o, dir)
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, m.stop()) }()
	for _, step := range []func(context.Context) error{m.measureCells, m.measureShipper, m.measureSoak, m.verify} {
		if err := step(ctx); err != nil {
			return false, err
		}
	}
	return m.report(out)
}
