package app

import "testing"

func TestMemoryLimit(t *testing.T) {
	for live, want := range map[uint64]int64{0: 120 << 20, 100 << 20: 120 << 20, 210 << 20: 240 << 20, 700 << 20: 800 << 20} {
		if got := memoryLimit(live); got != want {
			t.Errorf("%d bytes live: limit %d, want %d", live, got, want)
		}
	}
}
