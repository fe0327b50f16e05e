//go:build !race

package demo

const (
	seedsTried   = 20
	raceDetector = false
)
