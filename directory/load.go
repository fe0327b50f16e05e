package directory

import (
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"haochaping/calendar"
	"haochaping/directory/naming"
)

// The columns every file may have, and their places among the fields.
const (
	fieldCode = iota
	fieldName
	fieldNameEN
	fieldValidFrom
	fieldValidTo
	fieldExtra // the first column of the kind's own
)

var commonFields = []field{
	{names: []string{"code", "编码", "代码"}, required: true},
	{names: []string{"name", "名称"}, required: true},
	{names: []string{"name_en", "英文名称"}},
	{names: []string{"valid_from", "生效日期"}},
	{names: []string{"valid_to", "失效日期"}},
}

// The last two columns of kinds whose codes can be replaced.
var successorFields = []field{
	{names: []string{"replaced_by", "变更为"}},
	{names: []string{"replaced_on", "变更日期"}},
}

// loader reads a file of one kind.
type loader struct {
	*sheet
	kind       Kind // empty when the kind has no successors
	seen       map[string]int
	list       problemList
	successors []Successor
}

// load opens a file and calls row for each row whose identity is good and whose key is new. The
// key is the code, or what keyOf makes of it.
func load(r io.Reader, kind Kind, extra []field, keyOf func(*loader, string) string, row func(*loader, identity)) *loader {
	l := &loader{kind: kind, seen: make(map[string]int)}
	if err := naming.Ready(); err != nil {
		l.list.add(Problem{Message: err.Error()})
		return l
	}
	fields := slices.Concat(commonFields, extra)
	if kind != "" {
		fields = append(fields, successorFields...)
	}
	s, ok := openSheet(r, fields, l.list.add)
	if !ok {
		return l
	}
	l.sheet = s
	for l.next() {
		id, ok := l.identity()
		if !ok {
			continue
		}
		key := id.code
		if keyOf != nil {
			key = keyOf(l, key)
		}
		if first, twice := l.seen[key]; twice {
			l.problem(fieldCode, false, "%s is already on line %d; codes are unique", id.code, first)
			continue
		}
		l.seen[key] = l.line
		row(l, id)
		l.succession(id.code)
	}
	return l
}

// identity is what every entry has.
type identity struct {
	code, name, raw, en string
	from, to            time.Time
}

// identity reads the common columns of a row. It is false when the row names no entry.
func (l *loader) identity() (identity, bool) {
	id := identity{code: l.cell(fieldCode), raw: l.cell(fieldName)}
	if id.code == "" {
		l.problem(fieldCode, false, "is empty; every entry needs a code")
		return id, false
	}
	if strings.ContainsFunc(id.code, func(r rune) bool { return r < ' ' || r == 0x7f }) || len(id.code) > longestCode {
		l.problem(fieldCode, false, "holds a control character or more than %d bytes; correct it", longestCode)
		return id, false
	}
	id.name = l.cleaned(fieldName)
	if id.name == "" {
		l.problem(fieldName, false, "is empty; every entry needs a name")
		return id, false
	}
	id.en = l.cleaned(fieldNameEN)
	id.from, id.to = l.day(fieldValidFrom), l.day(fieldValidTo)
	if !id.from.IsZero() && !id.to.IsZero() && !id.from.Before(id.to) {
		l.problem(fieldValidTo, false, "%s is not after %s; it is the first day on which the entry is no longer valid", dayText(id.to), dayText(id.from))
	}
	return id, true
}

// longestCode bounds codes; the longest in use has 50 characters.
const longestCode = 128

// longestName bounds names, in characters; the longest of service items in use have about 200.
const longestName = 500

// cleaned is a name as it is shown.
func (l *loader) cleaned(f int) string {
	raw := l.cell(f)
	name, err := naming.Clean(raw)
	if err != nil {
		l.problem(f, false, "%s", err)
		return ""
	}
	if n := utf8.RuneCountInString(name); n > longestName {
		l.problem(f, false, "has %d characters; a name has at most %d", n, longestName)
	}
	if strings.ContainsRune(name, '\ufffd') {
		l.problem(f, true, "holds the sign for a lost character; take the name from its source again")
	}
	return name
}

// day reads a date, which may be empty.
func (l *loader) day(f int) time.Time {
	text := l.cell(f)
	if text == "" {
		return time.Time{}
	}
	day, err := calendar.ParseDay(text)
	if err != nil {
		l.problem(f, false, "%s", err)
		return time.Time{}
	}
	return day.Time()
}

