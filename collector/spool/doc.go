// Package spool is the durable queue between the collector's door and the
// warehouse. What it acknowledged it owes: it keeps every accepted record until
// the warehouse has it, through kill -9, loss of power and an outage of any
// length that the disk allows.
//
// Promises:
//
//   - When [Spool.Append] returns without an error, every outcome in its answer
//     is on stable storage. Many concurrent callers share one fsync.
//   - A record is accepted once. The same id and kind with the same content is
//     a [Duplicate], with other content a [Conflict], also after a crash and
//     also while the first copy is still on its way to the disk.
//   - Accepted records carry strictly increasing sequence numbers without gaps,
//     in the order in which they reach the log. So a crash leaves a prefix, and
//     any hole is damage.
//   - [Spool.Read] shows a record only after it was acknowledged.
//   - What [Spool.Shipped] has marked never comes back.
//   - Damage is reported with its place and extent, by [Open], [Spool.Read] or
//     [Spool.Verify], and never skipped in silence.
//   - After a failed fsync nothing is acknowledged any more: the process ends
//     through Options.Fatal, because nobody knows what the disk holds.
//
// It never looks into a payload, never edits one and never drops one to make
// room: when it is full it refuses new ones with [ErrFull].
//
// docs/spool.md specifies every byte on disk, every crash case and what an
// operator does.
package spool
