package warehouse

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"haochaping/calendar"
	"haochaping/directory"
	"haochaping/evaluation"
)

// FollowUps counts what became of the valid bad first ratings of a period as of now, by the dimensions of Facts and with
// its filters: which ratings count, and for whom, is the same as there. Ratings that came as tallies have no
// follow-ups and are not in it. Of the facts only FollowUps is set; a unit without any bad rating has no row. The rows
// come sorted by step and key.
//
// clock gives the instants by which whoever gave a rating on a day is to be contacted and the matter rectified; what is
// done at such an instant or later is late. The zero time stands for a deadline that is not known: then nothing
// is due. now decides which deadlines have passed.
func (w *Warehouse) FollowUps(ctx context.Context, q evaluation.Query,
	clock func(rated calendar.Day) (contactDue, rectifyDue time.Time), now time.Time,
) ([]evaluation.Row, error) {
	if q.To < q.From {
		return nil, fmt.Errorf("read follow-ups: the period ends (%s) before it begins (%s)", q.To, q.From)
	}
	q = spelled(q, w.Directory())
	p, err := w.plan(q) // what facts cannot answer is no question here either
	if err != nil {
		return nil, err
	}
	if _, err := calendar.ParseKind(string(q.Step)); q.Step != evaluation.StepNone && err != nil {
		return nil, fmt.Errorf("read follow-ups: %q is no step", q.Step)
	}
	units := newReviewUnits(q, p.table.name, w.succession())
	sums := make(map[reviewUnit]*evaluation.FollowUps)
	days := params{"from": q.From.String(), "to": q.To.String()}
	err = w.each(ctx, "bad_reviews", days, func(scan func(...any) error) error {
		var r badReview
		if err := r.read(scan); err != nil || r.excluded {
			return err
		}
		unit, ok := units.of(&r)
		if !ok {
			return nil
		}
		sum := sums[unit]
		if sum == nil {
			sum = &evaluation.FollowUps{}
			sums[unit] = sum
		}
		contactDue, rectifyDue := clock(calendar.DayOf(r.ratedAt, w.zone))
		r.count(sum, contactDue, rectifyDue, now)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read follow-ups by %s: %w", q.By, err)
	}
	return units.rows(sums), nil
}

// badReview is a bad rating and what was done about it so far. It follows from the set of its steps, whatever
// their order of arrival.
type badReview struct {
	day                                                        calendar.Day
	ratedAt                                                    time.Time
	regionRaw, region, hall, window, department, item, channel string

	excluded              bool      // the later of excluded and reinstated
	dismissed             bool      // the later of verified and dismissed
	contacted, rectified  time.Time // the first of each; at the epoch: never
	calledBack            bool
	answered, isSatisfied bool // a call-back says whether the person is satisfied, and the last that does says so
}

func (r *badReview) read(scan func(...any) error) error {
	var on time.Time
	err := scan(&on, &r.ratedAt, &r.regionRaw, &r.region, &r.hall, &r.window, &r.department, &r.item, &r.channel,
		&r.excluded, &r.dismissed, &r.contacted, &r.rectified, &r.calledBack, &r.answered, &r.isSatisfied)
	r.day = calendar.MakeDay(on.Date())
	return err
}

// count adds the review to a sum.
func (r *badReview) count(f *evaluation.FollowUps, contactDue, rectifyDue, now time.Time) {
	f.Bad++
	add(&f.Contacted, happened(r.contacted))
	add(&f.ContactDue, isDue(r.contacted, contactDue, now))
	add(&f.ContactOnTime, happened(r.contacted) && r.contacted.Before(contactDue))
	dismissed := r.dismissed && !happened(r.rectified)
	add(&f.Dismissed, dismissed)
	add(&f.Rectified, happened(r.rectified))
	add(&f.RectifyDue, isDue(r.rectified, rectifyDue, now) && !dismissed)
	add(&f.RectifiedOnTime, happened(r.rectified) && r.rectified.Before(rectifyDue))
	add(&f.CalledBack, r.calledBack)
	add(&f.Answered, r.answered)
	add(&f.Satisfied, r.answered && r.isSatisfied)
}

func add(n *uint64, one bool) {
	if one {
		*n++
	}
}

// happened says whether a step was done: ClickHouse answers the epoch for never.
func happened(at time.Time) bool { return at.Unix() > 0 }

// isDue says whether a step counts against its deadline: it is known, and has passed or the step is done.
func isDue(done, due, now time.Time) bool {
	return !due.IsZero() && (happened(done) || !now.Before(due))
}

// reviewUnit is who a bad review counts for, in a step of the period.
type reviewUnit struct {
	start                                                 calendar.Day
	region, line, department, hall, window, item, channel string
}

// reviewUnits attributes bad reviews as facts are attributed: the rule of directory.Attribute, then the filters of
// the table that facts of the same query are read from.
type reviewUnits struct {
	q     evaluation.Query
	table string
	past  succession
	depth int // of nodes, by region

	regions, parents, departments, halls, items []string // codes with former ones; nil = all
}

func newReviewUnits(q evaluation.Query, table string, past succession) *reviewUnits {
	u := &reviewUnits{q: q, table: table, past: past, depth: max(q.Level, 1)}
	with := func(kind directory.Kind, code string) []string {
		if code == "" {
			return nil
		}
		return past.with(kind, code)
	}
	u.items = with(directory.KindItem, q.Item)
	u.regions, u.parents = with(directory.KindRegion, q.Region), with(directory.KindRegion, q.Parent)
	u.departments, u.halls = with(directory.KindDepartment, q.Department), with(directory.KindHall, q.Hall)
	if q.Parent != "" {
		u.depth = past.dir.Level(q.Parent) + 1
	}
	return u
}

// of is the unit that a review counts for; ok is false when a filter leaves it out.
func (u *reviewUnits) of(r *badReview) (unit reviewUnit, ok bool) {
	unit.start = u.q.From
	if u.q.Step != evaluation.StepNone {
		unit.start = calendar.Period(calendar.Kind(u.q.Step), r.day).From
	}
	leaf, department, line := r.place(u.past.dir)
	switch u.table {
	case windowFacts.name:
		ok = u.windowPasses(r)
	case itemFacts.name:
		ok = r.item != "" && among(u.departments, department) && among(u.items, r.item)
	default:
		ok = u.placePasses(leaf, department, line)
	}
	if !ok {
		return unit, false
	}
	switch u.q.By {
	case evaluation.ByRegion, evaluation.ByRegionLine:
		if path := u.past.dir.Path(leaf); len(path) >= u.depth {
			unit.region = path[u.depth-1]
		}
		if u.q.By == evaluation.ByRegionLine {
			unit.line = line
		}
	case evaluation.ByLine:
		unit.line = line
	case evaluation.ByDepartment:
		unit.department = department
	case evaluation.ByHall:
		unit.hall = r.hall
	case evaluation.ByWindow:
		unit.hall, unit.window = r.hall, r.window
	case evaluation.ByItem:
		unit.item = r.item
	case evaluation.ByDepartmentItem:
		unit.department, unit.item = department, r.item
	case evaluation.ByChannel:
		unit.channel = r.channel
	}
	return unit, true
}

// place is who a review is attributed to.
func (r *badReview) place(dir *directory.Directory) (leaf, department, line string) {
	region := r.region
	if known, found := dir.Region(r.regionRaw); found && known.Code == r.regionRaw {
		region = r.regionRaw // a code counts as sent before its canonical form does
	}
	leaf, department, line, _ = dir.Attribute(region, r.hall, r.window, r.department, r.item)
	return leaf, department, line
}

func (u *reviewUnits) windowPasses(r *badReview) bool {
	if r.hall == "" || !among(u.halls, r.hall) || u.q.Window != "" && r.window != u.q.Window {
		return false
	}
	return u.regions == nil || slices.ContainsFunc(u.regions, func(region string) bool {
		h, ok := u.past.dir.Hall(r.hall)
		return ok && h.Code == r.hall && u.past.dir.Within(h.Region, region)
	})
}

func (u *reviewUnits) placePasses(leaf, department, line string) bool {
	path := u.past.dir.Path(leaf)
	inside := path
	if u.q.By == evaluation.ByRegion || u.q.By == evaluation.ByRegionLine {
		if u.depth > 1 && len(path) < u.depth || u.parents != nil && !crosses(path, u.parents) {
			return false
		}
		inside = path[:min(u.depth, len(path))] // no part of a node above the region
	}
	return (u.regions == nil || crosses(inside, u.regions)) && among(u.departments, department) &&
		(u.q.Line == "" || line == u.q.Line)
}

// among reports whether a code is one of some; nil are all.
func among(codes []string, code string) bool { return codes == nil || slices.Contains(codes, code) }

func crosses(path, codes []string) bool {
	return slices.ContainsFunc(path, func(code string) bool { return slices.Contains(codes, code) })
}

// rows are the sums as facts would come.
func (u *reviewUnits) rows(sums map[reviewUnit]*evaluation.FollowUps) []evaluation.Row {
	rows := make([]evaluation.Row, 0, len(sums))
	for unit, sum := range sums {
		rows = append(rows, evaluation.Row{
			Start: unit.start, Region: unit.region, Line: unit.line, Department: unit.department,
			Hall: unit.hall, Window: unit.window, Item: unit.item, Channel: unit.channel,
			Facts: evaluation.Facts{FollowUps: *sum},
		})
	}
	slices.SortFunc(rows, func(a, b evaluation.Row) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.Region, b.Region), cmp.Compare(a.Line, b.Line),
			cmp.Compare(a.Department, b.Department), cmp.Compare(a.Hall, b.Hall), cmp.Compare(a.Window, b.Window),
			cmp.Compare(a.Item, b.Item), cmp.Compare(a.Channel, b.Channel))
	})
	if u.q.By == evaluation.ByChannel {
		return rows
	}
	return u.past.join(rows, u.q)
}
