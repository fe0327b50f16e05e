package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// target is something that takes requests with records.
type target struct {
	name    string
	address string
	head    string // request line and headers, without Content-Length
	records int    // in a request
	append  func(w *writer, body []byte) []byte
	want    int // status of an answer that says "taken"
	check   func(body []byte, records int) error
}

// result is what a cell measured.
type result struct {
	requests, records int // answered while it was measured
	seconds           float64
	took              []time.Duration // sorted
}

func (r *result) rate() float64 { return float64(r.records) / r.seconds }

// quantile is a latency in milliseconds.
func (r *result) quantile(q float64) float64 {
	if len(r.took) == 0 {
		return 0
	}
	return float64(r.took[min(len(r.took)-1, int(q*float64(len(r.took))))].Microseconds()) / 1000
}

// Of so many answers of a connection every time is kept, of later ones every so many-th:
// the quantiles stay, and the memory of this process.
const (
	kept    = 100_000
	thinned = 64
)

// acknowledged counts the records of every answer that said "taken", also of those
// while nothing was measured.
type acknowledged struct{ n atomic.Int64 }

// load sends from so many connections at once, each its next request as soon as its
// last is answered, and measures what is answered between warm-up and end.
func load(ctx context.Context, t *target, g *ratings, connections int, warm, measured time.Duration, told *acknowledged) (*result, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	start := time.Now().Add(warm)
	end := start.Add(measured)
	results := make([]result, connections)
	var all sync.WaitGroup
	for i := range connections {
		all.Go(func() {
			if err := drive(ctx, t, g.writer(), start, end, &results[i], told); err != nil {
				cancel(fmt.Errorf("%s: %w", t.name, err))
			}
		})
	}
	all.Wait()
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	sum := &result{seconds: measured.Seconds()}
	for i := range results {
		sum.requests += results[i].requests
		sum.records += results[i].records
		sum.took = append(sum.took, results[i].took...)
	}
	slices.Sort(sum.took)
	if sum.requests == 0 {
		return nil, fmt.Errorf("%s: no answer within %v", t.name, measured)
	}
	return sum, nil
}

// drive is one connection.
func drive(ctx context.Context, t *target, w *writer, start, end time.Time, r *result, told *acknowledged) (err error) {
	c, err := dial(t.address)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	if err := c.conn.SetDeadline(end.Add(answerWait)); err != nil {
		return err
	}
	var request, body []byte
	for now := time.Now(); now.Before(end) && ctx.Err() == nil; {
		body = t.append(w, body[:0])
		request = append(append(request[:0], t.head...), "Content-Length: "...)
		request = append(strconv.AppendInt(request, int64(len(body)), 10), "\r\n\r\n"...)
		request = append(request, body...)
		sent := time.Now()
		status, text, err := c.send(request)
		if err != nil {
			return err
		}
		now = time.Now()
		if status != t.want {
			return fmt.Errorf("answer %d: %.300q", status, text)
		}
		if t.check != nil {
			if err := t.check(text, t.records); err != nil {
				return err
			}
		}
		told.n.Add(int64(t.records))
		if now.After(start) && now.Before(end) {
			r.requests++
			r.records += t.records
			if r.requests <= kept || r.requests%thinned == 0 {
				r.took = append(r.took, now.Sub(sent))
			}
		}
	}
	return nil
}

// The counts of a receipt when none of its records is unknown or bad.
var (
	acceptedCount = []byte(`"accepted":`)
	unknownCount  = []byte(`,"unattributed":`)
	noneBad       = []byte(`,"duplicate":0,"refused":0,"conflicts":0`)
)

// checkReceipt finds the counts of a receipt. The codes of the load are in no
// directory, so that its records are unattributed.
func checkReceipt(body []byte, records int) error {
	_, rest, _ := bytes.Cut(body, acceptedCount)
	n, rest := number(rest)
	rest, ok := bytes.CutPrefix(rest, unknownCount)
	unknown, rest := number(rest)
	if !ok || n+unknown != records || !bytes.HasPrefix(rest, noneBad) {
		return fmt.Errorf("a receipt that does not say %d new records: %.300q", records, body)
	}
	return nil
}

func number(b []byte) (n int, rest []byte) {
	for len(b) > 0 && b[0] >= '0' && b[0] <= '9' {
		n, b = 10*n+int(b[0]-'0'), b[1:]
	}
	return n, b
}
