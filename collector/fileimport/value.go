package fileimport

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"haochaping/calendar"
	"haochaping/directory/naming"
	"haochaping/record"
)

// valueKind is the type of a field on the wire.
type valueKind uint8

const (
	valueNone     valueKind = iota
	valueText               // string
	valueCode               // record.Code
	valueTime               // *time.Time
	valueMoment             // record.Moment: a date alone ends at 24:00
	valueDay                // a day as text
	valueUnsigned           // uint64
	valueTiny               // uint8
	valueSigned             // *int64
	valueSmall              // *uint32
	valueFlag               // bool
	valueMaybe              // *bool
	valueList               // []string
	valueAspects            // map[string]record.Code
	valueReal               // *float64
)

var kindOfType = map[reflect.Type]valueKind{
	reflect.TypeFor[string](): valueText, reflect.TypeFor[record.Answer](): valueText,
	reflect.TypeFor[record.Code](): valueCode, reflect.TypeFor[*time.Time](): valueTime,
	reflect.TypeFor[record.Moment](): valueMoment, reflect.TypeFor[uint64](): valueUnsigned,
	reflect.TypeFor[uint8](): valueTiny, reflect.TypeFor[*int64](): valueSigned, reflect.TypeFor[*uint32](): valueSmall,
	reflect.TypeFor[bool](): valueFlag, reflect.TypeFor[*bool](): valueMaybe, reflect.TypeFor[[]string](): valueList,
	reflect.TypeFor[map[string]record.Code](): valueAspects, reflect.TypeFor[*float64](): valueReal,
}

// kindOf is how a field of a record is filled; valueNone where no mapping can.
func kindOf(kind record.Kind, name string, typ reflect.Type) valueKind {
	if kind == record.KindTally && (name == "from" || name == "to") || kind == record.KindIndicator && name == "as_of" {
		return valueDay
	}
	return kindOfType[typ]
}

// timeForm is how times are written.
type timeForm struct {
	layouts          []calendar.Layout // none = those common in interfaces
	unix, unixMillis bool
	zone             *time.Location // of times without an offset; nil = that of the installation
}

// numberForm is how numbers are written and what they are multiplied by.
type numberForm struct {
	multiply           float64
	thousands, decimal string
}

// conversion is what the conversion of a cell depends on besides the mapping.
type conversion struct {
	zone    *time.Location // of the installation
	serials bool           // numbers are dates of a spreadsheet
	epoch04 bool           // counted from 1904
	lists   bool           // a list may be a JSON array
	onlyDay *bool          // told of each time whether it was a date alone; nil = nobody asks
}

func problem(code, format string, args ...any) *record.Problem {
	return &record.Problem{Code: code, Reason: fmt.Sprintf(format, args...)}
}

// value is the text that a field takes from a row.
func (f *field) value(m *Mapping, cells []string) (string, *record.Problem) {
	text := f.fixed
	switch {
	case f.given:
		return text, nil
	case f.template != nil:
		text = f.join(m, cells)
	default:
		for _, c := range f.columns {
			if text = f.cell(m, cells[c]); text != "" {
				break
			}
		}
	}
	if f.values != nil {
		mapped, ok := f.values[text]
		if !ok && text != "" {
			mapped, ok = f.values["*"]
			if !ok {
				return "", problem(record.CodeUnmapped, "a value that the field's map in the mapping does not know: add it, or \"*\" for all others")
			}
		}
		text = mapped
	}
	if f.clean {
		clean, err := naming.Clean(text)
		if err != nil {
			return "", problem(record.CodeInvalid, "the name cannot be cleaned: %s", err)
		}
		text = clean
	}
	if text == "" {
		text = f.fallback
	}
	return text, nil
}

func (f *field) cell(m *Mapping, cell string) string {
	text := m.cell(cell)
	if f.trim != "" {
		text = strings.TrimSpace(strings.Trim(text, f.trim))
	}
	return text
}

// cell is the text of a cell, empty for what the mapping calls empty.
func (m *Mapping) cell(cell string) string {
	if m.empty[cell] {
		return ""
	}
	return cell
}

