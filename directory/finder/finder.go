// Package finder finds anybody who is rated by a piece of a code or a name: Chinese, English, pinyin or its initials.
//
// An [Index] is an immutable picture of one directory, safe for use by many goroutines. It promises that a search
// returns nothing that its caller's filter refuses, and counts nothing of it either; that the same search of the same
// directory has the same answer; and that an answer takes milliseconds with 600,000 items, because names lie in one
// piece of memory and are read from end to end by all processors.
package finder

import (
	"cmp"
	"context"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"unicode/utf16"

	"haochaping/directory"
	"haochaping/directory/naming"
)

// Index finds the regions, halls, departments and items of one directory. Windows are not in it: they are called
// alike in every hall. Make one with [New].
type Index struct {
	dir     *directory.Directory
	entries []entry
	// The names of all entries as UTF-16, folded; each ends with a zero. Beside each unit stands how it is read, and
	// with which letter that begins; zero where it has no reading.
	text     []uint16
	sounds   []uint16
	initials []byte
	spelled  []string // the code of each entry, as the directory spells it
	// The codes in upper case, sorted, and whose they are.
	codes  []string
	coded  []uint32
	owners []owner
}

// entry is one thing that can be found.
type entry struct {
	from   uint32 // where its names begin in text; they end where those of the next begin
	owner  uint32 // whose it is
	ranked uint32 // the place of its code among all codes
	kind   uint8  // in kinds
}

// kinds are what can be found, in the order in which they come of what matches equally well.
var kinds = [...]directory.Kind{directory.KindRegion, directory.KindHall, directory.KindDepartment, directory.KindItem}

// owner is what a filter is asked about: the thing itself, or of an item its department.
type owner struct {
	kind directory.Kind
	code string
}

// building is an index under way.
type building struct {
	*Index
	names [][]string // of each entry
	owned map[owner]uint32
}

// New makes the index of a directory. It gives up, with the context's error, when the context ends.
func New(ctx context.Context, dir *directory.Directory) (*Index, error) {
	b := building{Index: &Index{dir: dir}, owned: make(map[owner]uint32)}
	for _, r := range dir.Regions() {
		b.add(directory.KindRegion, r.Code, owner{directory.KindRegion, r.Code}, append([]string{r.Name, r.NameEN}, r.Aliases...)...)
	}
	for _, h := range dir.Halls() {
		b.add(directory.KindHall, h.Code, owner{directory.KindHall, h.Code}, h.Name, h.NameEN)
	}
	for _, d := range dir.Departments() {
		b.add(directory.KindDepartment, d.Code, owner{directory.KindDepartment, d.Code}, d.Name, d.NameEN)
	}
	for _, item := range dir.Items() {
		b.add(directory.KindItem, item.Code, owner{directory.KindDepartment, item.Department}, item.Name, item.NameEN)
	}
	if err := b.write(ctx); err != nil {
		return nil, err
	}
	return b.Index, b.sortCodes(ctx)
}

// Directory is what the index was made of.
func (x *Index) Directory() *directory.Directory { return x.dir }

// Len is how many things can be found.
func (x *Index) Len() int { return len(x.entries) }

func (b *building) add(kind directory.Kind, code string, of owner, names ...string) {
	at, ok := b.owned[of]
	if !ok {
		at = uint32(len(b.owners))
		b.owners = append(b.owners, of)
		b.owned[of] = at
	}
	b.entries = append(b.entries, entry{owner: at, kind: uint8(slices.Index(kinds[:], kind))})
	b.names = append(b.names, names)
	b.spelled = append(b.spelled, code)
}

// foldCode is a code as it is compared: without spaces around it, half-width and in upper case.
func foldCode(code string) string {
	return strings.ToUpper(strings.Map(func(r rune) rune {
		if r >= '！' && r <= '～' {
			return r - '！' + '!'
		}
		return r
	}, strings.TrimSpace(code)))
}

// longestName bounds what of a name is looked through, in units.
const longestName = 500

// chunk is how many entries are worked on at a time.
const chunk = 8 << 10

// write folds all names, side by side, and puts them one behind the other.
func (b *building) write(ctx context.Context) error {
	sound := readings()
	type piece struct{ text, sounds []uint16 }
	pieces := make([]piece, (len(b.entries)+chunk-1)/chunk)
	err := spread(ctx, len(pieces), func(n int) {
		var p piece
		for i := n * chunk; i < min(len(b.entries), (n+1)*chunk); i++ {
			b.entries[i].from = uint32(len(p.text))
			for _, name := range b.names[i] {
				units := utf16.Encode([]rune(naming.Key(name)))
				if len(units) == 0 {
					continue
				}
				units = units[:min(len(units), longestName)]
				p.text = append(append(p.text, units...), 0)
				p.sounds = append(sound.of(p.sounds, units), 0)
			}
		}
		pieces[n] = p
	})
	if err != nil {
		return err
	}
	b.names = nil
	size := 0
	for _, p := range pieces {
		size += len(p.text)
	}
	b.text, b.sounds = make([]uint16, 0, size), make([]uint16, 0, size)
	for n, p := range pieces {
		for i := n * chunk; i < min(len(b.entries), (n+1)*chunk); i++ {
			b.entries[i].from += uint32(len(b.text))
		}
		b.text, b.sounds = append(b.text, p.text...), append(b.sounds, p.sounds...)
		pieces[n] = piece{}
	}
	b.initials = make([]byte, size)
	for i, heard := range b.sounds {
		b.initials[i] = sound.initial[heard]
	}
	return nil
}

// sortCodes puts the codes in order, so that those with a beginning in common stand together.
func (b *building) sortCodes(ctx context.Context) error {
	b.coded = make([]uint32, len(b.entries))
	folded := make([]string, len(b.entries))
	for i := range b.coded {
		b.coded[i] = uint32(i)
		folded[i] = foldCode(b.spelled[i])
	}
	slices.SortFunc(b.coded, func(a, c uint32) int {
		return cmp.Or(strings.Compare(folded[a], folded[c]), cmp.Compare(a, c))
	})
	b.codes = make([]string, len(b.coded))
	for rank, i := range b.coded {
		b.codes[rank] = folded[i]
		b.entries[i].ranked = uint32(rank)
	}
	return ctx.Err()
}

// spread has all processors work on n pieces. It begins no further piece when the context ends, and then returns its error.
func spread(ctx context.Context, n int, work func(int)) error {
	var next atomic.Int64
	var all sync.WaitGroup
	for range min(n, runtime.GOMAXPROCS(0)) {
		all.Go(func() {
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				work(i)
			}
		})
	}
	all.Wait()
	return ctx.Err()
}
