package warehouse

import (
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pressly/goose/v3/database"
)

var update = flag.Bool("update", false, "write the golden files")

// The statements for a cluster are held by a file, because no test here can run them: a
// change of any of them is seen and has to be meant.
func TestClusterSchemaGolden(t *testing.T) {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		t.Fatal(err)
	}
	list, statements, err := clusterMigrations(files, "ratings_cluster")
	if err != nil {
		t.Fatal(err)
	}
	names, err := fs.Glob(files, "*.sql")
	if err != nil || len(list) != len(names) {
		t.Fatalf("%d migrations of %d files: %v", len(list), len(names), err)
	}
	plain, err := database.NewStore(database.DialectClickHouse, "goose_db_version")
	if err != nil {
		t.Fatal(err)
	}
	statements = append([]string{clusterVersions{plain, "ratings_cluster"}.table()}, statements...)
	var text strings.Builder
	settings := clusterSettings(0)
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		fmt.Fprintf(&text, "SET %s = '%v';\n", name, settings[name])
	}
	text.WriteString("\n" + strings.Join(statements, ";\n\n") + ";\n")
	path := filepath.Join("testdata", "cluster.sql")
	if *update {
		if err := os.WriteFile(path, []byte(text.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), text.String()); diff != "" {
		t.Errorf("the schema for a cluster has changed (-golden +now); run with -update if it is meant:\n%s", diff)
	}
	checkClusterStatements(t, statements)
}

// checkClusterStatements holds what must be true of every statement.
func checkClusterStatements(t *testing.T, statements []string) {
	t.Helper()
	local := regexp.MustCompile(`ENGINE = \w*MergeTree`)
	made := make(map[string]bool)
	for _, s := range statements {
		first, _, _ := strings.Cut(s, "\n")
		if !strings.HasPrefix(s, "INSERT ") && !strings.Contains(first, " ON CLUSTER 'ratings_cluster'") {
			t.Errorf("on one host alone: %s", first)
		}
		if engine := local.FindString(s); engine != "" && !strings.Contains(engine, "Replicated") {
			t.Errorf("not replicated: %s", first)
		}
		if strings.Contains(s, "non_replicated") {
			t.Errorf("a setting of plain tables: %s", first)
		}
		if name, ok := strings.CutPrefix(first, "CREATE TABLE IF NOT EXISTS "); ok {
			name, _, _ = strings.Cut(name, " ")
			made[name] = true
		}
	}
	for name := range shardKeys {
		if !made[name] || !made[name+"_shard"] {
			t.Errorf("%s is not shared out", name)
		}
	}
}

func TestClusterSchemaRefusesWhatItDoesNotKnow(t *testing.T) {
	s := clusterSchema{cluster: "c", tails: make(map[string]string)}
	for _, text := range []string{"-- +goose Up\nOPTIMIZE TABLE ratings;", "-- +goose Up\nCREATE TABLE IF NOT EXISTS a AS b;"} {
		if list, err := s.rewrite(text); err == nil {
			t.Errorf("%q became %q", text, list)
		}
	}
}
