package main

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"text/tabwriter"
	"time"

	"haochaping/crash/oracle"
)

// result is everything that a run found out.
type result struct {
	plan     *plan
	services []*process
	faults   *faults
	findings map[string]*oracle.Findings // by world

	base     time.Time
	mounted  bool          // the full disk was a real one
	broke    time.Duration // how long faults were made
	drained  time.Duration // from the last fault until every spool was empty
	waiting  int           // records in the spools at the end
	late     []error       // what did not end in time
	requests int64
	answers  int64

	serverErrors int64
	quarantined  int
}

// print writes the table and the checks, and says whether all are good.
func (r *result) print() bool {
	w := tabwriter.NewWriter(os.Stdout, 0, 4, 2, ' ', 0)
	row := func(what string, value any) { fmt.Fprintf(w, "%s\t%v\n", what, value) }
	row("faults made for", r.broke.Round(time.Second))
	for _, name := range slices.Sorted(maps.Keys(r.faults.counts)) {
		row("  "+name, r.faults.counts[name])
	}
	disk := "a small file system"
	if !r.mounted {
		disk = "a small limit of the spool: nothing may be mounted here"
	}
	row("  the full disk is", disk)
	row("requests sent, answers read", fmt.Sprintf("%d, %d", r.requests, r.answers))
	for _, name := range slices.Sorted(maps.Keys(r.findings)) {
		f := r.findings[name]
		row("records of "+name, "")
		for _, fate := range slices.Sorted(maps.Keys(f.Records)) {
			row("  "+fate, f.Records[fate])
		}
		row("answers of "+name, "")
		for _, fate := range slices.Sorted(maps.Keys(f.Answers)) {
			row("  "+fate, f.Answers[fate])
		}
	}
	for _, s := range r.services {
		st := s.report()
		row("service "+s.name, fmt.Sprintf("%d starts, %d recoveries, %d killed, %d ended for a full disk, %d ended while starting; longest without an answer %v",
			st.starts, st.recoveries, st.killed, st.gaveUp, st.diedStarting, st.longest.Round(10*time.Millisecond)))
	}
	row("ClickHouse away", r.faults.away.Round(time.Millisecond))
	row("time to drain", r.drained.Round(time.Millisecond))
	_ = w.Flush() // standard output
	for _, err := range r.late {
		fmt.Println("late:", err)
	}
	if r.faults.err != nil {
		fmt.Println("a fault could not be made:", r.faults.err)
	}
	return r.checks()
}

// checks prints one line a check.
func (r *result) checks() bool {
	good := true
	check := func(name string, measured, wanted any, ok bool) {
		verdict := "ok"
		if !ok {
			verdict, good = "short", false
		}
		fmt.Printf("CHECK %s %v %v %s\n", name, measured, wanted, verdict)
	}
	none := func(name string, n int64) { check(name, n, 0, n == 0) }
	total := map[string]int64{}
	var names []string
	records := int64(0)
	for _, world := range slices.Sorted(maps.Keys(r.findings)) {
		for _, c := range r.findings[world].Checks() {
			if total[c.Name] += c.Broken; !slices.Contains(names, c.Name) {
				names = append(names, c.Name)
			}
			for _, example := range c.Examples {
				fmt.Printf("%s (%s): %s\n", c.Name, world, example)
			}
		}
		records += r.findings[world].Records["acknowledged"]
	}
	for _, name := range names {
		none(name, total[name])
	}
	var panics, died, forced int64
	for _, s := range r.services {
		st := s.report()
		panics += int64(s.log.panicked())
		died += int64(st.diedReady)
		if st.forced {
			forced++
		}
	}
	none("left_in_spools", int64(r.waiting))
	none("quarantined", int64(r.quarantined))
	none("panics_and_server_errors", panics+r.serverErrors)
	none("services_ended_by_themselves", died)
	none("services_not_stopped_in_order", forced)
	kills := r.faults.kills.Load()
	check("kills", kills, r.plan.kills, kills >= int64(r.plan.kills))
	check("outage_seconds", int(r.faults.away.Seconds()), int(r.plan.outage.Seconds()), r.faults.away >= r.plan.outage)
	check("disk_full_episodes", r.faults.counts["disk full"], 1, r.faults.counts["disk full"] >= 1)
	check("acknowledged_records", records, 20*r.plan.kills, records >= int64(20*r.plan.kills))
	if r.faults.err != nil || len(r.late) > 0 {
		good = false
	}
	return good
}
