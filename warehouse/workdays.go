package warehouse

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"haochaping/calendar"
)

type loadedWorkdays struct {
	version uint64
	*calendar.Workdays
}

// Workdays are the working days known here: those of the product with the imported ones that this process
// has loaded; never nil.
func (w *Warehouse) Workdays() *calendar.Workdays {
	if loaded := w.workdays.Load(); loaded != nil {
		return loaded.Workdays
	}
	return calendar.BuiltIn()
}

// ReloadWorkdays loads the imported days if they are newer than the loaded ones.
func (w *Warehouse) ReloadWorkdays(ctx context.Context) (changed bool, err error) {
	var version uint64
	if err := w.row(ctx, "workday_version", nil).Scan(&version); err != nil {
		return false, fmt.Errorf("read the version of the working days: %w", err)
	}
	if loaded := w.workdays.Load(); loaded != nil && loaded.version == version {
		return false, nil
	}
	var rules []calendar.WorkdayRule
	err = w.each(ctx, "workday_rules", nil, func(scan func(...any) error) error {
		var r calendar.WorkdayRule
		var on time.Time
		if err := scan(&on, &r.Working, &r.Name); err != nil {
			return err
		}
		r.Day = calendar.MakeDay(on.Date())
		rules = append(rules, r)
		return nil
	})
	if err != nil {
		return false, err
	}
	w.workdays.Store(&loadedWorkdays{version, calendar.BuiltIn().With(rules)})
	return true, nil
}

// importedDay is one version of an imported rule.
type importedDay struct {
	calendar.WorkdayRule
	version uint64
	at      time.Time
}

var importedDayColumns = []column[importedDay]{
	dayCol("day", func(d *importedDay) calendar.Day { return d.Day }),
	col("version", func(d *importedDay) uint64 { return d.version }),
	col("working", func(d *importedDay) bool { return d.Working }),
	col("name", func(d *importedDay) string { return d.Name }),
	timeCol("imported_at", func(d *importedDay) time.Time { return d.at }),
}

// ImportWorkdays keeps days as a new version, brings the table of working time up to date and marks the days whose
// figures follow from it. A rule that [calendar.WorkdayRule.Check] refuses keeps all from being stored. It may be
// repeated. It returns the number of days of facts that were marked.
func (w *Warehouse) ImportWorkdays(ctx context.Context, rules []calendar.WorkdayRule, at time.Time) (marked int, err error) {
	for i := range rules {
		if err := rules[i].Check(); err != nil {
			return 0, fmt.Errorf("import working days: %w", err)
		}
	}
	var highest uint64
	if err := w.row(ctx, "workday_version", nil).Scan(&highest); err != nil {
		return 0, fmt.Errorf("import working days: %w", err)
	}
	version := max(now(), highest+1) // above the stored one, also where the clock of this machine is behind
	rows := make([]importedDay, len(rules))
	for i := range rules {
		rows[i] = importedDay{rules[i], version, at}
	}
	if err := insert(ctx, w, "workday_rules", importedDayColumns, rows, ""); err != nil {
		return 0, err
	}
	return w.StoreWorkingTime(ctx)
}

// workingDay is a row of the table of working time.
type workingDay struct {
	calendar.DayTime
	version uint64
}

var workingTimeColumns = []column[workingDay]{
	dayCol("day", func(d *workingDay) calendar.Day { return d.Day }),
	col("working", func(d *workingDay) bool { return d.Working }),
	col("before", func(d *workingDay) uint64 { return uint64(max(0, d.Before)) }),
	col("version", func(d *workingDay) uint64 { return d.version }),
}

// Settings of the installation that StoreWorkingTime keeps: the office hours that the table was made with, and
// the days that changed since marks were last written.
const (
	workingHoursSetting   = "calendar.hours"
	workingPendingSetting = "calendar.pending"
)

