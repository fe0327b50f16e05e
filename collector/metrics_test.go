package collector

import (
	"context"
	"errors"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"go.yaml.in/yaml/v3"

	"haochaping/record"
)

// listed fakes what the warehouse knows of devices.
type listed []record.DeviceNumbers

func (l listed) Devices(context.Context) ([]record.DeviceNumbers, error) {
	if l == nil {
		return nil, errors.New("away")
	}
	return l, nil
}

// exposed returns a registry with everything that a collector exposes.
func exposed(t *testing.T) *prometheus.Registry {
	t.Helper()
	reg := prometheus.NewRegistry()
	h := newHouse(t, func(o *Options) { o.Registry = reg })
	if _, err := NewShipper(ShipperOptions{Queue: h.spool, Warehouse: &store{}, Quarantine: t.TempDir(), Registry: reg}); err != nil {
		t.Fatal(err)
	}
	if _, err := NewDeviceWatch(DeviceWatchOptions{Store: listed{}, SilentAfter: time.Hour, Registry: reg}); err != nil {
		t.Fatal(err)
	}
	return reg
}

var nameInDesc = regexp.MustCompile(`fqName: "([^"]+)"`)

// metricNames lists every metric of a registry, also those without a value yet.
func metricNames(reg *prometheus.Registry) []string {
	ch := make(chan *prometheus.Desc)
	go func() { reg.Describe(ch); close(ch) }()
	names := map[string]bool{}
	for d := range ch {
		names[nameInDesc.FindStringSubmatch(d.String())[1]] = true
	}
	return slices.Sorted(maps.Keys(names))
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// The table for operators lists exactly what a collector exposes.
func TestMetricsAreDocumented(t *testing.T) {
	row := regexp.MustCompile("(?m)^\\| `(" + metricPrefix + "[a-z0-9_]+)`")
	var documented []string
	for _, m := range row.FindAllStringSubmatch(read(t, "../docs/operating.md"), -1) {
		documented = append(documented, m[1])
	}
	slices.Sort(documented)
	if diff := cmp.Diff(metricNames(exposed(t)), documented); diff != "" {
		t.Errorf("exposed (-) and in docs/operating.md (+):\n%s", diff)
	}
}

// The rules name only metrics that exist, and what they record themselves.
func TestRulesNameMetrics(t *testing.T) {
	var rules struct {
		Groups []struct {
			Name     string
			Interval string
			Rules    []struct {
				Record, Alert, Expr, For string
				Labels, Annotations      map[string]string
			}
		}
	}
	dec := yaml.NewDecoder(strings.NewReader(read(t, "../docs/prometheus-rules.yaml")))
	dec.KnownFields(true)
	if err := dec.Decode(&rules); err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, n := range metricNames(exposed(t)) {
		known[n] = true
		if strings.HasSuffix(n, "_seconds") || strings.HasSuffix(n, "_records") {
			known[n+"_bucket"] = true
		}
	}
	name := regexp.MustCompile(`haochaping[:_][a-z0-9_:]+`)
	n := 0
	for _, g := range rules.Groups {
		for _, r := range g.Rules {
			n++
			if (r.Record == "") == (r.Alert == "") || r.Expr == "" {
				t.Errorf("rule %d is neither a recording nor an alert", n)
			}
			if r.Alert != "" && (r.Labels["severity"] == "" || r.Annotations["summary"] == "" || r.Annotations["action"] == "") {
				t.Errorf("alert %s lacks a severity, a summary or what to do", r.Alert)
			}
			if strings.Count(r.Expr, "(") != strings.Count(r.Expr, ")") {
				t.Errorf("%s%s: brackets do not match", r.Record, r.Alert)
			}
			for _, used := range name.FindAllString(r.Expr, -1) {
				if !known[used] {
					t.Errorf("%s%s uses %s, which nobody exposes", r.Record, r.Alert, used)
				}
			}
			if r.Record != "" {
				known[r.Record] = true
			}
		}
	}
	if n < 10 {
		t.Errorf("only %d rules", n)
	}
}

func TestDeviceWatch(t *testing.T) {
	at := func(age time.Duration) time.Time { return noon.Add(-age) }
	reg := prometheus.NewRegistry()
	w, err := NewDeviceWatch(DeviceWatchOptions{SilentAfter: 72 * time.Hour, Now: func() time.Time { return noon }, Registry: reg, Store: listed{
		{Device: "a", Installation: "1", LastAt: at(400 * time.Hour), MissingCount: 3},
		{Device: "a", Installation: "2", LastAt: at(time.Hour), MissingCount: 4}, // set up anew: not silent
		{Device: "b", Installation: "1", LastAt: at(73 * time.Hour)},
		{Device: "c", Installation: "1", LastAt: at(71 * time.Hour), MissingCount: 1},
	}})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]float64{"devices": 3, "devices_silent": 1, "devices_with_gaps": 2, "device_numbers_missing": 8, "devices_looked_at_timestamp_seconds": float64(noon.Unix())}
	for _, away := range []bool{false, true} { // figures stay while nobody answers
		if away {
			w.opts.Store = listed(nil)
		}
		if err := w.look(t.Context()); (err != nil) != away {
			t.Fatal(err)
		}
		got := map[string]float64{}
		for name, m := range gather(t, reg) {
			got[strings.TrimPrefix(name, metricPrefix)] = m.GetGauge().GetValue()
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
}

// What a shipper did can be read off its metrics.
func TestShipMetrics(t *testing.T) {
	h := newHouse(t, nil)
	ids := fill(t, h, 100)
	reg := prometheus.NewRegistry()
	w := &store{fail: func(call int, b *record.Batch) (bool, error) {
		for i := range b.Ratings {
			if b.Ratings[i].ID.String() == ids[70] {
				return false, permanent{errors.New("value out of range")}
			}
		}
		return call != 1, orNil(call == 1, errors.New("away"))
	}}
	ship(t, h, w, func(o *ShipperOptions) { o.Registry = reg })
	m := gather(t, reg)
	for name, want := range map[string]float64{"shipped_records_total": 99, "ship_failures_total": 1, "redelivered_records_total": 64, "quarantined_records_total": 1} {
		if got := m[metricPrefix+name].GetCounter().GetValue(); got != want {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	if got := m[metricPrefix+"ship_batch_records"].GetHistogram().GetSampleSum(); got != 100 { // with the trace of the refused one
		t.Errorf("batches sum up to %v records", got)
	}
	if n := m[metricPrefix+"ship_seconds"].GetHistogram().GetSampleCount(); n < 3 {
		t.Errorf("%d attempts timed", n)
	}
}

// gather returns the metrics without labels by their names.
func gather(t *testing.T, reg *prometheus.Registry) map[string]*dto.Metric {
	t.Helper()
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]*dto.Metric{}
	for _, f := range families {
		out[f.GetName()] = f.GetMetric()[0]
	}
	return out
}
