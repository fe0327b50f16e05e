// Package edition is the frozen form of an evaluation: a document with a number, a revision, the period, the time of
// data, the scheme, the units and their figures, objections and narratives; its canonical bytes, hash and signature;
// the steps from draft to published; the difference of two revisions.
//
// It promises that a published edition can be verified from its file and the public key alone, and that nothing
// changes it. It stores nothing.
package edition
