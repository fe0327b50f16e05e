package collector

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"
)

// BenchmarkStream measures the whole way of a record: HTTP, door, spool with fsync.
func BenchmarkStream(b *testing.B) {
	h := newHouse(b, nil)
	var lines strings.Builder
	for range b.N {
		id, err := uuid.NewV7()
		if err != nil {
			b.Fatal(err)
		}
		fmt.Fprintln(&lines, rating(id.String(), `,"channel":"tablet","item":"GA-0007","case_id":"2026-000123","stage":"1"`))
	}
	b.SetBytes(int64(lines.Len() / b.N))
	b.ResetTimer()
	if r := h.send("ratings", h.device, lines.String(), ndjson); r.status != http.StatusAccepted || r.good() != b.N {
		b.Fatalf("%d %s", r.status, r.text)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "records/s")
}
