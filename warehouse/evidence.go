package warehouse

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"

	"haochaping/calendar"
	"haochaping/directory"
	"haochaping/evaluation"
)

// evidenceTime is what one reading of records may take, in seconds: whoever takes them down may be slow.
const evidenceTime = 3600

// Evidence reads what the figures of one unit in a period stand on. Its records come from the server in blocks and are
// not kept. It is safe for concurrent use.
type Evidence struct {
	w      *Warehouse
	query  evaluation.EvidenceQuery
	parts  map[string]string
	params params
}

// Evidence prepares to read the records of a unit. It fails for a unit that is not known, or that the scope does not
// show whole.
func (w *Warehouse) Evidence(q evaluation.EvidenceQuery) (*Evidence, error) {
	dir := w.Directory()
	if err := q.Check(dir); err != nil {
		return nil, err
	}
	if region, department, _ := q.Place(dir); !q.Scope.Allows(dir, region, department) {
		return nil, fmt.Errorf("evidence: the directory knows no %s %q", q.Kind, q.Code)
	}
	if q.Kind == evaluation.EvidenceItem { // which are counted by whole months
		q.From, q.To = calendar.Period(calendar.KindMonth, q.From).From, calendar.Period(calendar.KindMonth, q.To).To
	}
	e := &Evidence{w: w, query: q, parts: map[string]string{"recorded": "true", "near": "false"}}
	e.params = w.baseParams(nil)
	maps.Copy(e.params, params{
		"from": q.From.String(), "to": q.To.String(),
		"early": (q.From - evaluation.EvidenceBefore).String(), "afterwards": (q.To + evaluation.EvidenceAfter).String(),
		"late": strconv.FormatInt(int64(w.lateAfter/time.Second), 10), "device_halls": "[]", "device_window": "",
	})
	w.scopeParams(e.params, q.Scope)
	e.choose()
	return e, nil
}

// Range is the days whose records are read: those of the query, of an item in whole months.
func (e *Evidence) Range() calendar.Range { return e.query.Range }

// choose says by which columns a record is the unit's.
func (e *Evidence) choose() {
	past, f := e.w.succession(), e.query.Facts()
	list := func(name string, codes []string) { e.params[name] = textArray(codes) }
	switch e.query.Kind {
	case evaluation.EvidenceRegion, evaluation.EvidenceLine:
		regions := past.with(directory.KindRegion, f.Region)
		list("regions", regions)
		var halls, departments []string
		for _, region := range regions {
			for _, h := range past.dir.HallsIn(region) {
				halls = append(halls, h.Code)
			}
		}
		e.parts["unit"] = "hasAny(path, {regions:Array(String)})"
		if e.query.Kind == evaluation.EvidenceLine {
			e.parts["unit"] += " AND unit_line = {line:String}"
			e.params["line"] = textParam(f.Line)
			return // no device is of one line alone
		}
		for _, d := range past.dir.Departments() {
			if slices.ContainsFunc(regions, func(region string) bool { return past.dir.Within(d.Region, region) }) {
				departments = append(departments, d.Code)
			}
		}
		list("device_halls", halls)
		list("near_departments", departments)
		e.parts["near"] = "hall IN {device_halls:Array(String)} OR department IN {near_departments:Array(String)}"
	case evaluation.EvidenceDepartment:
		list("departments", past.with(directory.KindDepartment, f.Department))
		e.parts["unit"] = "unit IN {departments:Array(String)}"
		e.parts["near"] = "item_department IN {departments:Array(String)}"
	case evaluation.EvidenceHall, evaluation.EvidenceWindow:
		list("device_halls", past.with(directory.KindHall, f.Hall))
		e.parts["recorded"] = "hall IN {device_halls:Array(String)}"
		if f.Window != "" {
			e.params["device_window"] = textParam(f.Window)
			e.parts["recorded"] += " AND window = {device_window:String}"
		}
		e.parts["unit"] = e.parts["recorded"]
	case evaluation.EvidenceItem:
		list("items", past.with(directory.KindItem, f.Item))
		e.parts["recorded"] = "item IN {items:Array(String)}"
		e.parts["unit"] = e.parts["recorded"]
		if scope := e.query.Scope; !scope.Allows(past.dir, "", "") { // of several departments, those of the reader
			var owners []string
			for _, d := range past.dir.Departments() {
				if scope.AllowsUnit(past.dir, directory.KindDepartment, d.Code) {
					owners = append(owners, d.Code)
				}
			}
			list("owners", owners)
			e.parts["unit"] += " AND unit IN {owners:Array(String)}"
		}
	}
}