// StoreWorkingTime fills the table of working time with every day of every known year, where it says anything else, and
// marks the days of closing of all cases that were open on a day that changed; after a change of office
// hours, of all cases. It returns how many days it marked, 0 when the table was right. What it was stopped in
// is finished by the next call.
func (w *Warehouse) StoreWorkingTime(ctx context.Context) (marked int, err error) {
	if _, err := w.ReloadWorkdays(ctx); err != nil {
		return 0, err
	}
	days := w.Workdays()
	rows := days.Cumulative(days.Years(), w.hours)
	hours, changed, err := w.changedWorkdays(ctx, rows)
	if err != nil || len(changed) == 0 {
		return 0, err
	}
	// The changed days are kept before the table is replaced: afterwards nothing would tell them.
	if err := w.StoreSetting(ctx, workingPendingSetting, joinRanges(changed)); err != nil {
		return 0, err
	}
	version := now()
	table := make([]workingDay, len(rows))
	for i := range rows {
		table[i] = workingDay{rows[i], version}
	}
	if err := insert(ctx, w, "working_time", workingTimeColumns, table, ""); err != nil {
		return 0, err
	}
	var dirty dirtyDays
	froms, tos := make([]calendar.Day, len(changed)), make([]calendar.Day, len(changed))
	for i, r := range changed {
		froms[i], tos[i] = r.From, r.To
	}
	if err := w.dirtyFrom(ctx, "worked_case_days", params{"froms": dayArray(froms), "tos": dayArray(tos)}, partCase, &dirty); err != nil {
		return 0, err
	}
	if err := w.mark(ctx, &dirty, "calendar"); err != nil {
		return 0, err
	}
	if err := w.StoreSetting(ctx, workingHoursSetting, hours); err != nil {
		return 0, err
	}
	return len(dirty.set), w.StoreSetting(ctx, workingPendingSetting, "")
}

// changedWorkdays are the runs of days for which the stored table says anything else than rows, together with those
// that an earlier call did not finish. hours is the text of the office hours of rows.
func (w *Warehouse) changedWorkdays(ctx context.Context, rows []calendar.DayTime) (hours string, changed []calendar.Range, err error) {
	hours = fmt.Sprint(w.hours)
	stored, err := w.Setting(ctx, workingHoursSetting)
	if err != nil {
		return "", nil, err
	}
	if stored != hours {
		return hours, []calendar.Range{{From: 0, To: lastDate}}, nil
	}
	pending, err := w.Setting(ctx, workingPendingSetting)
	if err != nil {
		return "", nil, err
	}
	if changed, err = splitRanges(pending); err != nil {
		return "", nil, err
	}
	known := make(map[calendar.Day]bool)
	err = w.each(ctx, "working_days", nil, func(scan func(...any) error) error {
		var on time.Time
		var working bool
		err := scan(&on, &working)
		known[calendar.MakeDay(on.Date())] = working
		return err
	})
	if err != nil {
		return "", nil, err
	}
	for _, r := range rows {
		if working, ok := known[r.Day]; ok && working == r.Working {
			continue
		}
		if n := len(changed); n > 0 && changed[n-1].To == r.Day-1 {
			changed[n-1].To = r.Day
			continue
		}
		changed = append(changed, calendar.Range{From: r.Day, To: r.Day})
	}
	return hours, changed, nil
}

// lastDate is the last day of a Date column.
var lastDate = calendar.MakeDay(2149, time.June, 6)

func joinRanges(list []calendar.Range) string {
	texts := make([]string, len(list))
	for i, r := range list {
		texts[i] = r.From.String() + ".." + r.To.String()
	}
	return strings.Join(texts, ",")
}

func splitRanges(text string) (list []calendar.Range, err error) {
	if text == "" {
		return nil, nil
	}
	for part := range strings.SplitSeq(text, ",") {
		from, to, _ := strings.Cut(part, "..")
		var r calendar.Range
		if r.From, err = calendar.ParseDay(from); err == nil {
			r.To, err = calendar.ParseDay(to)
		}
		if err != nil {
			return nil, fmt.Errorf("read the stored setting %s: %w", workingPendingSetting, err)
		}
		list = append(list, r)
	}
	return slices.Clip(list), nil
}
