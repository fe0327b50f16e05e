package app

import "testing"

func TestMemoryLimit(t *testing.T) {
	for _, c := range []struct {
		live, lean, reading uint64 // MiB
	}{{0, 130, 130}, {60, 130, 188}, {90, 130, 218}, {180, 240, 308}, {600, 800, 800}} {
		for reading, want := range map[bool]uint64{false: c.lean, true: c.reading} {
			if got := memoryLimit(c.live<<20, reading); got != int64(want<<20) {
				t.Errorf("%d MiB live, pages read: %v: limit %d MiB, want %d", c.live, reading, got>>20, want)
			}
		}
	}
}
