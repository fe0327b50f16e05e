package main

import (
	"fmt"
	"sync"
	"time"
)

// memory watches the resident memory of a process.
type memory struct {
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

func watchMemory(pid int) *memory {
	m := &memory{quit: make(chan struct{}), ended: make(chan struct{})}
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
			mib, err := resident(pid)
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

func (m *memory) stop() error {
	close(m.quit)
	<-m.ended
	return m.err
}

// most is the largest value seen.
func (m *memory) most() float64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	most := 0.0
	for _, p := range m.points {
		most = max(most, p.mib)
	}
	return most
}

// slope is the growth in MiB a minute between two times, by least squares.
func (m *memory) slope(from, to time.Time) float64 {
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
