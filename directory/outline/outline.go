// Package outline reads where regions lie from a GeoJSON file of the operator's.
//
// What it promises: every area keeps its coordinates exactly as the file has them, nothing is
// simplified, moved or drawn; of the file's properties nothing but the code of the region goes on.
// A file that is too large, of another form, or damaged is refused, with the feature that is to
// blame. It decides nothing about who may see an area.
package outline

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"haochaping/directory"
)

// Bounds of a file.
const (
	MaxBytes     = 16 << 20
	MaxFeatures  = 10_000
	MaxPositions = 500_000
	maxProblems  = 20 // that one error lists
	maxCode      = 64 // characters of a code
)

// Map is where regions lie. It does not change.
type Map struct {
	areas   map[string]json.RawMessage // geometries by the short code of the region
	frame   []json.RawMessage          // geometries of no region
	version string
}

// InvalidError says what is wrong with a file, one sentence a problem.
type InvalidError struct{ Problems []string }

func (e *InvalidError) Error() string { return strings.Join(e.Problems, "\n") }

type collection struct {
	Type     string            `json:"type"`
	Features []json.RawMessage `json:"features"`
}

type feature struct {
	Type       string                     `json:"type"`
	Properties map[string]json.RawMessage `json:"properties"`
	Geometry   json.RawMessage            `json:"geometry"`
}

type geometry struct {
	Type        string          `json:"type"`
	Coordinates json.RawMessage `json:"coordinates"`
}

// Read reads a FeatureCollection whose features are polygons or multipolygons in degrees of longitude and latitude, and
// carry the code of their region in a property. A feature whose code is empty or missing belongs to no region: a line or
// an area that the whole map must show. It fails with an InvalidError.
func Read(r io.Reader, property string) (*Map, error) {
	text, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	if err != nil {
		return nil, fmt.Errorf("read the map: %w", err)
	}
	if len(text) > MaxBytes {
		return nil, invalid("it is larger than %d MiB; export it with fewer positions, or the regions of this installation alone", MaxBytes>>20)
	}
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	var c collection
	if err := json.Unmarshal(text, &c); err != nil {
		return nil, invalid("it is not GeoJSON: %s", place(err))
	}
	switch {
	case c.Type != "FeatureCollection":
		return nil, invalid("its type is %q; write a GeoJSON FeatureCollection", cut(c.Type))
	case len(c.Features) == 0:
		return nil, invalid("it has no features")
	case len(c.Features) > MaxFeatures:
		return nil, invalid("it has %d features; at most %d are read", len(c.Features), MaxFeatures)
	}
	sum := sha256.Sum256(text)
	m := &Map{areas: make(map[string]json.RawMessage), version: hex.EncodeToString(sum[:8])}
	if err := m.readAll(c.Features, property); err != nil {
		return nil, err
	}
	return m, nil
}

func (m *Map) readAll(features []json.RawMessage, property string) error {
	var problems []string
	first := make(map[string]int)
	budget := MaxPositions
	for i, raw := range features {
		code, shape, err := read(raw, property, &budget)
		name := fmt.Sprintf("feature %d", i+1)
		if code != "" {
			name += fmt.Sprintf(" (%s %q)", cut(property), cut(code))
		}
		if err == nil && code != "" && first[code] > 0 {
			err = fmt.Errorf("feature %d has the same code; join the two into one MultiPolygon", first[code])
		}
		switch {
		case err != nil && len(problems) == maxProblems:
			return &InvalidError{append(problems, "and more")}
		case err != nil:
			problems = append(problems, name+": "+err.Error())
		case code == "":
			m.frame = append(m.frame, shape)
		default:
			first[code] = i + 1
			m.areas[code] = shape
		}
		if budget < 0 {
			break // every further feature would say the same
		}
	}
	if len(problems) > 0 {
		return &InvalidError{problems}
	}
	if len(m.areas) == 0 {
		return invalid("no feature has a code in its property %q; name the property that holds it, dashboard.map_property", cut(property))
	}
	return nil
}

// read checks one feature; budget is how many positions may still come.
func read(raw json.RawMessage, property string, budget *int) (code string, shape json.RawMessage, err error) {
	var f feature
	if err := json.Unmarshal(raw, &f); err != nil {
		return "", nil, fmt.Errorf("it cannot be read: %s", place(err))
	}
	if f.Type != "Feature" {
		return "", nil, fmt.Errorf("its type is %q; want Feature", cut(f.Type))
	}
	if code, err = codeOf(f.Properties[property]); err != nil {
		return "", nil, fmt.Errorf("property %q %w", cut(property), err)
	}
	var g geometry
	if err := json.Unmarshal(f.Geometry, &g); err != nil || g.Type == "" {
		return code, nil, errors.New("it has no geometry")
	}
	if err := g.check(code == "", budget); err != nil {
		return code, nil, err
	}
	var out bytes.Buffer
	out.WriteString(`{"type":"` + g.Type + `","coordinates":`)
	if err := json.Compact(&out, g.Coordinates); err != nil {
		return code, nil, errors.New("its coordinates cannot be read")
	}
	out.WriteByte('}')
	return code, out.Bytes(), nil
}

