package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"haochaping/bench/gauge"
)

// measurement is one run: what is measured, and what came out.
type measurement struct {
	o      *options
	load   *ratings
	empty  *gauge.Process
	plain  *plain
	s      *service
	memory *gauge.Memory

	targets []*target
	told    acknowledged // by the service
	counted int64        // what the service's facts hold of it

	cells  map[cell][]sample
	ship   map[string][]float64 // records a second
	flush  string
	steady *sample // of the soak; nil if there was none
	slope  float64 // of the resident memory during its last four fifths, MiB a minute
	settle time.Duration
}

// cell is a target at a number of connections.
type cell struct {
	letter      string
	connections int
}

// sample is one round of a cell.
type sample struct {
	rate, p50, p99 float64 // records a second, milliseconds
	server         float64 // processor time of the server, µs a record
	engine         float64 // of the service's engine
	bench          float64 // of this process
}

func newMeasurement(ctx context.Context, o *options, dir string) (m *measurement, err error) {
	m = &measurement{o: o, load: newRatings(time.Now()), cells: map[cell][]sample{}, ship: map[string][]float64{}}
	defer func() {
		if err != nil {
			err = errors.Join(err, m.stop())
		}
	}()
	if m.s, err = startService(ctx, o.program, dir); err != nil {
		return m, err
	}
	m.memory = gauge.WatchMemory(m.s.PID())
	self, err := os.Executable()
	if err != nil {
		return m, err
	}
	if m.empty, err = gauge.Start("the empty server", filepath.Join(dir, "empty.log"), self, nil, emptyMarker); err != nil {
		return m, err
	}
	address, err := m.empty.Says(ctx, `listening address=(\S+)`)
	if err != nil {
		return m, err
	}
	if m.plain, err = startPlain(ctx, filepath.Join(dir, "plain")); err != nil {
		return m, err
	}
	if m.flush, err = m.plain.flushTimes(ctx); err != nil {
		return m, err
	}
	single := m.s.target("b", "application/json", 1)
	empty := *single
	empty.name, empty.address, empty.check = "a", address, nil
	m.targets = []*target{&empty, single, m.plain.target(), m.s.target("d", "application/x-ndjson", 1000)}
	return m, nil
}

func (m *measurement) stop() error {
	var errs []error
	if m.memory != nil {
		errs = append(errs, m.memory.Stop())
	}
	if m.plain != nil {
		errs = append(errs, m.plain.stop())
	}
	if m.empty != nil {
		errs = append(errs, m.empty.Stop())
	}
	if m.s != nil {
		errs = append(errs, m.s.Stop())
	}
	return errors.Join(errs...)
}

// measureCells goes round: what is compared is measured in turn, so that a machine that
// becomes slower slows all of it.
func (m *measurement) measureCells(ctx context.Context) error {
	for _, n := range m.o.at {
		for range m.o.rounds {
			for _, t := range m.targets {
				if !m.o.has(t.name) {
					continue
				}
				s, err := m.measureCell(ctx, t, n)
				if err != nil {
					return err
				}
				m.cells[cell{t.name, n}] = append(m.cells[cell{t.name, n}], s)
				progress("%s at %d: %.0f records/s, p99 %.1f ms, server %.1f µs a record", t.name, n, s.rate, s.p99, s.server)
			}
		}
	}
	return nil
}

// server is the process that answers a target.
func (m *measurement) server(t *target) int {
	switch t.name {
	case "a":
		return m.empty.PID()
	case "c":
		return m.plain.engine.PID()
	}
	return m.s.PID()
}

func (m *measurement) measureCell(ctx context.Context, t *target, n int) (sample, error) {
	if err := m.s.idle(ctx); err != nil {
		return sample{}, err
	}
	// Large requests from many senders take their time: each is to be answered more than
	// once, and before anything is measured.
	more := time.Duration(n*(t.records-1)) * time.Second / 50_000
	return m.run(ctx, t, n, m.o.warm+more/2, m.o.cell+more)
}

// run sends the load of one cell and measures what it costs whom.
func (m *measurement) run(ctx context.Context, t *target, n int, warm, measured time.Duration) (sample, error) {
	told := &m.told
	if t.address != m.s.address {
		told = new(acknowledged)
	}
	before := told.n.Load()
	pids := []int{m.server(t), m.s.engine, os.Getpid()}
	var used [3]time.Duration
	for i, pid := range pids {
		var err error
		if used[i], err = gauge.CPU(pid); err != nil {
			return sample{}, err
		}
	}
	r, err := load(ctx, t, m.load, n, warm, measured, told)
	if err != nil {
		return sample{}, err
	}
	records := float64(told.n.Load() - before)
	var each [3]float64
	for i, pid := range pids {
		now, err := gauge.CPU(pid)
		if err != nil {
			return sample{}, err
		}
		each[i] = float64((now - used[i]).Microseconds()) / records
	}
	return sample{rate: r.rate(), p50: r.quantile(.5), p99: r.quantile(.99), server: each[0], engine: each[1], bench: each[2]}, nil
}

func (m *measurement) measureShipper(ctx context.Context) error {
	if !m.o.has("e") {
		return nil
	}
	if err := m.s.idle(ctx); err != nil {
		return err
	}
	s, err := newShipped(m.plain, newRatings(time.Now()), filepath.Dir(m.s.Log()), m.o.shipped)
	if err != nil {
		return err
	}
	for range m.o.rounds {
		for _, way := range []struct {
			name string
			run  func(context.Context) (float64, error)
		}{{"bare", s.bare}, {"shipper", s.drain}} {
			rate, err := way.run(ctx)
			if err != nil {
				return err
			}
			if n, err := s.stored(ctx); err != nil || n != uint64(m.o.shipped) {
				return errors.Join(fmt.Errorf("%s: %d of %d records are stored", way.name, n, m.o.shipped), err)
			}
			m.ship[way.name] = append(m.ship[way.name], rate)
			progress("e %s: %.0f records/s", way.name, rate)
		}
	}
	return nil
}

// soakConnections is the full load of single ratings.
const soakConnections = 64

func (m *measurement) measureSoak(ctx context.Context) error {
	if !m.o.has("s") || m.o.soak == 0 {
		return nil
	}
	if err := m.s.idle(ctx); err != nil {
		return err
	}
	progress("soak: %v", m.o.soak)
	began := time.Now()
	steady, err := m.run(ctx, m.targets[1], soakConnections, 0, m.o.soak)
	if err != nil {
		return err
	}
	m.steady = &steady
	m.slope = m.memory.Slope(began.Add(m.o.soak/5), began.Add(m.o.soak))
	return nil
}

// verify waits until the service has counted what it acknowledged: nothing that was
// measured may be missing.
func (m *measurement) verify(ctx context.Context) error {
	began := time.Now()
	told := m.told.n.Load()
	progress("waiting until all %d acknowledged ratings are counted", told)
	err := until(ctx, 30*time.Minute, "every acknowledged rating to be counted", func(ctx context.Context) (bool, error) {
		if err := m.s.idle(ctx); err != nil {
			return false, err
		}
		var err error
		m.counted, err = m.s.counted(ctx)
		return m.counted == told, err
	})
	m.settle = time.Since(began)
	if err != nil && m.counted != told && ctx.Err() == nil {
		return fmt.Errorf("%d ratings were acknowledged and %d are counted: %w", told, m.counted, err)
	}
	return err
}

func progress(format string, args ...any) {
	fmt.Fprintln(os.Stderr, "bench-intake: "+strings.TrimSpace(fmt.Sprintf(format, args...)))
}
