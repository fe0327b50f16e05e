package evaluation

import (
	"math"
	"math/bits"
	"sync"
)

const (
	// part is the fraction of a second that the middles of buckets are rounded to for sums, so that these are exact.
	part = 32
	// longest is where durations end for sums: three years and two months.
	longest = 1e8
)

// bucketMiddles are the middles of buckets in parts of a second, up to the longest duration.
var bucketMiddles = sync.OnceValue(func() []uint64 {
	middles := make([]uint64, Bucket(longest)+2) // the last one for all that is longer
	for b := range middles {
		middles[b] = uint64(math.Round(min(bucketSeconds(uint16(b)), longest) * part))
	}
	return middles
})

// Moments are the number of durations, their mean and their variance (seconds and squared seconds; the sample's, divided
// by n), each duration taken to be the middle of its bucket. Durations over three years count as three years. The
// sums are exact, so the order of a map changes nothing.
func (h Histogram) Moments() (n uint64, mean, variance float64) {
	middles := bucketMiddles()
	var sum, squares wide
	for b, count := range h {
		middle := middles[min(int(b), len(middles)-1)]
		n += count
		sum.add(count, middle)
		squares.add(count, middle*middle)
	}
	if n == 0 {
		return 0, 0, 0
	}
	mean = sum.float() / float64(n)
	variance = max(squares.float()/float64(n)-float64(mean*mean), 0) // not fused: the same bits on every processor
	return n, mean / part, variance / part / part
}

// wide is an unsigned number of 128 bits.
type wide struct{ high, low uint64 }

// add adds a × b.
func (w *wide) add(a, b uint64) {
	high, low := bits.Mul64(a, b)
	var carry uint64
	w.low, carry = bits.Add64(w.low, low, 0)
	w.high += high + carry
}

func (w *wide) float() float64 { return float64(w.high)*(1<<64) + float64(w.low) }
