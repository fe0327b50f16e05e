package oracle

import (
	"fmt"

	"haochaping/record"
)

// kindBatch is an announced batch in the journal.
const kindBatch = "batch"

// judgeDevices looks for every number that a device gave: stored or refused, it arrived.
func (b *Book) judgeDevices(f *Findings, e *Evidence) {
	type installation struct{ device, name string }
	highest := map[installation]uint64{}
	for _, it := range b.items {
		if w := &it.wire; w.DeviceSeq > 0 {
			k := installation{w.Device, w.Installation}
			highest[k] = max(highest[k], w.DeviceSeq)
		}
	}
	known := map[installation]*record.DeviceNumbers{}
	for i := range e.Devices {
		d := &e.Devices[i]
		known[installation{d.Device, d.Installation}] = d
		if highest[installation{d.Device, d.Installation}] == 0 && d.Received > 0 {
			f.NumbersMissing.add(1, "%s %s has %d numbers and sent none", d.Device, d.Installation, d.Received)
		}
	}
	for k, last := range highest {
		switch d := known[k]; {
		case d == nil:
			f.NumbersMissing.add(int64(last), "%s %s is not known", k.device, k.name)
		case d.Received != last || d.Highest != last || d.Contiguous != last || d.MissingCount != 0:
			f.NumbersMissing.add(max(1, int64(last-min(last, d.Received))),
				"%s %s sent 1 to %d; known are %d, highest %d, contiguous %d", k.device, k.name, last, d.Received, d.Highest, d.Contiguous)
		}
	}
}

// Batches are the names of all announced batches, as source/id.
func (b *Book) Batches() (names [][2]string) {
	for n, it := range b.items {
		if n.kind == kindBatch {
			names = append(names, [2]string{it.wire.Source, it.wire.Batch})
		}
	}
	return names
}

// BatchName is the name of a batch in Evidence.Batches.
func BatchName(source, id string) string { return source + "/" + id }

// judgeBatches holds every announcement and every receipt against what is known of them.
func (b *Book) judgeBatches(f *Findings, e *Evidence) {
	for n, it := range b.items {
		if n.kind != kindBatch {
			continue
		}
		announced, delivered := 0, 0
		for _, a := range e.Batches[BatchName(it.wire.Source, it.wire.Batch)] {
			if a.Count != it.wire.Count || fmt.Sprintf("%x", a.Hash) != it.wire.SHA256 {
				f.BatchesIncomplete.add(1, "batch %s is not announced as it was", n.key)
			}
			if !a.Delivered {
				announced++
				continue
			}
			delivered++
			fates := a.Accepted + a.Unattributed + a.Duplicate + a.Refused + a.Conflicts
			if a.Arrived != a.Count || fates != a.Count || !a.HashMatches {
				f.BatchesIncomplete.add(1, "batch %s: %d announced, %d arrived, %d with a fate", n.key, a.Count, a.Arrived, fates)
			}
		}
		switch {
		case !it.final:
			f.NeverAnswered.add(1, "announcement of batch %s", n.key)
		case it.stored && announced == 0:
			f.AcknowledgedMissing.add(1, "announcement of batch %s", n.key)
		}
		f.BatchesIncomplete.add(int64(it.incomplete), "batch %s: a receipt says incomplete", n.key)
		f.BatchesIncomplete.add(int64(it.delivered-delivered), "batch %s: %d deliveries are known, %d had a receipt", n.key, delivered, it.delivered)
		f.Records["batches announced"]++
		f.Records["batches delivered"] += int64(delivered)
	}
}
