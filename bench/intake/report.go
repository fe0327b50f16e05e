package main

import (
	"fmt"
	"io"
	"runtime"
	"strings"

	"haochaping/bench/gauge"
)

// known are the checks of what was measured.
func (m *measurement) checks() []gauge.Check {
	var list []gauge.Check
	add := func(name string, ok bool, measured, wanted string) {
		list = append(list, gauge.Check{Name: name, Measured: measured, Wanted: wanted, OK: ok})
	}
	a, b, c := m.median("a", 64), m.median("b", 64), m.median("c", 64)
	if a.rate > 0 && b.rate > 0 {
		add("intake_single_to_empty_64", b.rate >= 0.5*a.rate, fmt.Sprintf("%.2f", b.rate/a.rate), ">=0.50")
	}
	if b.rate > 0 {
		add("intake_single_p99_64", b.p99 < 25, fmt.Sprintf("%.1fms", b.p99), "<25ms")
	}
	if b.rate > 0 && c.rate > 0 {
		add("intake_single_to_async_insert_64", b.rate >= 50*c.rate, fmt.Sprintf("%.0f", b.rate/c.rate), ">=50")
	}
	best := 0.0
	for _, n := range m.o.at {
		best = max(best, m.median("d", n).rate)
	}
	if best > 0 {
		add("intake_stream_records", best >= 100_000, fmt.Sprintf("%.0f/s", best), ">=100000/s")
	}
	if bare, ours := gauge.Median(m.ship["bare"]), gauge.Median(m.ship["shipper"]); bare > 0 {
		add("shipper_to_bare_batch", ours >= 0.7*bare, fmt.Sprintf("%.2f", ours/bare), ">=0.70")
	}
	add("service_memory", m.memory.Most() < 200, fmt.Sprintf("%.0fMiB", m.memory.Most()), "<200MiB")
	if m.steady != nil {
		add("service_memory_soak", m.slope < 1, fmt.Sprintf("%+.2fMiB/min", m.slope), "<1MiB/min")
	}
	told := m.told.n.Load()
	add("acknowledged_and_counted", m.counted == told, fmt.Sprintf("%d of %d", m.counted, told), "all")
	return list
}

// median takes the middle of every figure of a cell; zero if it was not measured.
func (m *measurement) median(letter string, n int) sample {
	of := func(get func(*sample) float64) float64 {
		var list []float64
		for _, s := range m.cells[cell{letter, n}] {
			list = append(list, get(&s))
		}
		return gauge.Median(list)
	}
	return sample{
		rate: of(func(s *sample) float64 { return s.rate }), p50: of(func(s *sample) float64 { return s.p50 }), p99: of(func(s *sample) float64 { return s.p99 }),
		server: of(func(s *sample) float64 { return s.server }), engine: of(func(s *sample) float64 { return s.engine }), bench: of(func(s *sample) float64 { return s.bench }),
	}
}

var letters = map[string]string{
	"a": "empty handler", "b": "single ratings, durable", "c": "the engine's asynchronous insert over HTTP", "d": "NDJSON, 1,000 a request",
}

// report prints the tables and the checks, and tells whether all are good.
func (m *measurement) report(out io.Writer) (bool, error) {
	var text strings.Builder
	m.table(&text, []string{"what", "connections", "records/s", "to (a)", "p50 ms", "p99 ms", "server µs/record", "engine µs/record", "load µs/record"}, m.rows())
	fmt.Fprintf(&text, "\n%d cores. Medians of %d rounds of %v. (c) flushes by %s.\n", runtime.NumCPU(), m.o.rounds, m.o.cell, m.flush)
	if bare, ours := gauge.Median(m.ship["bare"]), gauge.Median(m.ship["shipper"]); bare > 0 {
		fmt.Fprintf(&text, "(e) shipper %.0f records/s, bare batches %.0f rows/s: %.2f.\n", ours, bare, ours/bare)
	}
	fmt.Fprintf(&text, "(f) resident memory of the service at most %.0f MiB.\n", m.memory.Most())
	if m.steady != nil {
		fmt.Fprintf(&text, "Soak of %v at %d connections: %.0f ratings/s, p50 %.1f ms, p99 %.1f ms, %.1f µs a record in the service and %.1f in its engine, memory %+.2f MiB a minute over the last four fifths.\n",
			m.o.soak, soakConnections, m.steady.rate, m.steady.p50, m.steady.p99, m.steady.server, m.steady.engine, m.slope)
	}
	fmt.Fprintf(&text, "Acknowledged %d, counted in the facts %d, %.0f s after the last answer.\n\n", m.told.n.Load(), m.counted, m.settle.Seconds())
	if _, err := io.WriteString(out, text.String()); err != nil {
		return false, err
	}
	return gauge.Write(out, m.checks())
}

func (m *measurement) rows() [][]string {
	var rows [][]string
	for _, n := range m.o.at {
		a := m.median("a", n)
		for _, letter := range []string{"a", "b", "c", "d"} {
			s := m.median(letter, n)
			if s.rate == 0 {
				continue
			}
			ratio, engine := "", ""
			if a.rate > 0 {
				ratio = fmt.Sprintf("%.2f", s.rate/a.rate)
			}
			if letter == "b" || letter == "d" {
				engine = fmt.Sprintf("%.1f", s.engine)
			}
			rows = append(rows, []string{
				"(" + letter + ") " + letters[letter], fmt.Sprint(n), fmt.Sprintf("%.0f", s.rate), ratio, fmt.Sprintf("%.2f", s.p50),
				fmt.Sprintf("%.2f", s.p99), fmt.Sprintf("%.1f", s.server), engine, fmt.Sprintf("%.1f", s.bench),
			})
		}
	}
	return rows
}

// table prints rows for people or as Markdown.
func (m *measurement) table(out *strings.Builder, head []string, rows [][]string) {
	if m.o.markdown {
		fmt.Fprintf(out, "| %s |\n|%s\n", strings.Join(head, " | "), strings.Repeat("---|", len(head)))
		for _, r := range rows {
			fmt.Fprintf(out, "| %s |\n", strings.Join(r, " | "))
		}
		return
	}
	for _, r := range append([][]string{head}, rows...) {
		fmt.Fprintf(out, "%-46s", r[0])
		for _, v := range r[1:] {
			fmt.Fprintf(out, "%17s", v)
		}
		out.WriteByte('\n')
	}
}
