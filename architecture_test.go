// Package haochaping_test holds the cut into rooms: which package may import
// which, read from the files themselves, because the test cache would keep what
// `go list` once said.
package haochaping_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "haochaping"

// room says what a package's files may import of the product; its tests may
// import what testMay lists besides. A pure room imports only pure rooms, and
// nothing that reaches outside the process.
type room struct {
	pure bool
	may  []string
}

// pureRooms is what every adapter may know.
var pureRooms = []string{
	"calendar", "directory", "directory/finder", "directory/naming", "directory/outline", "edition", "evaluation", "evaluation/findings", "evaluation/imported",
	"evaluation/movement", "evaluation/scheme", "evaluation/scoring", "evaluation/statistics", "record", "strictyaml", "workbook",
}

var rooms = map[string]room{
	"record":            {pure: true, may: []string{"calendar", "directory"}},
	"directory":         {pure: true, may: []string{"calendar", "directory/naming"}},
	"directory/naming":  {pure: true},
	"directory/finder":  {pure: true, may: []string{"directory", "directory/naming"}},
	"directory/outline": {pure: true, may: []string{"directory"}},
	"calendar":          {pure: true},
	"strictyaml":        {pure: true, may: []string{"calendar"}},
	"workbook":          {pure: true},

	// Evaluation, from what is counted to what is published; each knows those above it.
	"evaluation":            {pure: true, may: []string{"calendar", "directory", "record"}},
	"evaluation/statistics": {pure: true},
	"evaluation/scheme":     {pure: true, may: []string{"calendar", "evaluation", "strictyaml"}},
	"evaluation/imported":   {pure: true, may: []string{"calendar", "directory/naming", "evaluation", "evaluation/scheme", "strictyaml", "workbook"}},
	"evaluation/scoring":    {pure: true, may: []string{"calendar", "evaluation", "evaluation/scheme", "evaluation/statistics"}},
	"evaluation/movement": {pure: true, may: []string{
		"calendar", "evaluation", "evaluation/scheme", "evaluation/scoring", "evaluation/statistics",
	}},
	"evaluation/findings": {pure: true, may: []string{
		"calendar", "directory", "evaluation", "evaluation/movement", "evaluation/scheme", "evaluation/scoring", "evaluation/statistics",
	}},
	"edition": {pure: true, may: []string{
		"calendar", "evaluation", "evaluation/findings", "evaluation/movement", "evaluation/scheme", "evaluation/scoring", "strictyaml",
	}},

	"config":               {},
	"access":               {may: []string{"directory"}},
	"access/accesstest":    {may: []string{"access", "directory"}},
	"access/signon":        {may: []string{"access", "directory"}},
	"engine":               {},
	"engine/enginetest":    {may: []string{"engine"}},
	"collector/spool":      {},
	"collector/kiosk":      {},
	"collector":            {may: append([]string{"collector/spool"}, pureRooms...)},
	"collector/fileimport": {may: pureRooms},
	"warehouse":            {may: append([]string{"access"}, pureRooms...)},
	"aggregator":           {may: pureRooms},
	"chart":                {may: []string{"evaluation", "evaluation/scheme", "evaluation/scoring"}},
	"dashboard":            {may: append([]string{"access", "chart", "export"}, pureRooms...)},
	"export":               {may: append([]string{"chart"}, pureRooms...)},
	"demo":                 {may: []string{"calendar", "directory", "evaluation", "evaluation/findings", "record"}},

	// Measurements know what they measure; nobody knows them.
	"bench/gauge":     {},
	"bench/world":     {may: append([]string{"engine", "warehouse"}, pureRooms...)},
	"bench/intake":    {may: []string{"bench/gauge", "collector", "collector/spool", "engine", "record", "warehouse"}},
	"bench/dashboard": {may: append([]string{"bench/gauge", "bench/world", "engine"}, pureRooms...)},
	"bench/evaluate":  {may: append([]string{"bench/gauge", "bench/world", "engine", "warehouse"}, pureRooms...)},
	// The chaos run and its parts; app does not know them.
	"crash/journal": {},
	"crash/load":    {may: []string{"crash/journal"}},
	"crash/oracle":  {may: []string{"calendar", "crash/journal", "evaluation", "record"}},
	"crash": {may: []string{
		"app", "calendar", "collector", "config", "crash/journal", "crash/load", "crash/oracle", "directory", "engine",
		"evaluation", "record", "warehouse",
	}},

	// app wires everybody; every package above may be imported by it.
	"app": {},
	"cmd/haochaping": {may: []string{
		"app", "calendar", "collector/fileimport", "config", "directory", "edition", "engine", "evaluation",
		"evaluation/imported", "evaluation/scheme", "evaluation/scoring", "record", "strictyaml",
	}},
}

