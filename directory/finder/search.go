package finder

import (
	"bytes"
	"cmp"
	"context"
	"slices"
	"sort"
	"strings"
	"sync"
	"sync/atomic"
	"unicode/utf16"

	"haochaping/directory"
	"haochaping/directory/naming"
)

// Limit is how many results a search returns.
const Limit = 20

// MaxQuery bounds a query, in characters; what is longer finds nothing.
const MaxQuery = 100

// Result is one thing that was found.
type Result struct {
	Kind directory.Kind
	Code string
}

// Filter reports whether somebody may find a region, hall or department. Who may find a department may find its items;
// the department of an item may be one that the directory does not know.
type Filter func(kind directory.Kind, code string) bool

// How well something matches, best first.
const (
	exactCode = iota
	exactName
	prefix
	within
	soundPrefix
	soundWithin
	initialsPrefix
	initialsWithin
	noMatch
)

// query is what is looked for, in the forms in which it is compared.
type query struct {
	units    []uint16 // of the folded text
	letters  string   // the same, if it is all letters and digits of ASCII, and may be pinyin
	sounds   *sounds
	from, to uint32 // the codes that begin with it
	exact    uint32 // how many of those, from the first on, are it
	region   uint32 // 1 + the place of the region whose code it is in another form
}

// Find returns the best results within what the filter lets through, at most [Limit], and how many there are in all.
// It gives up, with the context's error, when the context ends.
func (x *Index) Find(ctx context.Context, text string, may Filter) (best []Result, count int, err error) {
	q, ok := x.read(text)
	if !ok {
		return nil, 0, nil
	}
	asked := make([]atomic.Int32, len(x.owners))
	allowed := func(of uint32) bool {
		const yes, no = 1, 2
		switch asked[of].Load() {
		case yes:
			return true
		case no:
			return false
		}
		if o := x.owners[of]; may(o.kind, o.code) {
			asked[of].Store(yes)
			return true
		}
		asked[of].Store(no)
		return false
	}
	var mu sync.Mutex
	var top leaders
	err = spread(ctx, (len(x.entries)+chunk-1)/chunk, func(n int) {
		var own leaders
		found := 0
		for i := n * chunk; i < min(len(x.entries), (n+1)*chunk); i++ {
			how, length := x.match(i, &q)
			if how == noMatch || !allowed(x.entries[i].owner) {
				continue
			}
			found++
			own.offer(lead{how: how, kind: x.entries[i].kind, length: length, at: i})
		}
		mu.Lock()
		defer mu.Unlock()
		count += found
		for _, l := range own.list {
			top.offer(l)
		}
	})
	if err != nil {
		return nil, 0, err
	}
	for _, l := range top.list {
		best = append(best, Result{Kind: kinds[l.kind], Code: x.spelled[l.at]})
	}
	return best, count, nil
}

// read brings a query into the forms in which it is compared.
func (x *Index) read(text string) (q query, ok bool) {
	if len(text) > 4*MaxQuery || len([]rune(text)) > MaxQuery {
		return q, false
	}
	folded := naming.Key(strings.Map(func(r rune) rune {
		if r == 'ü' || r == 'Ü' {
			return 'v' // as it is typed
		}
		return r
	}, text))
	code := foldCode(text)
	if folded == "" && code == "" {
		return q, false
	}
	q.units, q.sounds = utf16.Encode([]rune(folded)), readings()
	if strings.Trim(folded, "abcdefghijklmnopqrstuvwxyz0123456789") == "" {
		q.letters = folded
	}
	q.from = uint32(sort.SearchStrings(x.codes, code))
	q.to = q.from + uint32(sort.Search(len(x.codes)-int(q.from), func(i int) bool { return !strings.HasPrefix(x.codes[int(q.from)+i], code) }))
	for n := q.from; n < q.to && x.codes[n] == code; n++ {
		q.exact++
	}
	if short := directory.CanonicalRegion(code); short != code {
		for n := sort.SearchStrings(x.codes, short); n < len(x.codes) && x.codes[n] == short; n++ {
			if at := x.coded[n]; kinds[x.entries[at].kind] == directory.KindRegion {
				q.region = at + 1
			}
		}
	}
	return q, true
}

