package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"haochaping/engine"
)

// faults is everything that was broken, and what breaks it. Each driver is a goroutine
// that leaves the world whole when its context ends.
type faults struct {
	plan  *plan
	began time.Time
	kills atomic.Int64

	mu     sync.Mutex
	counts map[string]int
	away   time.Duration // ClickHouse was away on purpose
	err    error         // the first of a driver
}

func newFaults(p *plan) *faults {
	return &faults{plan: p, began: time.Now(), counts: map[string]int{}}
}

// did counts a fault and prints it if asked.
func (f *faults) did(fault, detail string) {
	f.mu.Lock()
	f.counts[fault]++
	f.mu.Unlock()
	if f.plan.verbose {
		fmt.Printf("%7.1fs %s %s\n", time.Since(f.began).Seconds(), fault, detail)
	}
}

func (f *faults) killed(fault, detail string) {
	f.kills.Add(1)
	f.did(fault, detail)
}

func (f *faults) fail(err error) {
	if err == nil {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err == nil {
		f.err = err
	}
}

// rng of one driver: the same for one seed, whatever the other drivers do.
func (f *faults) rng(driver uint64) *rand.Rand {
	return rand.New(rand.NewPCG(f.plan.seed, driver)) //nolint:gosec // a seed must give the same run again
}

// killer kills and pauses the processes of a world, and mostly waits until what it killed
// answers again: otherwise nothing would ever run.
func (f *faults) killer(ctx context.Context, w *world, rng *rand.Rand) {
	for ctx.Err() == nil {
		s := w.services[rng.IntN(len(w.services))]
		switch n := rng.IntN(100); {
		case n < 55:
			if s.kill() {
				f.killed("service killed", s.name)
			}
		case n < 82:
			f.killEngine(w, s)
		case n < 92:
			f.pause(ctx, s.name, s.signal, rng)
		default:
			f.pauseEngine(ctx, w, s, rng)
		}
		if rng.IntN(4) > 0 {
			s.awaitReady(ctx)
		}
		sleep(ctx, time.Duration(rng.ExpFloat64()*float64(f.plan.calm)))
	}
}

// awaitReady waits until the service answers, but not for ever: the fault may be another.
func (p *process) awaitReady(ctx context.Context) {
	for range 150 {
		if p.isReady() || !sleep(ctx, 100*time.Millisecond) {
			return
		}
	}
}

func (f *faults) killEngine(w *world, s *process) {
	if w.engine != nil {
		if w.engine.PID() != 0 {
			w.engine.Kill()
			f.killed("ClickHouse killed", w.name)
		}
		return
	}
	if signalEngine(s.log.enginePID(), syscall.SIGKILL) {
		f.killed("ClickHouse killed", s.name)
	}
}

func (f *faults) pauseEngine(ctx context.Context, w *world, s *process, rng *rand.Rand) {
	pid := s.log.enginePID()
	if w.engine != nil {
		pid = w.engine.PID()
	}
	f.pause(ctx, "ClickHouse of "+w.name, func(sig syscall.Signal) bool { return signalEngine(pid, sig) }, rng)
}

func (f *faults) pause(ctx context.Context, name string, signal func(syscall.Signal) bool, rng *rand.Rand) {
	d := time.Duration(200+rng.IntN(2500)) * time.Millisecond
	if !signal(syscall.SIGSTOP) {
		return
	}
	f.did("process paused", fmt.Sprintf("%s for %v", name, d))
	sleep(ctx, d)
	signal(syscall.SIGCONT)
}

// signalEngine sends a signal to an engine, if the process is one: its number may belong
// to another by now.
func signalEngine(pid int, s syscall.Signal) bool {
	if pid <= 0 {
		return false
	}
	command, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "cmdline"))
	if err == nil && !strings.HasPrefix(string(command), engine.ChildName) || err != nil && isLinux {
		return false
	}
	return syscall.Kill(pid, s) == nil
}

