package edition

import (
	"bytes"
	"cmp"
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// ErrNotCanonical is returned for a document that says the same in other bytes than the canonical ones.
var ErrNotCanonical = errors.New("the document is not in canonical form")

// Encode returns the canonical bytes of a document: JSON as RFC 8785 has it (keys in rising order, no white space,
// the shortest escapes), in which whole numbers are numbers below 2^53 and all others are texts, see [Decimal]. The
// order of the units, objections and other lists follows from what they are, so that it does not matter in which
// order they are given.
func Encode(e *Edition) ([]byte, error) {
	sorted := *e
	sorted.Units = slices.Clone(e.Units)
	for i := range sorted.Units {
		u := &sorted.Units[i]
		u.Narratives = slices.Clone(u.Narratives)
		slices.SortStableFunc(u.Narratives, func(a, b Narrative) int {
			return cmp.Compare(slices.Index(Sections(), a.Section), slices.Index(Sections(), b.Section))
		})
	}
	tiers := make(map[string]int, len(e.Scheme.Tiers))
	for i, t := range e.Scheme.Tiers {
		tiers[t.ID] = i
	}
	slices.SortFunc(sorted.Units, func(a, b Unit) int { return compareUnits(&a, &b, tiers) })
	sorted.Objections = slices.Clone(e.Objections)
	slices.SortFunc(sorted.Objections, func(a, b Objection) int { return cmp.Compare(a.ID, b.ID) })
	sorted.Changes = slices.Clone(e.Changes)
	slices.SortFunc(sorted.Changes, func(a, b Change) int { return cmp.Compare(a.Code, b.Code) })
	sorted.Calculation.Priors = slices.Clone(e.Calculation.Priors)
	slices.SortFunc(sorted.Calculation.Priors, func(a, b Prior) int {
		return cmp.Or(cmp.Compare(a.Leaf, b.Leaf), cmp.Compare(a.Group, b.Group))
	})
	w := writer{}
	w.value(reflect.ValueOf(&sorted).Elem())
	if w.err == nil && len(w.b) > MaxSize {
		w.err = fmt.Errorf("the document takes %d bytes, more than an edition may have (%d)", len(w.b), MaxSize)
	}
	return w.b, w.err
}

// compareUnits is the order of publication: by rank, or tied group, or tier, as the scheme publishes; then in
// administrative order; those without a place last.
func compareUnits(a, b *Unit, tiers map[string]int) int {
	listed := func(u *Unit) int {
		if u.Ranked() {
			return 0
		}
		return 1
	}
	tier := func(u *Unit) int {
		if i, ok := tiers[u.Tier]; ok {
			return i
		}
		return len(tiers)
	}
	place := func(u *Unit) int {
		if u.Rank == 0 && u.Tied == 0 {
			return tier(u)
		}
		return cmp.Or(u.Rank, u.Tied)
	}
	return cmp.Or(cmp.Compare(listed(a), listed(b)), cmp.Compare(place(a), place(b)), cmp.Compare(a.Order, b.Order), cmp.Compare(a.Code, b.Code))
}

// Decode reads a document, which must be in canonical form: unknown keys, keys that stand twice and other spellings
// of the same are errors. It does not look at signatures, see [Verify].
func Decode(document []byte) (*Edition, error) {
	if len(document) > MaxSize {
		return nil, fmt.Errorf("the document is larger than an edition can be (%d bytes)", MaxSize)
	}
	var head struct {
		Format string `json:"format"`
	}
	if err := json.Unmarshal(document, &head); err != nil {
		return nil, fmt.Errorf("%w: it is no JSON: %w", ErrFormat, err)
	}
	if head.Format != Format {
		return nil, fmt.Errorf("%w: it calls itself %q, this program reads %q", ErrFormat, clip(head.Format, 60), Format)
	}
	var e Edition
	in := json.NewDecoder(bytes.NewReader(document))
	in.DisallowUnknownFields()
	if err := in.Decode(&e); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotCanonical, err)
	}
	if _, err := in.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%w: something stands behind it", ErrNotCanonical)
	}
	again, err := Encode(&e)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotCanonical, err)
	}
	if !bytes.Equal(again, document) {
		return nil, fmt.Errorf("%w: from byte %d on it is written otherwise", ErrNotCanonical, firstDifference(again, document))
	}
	return &e, nil
}

