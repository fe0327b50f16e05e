// Command crash breaks a running product at random and proves that it keeps its word.
//
// It starts the real service, as haochaping serve does, in two installations: one with
// the embedded engine, and one with two collectors before a ClickHouse of their own that
// is reached through a bad network. While senders work, it kills and pauses processes,
// takes ClickHouse away, cuts connections, fills a disk and sets clocks wrong, all drawn
// from a printed seed. At the end one oracle holds the senders' own journal against what
// is stored and counted. Every check prints one line, and the exit status is 1 if any is
// short.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"haochaping/engine"
)

// plan is how much is broken in one run.
type plan struct {
	seed    uint64
	kills   int           // at least
	outage  time.Duration // ClickHouse away, at least
	pace    time.Duration // mean pause of one sender
	calm    time.Duration // mean pause between two kills in one installation
	bound   time.Duration // of all faults; what is not reached by then is short
	settle  time.Duration // bound of everything after the last fault
	sabote  string        // proves that the oracle can fail
	dir     string        // of all data
	keep    bool
	verbose bool
}

func main() {
	engine.RunChildIfAsked()
	if len(os.Args) > 1 && os.Args[1] == serviceCommand {
		os.Exit(runService(os.Args[2:]))
	}
	os.Exit(run())
}

func run() int {
	p, err := readFlags()
	if err != nil {
		return 2
	}
	if code, ok := inOwnNamespace(); ok {
		return code
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if p.dir, err = os.MkdirTemp(p.dir, "haochaping-crash-"); err != nil {
		fmt.Fprintln(os.Stderr, "crash:", err)
		return 1
	}
	ok, err := chaos(ctx, p)
	if err != nil {
		fmt.Fprintln(os.Stderr, "crash:", err)
	}
	if ok && err == nil && !p.keep {
		err = os.RemoveAll(p.dir)
	}
	if ok && err == nil {
		return 0
	}
	fmt.Printf("seed %d; the data folders, logs and the journal are in %s\n", p.seed, p.dir)
	return 1
}

func readFlags() (*plan, error) {
	p := &plan{}
	fs := flag.NewFlagSet("crash", flag.ContinueOnError)
	fs.Uint64Var(&p.seed, "seed", uint64(time.Now().UnixNano()), "draws every fault; the same seed draws the same ones")
	fs.IntVar(&p.kills, "kills", 20, "processes killed with SIGKILL, at least")
	fs.DurationVar(&p.outage, "outage", 10*time.Second, "how long ClickHouse is away")
	fs.DurationVar(&p.pace, "pace", 100*time.Millisecond, "mean pause of one sender between two requests")
	fs.DurationVar(&p.calm, "calm", 700*time.Millisecond, "mean pause after something was killed and answers again")
	fs.DurationVar(&p.bound, "bound", 10*time.Minute, "longest time of all faults")
	fs.DurationVar(&p.settle, "settle", 5*time.Minute, "longest time until everything is shipped")
	fs.StringVar(&p.sabote, "sabotage", "", "falsify the evidence before it is judged: lose, double, forget, alter, hush")
	fs.StringVar(&p.dir, "dir", "", "where the data folders are made (default: the system's temporary folder)")
	fs.BoolVar(&p.keep, "keep", false, "keep the data folders of a good run too")
	fs.BoolVar(&p.verbose, "v", false, "print every fault")
	if err := fs.Parse(os.Args[1:]); err != nil {
		return nil, err
	}
	if fs.NArg() > 0 || p.kills < 0 {
		fs.Usage()
		return nil, errors.New("wrong usage")
	}
	return p, nil
}

// journalName is the senders' journal in the data folder.
func (p *plan) journalName() string { return filepath.Join(p.dir, "journal.ndjson") }
