// Package movement says why a unit's score and rank moved from one evaluation to the next: own performance, mix of
// services, sampling noise, late data, scheme change, and what the others did.
//
// It promises that the parts add up to the change, for the score and for the rank.
package movement
