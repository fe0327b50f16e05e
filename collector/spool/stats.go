package spool

import (
	"fmt"
	"time"

	dto "github.com/prometheus/client_model/go"
)

// Stats is the state of a spool at one moment.
type Stats struct {
	// Depth is the number of acknowledged records not yet shipped, Bytes the size
	// of their values on disk before compression.
	Depth, Bytes uint64
	// Oldest is when the first of them was accepted; zero when there is none.
	Oldest time.Time
	// Last is the last acknowledged sequence number, Shipped the shipped mark.
	Last, Shipped uint64
	// IDs is the number of remembered ids, IndexBytes their estimated size in
	// finished files.
	IDs, IndexBytes uint64
	// DiskBytes is what the store's files take, including what is already
	// deleted and not yet reclaimed.
	DiskBytes uint64
	// Syncs is how often the log was synced since the start, and SyncTime how long
	// that took in all.
	Syncs    uint64
	SyncTime time.Duration
}

// Stats returns the present state. It reads one record and asks the store for
// its sizes: cheap enough for every scrape.
func (s *Spool) Stats() (Stats, error) {
	if err := s.enter(false); err != nil {
		return Stats{}, fmt.Errorf("spool stats: %w", err)
	}
	defer s.leave()
	st := Stats{Shipped: s.shipped.Load(), Last: s.ackedSeq(), Bytes: s.liveBytes()}
	st.Depth = st.Last - st.Shipped
	forgotten, err := s.readMark(s.db, metaForgotten)
	if err != nil {
		return Stats{}, fmt.Errorf("spool stats: %w", err)
	}
	st.IDs = st.Last - forgotten.seq
	st.IndexBytes, err = s.db.EstimateDiskUsage([]byte{spaceIndex}, []byte{spaceIndex + 1})
	if err != nil {
		return Stats{}, fmt.Errorf("spool stats: size of index: %w", err)
	}
	m := s.db.Metrics()
	st.DiskBytes = m.DiskSpaceUsage()
	var syncs dto.Metric
	if m.LogWriter.FsyncLatency != nil { // nil when only reading
		if err := m.LogWriter.FsyncLatency.Write(&syncs); err != nil {
			return Stats{}, fmt.Errorf("spool stats: time of syncs: %w", err)
		}
	}
	st.Syncs = syncs.GetHistogram().GetSampleCount()
	st.SyncTime = time.Duration(syncs.GetHistogram().GetSampleSum()) // the store counts nanoseconds
	if st.Depth == 0 {
		return st, nil
	}
	// Shipped meanwhile, or a hole, which Verify reports: then there is no time.
	if st.Oldest, err = s.acceptedAt(st.Shipped + 1); err != nil {
		return Stats{}, fmt.Errorf("spool stats: oldest record: %w", err)
	}
	return st, nil
}
