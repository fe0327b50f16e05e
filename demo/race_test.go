//go:build race

package demo

// seedsTried is small here: under the race detector a plan takes fifteen times as
// long, and more seeds find no more races.
const (
	seedsTried   = 2
	raceDetector = true
)
