package evaluation

import (
	"math"
	"slices"
)

// Histogram counts durations in logarithmic buckets: bucket 0 is 0 to 1 s, bucket i
// is (γ^(i−1), γ^i] seconds with γ = 1.04, so that a quantile read from it is
// within 2 % of the true one (bucket middle 2γ^i/(γ+1), as in DDSketch, Masson,
// Rim and Lee 2019). Histograms of parts add up to the histogram of the whole.
type Histogram map[uint16]uint64

// HistogramGamma is the ratio of neighbouring bucket bounds.
const HistogramGamma = 1.04

// Bucket is the bucket of a duration in seconds.
func Bucket(seconds float64) uint16 {
	if !(seconds > 1) { // also what is no number
		return 0
	}
	return uint16(min(math.Ceil(math.Log(seconds)/math.Log(HistogramGamma)), math.MaxUint16))
}

func bucketSeconds(b uint16) float64 {
	if b == 0 {
		return 0.5
	}
	return 2 * math.Pow(HistogramGamma, float64(b)) / (HistogramGamma + 1)
}

// Count is the number of durations.
func (h Histogram) Count() (n uint64) {
	for _, c := range h {
		n += c
	}
	return n
}

// Quantile is the duration in seconds below which a share q (0 to 1) of the
// durations lies; ok is false for an empty histogram.
func (h Histogram) Quantile(q float64) (seconds float64, ok bool) {
	n := h.Count()
	if n == 0 {
		return 0, false
	}
	buckets := make([]uint16, 0, len(h))
	for b := range h {
		buckets = append(buckets, b)
	}
	slices.Sort(buckets)
	rank := uint64(math.Ceil(min(max(q, 0), 1) * float64(n)))
	var seen uint64
	for _, b := range buckets {
		seen += h[b]
		if seen >= max(rank, 1) {
			return bucketSeconds(b), true
		}
	}
	return bucketSeconds(buckets[len(buckets)-1]), true
}
