package fileimport

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"

	"haochaping/record"
	"haochaping/strictyaml"
)

// Bounds of a row.
const (
	maxLine    = 1 << 20 // bytes of a line, and of a row of several lines
	maxColumns = 1000
)

// row is one row of a file on its way to records.
type row struct {
	line    int64    // on which it begins, from 1; of a spreadsheet its row
	cells   []string // in the order of Mapping.columns, trimmed
	size    int      // bytes as sent, of a spreadsheet those of its texts
	problem *record.Problem

	key    [16]byte // hash of all its cells
	repeat uint32   // how many equal rows stand before it
}

// refuse makes a row that cannot be read. Its key is the hash of its bytes.
func refuse(line int64, raw string, p *record.Problem) row {
	sum := sha256.Sum256([]byte(raw))
	return row{line: line, size: len(raw), problem: p, key: [16]byte(sum[:16])}
}

// content is the text that stands for a row in derived ids.
func (r *row) content() string {
	return hex.EncodeToString(r.key[:]) + "/" + strconv.FormatUint(uint64(r.repeat), 10)
}

// identity hashes rows by the names and texts of their cells that are not empty. The
// order of the columns, the encoding and the file format do not matter, so the same
// rows in another export are the same rows.
type identity struct {
	buf []byte
}

func (d *identity) begin() { d.buf = d.buf[:0] }

// add takes a cell. Phone and ID-card numbers do not enter: an id must not be a hash
// by which a person could be found again.
func (d *identity) add(name, text string) {
	if text == "" {
		return
	}
	if manyDigits(text) {
		text = record.RedactPersonal(text)
	}
	d.buf = binary.AppendUvarint(d.buf, uint64(len(name)))
	d.buf = append(d.buf, name...)
	d.buf = binary.AppendUvarint(d.buf, uint64(len(text)))
	d.buf = append(d.buf, text...)
}

func (d *identity) end() [16]byte {
	sum := sha256.Sum256(d.buf)
	return [16]byte(sum[:16])
}

// manyDigits is the quick answer for most cells: too few digits for a number of a
// person. Bytes above ASCII count as digits, for full-width ones.
func manyDigits(s string) bool {
	n := 0
	for i := range len(s) {
		if c := s[i]; c >= '0' && c <= '9' || c >= 0x80 {
			n++
		}
	}
	return n >= 11 && strings.IndexFunc(s, func(r rune) bool { return r >= '0' && r <= '9' || r >= '０' && r <= '９' }) >= 0
}

// table maps the columns of a file with a header to those of a mapping.
type table struct {
	m      *Mapping
	names  []string
	wanted []int // for each column of the mapping its place in the file
	order  []int // places in the file by name, without private columns
	id     identity
}

// newTable matches the header with the mapping.
func newTable(m *Mapping, header []string) (*table, error) {
	if len(header) > maxColumns {
		return nil, &FileError{Line: int64(m.headerRow), Reason: "more than " + strconv.Itoa(maxColumns) + " columns; is the delimiter right?"}
	}
	t := &table{m: m, names: make([]string, len(header))}
	for i, name := range header {
		if name = strings.TrimSpace(name); name == "" {
			name = "#" + strconv.Itoa(i+1)
		}
		t.names[i] = name
	}
	private := make([]bool, len(header))
	for c, name := range m.columns {
		place := slices.Index(t.names, name)
		if place < 0 {
			near := ""
			if len(t.names) > 0 {
				near = "; the nearest is " + strconv.Quote(record.RedactPersonal(strictyaml.Clip(strictyaml.Nearest(name, t.names)))) // without a header it is data
			}
			return nil, &FileError{Line: int64(m.headerRow), Reason: "the mapping names the column " + strconv.Quote(strictyaml.Clip(name)) + ", which the file does not have" + near}
		}
		if slices.Contains(t.names[place+1:], name) {
			return nil, &FileError{Line: int64(m.headerRow), Reason: "the file has two columns " + strconv.Quote(strictyaml.Clip(name)) + ": rename one of them, or name it by its place without a header (header_row: 0)"}
		}
		t.wanted = append(t.wanted, place)
		private[place] = m.private[c]
	}
	for i := range t.names {
		if !private[i] {
			t.order = append(t.order, i)
		}
	}
	slices.SortStableFunc(t.order, func(a, b int) int { return strings.Compare(t.names[a], t.names[b]) })
	return t, nil
}

// fill takes the cells of a row; there are as many as columns.
func (t *table) fill(r *row, cells []string) {
	for i := range cells {
		cells[i] = strings.TrimSpace(cells[i])
	}
	r.cells = make([]string, len(t.wanted))
	for c, place := range t.wanted {
		r.cells[c] = cells[place]
	}
	t.id.begin()
	for _, place := range t.order {
		t.id.add(t.names[place], cells[place])
	}
	r.key = t.id.end()
}

// numbered are the names of columns without a header.
func numbered(n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = "#" + strconv.Itoa(i+1)
	}
	return names
}