// join fills a template; it is empty if one of its columns is.
func (f *field) join(m *Mapping, cells []string) string {
	var b strings.Builder
	for _, p := range f.template {
		if p.column < 0 {
			b.WriteString(p.text)
			continue
		}
		text := f.cell(m, cells[p.column])
		if text == "" {
			return ""
		}
		b.WriteString(text)
	}
	return b.String()
}

// assign converts a text and writes it into the field of a wire struct. The problem
// does not repeat the text.
func (f *field) assign(target reflect.Value, text string, times *timeForm, c conversion) *record.Problem {
	if text == "" {
		return nil
	}
	if f.times != nil {
		times = f.times
	}
	switch f.kind {
	case valueText, valueCode:
		target.SetString(text)
	case valueAspects:
		if target.IsNil() {
			target.Set(reflect.MakeMap(target.Type()))
		}
		target.SetMapIndex(reflect.ValueOf(f.question), reflect.ValueOf(record.Code(text)))
	case valueTime, valueMoment, valueDay:
		return f.assignTime(target, text, times, c)
	case valueUnsigned, valueTiny, valueSigned, valueSmall:
		return f.assignNumber(target, text, times, c)
	case valueReal:
		v, p := f.number.real(text)
		if p != nil {
			return p
		}
		target.Set(reflect.ValueOf(&v))
	case valueFlag, valueMaybe:
		yes, ok := truth(text)
		if !ok {
			return problem(record.CodeInvalid, "neither true nor false: use a map in the mapping")
		}
		if f.kind == valueMaybe {
			target.Set(reflect.ValueOf(&yes))
		} else {
			target.SetBool(yes)
		}
	case valueList:
		target.Set(reflect.ValueOf(f.list(text, c)))
	}
	return nil
}

func (f *field) list(text string, c conversion) []string {
	var items []string
	if c.lists && strings.HasPrefix(text, "[") && json.Unmarshal([]byte(text), &items) == nil {
		return items
	}
	items = nil
	split := f.split
	if split == "" {
		split = ","
	}
	for item := range strings.SplitSeq(text, split) {
		if item = strings.TrimSpace(item); item != "" {
			items = append(items, item)
		}
	}
	return items
}

func truth(text string) (yes, ok bool) {
	switch strings.ToLower(text) {
	case "true", "yes", "y", "1", "是":
		return true, true
	case "false", "no", "n", "0", "否":
		return false, true
	}
	return false, false
}

func (f *field) assignTime(target reflect.Value, text string, times *timeForm, c conversion) *record.Problem {
	at, dateOnly, p := times.parse(text, c)
	if p != nil {
		return p
	}
	if c.onlyDay != nil {
		*c.onlyDay = dateOnly
	}
	switch f.kind {
	case valueDay:
		target.SetString(calendar.DayOf(at, c.zone).String())
	case valueMoment:
		if dateOnly {
			target.SetString(calendar.DayOf(at, c.zone).String())
		} else {
			target.SetString(at.Format(time.RFC3339Nano))
		}
	default:
		target.Set(reflect.ValueOf(&at))
	}
	return nil
}

// parse reads a time. A date alone is a civil day and not a moment: it is the
// beginning of that day in the installation's zone, wherever the file comes from,
// so that it counts on the day that is written.
func (t *timeForm) parse(text string, c conversion) (at time.Time, dateOnly bool, p *record.Problem) {
	zone := t.zone
	if zone == nil {
		zone = c.zone
	}
	if t.unix || t.unixMillis {
		n, err := strconv.ParseInt(integral(text), 10, 64)
		if err != nil {
			return at, false, problem(record.CodeTime, "not a whole number of seconds or milliseconds since 1970, as the mapping says")
		}
		if t.unix {
			return time.Unix(n, 0).In(zone), false, nil
		}
		return time.UnixMilli(n).In(zone), false, nil
	}
	if c.serials {
		if serial, err := strconv.ParseFloat(text, 64); err == nil && serial >= 1 && serial < maxSerial {
			return fromSerial(serial, zone, c)
		}
		text = integral(text)
	}
	at, dateOnly, err := calendar.ParseTime(text, zone, t.layouts...)
	if err != nil {
		return at, false, problem(record.CodeTime, "not a time in a layout of the mapping (%s)", t.names())
	}
	if dateOnly {
		at = calendar.DayOf(at, zone).Start(c.zone)
	}
	return at, dateOnly, nil
}

