package directory

import (
	"io"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"haochaping/calendar"
)

// Device is a kiosk as a delivery names it: bound to its hall and, from a day on, to a window. It is
// never bound to a department: at a comprehensive window the item or the case decides.
type Device struct {
	// Name identifies the device in the whole installation.
	Name string
	// Hall is the code of its hall, Window that of the window within it; an empty window is none.
	Hall, Window string
	// From is the first day at the window; 0 = from the beginning.
	From calendar.Day
	// Line is where the file says so.
	Line int
}

// longestDeviceCode bounds the codes of a device, in characters: records carry them.
const longestDeviceCode = 64

// ReadDevices reads a CSV file of devices with the columns name, hall and, if wanted, window and from,
// or their Chinese names. A device that changes its window has a line for each, with the first day
// there. See [ReadRegions] for what holds for every file.
func ReadDevices(r io.Reader) ([]Device, []Problem) {
	const name, hall, window, from = 0, 1, 2, 3
	var list problemList
	s, ok := openSheet(r, []field{
		{names: []string{"name", "device", "设备", "设备名称", "设备编号", "名称"}, required: true},
		{names: []string{"hall", "大厅", "大厅编码"}, required: true},
		{names: []string{"window", "窗口", "窗口编码", "窗口号"}},
		{names: []string{"from", "起始日期", "生效日期"}},
	}, list.add)
	if !ok {
		return nil, list.all()
	}
	type day struct {
		name string
		from calendar.Day
	}
	var devices []Device
	first, days := make(map[string]Device), make(map[day]int)
	for s.next() {
		d := Device{Name: s.code(name, true), Hall: s.code(hall, true), Window: s.code(window, false), From: s.firstDay(from), Line: s.line}
		if d.Name == "" {
			continue
		}
		at := day{d.Name, d.From}
		if line, twice := days[at]; twice {
			s.problem(name, false, "%s is already on line %d for the same first day; give each change of window a day of its own", d.Name, line)
			continue
		}
		days[at] = s.line
		if before, known := first[d.Name]; !known {
			first[d.Name] = d
		} else if before.Hall != d.Hall {
			s.problem(hall, false, "%s stands in hall %s by line %d; a device has one hall, give the other one a name of its own", d.Name, before.Hall, before.Line)
			continue
		}
		devices = append(devices, d)
	}
	if len(devices) == 0 && len(list.all()) == 0 {
		list.add(Problem{Line: 1, Message: "the file names no device"})
	}
	return devices, list.all()
}

// code reads a code that records carry.
func (s *sheet) code(f int, required bool) string {
	text := s.cell(f)
	switch {
	case text == "" && required:
		s.problem(f, false, "is empty")
	case utf8.RuneCountInString(text) > longestDeviceCode:
		s.problem(f, false, "has more than %d characters", longestDeviceCode)
	case strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) || r == utf8.RuneError }):
		s.problem(f, false, "holds a control character or a sign for a lost one; correct it")
	}
	return text
}

// dayLayouts are the ways in which spreadsheets write a date when they save a CSV file.
var dayLayouts = []string{"2006-1-2", "2006/1/2", "2006.1.2", "2006年1月2日"}

func (s *sheet) firstDay(f int) calendar.Day {
	text := s.cell(f)
	if text == "" {
		return 0
	}
	for _, layout := range dayLayouts {
		if t, err := time.Parse(layout, text); err == nil {
			return calendar.MakeDay(t.Date())
		}
	}
	s.problem(f, false, "is no existing date; write it like 2026-05-04")
	return 0
}
