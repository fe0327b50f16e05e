package imported

import (
	"strings"

	"haochaping/directory/naming"
	"haochaping/strictyaml"
)

// heading is a column that a file may have.
type heading struct {
	field    string // its name in English, and of the field
	zh       string
	also     []string
	required bool
}

// headings are the columns in the order of the template. Those that end in _name are for people alone.
var headings = []heading{
	{field: "unit", zh: "单位", also: []string{"单位代码", "unit code"}, required: true},
	{field: "unit_name", zh: "单位名称"},
	{field: "indicator", zh: "指标", also: []string{"指标代码", "indicator id"}, required: true},
	{field: "indicator_name", zh: "指标名称"},
	{field: "level", zh: "层级"},
	{field: "as_of", zh: "截止日期", also: []string{"截至日期", "date"}, required: true},
	{field: "value", zh: "数值", also: []string{"指标值"}, required: true},
	{field: "se", zh: "标准误", also: []string{"standard error"}},
	{field: "n", zh: "样本量", also: []string{"sample"}},
	{field: "source", zh: "来源"},
	{field: "note", zh: "备注"},
	{field: "attachment", zh: "附件", also: []string{"附件哈希", "attachment hash", "attachment sha256"}},
}

// maxColumns bounds a row.
const maxColumns = 1000

var fieldOfHeading = func() map[string]string {
	fields := make(map[string]string)
	for _, h := range headings {
		for _, text := range append([]string{h.field, h.zh}, h.also...) {
			fields[headingKey(text)] = h.field
		}
	}
	return fields
}()

// headingKey folds what does not matter in a heading. It does without [naming.Key], whose table may be missing when
// the program starts.
func headingKey(text string) string {
	return strings.NewReplacer(" ", "", "_", "", "-", "", "　", "").Replace(strings.ToLower(text))
}

// columns says which field stands in which column; the place of a field that is not there is not in it.
type columns map[string]int

// headingOf is the field that a cell of the header names.
func headingOf(cell string) (field string, ok bool) {
	clean, err := naming.Clean(cell)
	if err != nil {
		return "", false
	}
	field, ok = fieldOfHeading[headingKey(clean)]
	return field, ok
}

// known counts the cells of a row that are headings.
func known(cells []string) (n int) {
	for _, cell := range cells {
		if _, ok := headingOf(cell); ok {
			n++
		}
	}
	return n
}

// readHeader reads the row that names the columns.
func (r *reader) readHeader(cells []string) (columns, bool) {
	found := columns{}
	for i, cell := range cells {
		if strings.TrimSpace(cell) == "" {
			continue
		}
		field, ok := headingOf(cell)
		switch _, twice := found[field]; {
		case !ok:
			found["column "+number(i)] = i // told once, not once a row
			r.fail(i, "", "%q is no column of this table; the nearest is %s. Rename it, or take it away", strictyaml.Clip(cell), nearestHeading(cell))
		case twice:
			r.fail(i, field, "stands twice in the header: keep one of them")
		default:
			found[field] = i
		}
	}
	whole := true
	for _, h := range headings {
		if _, ok := found[h.field]; h.required && !ok {
			whole = false
			r.add(Problem{Cell: r.source.row(), Field: h.field, Message: "the header lacks the column " + h.zh + " (" + h.field + ")"})
		}
	}
	return found, whole
}

func nearestHeading(cell string) string {
	var names []string
	for _, h := range headings {
		names = append(names, h.zh, h.field)
	}
	return strictyaml.Nearest(strings.TrimSpace(cell), names)
}