func (t *timeForm) names() string {
	if len(t.layouts) == 0 {
		return "none given: RFC 3339 and the common ones"
	}
	names := make([]string, len(t.layouts))
	for i, l := range t.layouts {
		names[i] = l.String()
	}
	return strings.Join(names, ", ")
}

// maxSerial is the day after 9999-12-31 as a spreadsheet counts days. A date
// written as yyyyMMdd is above it, so the two cannot be confused.
const maxSerial = 2958466

// fromSerial reads the days and the part of a day that a spreadsheet stores.
func fromSerial(serial float64, zone *time.Location, c conversion) (time.Time, bool, *record.Problem) {
	civil, err := excelize.ExcelDateToTime(serial, c.epoch04)
	if err != nil {
		return time.Time{}, false, problem(record.CodeTime, "not a date of a spreadsheet")
	}
	civil = civil.Round(time.Second) // the fraction of a day is a rounded number
	year, month, day := civil.Date()
	if serial == math.Trunc(serial) {
		return calendar.MakeDay(year, month, day).Start(c.zone), true, nil
	}
	hour, minute, second := civil.Clock()
	return time.Date(year, month, day, hour, minute, second, 0, zone), false, nil
}

// integral writes a whole number that a spreadsheet stores as 2.0140516E+7 in full.
func integral(text string) string {
	if !strings.ContainsAny(text, "eE") {
		return text
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || v != math.Trunc(v) || math.Abs(v) >= 1<<53 {
		return text
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}

func (f *field) assignNumber(target reflect.Value, text string, times *timeForm, c conversion) *record.Problem {
	var v float64
	if f.asMillis {
		at, _, p := times.parse(text, c)
		if p != nil {
			return p
		}
		v = float64(at.UnixMilli())
	} else {
		var p *record.Problem
		if v, p = f.number.parse(text); p != nil {
			return p
		}
	}
	limit := float64(1 << 53) // whole numbers above are not exact
	switch f.kind {
	case valueTiny:
		limit = math.MaxUint8
	case valueSmall:
		limit = math.MaxUint32
	}
	if v < 0 || v > limit {
		return problem(record.CodeInvalid, "a number outside what the field holds")
	}
	switch f.kind {
	case valueSigned:
		n := int64(v)
		target.Set(reflect.ValueOf(&n))
	case valueSmall:
		n := uint32(v)
		target.Set(reflect.ValueOf(&n))
	default:
		target.SetUint(uint64(v))
	}
	return nil
}

// parse reads a number and multiplies it. What is not whole is an error, except that
// a product is rounded to the nearest whole number.
func (n *numberForm) parse(text string) (float64, *record.Problem) {
	v, p := n.real(text)
	switch {
	case p != nil:
		return 0, p
	case n.multiply != 1:
		return math.Round(v), nil
	case v != math.Trunc(v):
		return 0, problem(record.CodeInvalid, "not a whole number")
	}
	return v, nil
}

// real reads a number and multiplies it, without rounding.
func (n *numberForm) real(text string) (float64, *record.Problem) {
	plain, ok := n.plain(text)
	v, err := strconv.ParseFloat(plain, 64)
	if v *= n.multiply; !ok || err != nil || math.IsInf(v, 0) || math.IsNaN(v) {
		return 0, problem(record.CodeInvalid, "not a number as the mapping writes it")
	}
	return v, nil
}

// plain turns a number with separators into the form of the language. Groups of
// digits must be whole, so that 1,5 is not read as 15.
func (n *numberForm) plain(text string) (string, bool) {
	decimal := "."
	if n.decimal != "" {
		decimal = n.decimal
	}
	if n.thousands == "" && decimal == "." {
		return text, !strings.ContainsAny(text, "xX_pP") // no hexadecimal
	}
	whole, fraction, hasFraction := strings.Cut(text, decimal)
	if n.thousands != "" {
		groups := strings.Split(whole, n.thousands)
		for i, g := range groups {
			if i > 0 && len(g) != 3 || i == 0 && len(groups) > 1 && len(strings.TrimLeft(g, "+-")) > 3 {
				return "", false
			}
		}
		whole = strings.Join(groups, "")
	}
	if hasFraction {
		whole += "." + fraction
	}
	return whole, strings.Trim(whole, "0123456789.+-eE") == ""
}
