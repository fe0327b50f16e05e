package evaluation

import (
	"testing"
	"time"
)

func TestClockOf(t *testing.T) {
	now := time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)
	for left, want := range map[time.Duration][2]Clock{
		-time.Hour: {ClockOverdue, ClockOverdue}, 0: {ClockOverdue, ClockOverdue}, time.Second: {ClockSoon, ClockSoon},
		24 * time.Hour: {ClockSoon, ClockSoon}, 24*time.Hour + 1: {ClockLater, ClockToday},
	} {
		for i, today := range []bool{false, true} {
			got := ClockOf(now.Add(left), now, today)
			if got != want[i] {
				t.Errorf("%v left, came today %v: %v, want %v", left, today, got, want[i])
			}
			var c Clocks
			if c.Count(got); c.Total() != 1 || (c.Overdue == 1) != (got == ClockOverdue) || (c.Soon == 1) != (got == ClockSoon) || (c.Today == 1) != (got == ClockToday) {
				t.Errorf("%v counted as %+v", got, c)
			}
		}
	}
	if got := ClockOf(time.Time{}, now, true); got != ClockUnknown {
		t.Errorf("without a deadline: %v", got)
	}
}
