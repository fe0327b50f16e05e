package gauge

import (
	"fmt"
	"sync"
	"time"
)

// Memory watches the resident memory of a process.
type Memory struct {
	mu     sync.Mutex
	points []point // guarded by mu
	err    error   // guarded by mu
	quit   chan struct{}
	ended  chan struct{}
}

type point struct {
	at  time.Time
	mib float64
}

const memoryPause = 250 * time.Millisecond

// WatchMemory looks four times a second until Stop.
func WatchMemory(pid int) *Memory {
	m := &Memory{quit: make(chan struct{}), ended: make(chan struct{})}
	go func() {
		defer close(m.ended)
		tick := time.NewTicker(memoryPause)
		defer tick.Stop()
		for {
			select {
			case <-m.quit:
				return
			case <-tick.C:
			}
			mib, err := Resident(pid)
			m.mu.Lock()
			if err != nil {
				m.err = fmt.Errorf("watch the memory: %w", err)
			} else {
				m.points = append(m.points, point{time.Now(), mib})
			}
			m.mu.Unlock()
		}
	}()
	return m
}

// Stop ends the watch, and tells whether it ever failed.
func (m *Memory) Stop() error {
	close(m.quit)
	<-m.ended
	return m.err
}

// Most is the largest value seen, in MiB.
func (m *Memory) Most() float64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	most := 0.0
	for _, p := range m.points {
		most = max(most, p.mib)
	}
	return most
}

// Slope is the growth in MiB a minute between two times, by least squares.
func (m *Memory) Slope(from, to time.Time) float64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	var n, sx, sy, sxx, sxy float64
	for _, p := range m.points {
		if p.at.Before(from) || p.at.After(to) {
			continue
		}
		x := p.at.Sub(from).Minutes()
		n, sx, sy, sxx, sxy = n+1, sx+x, sy+p.mib, sxx+x*x, sxy+x*p.mib
	}
	if d := n*sxx - sx*sx; d > 0 {
		return (n*sxy - sx*sy) / d
	}
	return 0
}