// testMay is what any room's tests may import besides: they run against a real
// engine, or against a store of accounts in memory.
var testMay = []string{"access/accesstest", "engine", "engine/enginetest", "warehouse"}

// outside is what a pure room never imports.
var outside = []string{"database/sql", "net", "net/http", "os", "os/exec", "os/signal", "syscall"}

// onlyIn names outside packages that belong to some rooms alone (and to tests).
var onlyIn = map[string][]string{
	"github.com/ClickHouse/clickhouse-go": {"warehouse", "bench/evaluate", "bench/intake", "bench/world"}, // the latter to compare with the bare client
	"github.com/go-echarts/go-echarts":    {"chart"},
}

// separate lists the folders that are modules of their own.
var separate = []string{"scripts/dockercheck"}

func mayImport(name string) []string {
	if name != "app" {
		return rooms[name].may
	}
	var all []string
	for other := range rooms {
		if other != "app" && other != "cmd/haochaping" && other != "engine/enginetest" && other != "access/accesstest" &&
			!strings.HasPrefix(other, "bench/") && !strings.HasPrefix(other, "crash") {
			all = append(all, other)
		}
	}
	return all
}

// goFile is one Go file with its imports.
type goFile struct {
	path    string // slashes, from the repository's root
	room    string // its folder
	test    bool
	imports []string
}

func TestImports(t *testing.T) {
	for _, file := range goFiles(t) {
		if _, ok := rooms[file.room]; !ok && file.room != "." {
			t.Errorf("%s lies in %s, which the table of rooms does not list", file.path, file.room)
			continue
		}
		if file.room == "." && !file.test {
			t.Errorf("%s: the root holds tests only", file.path)
		}
		for _, imported := range file.imports {
			if own, ok := strings.CutPrefix(imported, module+"/"); ok {
				checkOwn(t, file, own)
			} else {
				checkForeign(t, file, imported)
			}
		}
	}
}

func checkOwn(t *testing.T, file goFile, imported string) {
	t.Helper()
	if imported == file.room || slices.Contains(mayImport(file.room), imported) {
		return
	}
	if file.test && slices.Contains(testMay, imported) {
		return
	}
	t.Errorf("%s imports %s: %s may import %v", file.path, imported, file.room, mayImport(file.room))
}

func checkForeign(t *testing.T, file goFile, imported string) {
	t.Helper()
	if file.test {
		return
	}
	if rooms[file.room].pure && slices.Contains(outside, imported) {
		t.Errorf("%s imports %s: %s is pure", file.path, imported, file.room)
	}
	for prefix, owners := range onlyIn {
		if !slices.Contains(owners, file.room) && (imported == prefix || strings.HasPrefix(imported, prefix+"/")) {
			t.Errorf("%s imports %s, which belongs to %v alone", file.path, imported, owners)
		}
	}
}

// The table itself: no room without files, and nothing impure below a pure one.
func TestTableOfRooms(t *testing.T) {
	found := map[string]bool{}
	for _, file := range goFiles(t) {
		found[file.room] = true
	}
	for _, name := range slices.Sorted(maps.Keys(rooms)) {
		if !found[name] {
			t.Errorf("the table lists %s, which holds no Go file", name)
		}
		if rooms[name].pure != slices.Contains(pureRooms, name) {
			t.Errorf("%s: the table and the list of pure rooms disagree", name)
		}
		for _, other := range mayImport(name) {
			if _, ok := rooms[other]; !ok {
				t.Errorf("%s may import %s, which the table does not list", name, other)
			}
			if rooms[name].pure && !rooms[other].pure {
				t.Errorf("%s is pure and may import %s, which is not", name, other)
			}
		}
	}
}

func TestReadmeMapsEveryRoom(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range slices.Sorted(maps.Keys(rooms)) {
		if !strings.Contains(string(readme), "`"+name+"/`") {
			t.Errorf("README.md: the map of the rooms lacks `%s/`", name)
		}
	}
}

// goFiles reads the imports of every Go file of the module.
func goFiles(t *testing.T) []goFile {
	t.Helper()
	var files []goFile
	err := filepath.WalkDir(".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		if entry.IsDir() {
			base := entry.Name()
			if name != "." && (base == "node_modules" || base == "testdata" || strings.HasPrefix(base, ".") || slices.Contains(separate, name)) {
				return fs.SkipDir
			}
			return nil
		}
		if path.Ext(name) != ".go" {
			return nil
		}
		file := goFile{path: name, room: path.Dir(name), test: strings.HasSuffix(name, "_test.go")}
		parsed, err := parser.ParseFile(token.NewFileSet(), filepath.FromSlash(name), nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, spec := range parsed.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			file.imports = append(file.imports, imported)
		}
		files = append(files, file)
		return nil
	})
	if err != nil {
		t.Fatalf("read the repository's Go files: %v", err)
	}
	if len(files) == 0 {
		t.Fatal("the repository holds no Go file")
	}
	return files
}