// match says how well an entry answers a query, and how long the name is that does.
func (x *Index) match(i int, q *query) (how, length int) {
	e := &x.entries[i]
	from, to := e.from, uint32(len(x.text))
	if i+1 < len(x.entries) {
		to = x.entries[i+1].from
	}
	how, length = noMatch, len(x.spelled[i])
	switch {
	case q.region == uint32(i)+1, e.ranked >= q.from && e.ranked-q.from < q.exact:
		return exactCode, length
	case e.ranked >= q.from && e.ranked < q.to:
		how = prefix
	}
	if len(q.units) == 0 {
		return how, length
	}
	if h, n := x.matchNames(from, to, q.units); h < how {
		how, length = h, n
	}
	if q.letters != "" && how > soundPrefix {
		if h, n := x.matchSounds(from, to, q); h < how {
			how, length = h, n
		}
	}
	return how, length
}

// matchNames looks for a text in names.
func (x *Index) matchNames(from, to uint32, units []uint16) (how, length int) {
	text := x.text[from:to]
	how = noMatch
	for i, unit := range text {
		if unit != units[0] || !hasPrefix(text[i:], units) {
			continue
		}
		h := within
		if i == 0 || text[i-1] == 0 {
			h = prefix
			if text[i+len(units)] == 0 {
				return exactName, len(units)
			}
		}
		if h < how {
			how, length = h, nameLength(text, i)
		}
	}
	return how, length
}

// matchSounds looks for pinyin, full or its initials, in names.
func (x *Index) matchSounds(from, to uint32, q *query) (how, length int) {
	text, sounds, initials := x.text[from:to], x.sounds[from:to], x.initials[from:to]
	how = noMatch
	for i := 0; ; i++ {
		next := bytes.IndexByte(initials[i:], q.letters[0])
		if next < 0 {
			return how, length
		}
		i += next
		var h int
		switch {
		case q.spelt(sounds[i:]):
			h = soundWithin
		case bytes.HasPrefix(initials[i:], []byte(q.letters)):
			h = initialsWithin
		default:
			continue
		}
		if i == 0 || text[i-1] == 0 {
			h-- // the beginning of a name
		}
		if h < how {
			how, length = h, nameLength(text, i)
		}
	}
}

// nameLength is how long the name is that has a unit.
func nameLength(text []uint16, at int) int {
	begin, end := at, at
	for begin > 0 && text[begin-1] != 0 {
		begin--
	}
	for text[end] != 0 {
		end++
	}
	return end - begin
}

// spelt reports whether sounds begin with the query in full pinyin; the last syllable may be cut short.
func (q *query) spelt(heard []uint16) bool {
	left := q.letters
	for _, sound := range heard {
		if sound == 0 {
			return false
		}
		s := q.sounds.spelling[sound]
		if len(left) <= len(s) {
			return strings.HasPrefix(s, left)
		}
		if left[:len(s)] != s {
			return false
		}
		left = left[len(s):]
	}
	return false
}

// lead is a candidate for the results.
type lead struct {
	how    int
	kind   uint8
	length int
	at     int
}

func (l lead) compare(o lead) int {
	return cmp.Or(cmp.Compare(l.how, o.how), cmp.Compare(l.kind, o.kind), cmp.Compare(l.length, o.length), cmp.Compare(l.at, o.at))
}

// leaders are the best candidates, in order.
type leaders struct{ list []lead }

func (b *leaders) offer(l lead) {
	if len(b.list) == Limit && l.compare(b.list[Limit-1]) >= 0 {
		return
	}
	at, _ := slices.BinarySearchFunc(b.list, l, lead.compare)
	b.list = slices.Insert(b.list, at, l)
	b.list = b.list[:min(len(b.list), Limit)]
}
