package imported

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"haochaping/workbook"
)

// The forms of files.
const (
	CSV  = "csv"  // UTF-8, with or without byte order mark; columns parted by commas, semicolons or tabs
	XLSX = "xlsx" // the sheet that the template writes, or the only one
)

// Bounds of a file, in bytes.
const (
	maxCSV      = 256 << 20
	maxWorkbook = 64 << 20
	maxUnpacked = 1 << 30
)

// source reads the rows of a form.
type source interface {
	// next is the next row; io.EOF comes after the last. Any other error ends the file.
	next() ([]string, error)
	// cell names a cell of the row that was read last; row names the row.
	cell(column int) string
	row() string
	// serials says whether numbers may be dates, and from which year on they are counted.
	serials() (dates, from1904 bool)
	close() error
}

type sheetSource struct {
	book     *workbook.Book
	rows     *workbook.Rows
	sheet    string
	number   int64
	from1904 bool
}

// The names of the sheets of a template.
const (
	valuesZH, valuesEN     = "数据", "Values"
	guidanceZH, guidanceEN = "填写说明", "Instructions"
)

func openSheet(r io.Reader) (_ source, err error) {
	s := &sheetSource{}
	if s.book, err = workbook.Open(r, workbook.Limits{Packed: maxWorkbook, Unpacked: maxUnpacked}); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close())
		}
	}()
	sheets := s.book.Sheets()
	switch {
	case slices.Contains(sheets, valuesZH):
		s.sheet = valuesZH
	case slices.Contains(sheets, valuesEN):
		s.sheet = valuesEN
	case len(sheets) == 1:
		s.sheet = sheets[0]
	default:
		return nil, fmt.Errorf("the workbook has the sheets %s: call the one with the values %s or %s", strings.Join(sheets, ", "), valuesZH, valuesEN)
	}
	if s.from1904, err = s.book.Epoch1904(); err != nil {
		return nil, err
	}
	s.rows, err = s.book.Rows(s.sheet)
	return s, err
}

func (s *sheetSource) next() (cells []string, err error) {
	cells, s.number, err = s.rows.Next()
	return cells, err
}

func (s *sheetSource) cell(column int) string {
	name, err := excelize.CoordinatesToCellName(column+1, int(s.number))
	if err != nil {
		return s.row()
	}
	return s.sheet + "!" + name
}

func (s *sheetSource) row() string          { return s.sheet + "!" + strconv.FormatInt(s.number, 10) }
func (s *sheetSource) serials() (_, _ bool) { return true, s.from1904 }

func (s *sheetSource) close() error {
	var errs []error
	if s.rows != nil {
		errs = append(errs, s.rows.Close())
	}
	return errors.Join(append(errs, s.book.Close())...)
}

// textSource reads CSV. Its rows are numbered as a spreadsheet shows them: a cell of several lines is one row.
type textSource struct {
	csv    *csv.Reader
	limit  *io.LimitedReader
	number int
	joined int // line ends within cells so far
}

func openText(r io.Reader) (source, error) {
	limit := &io.LimitedReader{R: r, N: maxCSV + 1}
	head := make([]byte, 64<<10)
	n, err := io.ReadFull(limit, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, fmt.Errorf("read the file: %w", err)
	}
	text := strings.TrimPrefix(string(head[:n]), "\ufeff")
	t := &textSource{limit: limit, csv: csv.NewReader(io.MultiReader(strings.NewReader(text), limit))}
	t.csv.Comma, t.csv.FieldsPerRecord, t.csv.ReuseRecord = delimiter(text), -1, true
	return t, nil
}

// delimiter is the one that shows the most headings in the first lines.
func delimiter(text string) rune {
	best, most := ',', 0
	for _, line := range strings.SplitN(text, "\n", maxTitle+1)[:min(maxTitle, strings.Count(text, "\n")+1)] {
		for _, d := range []rune{',', '\t', ';', '，'} {
			if n := known(strings.Split(strings.TrimSuffix(line, "\r"), string(d))); n > most {
				best, most = d, n
			}
		}
	}
	return best
}

func (t *textSource) next() ([]string, error) {
	cells, err := t.csv.Read()
	if t.limit.N <= 0 {
		return nil, errors.New("the file is larger than 256 MiB: divide it")
	}
	var parse *csv.ParseError
	if errors.As(err, &parse) {
		return nil, fmt.Errorf("line %d: %w: put a cell that holds a quote or the delimiter into double quotes, and double those within", parse.StartLine, parse.Err)
	}
	if err != nil {
		return nil, err
	}
	line, _ := t.csv.FieldPos(0)
	t.number = line - t.joined
	for _, cell := range cells {
		t.joined += strings.Count(cell, "\n")
	}
	return cells, nil
}

func (t *textSource) cell(column int) string {
	name, err := excelize.CoordinatesToCellName(column+1, t.number)
	if err != nil {
		return t.row()
	}
	return name
}

func (t *textSource) row() string          { return "row " + strconv.Itoa(t.number) }
func (t *textSource) serials() (_, _ bool) { return false, false }
func (t *textSource) close() error         { return nil }