// text is a query of records with the unit put in.
func (e *Evidence) text(name string) string {
	parts := e.parts
	switch name {
	case "evidence_versions":
		parts = maps.Clone(parts)
		parts["cases"] = e.text("evidence_cases")
	case "evidence_steps":
		parts = maps.Clone(parts)
		parts["ratings"] = e.text("evidence_ratings")
	}
	return query(name, parts)
}

// each runs a query over some days and gives every row to read.
func (e *Evidence) each(ctx context.Context, what, text string, days calendar.Range, read func(scan func(...any) error) error) (err error) {
	defer e.w.timed(what, time.Now())
	p := maps.Clone(e.params)
	p["from"], p["to"] = days.From.String(), days.To.String()
	rows, err := e.w.conn.Query(clickhouse.Context(ctx, clickhouse.WithParameters(p), clickhouse.WithSettings(clickhouse.Settings{
		"max_execution_time": evidenceTime, "do_not_merge_across_partitions_select_final": 1,
		"max_bytes_before_external_sort": 256 << 20, "max_bytes_before_external_group_by": 256 << 20,
	})), text)
	if err != nil {
		return fmt.Errorf("query %s: %w", what, err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		if err := read(rows.Scan); err != nil {
			return fmt.Errorf("query %s: %w", what, err)
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("query %s: %w", what, err)
	}
	return nil
}

// months are the days of the query by month.
func (e *Evidence) months() (list []calendar.Range) {
	for month := range e.query.Months() {
		list = append(list, calendar.Period(calendar.KindMonth, month).Intersect(e.query.Range))
	}
	return list
}

// Ratings reads every rating that is the unit's, or seems to be, and then the counts that somebody else made.
func (e *Evidence) Ratings(ctx context.Context, each func(*evaluation.RatingEvidence) error) error {
	err := e.each(ctx, "evidence_ratings", e.text("evidence_ratings"), e.query.Range, func(scan func(...any) error) error {
		r := evaluation.RatingEvidence{N: 1}
		var reason string
		var day time.Time
		if err := scan(&reason, &day, &r.ID, &r.Source, &r.CaseID, &r.Service, &r.Assess, &r.Answer, &r.Level, &r.Channel, &r.RatedAt, &r.Arrived,
			&r.Late, &r.Device, &r.Seq, &r.Region, &r.Department, &r.Hall, &r.Window, &r.Item, &r.Winner); err != nil {
			return err
		}
		r.Reason, r.Day = evaluation.EvidenceReason(reason), calendar.MakeDay(day.Date())
		return each(&r)
	})
	if err != nil {
		return err
	}
	return e.each(ctx, "evidence_tallies", e.text("evidence_tallies"), e.query.Range, func(scan func(...any) error) error {
		var r evaluation.RatingEvidence
		var reason string
		var from, to time.Time
		if err := scan(&reason, &r.Source, &from, &to, &r.Answer, &r.Level, &r.Channel, &r.N, &r.Arrived,
			&r.Region, &r.Department, &r.Hall, &r.Window, &r.Item); err != nil {
			return err
		}
		r.Reason, r.From, r.Day = evaluation.EvidenceReason(reason), calendar.MakeDay(from.Date()), calendar.MakeDay(to.Date())
		return each(&r)
	})
}

// Events reads the service events of the unit.
func (e *Evidence) Events(ctx context.Context, each func(*evaluation.EventEvidence) error) error {
	text := e.text("evidence_events")
	for _, days := range e.months() {
		err := e.each(ctx, "evidence_events", text, days, func(scan func(...any) error) error {
			var v evaluation.EventEvidence
			var reason string
			var day time.Time
			if err := scan(&reason, &day, &v.Event, &v.Rated, &v.Prompted, &v.Region, &v.Department, &v.Hall, &v.Window, &v.Item); err != nil {
				return err
			}
			v.Day = calendar.MakeDay(day.Date())
			return each(&v)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Cases reads every case that is the unit's, or seems to be, and then the versions of these that do not count.
func (e *Evidence) Cases(ctx context.Context, each func(*evaluation.CaseEvidence) error) error {
	err := e.each(ctx, "evidence_cases", e.text("evidence_cases"), e.query.Range, func(scan func(...any) error) error {
		var c evaluation.CaseEvidence
		var reason string
		if err := scan(&reason, &c.Source, &c.CaseID, &c.Version, &c.Status, &c.Arrived, &c.AcceptedAt, &c.PromisedAt, &c.StatutoryAt, &c.FinishedAt,
			&c.Accepted, &c.Finished, &c.Promised, &c.OnTime, &c.Early, &c.Limited, &c.Handling, &c.Working, &c.Visits, &c.OnTheSpot, &c.ByInternet,
			&c.Region, &c.Department, &c.Hall, &c.Window, &c.Item); err != nil {
			return err
		}
		c.Reason = evaluation.EvidenceReason(reason)
		for _, at := range []*time.Time{&c.AcceptedAt, &c.PromisedAt, &c.StatutoryAt, &c.FinishedAt} {
			if at.Unix() == 0 { // how the table says that there is none
				*at = time.Time{}
			}
		}
		return each(&c)
	})
	if err != nil {
		return err
	}
	return e.each(ctx, "evidence_versions", e.text("evidence_versions"), e.query.Range, func(scan func(...any) error) error {
		c := evaluation.CaseEvidence{Handling: -1, Working: -1, Visits: -1}
		var reason string
		if err := scan(&reason, &c.Source, &c.CaseID, &c.Version, &c.Arrived); err != nil {
			return err
		}
		c.Reason = evaluation.EvidenceReason(reason)
		return each(&c)
	})
}

// Steps reads what was done about the unit's ratings.
func (e *Evidence) Steps(ctx context.Context, each func(*evaluation.StepEvidence) error) error {
	return e.each(ctx, "evidence_steps", e.text("evidence_steps"), e.query.Range, func(scan func(...any) error) error {
		var s evaluation.StepEvidence
		var reason string
		if err := scan(&reason, &s.Rating, &s.Step, &s.At, &s.Satisfied, &s.Arrived); err != nil {
			return err
		}
		return each(&s)
	})
}

// Refused reads what devices of the unit sent and was not accepted. Of other senders nobody knows whose record it was.
func (e *Evidence) Refused(ctx context.Context, each func(*evaluation.RefusedEvidence) error) error {
	return e.each(ctx, "evidence_refused", e.text("evidence_refused"), e.query.Range, func(scan func(...any) error) error {
		var r evaluation.RefusedEvidence
		var reason string
		if err := scan(&reason, &r.ID, &r.Kind, &r.Source, &r.Device, &r.Arrived, &r.Codes, &r.Replayed); err != nil {
			return err
		}
		return each(&r)
	})
}

// Gaps reads what is missing of the devices of the unit: ranges of numbers that never came, then days without a record.
func (e *Evidence) Gaps(ctx context.Context, each func(*evaluation.DeviceGap) error) error {
	err := e.each(ctx, "evidence_numbers", e.text("evidence_numbers"), e.query.Range, func(scan func(...any) error) error {
		var g evaluation.DeviceGap
		if err := scan(&g.Device, &g.Hall, &g.Window, &g.Installation, &g.First, &g.Last); err != nil {
			return err
		}
		return each(&g)
	})
	if err != nil {
		return err
	}
	return e.each(ctx, "evidence_silences", e.text("evidence_silences"), e.query.Range, func(scan func(...any) error) error {
		var g evaluation.DeviceGap
		var first, last time.Time
		if err := scan(&g.Device, &g.Hall, &g.Window, &first, &last); err != nil {
			return err
		}
		g.Days = calendar.Range{From: calendar.MakeDay(first.Date()), To: calendar.MakeDay(last.Date())}
		return each(&g)
	})
}

// Survey counts what a pack would hold, and reads beside it what is counted for the unit.
func (e *Evidence) Survey(ctx context.Context) (s evaluation.EvidenceSurvey, err error) {
	defer e.w.timed("evidence survey", time.Now())
	if s.Generation, err = e.w.Generation(ctx); err != nil {
		return s, err
	}
	dirty, err := e.w.dirtyPeriods(ctx, "dirty_days", nil)
	if err != nil {
		return s, err
	}
	days := make(map[calendar.Day]bool)
	for _, d := range dirty {
		if e.query.Contains(d.day) {
			days[d.day] = true
		}
	}
	s.Dirty = len(days)
	rows, err := evaluation.ReadWithin(ctx, e.w.Directory(), e.query.Scope, e.query.Facts(), e.w.Facts)
	if err != nil {
		return s, err
	}
	for i := range rows {
		s.Facts.Add(&rows[i].Facts)
	}
	counts := make(map[evaluation.EvidenceCount]uint64)
	for _, kind := range []func(context.Context, *evaluation.EvidenceSurvey, map[evaluation.EvidenceCount]uint64) error{
		e.surveyRatings, e.surveyEvents, e.surveyCases,
	} {
		if err := kind(ctx, &s, counts); err != nil {
			return s, err
		}
	}
	for _, records := range []string{"rating", "tally", "case", "event", "step", "refused"} {
		for _, reason := range evaluation.EvidenceReasons() {
			if n := counts[evaluation.EvidenceCount{Records: records, Reason: reason}]; n > 0 {
				s.Counts = append(s.Counts, evaluation.EvidenceCount{Records: records, Reason: reason, N: n})
			}
		}
	}
	return s, nil
}

// counted is a query over the records of another one.
func (e *Evidence) counted(name, keys, sums string) string {
	return query("evidence_counts", map[string]string{"keys": keys, "sums_of": sums, "records": e.text(name)})
}

func (e *Evidence) surveyRatings(ctx context.Context, s *evaluation.EvidenceSurvey, counts map[evaluation.EvidenceCount]uint64) error {
	for _, q := range []struct{ name, records, sum string }{{"evidence_ratings", "rating", "count()"}, {"evidence_tallies", "tally", "sum(count)"}} {
		err := e.each(ctx, "survey of "+q.name, e.counted(q.name, "reason, answer, level", q.sum), e.query.Range, func(scan func(...any) error) error {
			var r evaluation.RatingEvidence
			var reason string
			var rows uint64
			if err := scan(&reason, &r.Answer, &r.Level, &rows, &r.N); err != nil {
				return err
			}
			r.Reason = evaluation.EvidenceReason(reason)
			r.Tally(&s.Summed)
			s.Rows += rows
			counts[evaluation.EvidenceCount{Records: q.records, Reason: r.Reason}] += r.N
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (e *Evidence) surveyEvents(ctx context.Context, s *evaluation.EvidenceSurvey, counts map[evaluation.EvidenceCount]uint64) error {
	text := e.counted("evidence_events", "reason", "countIf(rated), countIf(prompted)")
	for _, days := range e.months() {
		err := e.each(ctx, "survey of evidence_events", text, days, func(scan func(...any) error) error {
			var reason string
			var events, rated, prompted uint64
			if err := scan(&reason, &events, &rated, &prompted); err != nil {
				return err
			}
			s.Summed.Events += events
			s.Summed.Rated += rated
			s.Summed.Prompted += prompted
			s.Rows += events
			counts[evaluation.EvidenceCount{Records: "event"}] += events
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// caseSums are what cases add up to, in the order of surveyCases.
var caseSums = strings.Join([]string{
	"countIf(opens)", "countIf(closes)", "countIf(has_promise)", "countIf(on_time)", "countIf(early)", "countIf(has_both)",
	"countIf(closes AND handling_seconds >= 0)", "sumIf(toUInt64(handling_seconds), closes AND handling_seconds >= 0)",
	"countIf(working_span >= 0)", "sumIf(toUInt64(working_span), working_span >= 0)",
	"countIf(closes AND visits >= 0)", "sumIf(toUInt64(visits), closes AND visits >= 0)",
	"countIf(closes AND on_the_spot)", "countIf(closes AND filed_online)",
}, ", ")

func (e *Evidence) surveyCases(ctx context.Context, s *evaluation.EvidenceSurvey, counts map[evaluation.EvidenceCount]uint64) error {
	err := e.each(ctx, "survey of evidence_cases", e.counted("evidence_cases", "reason", caseSums), e.query.Range, func(scan func(...any) error) error {
		var reason string
		var rows uint64
		var f evaluation.Facts
		if err := scan(&reason, &rows, &f.Accepted, &f.Finished, &f.Promised, &f.OnTime, &f.Early, &f.Limited, &f.Handled, &f.HandlingSeconds,
			&f.Worked, &f.WorkingSeconds, &f.VisitsKnown, &f.Visits, &f.OnTheSpot, &f.FiledOnline); err != nil {
			return err
		}
		if evaluation.EvidenceReason(reason) == evaluation.Counted {
			s.Summed.Add(&f)
		}
		s.Rows += rows
		counts[evaluation.EvidenceCount{Records: "case", Reason: evaluation.EvidenceReason(reason)}] += rows
		return nil
	})
	if err != nil {
		return err
	}
	for name, records := range map[string]string{"evidence_versions": "case", "evidence_steps": "step", "evidence_refused": "refused"} {
		err := e.each(ctx, "survey of "+name, e.counted(name, "reason", "any(received_at)"), e.query.Range, func(scan func(...any) error) error {
			var reason string
			var rows uint64
			var last time.Time
			if err := scan(&reason, &rows, &last); err != nil {
				return err
			}
			s.Rows += rows
			why := evaluation.EvidenceReason(reason)
			if records == "step" { // which have no reason of their own
				why = evaluation.Counted
			}
			counts[evaluation.EvidenceCount{Records: records, Reason: why}] += rows
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
