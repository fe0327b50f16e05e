package collector

import (
	"log/slog"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"haochaping/collector/spool"
	"haochaping/record"
)

// metrics are what the collector counts. Labels come from fixed lists only.
type metrics struct {
	requests *prometheus.CounterVec
	latency  *prometheus.HistogramVec
	records  *prometheus.CounterVec
	denied   *prometheus.CounterVec
	limited  *prometheus.CounterVec
	refused  *prometheus.CounterVec
	unkept   prometheus.Counter
}

const metricPrefix = "haochaping_collector_"

func newMetrics(reg prometheus.Registerer, s Spool, now func() time.Time) (*metrics, error) {
	m := &metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: metricPrefix + "requests_total", Help: "Requests by address and status.",
		}, []string{"route", "status"}),
		latency: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: metricPrefix + "answer_seconds", Help: "Time from the request to its answer; an answer of 2xx means durable.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10, 60},
		}, []string{"route"}),
		records: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: metricPrefix + "records_total", Help: "Records by kind and what became of them.",
		}, []string{"kind", "outcome"}),
		denied: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: metricPrefix + "denied_total", Help: "Requests turned away for their key; their bodies are not read.",
		}, []string{"reason"}),
		limited: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: metricPrefix + "limited_total", Help: "Requests turned away because their key sends too many; their bodies are not read.",
		}, []string{"key"}),
		refused: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: metricPrefix + "refused_total", Help: "Refused and conflicting records by the code of their first problem.",
		}, []string{"reason"}),
		unkept: prometheus.NewCounter(prometheus.CounterOpts{
			Name: metricPrefix + "refused_unkept_total", Help: "Refused records that were only counted, because their key is past its quota of the day.",
		}),
	}
	for _, code := range reasons {
		m.refused.WithLabelValues(code)
	}
	return m, registerAll(reg, m.requests, m.latency, m.records, m.denied, m.limited, m.refused, m.unkept, spoolMetrics{s, now})
}

// reasons are the codes of problems that records have, and what stands for all others.
var reasons = []string{
	record.CodeMalformed, record.CodeUnknownField, record.CodeMissing, record.CodeInvalid, record.CodeTooLong,
	record.CodeTime, record.CodeUnmapped, record.CodeContact, record.CodeConflict, reasonOther,
}

const reasonOther = "other"

// reason is the label of a refused record.
func reason(ps record.Problems) string {
	if len(ps) > 0 && slices.Contains(reasons, ps[0].Code) {
		return ps[0].Code
	}
	return reasonOther
}

func registerAll(reg prometheus.Registerer, list ...prometheus.Collector) error {
	for _, c := range list {
		if err := reg.Register(c); err != nil {
			return err
		}
	}
	return nil
}

func (m *metrics) answered(route string, status int, took time.Duration) {
	if route == "" {
		route = "other"
	}
	m.requests.WithLabelValues(route, strconv.Itoa(status)).Inc()
	m.latency.WithLabelValues(route).Observe(took.Seconds())
}

// counted adds the records of one write.
func (m *metrics) counted(kind record.Kind, before, after Counts) {
	add := func(status string, n int) {
		if n > 0 {
			m.records.WithLabelValues(kind.String(), status).Add(float64(n))
		}
	}
	add(StatusAccepted, after.Accepted-before.Accepted)
	add(StatusUnattributed, after.Unattributed-before.Unattributed)
	add(StatusDuplicate, after.Duplicate-before.Duplicate)
	add(StatusRefused, after.Refused-before.Refused)
	add(StatusConflict, after.Conflicts-before.Conflicts)
}

// spoolMetrics asks the spool at every scrape.
type spoolMetrics struct {
	spool Spool
	now   func() time.Time
}

// spoolMetric is one figure of the spool.
type spoolMetric struct {
	desc  *prometheus.Desc
	kind  prometheus.ValueType
	value func(st *spool.Stats, now time.Time) float64
}

func spoolFigure(name, help string, kind prometheus.ValueType, value func(st *spool.Stats, now time.Time) float64) spoolMetric {
	return spoolMetric{prometheus.NewDesc(metricPrefix+name, help, nil, nil), kind, value}
}

