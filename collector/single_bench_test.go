package collector

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
)

// BenchmarkSingle sends one rating a request over 64 connections that stay, each
// answered when it is durable, and reports the rate and the 99th percentile of the
// answers' latency. The senders take a part of the processor time that it shows.
func BenchmarkSingle(b *testing.B) {
	const connections = 64
	h := newHouse(b, nil)
	head := "POST /api/v1/ratings HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nAuthorization: Bearer " + h.device + "\r\nContent-Length: "
	took := make([][]time.Duration, connections)
	var sent atomic.Int64
	var all sync.WaitGroup
	b.ResetTimer()
	for i := range connections {
		all.Go(func() {
			conn, err := net.Dial("tcp", h.server.Listener.Addr().String())
			if err != nil {
				b.Error(err)
				return
			}
			defer func() { _ = conn.Close() }()
			in := bufio.NewReader(conn)
			for sent.Add(1) <= int64(b.N) {
				body := rating(uuid.Must(uuid.NewV7()).String(), `,"channel":"tablet","item":"GA-0007","case_id":"2026-000123","stage":"1"`)
				began := time.Now()
				if _, err := fmt.Fprintf(conn, "%s%d\r\n\r\n%s", head, len(body), body); err != nil {
					b.Error(err)
					return
				}
				answer, err := http.ReadResponse(in, nil)
				if err != nil {
					b.Error(err)
					return
				}
				if _, err := io.Copy(io.Discard, answer.Body); err != nil || answer.StatusCode != http.StatusAccepted {
					b.Errorf("answer %d, %v", answer.StatusCode, err)
					return
				}
				took[i] = append(took[i], time.Since(began))
			}
		})
	}
	all.Wait()
	b.StopTimer()
	times := slices.Concat(took...)
	slices.Sort(times)
	b.ReportMetric(float64(len(times))/b.Elapsed().Seconds(), "acks/s")
	b.ReportMetric(float64(times[len(times)*99/100].Microseconds())/1000, "p99-ms")
}
