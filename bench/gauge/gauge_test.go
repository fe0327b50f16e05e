package gauge

import (
	"strings"
	"testing"
	"time"
)

func TestWrite(t *testing.T) {
	var out strings.Builder
	good, err := Write(&out, []Check{{"a", "1.0", "<=1.5", true}, {"b", "3 of 4", "all", false}})
	const want = "CHECK a 1.0 <=1.5 ok\nCHECK b 3_of_4 all short\n"
	if out.String() != want || good || err != nil {
		t.Errorf("%q, good %v, %v; want %q", out.String(), good, err, want)
	}
	if good, err := Write(&out, []Check{{"a", "1", "1", true}}); !good || err != nil {
		t.Errorf("all ok, and yet good is %v (%v)", good, err)
	}
}

func TestMedian(t *testing.T) {
	for want, list := range map[float64][]float64{0: nil, 2: {9, 1, 2}, 2.5: {4, 1, 2, 3}} {
		if got := Median(list); got != want {
			t.Errorf("median of %v: %v, want %v", list, got, want)
		}
	}
}

func TestSlope(t *testing.T) {
	began := time.Now()
	m := &Memory{}
	for i := range 100 {
		m.points = append(m.points, point{began.Add(time.Duration(i) * time.Second), 50 + 3*float64(i)/60})
	}
	m.points[99].mib = 1000 // outside of what is asked for
	if got := m.Slope(began, began.Add(98*time.Second)); got < 2.99 || got > 3.01 {
		t.Errorf("slope %v MiB/min, want 3", got)
	}
}