// clocks sets the clock of a service wrong again and again, and right in the end.
func (f *faults) clocks(ctx context.Context, s *process, rng *rand.Rand) {
	defer s.clock.set(0)
	for sleep(ctx, time.Second+time.Duration(rng.IntN(5000))*time.Millisecond) {
		offset := []time.Duration{
			0,
			time.Duration(rng.IntN(7200)-3600) * time.Second,
			time.Duration(rng.IntN(48)-24) * time.Hour,
			time.Duration(rng.IntN(7)-3) * 24 * time.Hour,
			100 * 24 * time.Hour, // past the time for which ids are remembered
		}[min(rng.IntN(20), 19)/4]
		s.clock.set(offset)
		f.did("clock set wrong", fmt.Sprintf("%s by %v", s.name, offset))
	}
}

// lines makes the network to ClickHouse bad now and then, and takes ClickHouse away for
// the planned time.
func (f *faults) lines(ctx context.Context, w *world, rng *rand.Rand, outageOver chan<- struct{}) {
	defer close(outageOver)
	outageAt := time.Now().Add(3*time.Second + f.plan.outage/4)
	for {
		if !sleep(ctx, 300*time.Millisecond+time.Duration(rng.IntN(3000))*time.Millisecond) {
			return
		}
		if time.Now().After(outageAt) {
			break
		}
		f.badLine(ctx, w, rng)
	}
	f.did("ClickHouse away", f.plan.outage.String())
	w.network.away()
	from := time.Now()
	sleep(ctx, f.plan.outage)
	f.fail(w.network.back())
	f.mu.Lock()
	f.away = time.Since(from)
	f.mu.Unlock()
	outageOver <- struct{}{}
	for sleep(ctx, 300*time.Millisecond+time.Duration(rng.IntN(3000))*time.Millisecond) {
		f.badLine(ctx, w, rng)
	}
}

func (f *faults) badLine(ctx context.Context, w *world, rng *rand.Rand) {
	t, stream := draw(rng)
	d := time.Duration(500+rng.IntN(3000)) * time.Millisecond
	f.did(t.fault, fmt.Sprintf("%s %s %v for %v", t.kind, stream, t.attributes, d))
	f.fail(w.network.poison(ctx, t, stream, d))
}

// disks fills the disk of a spool: to the last byte at once, so that the spool itself
// fails, then so far that the collector has to refuse.
func (f *faults) disks(ctx context.Context, w *world, rng *rand.Rand, over chan<- struct{}) {
	defer close(over)
	s := w.services[0]
	for round := 0; sleep(ctx, time.Duration(2+rng.IntN(3))*time.Second); round++ {
		hold := time.Duration(2000+rng.IntN(2000)) * time.Millisecond
		if !w.disk.mounted {
			f.limitSpool(ctx, s, hold)
		} else {
			f.fillDisk(ctx, w, 0, hold)
			f.fillDisk(ctx, w, 32<<20, hold)
		}
		if round == 0 {
			over <- struct{}{}
		}
		if !sleep(ctx, time.Duration(20+rng.IntN(40))*time.Second) {
			return
		}
	}
}

// fillDisk leaves so many bytes free for a while.
func (f *faults) fillDisk(ctx context.Context, w *world, leave uint64, hold time.Duration) {
	s := w.services[0]
	s.setLenient(true)
	f.did("disk full", fmt.Sprintf("%s: %d MiB left for %v", s.name, leave>>20, hold))
	f.fail(w.disk.fill(leave))
	sleep(ctx, hold/2)
	if leave == 0 && s.kill() { // and it has to start without room
		f.killed("service killed", s.name)
	}
	sleep(ctx, hold/2)
	f.fail(w.disk.free())
	s.awaitReady(context.WithoutCancel(ctx))
	s.setLenient(false)
}

// limitSpool is what fills a spool where no small file system can be had: a bound so small
// that the spool is full at once. It costs two kills.
func (f *faults) limitSpool(ctx context.Context, s *process, hold time.Duration) {
	f.did("disk full", s.name+": the spool is bounded")
	for _, limit := range []int64{1, 0} {
		s.setSpoolMax(limit)
		if s.kill() {
			f.killed("service killed", s.name)
		}
		if limit > 0 {
			s.awaitReady(ctx)
			sleep(ctx, hold)
		}
	}
}
