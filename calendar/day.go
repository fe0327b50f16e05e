// Package calendar says when: civil days, the periods that figures are summed over, Chinese working
// days, and the texts in which other systems write times.
//
// A [Day] has no time zone. The one configured zone of an installation comes in where an instant
// becomes a day and back. Weeks are ISO weeks: Monday to Sunday, the first of a year holding
// its first Thursday. The package reads no clock. Of working days it knows what was announced or imported
// ([Workdays]); a year of which it knows nothing is never guessed.
package calendar

import (
	"fmt"
	"time"
)

// Day is a civil date, counted in days since 1970-01-01: days compare with < and add with +. Its
// text form is YYYY-MM-DD, also in JSON and as a map key.
type Day int32

// The days that texts can express.
const (
	MinDay Day = -719162 // 0001-01-01
	MaxDay Day = 2932896 // 9999-12-31
)

const secondsPerDay = 24 * 60 * 60

// MakeDay is the day of a date. Out-of-range months and days are carried over, as by [time.Date]:
// day 0 of March is the last of February.
func MakeDay(year int, month time.Month, day int) Day {
	return fromUTC(time.Date(year, month, day, 0, 0, 0, 0, time.UTC))
}

// DayOf is the day on which an instant falls in a zone.
func DayOf(t time.Time, loc *time.Location) Day {
	year, month, day := t.In(loc).Date()
	return MakeDay(year, month, day)
}

// ParseDay reads YYYY-MM-DD. Dates that do not exist are errors.
func ParseDay(text string) (Day, error) {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil || t.Year() < 1 {
		return 0, fmt.Errorf("read day %s: want an existing date as YYYY-MM-DD", quote(text))
	}
	return fromUTC(t), nil
}

// fromUTC is the day of a midnight UTC.
func fromUTC(t time.Time) Day {
	return Day(t.Unix() / secondsPerDay)
}

// Time is midnight UTC of the day: the form in which drivers and spreadsheets take dates. It is not
// the instant at which the day begins anywhere else, see [Day.Start].
func (d Day) Time() time.Time { return time.Unix(int64(d)*secondsPerDay, 0).UTC() }

// Date is the day's year, month and day of the month.
func (d Day) Date() (year int, month time.Month, day int) { return d.Time().Date() }

// Weekday is the day of the week.
func (d Day) Weekday() time.Weekday { return d.Time().Weekday() }

// ISOWeek is the ISO year and week. Days around New Year can belong to the neighbouring year.
func (d Day) ISOWeek() (year, week int) { return d.Time().ISOWeek() }

// AddMonths moves by whole months and stays in the month it arrives at: one month after 31 January
// is the last of February.
func (d Day) AddMonths(n int) Day {
	year, month, day := d.Date()
	last := MakeDay(year, month+time.Month(n)+1, 0)
	if _, _, lastDay := last.Date(); day > lastDay {
		return last
	}
	return MakeDay(year, month+time.Month(n), day)
}

// Start is the first instant of the day in a zone: usually 00:00, but where the clock is put
// forward at midnight, the first that exists.
func (d Day) Start(loc *time.Location) time.Time {
	year, month, day := d.Date()
	t := time.Date(year, month, day, 0, 0, 0, 0, loc)
	if DayOf(t, loc) < d {
		// Midnight was skipped: the day begins with the new offset.
		if _, end := t.ZoneBounds(); !end.IsZero() {
			return end
		}
		return t
	}
	// Where the clock is put back across midnight, midnight comes twice; the first one counts.
	begin, _ := t.ZoneBounds()
	if begin.IsZero() {
		return t
	}
	_, offset := begin.Add(-time.Nanosecond).Zone()
	earlier := time.Unix(int64(d)*secondsPerDay-int64(offset), 0).In(loc)
	if earlier.Before(begin) && DayOf(earlier, loc) == d {
		return earlier
	}
	return t
}

// End is 24:00 of the day in a zone, which is the first instant of the next: the end itself is no
// longer within the day. A date alone as a deadline means this instant.
func (d Day) End(loc *time.Location) time.Time { return (d + 1).Start(loc) }

// String is the day as YYYY-MM-DD.
func (d Day) String() string { return d.Time().Format(time.DateOnly) }

// MarshalText writes YYYY-MM-DD. Days outside [MinDay, MaxDay] are errors.
func (d Day) MarshalText() ([]byte, error) {
	if d < MinDay || d > MaxDay {
		return nil, fmt.Errorf("write day %d: outside the years 1 to 9999", int32(d))
	}
	return []byte(d.String()), nil
}

// UnmarshalText reads YYYY-MM-DD.
func (d *Day) UnmarshalText(text []byte) error {
	day, err := ParseDay(string(text))
	if err != nil {
		return err
	}
	*d = day
	return nil
}

// quote shows a foreign text in an error, shortened: it may be anything.
func quote(text string) string {
	const shown = 40
	if r := []rune(text); len(r) > shown {
		text = string(r[:shown]) + "…"
	}
	return fmt.Sprintf("%q", text)
}
