package dashboard

import (
	"context"
	"log/slog"
	"sync"

	"haochaping/directory"
	"haochaping/directory/finder"
)

// searching keeps the index of the newest directory. It makes it in the background; the one before serves meanwhile.
type searching struct {
	log     *slog.Logger
	base    context.Context // of the making; ends with close
	stop    context.CancelFunc
	running sync.WaitGroup
	places  chan struct{} // for searches under way: each keeps all processors busy

	mu     sync.Mutex
	newest *finder.Index
	making string        // the version that is being made; empty if none is
	first  chan struct{} // closed when newest is there
}

// maxSearches is how many searches are under way at a time; others wait.
const maxSearches = 4

func newSearching(log *slog.Logger) *searching {
	base, stop := context.WithCancel(context.Background())
	return &searching{log: log, base: base, stop: stop, places: make(chan struct{}, maxSearches), first: make(chan struct{})}
}

// follow sees to it that there is, or will be, an index of a directory.
func (s *searching) follow(dir *directory.Directory) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.base.Err() != nil || s.making != "" || s.newest != nil && s.newest.Directory().Version() == dir.Version() {
		return
	}
	s.making = dir.Version()
	s.running.Go(func() {
		index, err := finder.New(s.base, dir)
		s.mu.Lock()
		defer s.mu.Unlock()
		s.making = ""
		if err != nil {
			return // we are closing
		}
		if s.newest == nil {
			close(s.first)
		}
		s.newest = index
		s.log.Debug("search index made", "version", dir.Version(), "entries", index.Len())
	})
}

// index is the newest one that is there; it waits for the first.
func (s *searching) index(ctx context.Context) (*finder.Index, error) {
	select {
	case <-s.first:
	case <-s.base.Done():
		return nil, errClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.newest, nil
}

// find searches when a place is free.
func (s *searching) find(ctx context.Context, index *finder.Index, query string, may finder.Filter) ([]finder.Result, int, error) {
	select {
	case s.places <- struct{}{}:
		defer func() { <-s.places }()
	case <-ctx.Done():
		return nil, 0, ctx.Err()
	}
	return index.Find(ctx, query, may)
}

// close stops the making and waits for it.
func (s *searching) close() {
	s.mu.Lock()
	s.stop()
	s.mu.Unlock()
	s.running.Wait()
}
