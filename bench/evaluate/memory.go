package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"haochaping/bench/gauge"
	"haochaping/calendar"
)

// wantedSlope is how much the service may grow, in MiB a minute.
const wantedSlope = 1.0

// measureMemory starts the product on the data folder and restates the same days again and again.
func measureMemory(ctx context.Context, o *options, data string, last calendar.Day) (checks []gauge.Check, err error) {
	p, err := gauge.Start("the service", filepath.Join(filepath.Dir(data), "service.log"), o.program, nil,
		"serve", "--listen", "127.0.0.1:0", "--data-dir", data, "--log-level", "info")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, p.Stop()) }()
	if _, err := p.Says(ctx, `msg=listening address=(\S+)`); err != nil {
		return nil, err
	}
	memory := gauge.WatchMemory(p.PID())
	began := time.Now()
	times := 0
	for ; time.Since(began) < o.soak; times++ {
		if _, err := gauge.Run(ctx, nil, o.program, "aggregate", "--data-dir", data, "--from", (last - 6).String(), "--to", last.String()); err != nil {
			return nil, errors.Join(err, memory.Stop())
		}
	}
	slope := memory.Slope(began.Add(o.soak/5), time.Now())
	if err := memory.Stop(); err != nil {
		return nil, err
	}
	fmt.Printf("(m) a week restated %d times in %v: the service has at most %.0f MiB, %+.2f MiB a minute over the last four fifths\n",
		times, o.soak, memory.Most(), slope)
	return []gauge.Check{{
		Name: "service_memory_restating", Measured: fmt.Sprintf("%+.2fMiB/min", slope), Wanted: fmt.Sprintf("<%.0fMiB/min", wantedSlope), OK: slope < wantedSlope,
	}}, nil
}
