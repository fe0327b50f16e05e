package directory

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"

	"haochaping/directory/naming"
)

// nbsLevel is one file of the national list: its columns above the code, from the nearest up.
type nbsLevel struct {
	file, level string
	above       []string
}

var nbsLevels = [...]nbsLevel{
	{"provinces.csv", "省级", nil},
	{"cities.csv", "地级", []string{"provinceCode"}},
	{"areas.csv", "县级", []string{"cityCode", "provinceCode"}},
	{"streets.csv", "乡级", []string{"areaCode", "cityCode", "provinceCode"}},
}

// maxUnpacked bounds what a compressed file of the national list may become.
const maxUnpacked = 256 << 20

// ReadNBS reads the national division list in four files: provinces.csv, cities.csv, areas.csv and
// streets.csv, each either as it is or compressed with .gz behind its name. open opens a file of
// the list by name; every opened file is closed.
//
// Codes stay as the list has them. A region hangs below the nearest code above it that exists:
// streets of cities without counties name a county that some editions of the list do not have.
// Placeholders are the names such as 市辖区, and a region that only repeats the name of the one
// above it (东莞市 below 东莞市).
func ReadNBS(open func(name string) (io.ReadCloser, error)) ([]Region, []Problem) {
	var list problemList
	if err := naming.Ready(); err != nil {
		list.add(Problem{Message: err.Error()})
		return nil, list.all()
	}
	n := nbs{names: make(map[string]string), list: &list}
	for _, level := range nbsLevels {
		if err := n.readFile(open, level); err != nil {
			list.add(Problem{Message: err.Error()})
		}
	}
	return n.regions, list.all()
}

// nbs collects the regions of the national list.
type nbs struct {
	regions []Region
	names   map[string]string // code → name
	list    *problemList
}

// readFile opens one file, plain or compressed, and reads it.
func (n *nbs) readFile(open func(string) (io.ReadCloser, error), level nbsLevel) (err error) {
	file, plainErr := open(level.file)
	if plainErr != nil {
		packed, packedErr := open(level.file + ".gz")
		if packedErr != nil {
			return fmt.Errorf("open %s or %s.gz of the national list: %w", level.file, level.file, errors.Join(plainErr, packedErr))
		}
		unpacked, gzipErr := gzip.NewReader(packed)
		if gzipErr != nil {
			return fmt.Errorf("unpack %s.gz: %w", level.file, errors.Join(gzipErr, packed.Close()))
		}
		defer func() { err = errors.Join(err, unpacked.Close(), packed.Close()) }()
		n.read(io.LimitReader(unpacked, maxUnpacked), level)
		return nil
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	n.read(file, level)
	return nil
}

// read takes the rows of one file.
func (n *nbs) read(r io.Reader, level nbsLevel) {
	report := func(p Problem) {
		p.Message = level.file + ": " + p.Message
		n.list.add(p)
	}
	fields := []field{{names: []string{"code"}, required: true}, {names: []string{"name"}, required: true}}
	for _, column := range level.above {
		fields = append(fields, field{names: []string{column}, required: true})
	}
	s, ok := openSheet(r, fields, report)
	if !ok {
		return
	}
	for s.next() {
		n.row(s, level)
	}
}

// row takes one region.
func (n *nbs) row(s *sheet, level nbsLevel) {
	const code, name, above = 0, 1, 2
	region := Region{Code: s.cell(code), NameRaw: s.cell(name), LevelName: level.level}
	if !allDigits(region.Code) {
		s.problem(code, false, "%q is no division code; it has digits only", region.Code)
		return
	}
	if _, twice := n.names[region.Code]; twice {
		s.problem(code, false, "%s occurs twice; codes are unique", region.Code)
		return
	}
	clean, err := naming.Clean(region.NameRaw)
	if err != nil || clean == "" {
		s.problem(name, false, "%s has no readable name", region.Code)
		return
	}
	region.Name = clean
	for f := range level.above {
		if _, ok := n.names[s.cell(above+f)]; ok {
			region.Parent = s.cell(above + f)
			break
		}
	}
	if region.Parent == "" && len(level.above) > 0 {
		s.problem(above, false, "%s: neither %s nor a code above it is in the list", region.Code, s.cell(above))
		return
	}
	region.Placeholder = isPlaceholder(clean) || region.Parent != "" && n.names[region.Parent] == clean
	n.names[region.Code] = clean
	n.regions = append(n.regions, region)
}