var spoolFigures = []spoolMetric{
	spoolFigure("spool_records", "Accepted records that the warehouse does not have yet.", prometheus.GaugeValue,
		func(st *spool.Stats, _ time.Time) float64 { return float64(st.Depth) }),
	spoolFigure("spool_bytes", "Size of the accepted records that the warehouse does not have yet.", prometheus.GaugeValue,
		func(st *spool.Stats, _ time.Time) float64 { return float64(st.Bytes) }),
	spoolFigure("spool_oldest_seconds", "Age of the oldest record that the warehouse does not have yet, 0 if there is none.", prometheus.GaugeValue,
		func(st *spool.Stats, now time.Time) float64 {
			if st.Oldest.IsZero() {
				return 0
			}
			return max(0, now.Sub(st.Oldest).Seconds())
		}),
	spoolFigure("spool_accepted_records_total", "Records accepted since the spool was made.", prometheus.CounterValue,
		func(st *spool.Stats, _ time.Time) float64 { return float64(st.Last) }),
	spoolFigure("spool_ids", "Ids that are remembered to know repeats.", prometheus.GaugeValue,
		func(st *spool.Stats, _ time.Time) float64 { return float64(st.IDs) }),
	spoolFigure("spool_id_bytes", "What these ids take in finished files.", prometheus.GaugeValue,
		func(st *spool.Stats, _ time.Time) float64 { return float64(st.IndexBytes) }),
	spoolFigure("spool_disk_bytes", "What the spool's files take on disk.", prometheus.GaugeValue,
		func(st *spool.Stats, _ time.Time) float64 { return float64(st.DiskBytes) }),
	spoolFigure("spool_syncs_total", "Syncs of the spool's log; many records share one.", prometheus.CounterValue,
		func(st *spool.Stats, _ time.Time) float64 { return float64(st.Syncs) }),
	spoolFigure("spool_sync_seconds_total", "Time that these syncs took.", prometheus.CounterValue,
		func(st *spool.Stats, _ time.Time) float64 { return st.SyncTime.Seconds() }),
}

// Describe implements prometheus.Collector.
func (m spoolMetrics) Describe(ch chan<- *prometheus.Desc) {
	for _, f := range spoolFigures {
		ch <- f.desc
	}
}

// Collect implements prometheus.Collector.
func (m spoolMetrics) Collect(ch chan<- prometheus.Metric) {
	st, err := m.spool.Stats()
	if err != nil {
		ch <- prometheus.NewInvalidMetric(spoolFigures[0].desc, err)
		return
	}
	now := m.now()
	for _, f := range spoolFigures {
		ch <- prometheus.MustNewConstMetric(f.desc, f.kind, f.value(&st, now))
	}
}

// shipMetrics are what the shipper counts.
type shipMetrics struct {
	shipped, failures, again, quarantined prometheus.Counter
	away                                  prometheus.Gauge
	size, took                            prometheus.Histogram
}

func newShipMetrics() shipMetrics {
	counter := func(name, help string) prometheus.Counter {
		return prometheus.NewCounter(prometheus.CounterOpts{Name: metricPrefix + name, Help: help})
	}
	return shipMetrics{
		shipped:     counter("shipped_records_total", "Records that the warehouse took."),
		failures:    counter("ship_failures_total", "Attempts to ship that failed and are repeated."),
		again:       counter("redelivered_records_total", "Records that were sent again because an attempt failed; the warehouse counts each once."),
		quarantined: counter("quarantined_records_total", "Accepted records that the warehouse refused for good, kept in files."),
		away:        prometheus.NewGauge(prometheus.GaugeOpts{Name: metricPrefix + "warehouse_away", Help: "1 while nothing can be shipped."}),
		size: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: metricPrefix + "ship_batch_records", Help: "Records in a batch that the warehouse took.",
			Buckets: []float64{1, 10, 100, 500, 1000, 2500, 5000, 10_000, 20_000, 50_000, 100_000},
		}),
		took: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: metricPrefix + "ship_seconds", Help: "Time of one attempt to insert a batch, failed or not.",
			Buckets: []float64{.01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60},
		}),
	}
}

func (m *shipMetrics) all() []prometheus.Collector {
	return []prometheus.Collector{m.shipped, m.failures, m.again, m.quarantined, m.away, m.size, m.took}
}

// refusals keeps a spool that takes nothing from filling the log: one line a minute.
type refusals struct {
	mu   sync.Mutex
	last time.Time // guarded by mu
}

func (f *refusals) report(log *slog.Logger, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if time.Since(f.last) < time.Minute {
		return
	}
	f.last = time.Now()
	log.Error("records turned away: the spool takes none", "error", err)
}
