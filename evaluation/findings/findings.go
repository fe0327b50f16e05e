// Package findings words what the figures show: what changed, whether it is more than noise, and who must act; what is
// thin, late, missing, incomparable or suspicious.
//
// It promises the same findings for the same facts, each with its evidence, in both languages, and that of all the
// changes that it calls real at most a stated share is chance.
package findings