func firstDifference(a, b []byte) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return i
		}
	}
	return min(len(a), len(b))
}

// mostExact is the largest whole number that every reader of JSON holds exactly.
const mostExact = 1<<53 - 1

// writer writes canonical JSON. The first error stays.
type writer struct {
	b      []byte
	err    error
	fields map[reflect.Type][]field // by type, once sorted
}

func (w *writer) fail(format string, args ...any) {
	if w.err == nil {
		w.err = fmt.Errorf(format, args...)
	}
}

var (
	textMarshaler = reflect.TypeFor[encoding.TextMarshaler]()
	decimalType   = reflect.TypeFor[Decimal]()
)

func (w *writer) value(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		w.object(v)
	case reflect.Slice, reflect.Array:
		w.b = append(w.b, '[')
		for i := range v.Len() {
			if i > 0 {
				w.b = append(w.b, ',')
			}
			w.value(v.Index(i))
		}
		w.b = append(w.b, ']')
	case reflect.Pointer:
		w.value(v.Elem()) // nil ones are left out
	case reflect.String:
		w.text(v.String())
	case reflect.Bool:
		w.b = strconv.AppendBool(w.b, v.Bool())
	case reflect.Int:
		if n := v.Int(); n > mostExact || n < -mostExact {
			w.fail("the number %d is too large for an edition", n)
		}
		w.b = strconv.AppendInt(w.b, v.Int(), 10)
	case reflect.Uint64:
		if n := v.Uint(); n > mostExact {
			w.fail("the number %d is too large for an edition", n)
		}
		w.b = strconv.AppendUint(w.b, v.Uint(), 10)
	default:
		w.fail("a %s has no canonical form", v.Type())
	}
}

func (w *writer) object(v reflect.Value) {
	w.b = append(w.b, '{')
	first := true
	for _, f := range w.fieldsOf(v.Type()) {
		x := v.Field(f.index)
		if f.optional && (x.IsZero() || x.Kind() == reflect.Slice && x.Len() == 0) {
			continue
		}
		if !first {
			w.b = append(w.b, ',')
		}
		first = false
		w.b = append(w.b, f.quoted...)
		switch {
		case f.marshaler:
			w.marshaled(x)
		case f.decimal && !decimalForm.MatchString(x.String()):
			w.fail("%s %q is no number with nine decimals", f.quoted, clip(x.String(), 40))
		default:
			w.value(x)
		}
	}
	w.b = append(w.b, '}')
}

func (w *writer) marshaled(v reflect.Value) {
	m, ok := v.Interface().(encoding.TextMarshaler)
	if !ok {
		w.fail("a %s has no canonical form", v.Type())
		return
	}
	text, err := m.MarshalText()
	if err != nil {
		w.fail("%w", err)
	}
	w.text(string(text))
}

// field is a field of a struct: its key as it is written, with the colon, and how its value is.
type field struct {
	quoted    string
	index     int
	optional  bool
	marshaler bool
	decimal   bool
}

// fieldsOf are the fields of a struct by rising key.
func (w *writer) fieldsOf(t reflect.Type) []field {
	if list, ok := w.fields[t]; ok {
		return list
	}
	list := make([]field, t.NumField())
	for i := range list {
		f := t.Field(i)
		key, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		list[i] = field{`"` + key + `":`, i, options == "omitempty", f.Type.Implements(textMarshaler), f.Type == decimalType}
	}
	slices.SortFunc(list, func(a, b field) int { return cmp.Compare(a.quoted, b.quoted) })
	if w.fields == nil {
		w.fields = make(map[reflect.Type][]field)
	}
	w.fields[t] = list
	return list
}

// text writes a string with the escapes of RFC 8785.
func (w *writer) text(s string) {
	if !utf8.ValidString(s) {
		w.fail("the text %q is not UTF-8", clip(s, 40))
	}
	w.b = append(w.b, '"')
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			w.b = append(w.b, '\\', c)
		case c >= ' ':
			w.b = append(w.b, c)
		case strings.IndexByte("\b\t\n\f\r", c) >= 0:
			w.b = append(w.b, '\\', "btnfr"[strings.IndexByte("\b\t\n\f\r", c)])
		default:
			w.b = append(w.b, fmt.Sprintf(`\u%04x`, c)...)
		}
	}
	w.b = append(w.b, '"')
}