// succession reads what an entry was replaced by.
func (l *loader) succession(code string) {
	if l.kind == "" {
		return
	}
	by, on := len(l.fields)-2, len(l.fields)-1
	to, day := l.cell(by), l.day(on)
	switch {
	case to == "" && l.cell(on) == "":
	case to == "":
		l.problem(by, false, "is empty beside a date of replacement; name the new code or leave both empty")
	case l.cell(on) == "":
		l.problem(on, false, "is empty beside the new code %s; give the first day of the new code", to)
	case !day.IsZero():
		l.successors = append(l.successors, Successor{Kind: l.kind, From: code, To: to, On: day})
	}
}

// ReadHalls reads a CSV file of halls with the columns code, name, region and, if wanted, kind,
// opening_hours, name_en, valid_from, valid_to, replaced_by and replaced_on, or their Chinese names.
// See [ReadRegions] for what holds for every file.
func ReadHalls(r io.Reader) ([]Hall, []Successor, []Problem) {
	const kind, hours = fieldExtra + 1, fieldExtra + 2
	var halls []Hall
	l := load(r, KindHall, []field{
		{names: []string{"region", "区划"}, required: true},
		{names: []string{"kind", "类型"}},
		{names: []string{"opening_hours", "开放时间"}},
	}, nil, func(l *loader, id identity) {
		halls = append(halls, Hall{
			Code: id.code, Name: id.name, NameRaw: id.raw, NameEN: id.en, ValidFrom: id.from, ValidTo: id.to,
			Region: l.owner(), Kind: l.cell(kind), OpeningHours: l.cell(hours),
		})
	})
	return halls, l.successors, l.list.all()
}

// ReadWindows reads a CSV file of windows with the columns hall, code, name and, if wanted, name_en,
// valid_from and valid_to, or their Chinese names. The code is unique within its hall.
func ReadWindows(r io.Reader) ([]Window, []Problem) {
	const hall = fieldExtra
	var windows []Window
	l := load(r, "", []field{
		{names: []string{"hall", "大厅"}, required: true},
	}, func(l *loader, code string) string {
		return l.cell(hall) + "\x00" + code
	}, func(l *loader, id identity) {
		windows = append(windows, Window{
			Code: id.code, Name: id.name, NameRaw: id.raw, NameEN: id.en, ValidFrom: id.from, ValidTo: id.to,
			Hall: l.owner(),
		})
	})
	return windows, l.list.all()
}

// ReadDepartments reads a CSV file of departments with the columns code, name, region, line and, if
// wanted, name_en, valid_from, valid_to, replaced_by and replaced_on, or their Chinese names. A
// code of 18 characters that is no valid credit code is a warning.
func ReadDepartments(r io.Reader) ([]Department, []Successor, []Problem) {
	const line = fieldExtra + 1
	var departments []Department
	l := load(r, KindDepartment, []field{
		{names: []string{"region", "区划"}, required: true},
		{names: []string{"line", "条线"}, required: true},
	}, nil, func(l *loader, id identity) {
		if len(id.code) == creditLength {
			if err := CheckCreditCode(id.code); err != nil {
				l.problem(fieldCode, true, "%s; early pilot codes do, others are mistyped", err)
			}
		}
		name := l.cleaned(line)
		if name == "" {
			l.problem(line, true, "is empty; the department appears in no comparison of its kind")
		}
		departments = append(departments, Department{
			Code: id.code, Name: id.name, NameRaw: id.raw, NameEN: id.en, ValidFrom: id.from, ValidTo: id.to,
			Region: l.owner(), Line: name,
		})
	})
	return departments, l.successors, l.list.all()
}

// ReadItems reads a CSV file of items with the columns code, name, department and, if wanted, kind,
// name_en, valid_from, valid_to, replaced_by and replaced_on, or their Chinese names.
func ReadItems(r io.Reader) ([]Item, []Successor, []Problem) {
	const kind = fieldExtra + 1
	var items []Item
	l := load(r, KindItem, []field{
		{names: []string{"department", "机构", "部门"}, required: true},
		{names: []string{"kind", "类型"}},
	}, nil, func(l *loader, id identity) {
		items = append(items, Item{
			Code: id.code, Name: id.name, NameRaw: id.raw, NameEN: id.en, ValidFrom: id.from, ValidTo: id.to,
			Department: l.owner(), Kind: l.cell(kind),
		})
	})
	return items, l.successors, l.list.all()
}

// owner is the code of what an entry belongs to: the first of its own columns, in every kind but
// regions.
func (l *loader) owner() string {
	code := l.cell(fieldExtra)
	if code == "" {
		l.problem(fieldExtra, false, "is empty; name the code the entry belongs to")
	}
	return code
}
