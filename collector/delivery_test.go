package collector

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"

	"haochaping/collector/spool"
)

func TestDeliveryBreaksOff(t *testing.T) {
	h, _ := batchHouse(t)
	lines := linesOf(3)
	h.announce("B1", lines)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, root+"ratings", io.MultiReader(strings.NewReader(lines[:len(lines)-20]), broken{}))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+h.source)
	req.Header.Set("Content-Type", "application/x-ndjson")
	req.Header.Set(batchHeader, "B1")
	w := newRecorder()
	h.c.Handler().ServeHTTP(w, req)
	if w.status != 400 || !strings.Contains(w.String(), `"unattributed":2`) || strings.Contains(w.String(), `"batch"`) {
		t.Errorf("%d %s", w.status, w)
	}
	if st := h.batchState("B1"); len(st.Deliveries) != 0 {
		t.Errorf("state %+v", st)
	}
	if r := h.deliver("B1", lines, nil); r.Batch == nil || r.Batch.Duplicate != 2 || r.Batch.Unattributed != 1 || !r.Batch.Complete {
		t.Errorf("%d %s", r.status, r.text)
	}
}

func TestDeliveryOfABomb(t *testing.T) {
	h, _ := batchHouse(t)
	h.announce("B1", "{}\n")
	bomb := packed(t, bytes.Repeat([]byte(" \n"), 32<<20))
	if r := h.deliver("B1", bomb, header{"Content-Encoding": "gzip"}); r.status != 413 || r.Batch != nil {
		t.Errorf("%d %s", r.status, r.text)
	}
	if st := h.batchState("B1"); len(st.Deliveries) != 0 {
		t.Errorf("state %+v", st)
	}
}

func TestTwoDeliveriesAtOnce(t *testing.T) {
	h, _ := batchHouse(t)
	const n = 3000
	lines := linesOf(n)
	h.announce("B1", lines)
	var replies [2]reply
	var wg sync.WaitGroup
	for i := range replies {
		wg.Go(func() { replies[i] = h.deliver("B1", lines, nil) })
	}
	wg.Wait()
	stored := uint64(0)
	for _, r := range replies {
		if r.Batch == nil || !r.Batch.Complete || r.Batch.Arrived != n {
			t.Fatalf("%d %.300s", r.status, r.text)
		}
		stored += r.Batch.Unattributed
	}
	if got := len(h.stored().Ratings); stored != n || got != n {
		t.Errorf("said %d, stored %d", stored, got)
	}
	if st := h.batchState("B1"); len(st.Deliveries) != 2 {
		t.Errorf("state %+v", st)
	}
}

// lineSource writes n different ratings, and looks at the heap now and then.
type lineSource struct {
	n, at int
	rest  []byte
	peak  uint64
}

func (s *lineSource) Read(p []byte) (int, error) {
	if len(s.rest) == 0 {
		if s.at == s.n {
			return 0, io.EOF
		}
		s.rest = append(s.line(s.at), '\n')
		if s.at++; s.at%30_000 == 0 {
			s.peak = max(s.peak, heap())
		}
	}
	n := copy(p, s.rest)
	s.rest = s.rest[n:]
	return n, nil
}

func (s *lineSource) line(i int) []byte {
	return []byte(rating(fmt.Sprintf("01970a3e-5a00-7c3a-9d52-%012x", i), ""))
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// A batch of any size takes the memory of two chunks.
func TestBatchAtConstantMemory(t *testing.T) {
	const n, allowed = 300_000, 16 << 20
	outcomes := bytes.Repeat([]byte{byte(spool.Accepted)}, chunkRecords)
	h := newHouse(t, func(o *Options) {
		o.Batches = &shared{}
		o.Spool = fakeSpool{func(e []spool.Entry) ([]spool.Outcome, error) {
			out := make([]spool.Outcome, len(e))
			for i := range out {
				out[i] = spool.Outcome(outcomes[i])
			}
			return out, nil
		}}
	})
	sum, source := sha256.New(), &lineSource{n: n}
	for i := range n {
		sum.Write(append(source.line(i), '\n'))
	}
	if r := h.send("batches", h.source, fmt.Sprintf(`{"id":"B1","records":"ratings","count":%d,"sha256":"%x"}`, n, sum.Sum(nil)), nil); r.status != 202 {
		t.Fatalf("%d %s", r.status, r.text)
	}
	before := heap()
	r := h.do(http.MethodPost, "ratings", h.source, source, header{"Content-Type": "application/x-ndjson", batchHeader: "B1"})
	if r.Batch == nil || !r.Batch.Complete || r.Batch.Arrived != n {
		t.Fatalf("%d %.300s", r.status, r.text)
	}
	if source.peak > before+allowed {
		t.Errorf("the heap grew by %d KiB", (source.peak-before)>>10)
	}
	t.Logf("the heap grew by %d KiB", (int64(source.peak)-int64(before))>>10)
}

// However the bytes are cut into reads, the hash is the same.
func TestLineHash(t *testing.T) {
	text := "\n  \t\r\n {\"a\": 1}\t \r\n\r\n{} \v x\n" + strings.Repeat(" ", 100) + "\nend" + strings.Repeat(" ", 3*heldLimit) + "more"
	want := sha256.Sum256([]byte("{\"a\": 1}\n{} \v x\nend" + strings.Repeat(" ", 3*heldLimit) + "more\n"))
	for _, size := range []int{1, 2, 3, 7, 4096, len(text)} {
		h := lineHash{sum: sha256.New()}
		for rest := text; rest != ""; {
			n := min(size, len(rest))
			_, _ = h.Write([]byte(rest[:n]))
			rest = rest[n:]
		}
		h.end()
		if !bytes.Equal(h.sum.Sum(nil), want[:]) {
			t.Errorf("in pieces of %d another hash", size)
		}
	}
}

// The hash of a stream is that of its lines, written out by hand.
func FuzzLineHash(f *testing.F) {
	f.Add([]byte("\n {} \r\n\r\n[\t] \n"), 3)
	f.Add([]byte(" \v\f"), 1)
	f.Fuzz(func(t *testing.T, text []byte, size int) {
		var want bytes.Buffer
		for _, l := range bytes.Split(text, lineFeed) {
			if l = bytes.Trim(l, blanks); len(l) > 0 {
				want.Write(append(l[:len(l):len(l)], '\n'))
			}
		}
		h := lineHash{sum: sha256.New()}
		for rest := text; len(rest) > 0; {
			n := min(max(size, 1), len(rest))
			_, _ = h.Write(rest[:n])
			rest = rest[n:]
		}
		h.end()
		if sum := sha256.Sum256(want.Bytes()); !bytes.Equal(h.sum.Sum(nil), sum[:]) {
			t.Errorf("%q in pieces of %d", text, size)
		}
	})
}
