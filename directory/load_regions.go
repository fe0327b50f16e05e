package directory

import (
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"haochaping/directory/naming"
)

// placeholders are the names of nodes in Chinese division lists that only fill a level.
var placeholders = []string{"市辖区", "县", "市辖县", "省直辖县级行政区划", "自治区直辖县级行政区划"}

func isPlaceholder(name string) bool { return slices.Contains(placeholders, name) }

// ReadRegions reads a CSV file with the whole tree of regions: the columns code, name and, if
// wanted, parent, level, placeholder (true or false), aliases (separated by ; or 、), name_en,
// valid_from, valid_to, replaced_by and replaced_on, or their Chinese names.
//
// For every file of a directory: the first line names the columns, in any order; an unknown one is
// an error. The text is UTF-8, with or without a byte order mark, a line at most 64 KiB and a file
// at most two million rows. Dates are YYYY-MM-DD; valid_to is the first day no longer valid. Names
// are cleaned (package naming), the delivered name stays beside. Problems carry line and column.
// The result holds the rows that could be read; with [Fatal] problems the file should be refused.
//
// Codes are stored in their canonical form ([CanonicalRegion]), except where the file has
// that form for another region (4419 for a city and 441900 for its only county): then as spelled.
// A parent may be spelled either way. Only when the file names no parent at all and every code is
// a Chinese division code of 2, 4, 6, 9 or 12 digits, the tree follows from the codes: the parent
// is the longest code of those lengths with which a code begins. Without a placeholder cell, names
// such as 市辖区 are placeholders.
func ReadRegions(r io.Reader) ([]Region, []Successor, []Problem) {
	const parent, level, placeholder, aliases = fieldExtra, fieldExtra + 1, fieldExtra + 2, fieldExtra + 3
	var regions []Region
	var lines []int
	l := load(r, KindRegion, []field{
		{names: []string{"parent", "上级"}},
		{names: []string{"level", "层级"}},
		{names: []string{"placeholder", "占位"}},
		{names: []string{"aliases", "别名"}},
	}, nil, func(l *loader, id identity) {
		lines = append(lines, l.line)
		regions = append(regions, Region{
			Code: id.code, Name: id.name, NameRaw: id.raw, NameEN: id.en, ValidFrom: id.from, ValidTo: id.to,
			Parent: l.cell(parent), LevelName: l.cleaned(level),
			Placeholder: l.flag(placeholder, isPlaceholder(id.name)), Aliases: l.aliases(aliases),
		})
	})
	if l.sheet != nil {
		l.arrange(regions, lines, parent)
	}
	return regions, l.successors, l.list.all()
}

// flag reads a truth value; an empty cell is the given one.
func (l *loader) flag(f int, empty bool) bool {
	switch text := strings.ToLower(l.cell(f)); text {
	case "":
		return empty
	case "true", "1", "是":
		return true
	case "false", "0", "否":
		return false
	default:
		l.problem(f, false, "%q is neither true nor false", text)
		return empty
	}
}

// aliases reads a list of names.
func (l *loader) aliases(f int) []string {
	var names []string
	for _, raw := range strings.FieldsFunc(l.cell(f), func(r rune) bool { return strings.ContainsRune(";；、|", r) }) {
		// The cell as a whole is UTF-8, so that only a missing table can be wrong, and that was
		// checked before the first row.
		name, err := naming.Clean(raw)
		if n := utf8.RuneCountInString(name); n > longestName {
			l.problem(f, false, "has a name of %d characters; a name has at most %d", n, longestName)
			continue
		}
		if err == nil && name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// arrange gives the regions of a file their canonical codes and their parents, and checks the tree.
func (l *loader) arrange(regions []Region, lines []int, parent int) {
	l.shortenCodes(regions, lines)
	lineOf := make(map[string]int, len(regions))
	for i := range regions {
		lineOf[regions[i].Code] = lines[i]
	}
	spelled := func(code string) string {
		if _, ok := lineOf[code]; ok {
			return code
		}
		return CanonicalRegion(code)
	}
	silent := true
	for i := range regions {
		silent = silent && regions[i].Parent == ""
		if regions[i].Parent != "" {
			regions[i].Parent = spelled(regions[i].Parent)
		}
	}
	if silent {
		parentsFromCodes(regions, lineOf)
	}
	for i := range l.successors {
		s := &l.successors[i]
		s.From, s.To = spelled(s.From), spelled(s.To)
	}
	check := &Directory{}
	check.regions, check.regionAt = index(regions, "region", regionCode, func(Problem) {})
	check.growTree(func(code string, p Problem) {
		p.Line, p.Column = lineOf[code], l.column(parent)
		l.list.add(p)
	})
}

// shortenCodes replaces codes by their canonical form where no other row is spelled that way.
func (l *loader) shortenCodes(regions []Region, lines []int) {
	taken := make(map[string]int)
	for i := range regions {
		code := regions[i].Code
		short := CanonicalRegion(code)
		if short == code {
			continue
		}
		if _, other := l.seen[short]; other {
			continue
		}
		if first, twice := taken[short]; twice {
			l.list.add(Problem{Line: lines[i], Column: l.column(fieldCode), Message: code + " means the same region as line " +
				strconv.Itoa(first) + "; codes are unique"})
			continue
		}
		taken[short] = lines[i]
		regions[i].Code = short
	}
}

// parentsFromCodes derives the tree from Chinese division codes. If any code is of another
// shape, nothing is derived: half a tree would be a guess.
func parentsFromCodes(regions []Region, known map[string]int) {
	for i := range regions {
		if levelOfCode(regions[i].Code) == 0 {
			return
		}
	}
	for i := range regions {
		code := regions[i].Code
		for level := levelOfCode(code) - 1; level > 0; level-- {
			prefix := code[:divisionPrefix(level)]
			if _, ok := known[prefix]; ok {
				regions[i].Parent = prefix
				break
			}
		}
	}
}

// levelOfCode is the level which the length of a Chinese division code says; 0 for other codes.
func levelOfCode(code string) int {
	if !allDigits(code) {
		return 0
	}
	for level := 1; level <= len(divisionGroups); level++ {
		if len(code) == divisionPrefix(level) {
			return level
		}
	}
	return 0
}
