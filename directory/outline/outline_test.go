package outline

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
)

// square is the ring of a square of one degree.
func square(x, y int) string {
	return fmt.Sprintf("[[%d,%d],[%d,%d],[%d,%d],[%d,%d],[%d,%d]]", x, y, x+1, y, x+1, y+1, x, y+1, x, y)
}

func area(code, ring string) string {
	return `{"type":"Feature","properties":{"code":` + code + `,"name":"</script>"},"geometry":{"type":"Polygon","coordinates":[` + ring + `]}}`
}

func all(features ...string) string {
	return `{"type":"FeatureCollection","features":[` + strings.Join(features, ",") + `]}`
}

func TestRead(t *testing.T) {
	frame := `{"type":"Feature","properties":{},"geometry":{"type":"MultiLineString","coordinates":[[[110,1],[111,2]]]}}`
	m, err := Read(strings.NewReader("\ufeff"+all(area(`"9901"`, square(100, 30)), area(`990200`, "[[1.50000000001,2],[2,2],[2,3],[1.50000000001,2]]"), frame)), "code")
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(m.Codes(), m.Has("9901"), m.Has("99")); got != "[9901 9902] true false" {
		t.Error(got)
	}
	text, err := m.GeoJSON([]string{"99", "9902"}, false)
	want := `{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"name":"9902"},"geometry":{"type":"Polygon","coordinates":[[[1.50000000001,2],[2,2],[2,3],[1.50000000001,2]]]}}]}`
	if string(text) != want || err != nil {
		t.Errorf("%s, %v", text, err)
	}
	whole, err := m.GeoJSON(m.Codes(), true)
	if !json.Valid(whole) || err != nil || !strings.Contains(string(whole), "MultiLineString") || strings.Contains(string(whole), "script") {
		t.Errorf("%s, %v", whole, err)
	}
	if m.Version([]string{"9901"}, true) == m.Version([]string{"9901"}, false) || m.Version([]string{"9901"}, true) == m.Version([]string{"9902"}, true) {
		t.Error("different maps have one version")
	}
}

func TestReadRefuses(t *testing.T) {
	ring := square(100, 30)
	many := strings.Repeat("[1,1],", MaxPositions)
	for _, c := range []struct{ text, property, want string }{
		{"", "code", "it is not GeoJSON: after 0 bytes"},
		{`{"type":"FeatureCollection","features":{}}`, "code", "object stands where"},
		{`{"type":"Topology"}`, "code", `its type is "Topology"; write a GeoJSON FeatureCollection`},
		{all(), "code", "it has no features"},
		{all(strings.TrimSuffix(strings.Repeat("{},", MaxFeatures+1), ",")), "code", "it has 10001 features"},
		{strings.Repeat(" ", MaxBytes+1), "code", "it is larger than 16 MiB"},
		{all(area(`"9901"`, ring), area(`"9901"`, ring)), "code", `feature 2 (code "9901"): feature 1 has the same code`},
		{all(area(`"9901"`, ring)), "adcode", `no feature has a code in its property "adcode"`},
		{all(area(`[1]`, ring)), "code", `feature 1: property "code" is neither text nor a whole number`},
		{all(area(`1.5`, ring)), "code", "neither text nor a whole number"},
		{all(area(`"`+strings.Repeat("9", 65)+`"`, ring)), "code", "is longer than 64 characters"},
		{all(`{"type":"Feature","properties":{"code":"1"},"geometry":null}`), "code", `feature 1 (code "1"): it has no geometry`},
		{all(`{"type":"Thing"}`), "code", `its type is "Thing"; want Feature`},
		{all(`5`), "code", "feature 1: it cannot be read"},
		{all(`{"type":"Feature","properties":{"code":"1"},"geometry":{"type":"Point","coordinates":[1,1]}}`), "code", "its geometry is a Point; want Polygon or MultiPolygon"},
		{all(`{"type":"Feature","properties":{"code":"1"},"geometry":{"type":"LineString","coordinates":[[1,1],[2,2]]}}`), "code", "its geometry is a LineString"},
		{all(`{"type":"Feature","properties":{"code":"1"},"geometry":{"type":"MultiPolygon","coordinates":[[1]]}}`), "code", "its coordinates are not those of a MultiPolygon"},
		{all(`{"type":"Feature","properties":{"code":"1"},"geometry":{"type":"MultiPolygon","coordinates":[]}}`), "code", "its geometry is empty"},
		{all(area(`"1"`, "[[1,1],[2,2],[1,1]]")), "code", "polygon 1, ring 1 is not closed"},
		{all(area(`"1"`, "[[1,1],[2,2],[3,3],[4,4]]")), "code", "polygon 1, ring 1 is not closed"},
		{all(area(`"1"`, "[[null,1],[2,2],[3,3],[null,1]]")), "code", "its coordinates are not those of a Polygon"},
		{all(area(`"1"`, "[[1],[2,2],[3,3],[1]]")), "code", "position 1 has 1 numbers"},
		{all(area(`"1"`, "[[500000,3400000],[2,2],[3,3],[500000,3400000]]")), "code", "position 1 is 500000, 3.4e+06, which is not longitude and latitude in degrees; export it in CGCS2000 or WGS 84"},
		{all(area(`"1"`, "["+many+"[1,1]]")), "code", "more than 500000 positions"},
		{all(area(`"1"`, strings.Repeat("[", 20000)+strings.Repeat("]", 20000))), "code", "it is not GeoJSON"},
	} {
		_, err := Read(strings.NewReader(c.text), c.property)
		var bad *InvalidError
		if !errors.As(err, &bad) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%.80s: %.200v, want %s", c.text, err, c.want)
		}
	}
	var broken []string
	for range 50 {
		broken = append(broken, "5")
	}
	_, err := Read(strings.NewReader(all(broken...)), "code")
	var bad *InvalidError
	if !errors.As(err, &bad) || len(bad.Problems) != maxProblems+1 {
		t.Errorf("%d problems of 50: %v", len(bad.Problems), err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(all(area(`"9901"`, square(100, 30))))
	f.Add(all(area(`9901`, "[[1,1]]")))
	f.Fuzz(func(t *testing.T, text string) {
		m, err := Read(strings.NewReader(text), "code")
		if err != nil {
			return
		}
		out, err := m.GeoJSON(m.Codes(), true)
		if err != nil || !json.Valid(out) {
			t.Errorf("%q is written as %q, %v", text, out, err)
		}
	})
}
