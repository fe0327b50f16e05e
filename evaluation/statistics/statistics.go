// Package statistics holds the mathematics of uncertainty that evaluation rests on: generators seeded per draw,
// samplers, priors, exact tests, false-discovery control. Every formula names its source. It knows nothing of ratings.
package statistics