// codeOf reads a code, which many tools write as a number, in its short form.
func codeOf(raw json.RawMessage) (string, error) {
	if len(raw) == 0 || string(raw) == "null" {
		return "", nil
	}
	var text string
	if json.Unmarshal(raw, &text) != nil {
		n, err := strconv.ParseUint(string(raw), 10, 64)
		if err != nil {
			return "", errors.New("is neither text nor a whole number")
		}
		text = strconv.FormatUint(n, 10)
	}
	if text = directory.CanonicalRegion(text); len(text) > maxCode {
		return "", fmt.Errorf("is longer than %d characters", maxCode)
	}
	return text, nil
}

// check holds a geometry to its form. Lines belong to no region.
func (g *geometry) check(frame bool, budget *int) error {
	decode := func(into any) error {
		if err := json.Unmarshal(g.Coordinates, into); err != nil || bytes.Contains(g.Coordinates, []byte("null")) {
			return fmt.Errorf("its coordinates are not those of a %s", g.Type)
		}
		return nil
	}
	var areas [][][][]float64
	var lines [][][]float64
	var err error
	switch {
	case g.Type == "Polygon":
		areas = make([][][][]float64, 1)
		err = decode(&areas[0])
	case g.Type == "MultiPolygon":
		err = decode(&areas)
	case g.Type == "LineString" && frame:
		lines = make([][][]float64, 1)
		err = decode(&lines[0])
	case g.Type == "MultiLineString" && frame:
		err = decode(&lines)
	default:
		return fmt.Errorf("its geometry is a %s; want Polygon or MultiPolygon", cut(g.Type))
	}
	if err != nil {
		return err
	}
	if len(areas)+len(lines) == 0 {
		return errors.New("its geometry is empty")
	}
	for i, rings := range areas {
		if len(rings) == 0 {
			return fmt.Errorf("polygon %d is empty", i+1)
		}
		for j, ring := range rings {
			where := fmt.Sprintf("polygon %d, ring %d", i+1, j+1)
			if len(ring) < 4 || !slices.Equal(ring[0], ring[len(ring)-1]) {
				return fmt.Errorf("%s is not closed; its last position must be its first, of four at least", where)
			}
			if err := checkLine(ring, where, budget); err != nil {
				return err
			}
		}
	}
	for i, line := range lines {
		if len(line) < 2 {
			return fmt.Errorf("line %d has no two positions", i+1)
		}
		if err := checkLine(line, fmt.Sprintf("line %d", i+1), budget); err != nil {
			return err
		}
	}
	return nil
}

func checkLine(line [][]float64, where string, budget *int) error {
	if *budget -= len(line); *budget < 0 {
		return fmt.Errorf("with it the file has more than %d positions; export it with fewer", MaxPositions)
	}
	for i, at := range line {
		if len(at) < 2 || len(at) > 3 {
			return fmt.Errorf("%s, position %d has %d numbers; want longitude and latitude", where, i+1, len(at))
		}
		if at[0] < -180 || at[0] > 180 || at[1] < -90 || at[1] > 90 {
			return fmt.Errorf("%s, position %d is %v, %v, which is not longitude and latitude in degrees; export it in CGCS2000 or WGS 84", where, i+1, at[0], at[1])
		}
	}
	return nil
}

func invalid(format string, args ...any) error {
	return &InvalidError{[]string{fmt.Sprintf(format, args...)}}
}

// place says where a text stops being JSON.
func place(err error) string {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return fmt.Sprintf("after %d bytes: %s", syntax.Offset, syntax.Error())
	case errors.As(err, &kind):
		return fmt.Sprintf("after %d bytes: %s stands where %s belongs", kind.Offset, kind.Value, kind.Type)
	}
	return err.Error()
}

// cut shortens what a file says for a message.
func cut(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}

// Codes are the codes of all areas, in order.
func (m *Map) Codes() []string {
	codes := make([]string, 0, len(m.areas))
	for code := range m.areas {
		codes = append(codes, code)
	}
	slices.Sort(codes)
	return codes
}

// Has reports whether there is an area with a code.
func (m *Map) Has(code string) bool {
	_, ok := m.areas[code]
	return ok
}

// Version names what Write writes for codes: equal for equal bytes.
func (m *Map) Version(codes []string, frame bool) string {
	sum := sha256.Sum256([]byte(m.version + "\n" + strconv.FormatBool(frame) + "\n" + strings.Join(codes, "\n")))
	return hex.EncodeToString(sum[:12])
}

// GeoJSON is a FeatureCollection of the areas with some codes, each with its code as the property name and no other;
// codes without an area are left out. With frame it holds what belongs to no region too, under names that are no codes.
func (m *Map) GeoJSON(codes []string, frame bool) ([]byte, error) {
	var out bytes.Buffer
	out.WriteString(`{"type":"FeatureCollection","features":[`)
	write := func(name string, shape json.RawMessage) error {
		text, err := json.Marshal(name)
		if err != nil {
			return err
		}
		if out.Bytes()[out.Len()-1] != '[' {
			out.WriteByte(',')
		}
		out.WriteString(`{"type":"Feature","properties":{"name":`)
		out.Write(text)
		out.WriteString(`},"geometry":`)
		out.Write(shape)
		out.WriteByte('}')
		return nil
	}
	for _, code := range codes {
		if shape, ok := m.areas[code]; ok {
			if err := write(code, shape); err != nil {
				return nil, err
			}
		}
	}
	if frame {
		for i, shape := range m.frame {
			if err := write("·"+strconv.Itoa(i+1), shape); err != nil {
				return nil, err
			}
		}
	}
	out.WriteString("]}")
	return out.Bytes(), nil
}
