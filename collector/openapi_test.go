package collector

import (
	"encoding/json"
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files")

func TestOpenAPIGolden(t *testing.T) {
	got, err := openAPIDocument("/")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("testdata", "openapi.json")
	if *update {
		if err := os.MkdirAll("testdata", 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), string(got)); d != "" {
		t.Errorf("the document changed; if that is meant, run the test with -update\n%s", d)
	}
}

// Every field of the wire structs is in the document, and nothing else.
func TestOpenAPIFields(t *testing.T) {
	h := newHouse(t, nil)
	r := h.do(http.MethodGet, "openapi.json", "", nil, nil)
	var doc struct {
		OpenAPI    string
		Paths      map[string]map[string]any
		Components struct {
			Schemas map[string]struct {
				Properties           map[string]map[string]any
				Required             []string
				AdditionalProperties *bool
			}
		}
	}
	if err := json.Unmarshal([]byte(r.text), &doc); err != nil || r.status != http.StatusOK || doc.OpenAPI != "3.1.0" {
		t.Fatalf("%d %s %v", r.status, doc.OpenAPI, err)
	}
	for _, w := range wireTypes {
		if doc.Paths[root+w.path]["post"] == nil || routes[w.path] == nil {
			t.Errorf("no path or no route %s", w.path)
		}
		s := doc.Components.Schemas[w.schema]
		if s.AdditionalProperties == nil || *s.AdditionalProperties {
			t.Errorf("%s allows other fields", w.schema)
		}
		// encoding/json itself says what the fields are.
		zero := reflect.New(w.body)
		setAll(zero.Elem())
		b, err := json.Marshal(zero.Interface())
		var fields map[string]any
		if err == nil {
			err = json.Unmarshal(b, &fields)
		}
		if err != nil {
			t.Fatal(err)
		}
		for name := range fields {
			if p := s.Properties[name]; p == nil || p["description"] == nil {
				t.Errorf("%s.%s is not described", w.schema, name)
			}
		}
		if len(fields) != len(s.Properties) || len(fields) < 7 {
			t.Errorf("%s has %d fields and %d described ones", w.schema, len(fields), len(s.Properties))
		}
	}
	described := 0
	for i := range endpointDocs {
		d := &endpointDocs[i]
		if doc.Paths[root+d.path][strings.ToLower(d.method)] == nil {
			t.Errorf("%s %s is not described", d.method, d.path)
		}
		for _, e := range endpoints {
			if e.method == d.method && e.path == d.path {
				described++
			}
		}
		for name, p := range doc.Components.Schemas[d.schema].Properties {
			if p["description"] == nil {
				t.Errorf("%s.%s is not described", d.schema, name)
			}
		}
		if got, want := len(doc.Components.Schemas[d.schema].Properties), fieldsOf(d.answer); got != want {
			t.Errorf("%s has %d fields and %d described ones", d.schema, want, got)
		}
	}
	if described != len(endpoints) || len(endpointDocs) != len(endpoints) {
		t.Errorf("%d endpoints, %d described", len(endpoints), described)
	}
	if len(routes) != len(wireTypes) {
		t.Errorf("%d routes, %d described", len(routes), len(wireTypes))
	}
	if got := doc.Components.Schemas["Rating"].Required; !slices.Equal(got, []string{"id", "rated_at"}) {
		t.Errorf("required of a rating: %v", got)
	}
}

// fieldsOf counts the fields that a type has as JSON.
func fieldsOf(t reflect.Type) int {
	n := 0
	for _, f := range reflect.VisibleFields(t) {
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" && name != "-" {
			n++
		}
	}
	return n
}

// setAll gives every field a value, so that nothing is left out as empty.
func setAll(v reflect.Value) {
	for i := range v.NumField() {
		f := v.Field(i)
		if !f.CanSet() {
			continue // not on the wire
		}
		switch f.Kind() {
		case reflect.Struct:
			setAll(f)
		case reflect.Pointer:
			f.Set(reflect.New(f.Type().Elem()))
		case reflect.Slice:
			f.Set(reflect.MakeSlice(f.Type(), 1, 1))
		case reflect.Map:
			f.Set(reflect.MakeMap(f.Type()))
			f.SetMapIndex(reflect.ValueOf("q").Convert(f.Type().Key()), reflect.Zero(f.Type().Elem()))
		case reflect.String:
			f.SetString("x")
		case reflect.Bool:
			f.SetBool(true)
		default:
			f.Set(reflect.ValueOf(1).Convert(f.Type()))
		}
	}
}

// The examples of the document are accepted as they stand.
func TestOpenAPIExamples(t *testing.T) {
	h := newHouse(t, nil)
	for _, w := range wireTypes {
		b, err := json.Marshal(w.example)
		if err != nil {
			t.Fatal(err)
		}
		// The collector's clock in this test stands at noon of 4 May.
		body := strings.ReplaceAll(string(b), "2026-05-05T", "2026-05-04T")
		if r := h.send(w.path, h.source, body, nil); r.status != http.StatusAccepted || r.good() != 1 {
			t.Errorf("%s: %d %s", w.path, r.status, r.text)
		}
	}
}
