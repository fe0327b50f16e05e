package record

import "time"

// parseTime reads RFC 3339 with an offset, as strictly as time.Time reads JSON.
func parseTime(text string) (time.Time, bool) {
	if t, ok := parseUsual(text); ok {
		return t, true
	}
	var t time.Time
	err := t.UnmarshalText([]byte(text)) // tells 2026-02-29 from an existing date, and reads any fraction
	return t, err == nil
}

// parseUsual reads the usual form: 2026-05-04T09:30:00, up to nine digits of a
// fraction, and Z or an offset.
func parseUsual(s string) (time.Time, bool) {
	const date = len("2026-05-04T09:30:00")
	if len(s) <= date || s[4] != '-' || s[7] != '-' || s[10] != 'T' || s[13] != ':' || s[16] != ':' {
		return time.Time{}, false
	}
	year, month, day := twoDigits(s, 0)*100+twoDigits(s, 2), twoDigits(s, 5), twoDigits(s, 8)
	hour, minute, second := twoDigits(s, 11), twoDigits(s, 14), twoDigits(s, 17)
	nanos, s, ok := fraction(s[date:])
	// Up to day 28 every month has every day.
	if !ok || year < 0 || month < 1 || month > 12 || day < 1 || day > 28 || hour < 0 || hour > 23 || minute < 0 || minute > 59 ||
		second < 0 || second > 59 {
		return time.Time{}, false
	}
	t := time.Date(year, time.Month(month), day, hour, minute, second, nanos, time.UTC)
	if s == "Z" {
		return t, true
	}
	if len(s) != len("+08:00") || s[0] != '+' && s[0] != '-' || s[3] != ':' {
		return time.Time{}, false
	}
	hour, minute = twoDigits(s, 1), twoDigits(s, 4)
	if hour < 0 || hour > 23 || minute < 0 || minute > 59 {
		return time.Time{}, false
	}
	offset := (hour*60 + minute) * 60
	if s[0] == '-' {
		offset = -offset
	}
	return t.Add(-time.Duration(offset) * time.Second).In(time.FixedZone("", offset)), true
}

// fraction reads up to nine digits behind a dot, if there is one.
func fraction(s string) (nanos int, rest string, ok bool) {
	if s == "" || s[0] != '.' {
		return 0, s, true
	}
	i, unit := 1, int(time.Second)
	for i < len(s) && isDigit(s[i]) {
		unit /= 10
		nanos += int(s[i]-'0') * unit
		i++
	}
	return nanos, s[i:], i > 1 && unit > 0
}

// twoDigits is the number that s has at i, or far below zero.
func twoDigits(s string, i int) int {
	if !isDigit(s[i]) || !isDigit(s[i+1]) {
		return -1 << 20
	}
	return int(s[i]-'0')*10 + int(s[i+1]-'0')
}
