package app

import "testing"

func TestMemoryLimit(t *testing.T) {
	for live, want := range map[uint64]int64{0: 130 << 20, 90 << 20: 130 << 20, 180 << 20: 240 << 20, 600 << 20: 800 << 20} {
		if got := memoryLimit(live); got != want {
			t.Errorf("%d bytes live: limit %d, want %d", live, got, want)
		}
	}
}
