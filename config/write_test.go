package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s differs, run the test with -update if that is meant (-want +got):\n%s", name, diff)
	}
}

func TestExample(t *testing.T) {
	t.Parallel()
	golden(t, "haochaping.example.yaml", Example())
	got := mustLoad(t, Options{File: "haochaping.example.yaml"})
	if diff := cmp.Diff(defaults(t), got, compare); diff != "" {
		t.Errorf("the example is not the defaults (-want +got):\n%s", diff)
	}
}

func TestWrite(t *testing.T) {
	t.Parallel()
	cfg := mustLoad(t, Options{
		File:    "testdata/good.full.yaml",
		Environ: []string{"HAOCHAPING_DASHBOARD_TITLE=yes: \"#1\"", "HAOCHAPING_COLLECTOR_CLOCK_FUTURE=0s"},
	}, "--log-level=debug")
	var b bytes.Buffer
	if err := cfg.Write(&b); err != nil {
		t.Fatal(err)
	}
	golden(t, "testdata/written.golden", b.Bytes())
	if strings.Contains(b.String(), "012345") {
		t.Error("the output shows the password")
	}
	// What was written means the same, except for what it hides.
	again := filepath.Join(t.TempDir(), "again.yaml")
	write(t, again, strings.ReplaceAll(b.String(), "<secret>", `"012345"`))
	if diff := cmp.Diff(cfg, mustLoad(t, Options{File: again}), compare); diff != "" {
		t.Errorf("read back (-want +got):\n%s", diff)
	}
}

func TestWriteNamesPasswordFile(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "p")
	write(t, file, "hunter2\n")
	cfg := mustLoad(t, Options{
		File:    "testdata/good.empty.yaml",
		Environ: []string{"HAOCHAPING_CLICKHOUSE_ADDRESS=a:1", "HAOCHAPING_CLICKHOUSE_PASSWORD_FILE=" + file},
	})
	var b bytes.Buffer
	if err := cfg.Write(&b); err != nil {
		t.Fatal(err)
	}
	if want := "  password: <secret> # file " + file + "\n"; !strings.Contains(b.String(), want) {
		t.Errorf("output lacks %q", want)
	}
}

type brokenWriter struct{}

var errBroken = errors.New("broken")

func (brokenWriter) Write([]byte) (int, error) { return 0, errBroken }

func TestWriteFails(t *testing.T) {
	t.Parallel()
	cfg := mustLoad(t, Options{File: "testdata/good.empty.yaml"})
	if err := cfg.Write(brokenWriter{}); !errors.Is(err, errBroken) {
		t.Errorf("error is %v, want that of the writer", err)
	}
}

func TestSecretIsNeverPrinted(t *testing.T) {
	t.Parallel()
	cfg := Config{ClickHouse: ClickHouse{Password: "hunter2"}}
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%10s"} {
		fmt.Fprintf(&out, verb+"\n", cfg.ClickHouse.Password)
		fmt.Fprintf(&out, verb+"\n", cfg)
		fmt.Fprintf(&out, verb+"\n", &cfg)
		fmt.Fprintf(&out, verb+"\n", []Secret{"hunter2"})
		fmt.Fprintf(&out, verb+"\n", map[Secret]error{"hunter2": errors.New("x")})
	}
	for _, marshal := range []func(any) ([]byte, error){json.Marshal, yaml.Marshal} {
		for _, v := range []any{cfg.ClickHouse, cfg.ClickHouse.Password} {
			data, err := marshal(v)
			if err != nil {
				t.Fatal(err)
			}
			out.Write(data)
		}
	}
	for _, handler := range []slog.Handler{slog.NewTextHandler(&out, nil), slog.NewJSONHandler(&out, nil)} {
		slog.New(handler).Info("x", "password", cfg.ClickHouse.Password, "clickhouse", cfg.ClickHouse)
	}
	if text := out.String(); regexp.MustCompile(`(?i)hunter2|68756e74657232`).MatchString(text) {
		t.Errorf("a secret is printed:\n%s", text)
	}
	if n := strings.Count(out.String(), "<secret>") + strings.Count(out.String(), `\u003csecret\u003e`); n < 45 {
		t.Errorf("the placeholder is printed %d times only", n)
	}
	if got := fmt.Sprint(Secret("")); got != "" {
		t.Errorf("the empty secret prints as %q", got)
	}
	if got := cfg.ClickHouse.Password.Reveal(); got != "hunter2" {
		t.Errorf("revealed %q", got)
	}
}

// The table of keys and the fields of Config are one list.
func TestKeysAreFields(t *testing.T) {
	t.Parallel()
	var fields, paths []string
	var walk func(typ reflect.Type, prefix string)
	walk = func(typ reflect.Type, prefix string) {
		for f := range typ.Fields() {
			switch tag := f.Tag.Get("mapstructure"); {
			case !f.IsExported():
			case prefix == "" && sections[tag]:
				walk(f.Type, tag+".")
			default:
				fields = append(fields, prefix+tag)
			}
		}
	}
	walk(reflect.TypeFor[Config](), "")
	names := map[string]bool{}
	for _, k := range keys {
		paths = append(paths, k.path)
		if names[k.env()] {
			t.Errorf("two keys have the variable %s", k.env())
		}
		names[k.env()] = true
		if k.doc == "" || !strings.HasSuffix(k.doc, ".") {
			t.Errorf("%s is not documented in sentences: %q", k.path, k.doc)
		}
	}
	if diff := cmp.Diff(fields, paths); diff != "" {
		t.Errorf("keys (-fields of Config +table):\n%s", diff)
	}
}
