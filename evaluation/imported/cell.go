package imported

import (
	"math"
	"regexp"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/width"

	"haochaping/calendar"
)

// plain is the text of a cell that holds a number or a date: trimmed, in half width.
func plain(cell string) string {
	return strings.TrimSpace(width.Narrow.String(strings.TrimSpace(cell)))
}

var yearFirst = regexp.MustCompile(`^(\d{4})(?:-(\d{1,2})-(\d{1,2})|/(\d{1,2})/(\d{1,2})|\.(\d{1,2})\.(\d{1,2})|年(\d{1,2})月(\d{1,2})日|(\d{2})(\d{2}))$`)

// maxSerial is the day after 9999-12-31 as spreadsheets count days: below every date written as yyyyMMdd.
const maxSerial = 2958466

const dayHelp = "write a day as 2026-06-30"

// parseDay reads a day. Only forms with the year first are read: which of two numbers is the month is not guessed.
func parseDay(text string, serials, from1904 bool) (day calendar.Day, message string) {
	if serial, err := strconv.ParseFloat(text, 64); serials && err == nil && serial >= 1 && serial < maxSerial {
		t, err := excelize.ExcelDateToTime(math.Floor(serial), from1904)
		if err != nil {
			return 0, "is no date of a spreadsheet: " + dayHelp
		}
		return calendar.MakeDay(t.Date()), ""
	}
	if serials { // a number of eight digits may be stored as 2.0260630E+7
		if v, err := strconv.ParseFloat(text, 64); err == nil && v == math.Trunc(v) && v < 1e8 {
			text = strconv.FormatFloat(v, 'f', 0, 64)
		}
	}
	found := yearFirst.FindStringSubmatch(text)
	if found == nil {
		return 0, "is no day: " + dayHelp
	}
	parts := []string{found[1]}
	for _, part := range found[2:] {
		if part != "" {
			parts = append(parts, strings.Repeat("0", 2-len(part))+part)
		}
	}
	day, err := calendar.ParseDay(strings.Join(parts, "-"))
	if err != nil {
		return 0, "is a day that does not exist: " + dayHelp
	}
	return day, ""
}

var (
	decimalNumber = regexp.MustCompile(`^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?$`)
	groupedNumber = regexp.MustCompile(`^[+-]?\d{1,3}(,\d{3})+(\.\d*)?$`)
)

// parseNumber reads a number: 1234.5, 1,234.5, or 96.73%, which is the share 0.9673.
func parseNumber(text string) (v float64, message string) {
	digits, share := strings.CutSuffix(text, "%")
	digits = strings.TrimSpace(digits)
	if groupedNumber.MatchString(digits) {
		digits = strings.ReplaceAll(digits, ",", "")
	}
	if !decimalNumber.MatchString(digits) {
		return 0, "is no number: write it as 96.73, and leave the cell empty where there is no value"
	}
	v, err := strconv.ParseFloat(digits, 64)
	if err != nil || math.Abs(v) > largest {
		return 0, "is no number of at most 1e15"
	}
	if share {
		// The digits are moved, not divided: 96.73% is the number that 0.9673 is.
		if v, err = strconv.ParseFloat(digits+"e-2", 64); err != nil {
			v = v / 100
		}
	}
	return v, ""
}

// parseCount reads a whole number from 0 on.
func parseCount(text string) (n uint64, message string) {
	v, message := parseNumber(text)
	if message == "" && (v < 0 || v != math.Trunc(v)) {
		message = "is no count: write a whole number from 0 on"
	}
	if message != "" {
		return 0, message
	}
	return uint64(v), ""
}
