package warehouse

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
)

// On a cluster the large raw tables are shared out over its shards: each is a replicated
// table on every shard and a Distributed table of the plain name over them. Every other
// table is replicated to all hosts, as one shard: facts are small, and whoever reads them
// joins the directory. The statements follow from the plain migrations.

// shardKeys are the tables that are shared out, and by what: rows that replace one another
// lie on one shard.
var shardKeys = map[string]string{
	"ratings": "cityHash64(id)", "rating_keys": "cityHash64(key)", "prompts": "cityHash64(id)", "follow_ups": "cityHash64(rating_id)",
	"cases": "cityHash64(source, case_id)", "case_versions": "cityHash64(source, case_id)",
}

const (
	shardPath = `'/clickhouse/tables/{uuid}/{shard}', '{replica}'`
	wholePath = `'/clickhouse/tables/{uuid}/all', '{shard}-{replica}'`
)

// clusterSettings make an insert return when the replicas asked for have it on disk, and a
// read see every insert that returned. Quorums one after the other are what makes that
// second promise: with parallel ones ClickHouse does not give it.
func clusterSettings(quorum int) clickhouse.Settings {
	text := "auto"
	if quorum > 0 {
		text = strconv.Itoa(quorum)
	}
	return clickhouse.Settings{
		"insert_quorum":                 text,
		"insert_quorum_parallel":        0,
		"insert_quorum_timeout":         60_000,
		"select_sequential_consistency": 1,
		"distributed_foreground_insert": 1,
		"distributed_product_mode":      "global",
		"distributed_ddl_task_timeout":  180,
		"alter_sync":                    2,
	}
}

// clusterSchema writes the statements of migrations for a cluster.
type clusterSchema struct {
	cluster string
	tails   map[string]string // table → its engine and all that follows, as rewritten
}

var (
	comment     = regexp.MustCompile(`[ \t]*--[^\n]*`)
	createTable = regexp.MustCompile(`(?s)^CREATE TABLE IF NOT EXISTS (\w+)\s*(\(.*\n\))\s*ENGINE = (\w*MergeTree)(?:\(([^)]*)\))?(.*)$`)
	createAs    = regexp.MustCompile(`^CREATE TABLE IF NOT EXISTS (\w+) AS (\w+)$`)
	dropTable   = regexp.MustCompile(`^DROP TABLE (?:IF EXISTS )?(\w+)$`)
	alterTable  = regexp.MustCompile(`(?s)^ALTER TABLE (\w+)\s+(.*)$`)
)

// rewrite returns the statements of one migration for the cluster.
func (s *clusterSchema) rewrite(migration string) ([]string, error) {
	_, up, _ := strings.Cut(migration, "-- +goose Up")
	up, _, _ = strings.Cut(up, "-- +goose Down")
	var out []string
	for _, statement := range strings.Split(comment.ReplaceAllString(up, ""), ";") {
		statement = strings.TrimSpace(statement)
		if statement == "" {
			continue
		}
		list, err := s.statement(statement)
		if err != nil {
			return nil, err
		}
		out = append(out, list...)
	}
	return out, nil
}

func (s *clusterSchema) statement(text string) ([]string, error) {
	if m := createTable.FindStringSubmatch(text); m != nil {
		return s.create(m[1], m[2], m[3], m[4], m[5]), nil
	}
	if m := createAs.FindStringSubmatch(text); m != nil {
		tail, ok := s.tails[m[2]]
		if !ok {
			return nil, fmt.Errorf("write the schema for a cluster: %s is made as %s, which no migration made before", m[1], m[2])
		}
		s.tails[m[1]] = tail
		return []string{fmt.Sprintf("CREATE TABLE IF NOT EXISTS %s ON CLUSTER '%s' AS %s\n%s", m[1], s.cluster, m[2], tail)}, nil
	}
	if m := alterTable.FindStringSubmatch(text); m != nil {
		return s.alter(m[1], m[2]), nil
	}
	if m := dropTable.FindStringSubmatch(text); m != nil {
		if _, sharded := shardKeys[m[1]]; !sharded {
			return []string{fmt.Sprintf("%s ON CLUSTER '%s' SYNC", text, s.cluster)}, nil
		}
	}
	if strings.HasPrefix(text, "INSERT INTO ") {
		return []string{text}, nil
	}
	first, _, _ := strings.Cut(text, "\n")
	return nil, fmt.Errorf("write the schema for a cluster: nobody has said what becomes of %q there", first)
}

func (s *clusterSchema) create(name, columns, engine, args, rest string) []string {
	path, made := wholePath, name
	key, sharded := shardKeys[name]
	if sharded {
		path, made = shardPath, name+"_shard"
	}
	if args != "" {
		path += ", " + args
	}
	rest = strings.ReplaceAll(rest, "non_replicated_deduplication_window", "replicated_deduplication_window")
	s.tails[name] = "ENGINE = Replicated" + engine + "(" + path + ")" + rest
	out := []string{fmt.Sprintf("CREATE TABLE IF NOT EXISTS %s ON CLUSTER '%s'\n%s\n%s", made, s.cluster, columns, s.tails[name])}
	if sharded {
		out = append(out, fmt.Sprintf("CREATE TABLE IF NOT EXISTS %s ON CLUSTER '%s' AS %s\nENGINE = Distributed('%s', currentDatabase(), '%s', %s)",
			name, s.cluster, made, s.cluster, made, key))
	}
	return out
}

// alter changes the tables on the shards and, as far as it concerns columns, the one over
// them.
func (s *clusterSchema) alter(name, change string) []string {
	if _, sharded := shardKeys[name]; !sharded {
		return []string{fmt.Sprintf("ALTER TABLE %s ON CLUSTER '%s'\n    %s", name, s.cluster, change)}
	}
	out := []string{fmt.Sprintf("ALTER TABLE %s_shard ON CLUSTER '%s'\n    %s", name, s.cluster, change)}
	columns := slices.DeleteFunc(strings.Split(change, ",\n"), func(part string) bool { return !strings.Contains(part, " COLUMN ") })
	if len(columns) > 0 {
		out = append(out, fmt.Sprintf("ALTER TABLE %s ON CLUSTER '%s'\n    %s", name, s.cluster, strings.TrimSpace(strings.Join(columns, ",\n"))))
	}
	return out
}

// clusterMigrations are the migrations for a cluster, in order.
func clusterMigrations(files fs.FS, cluster string) (list []*goose.Migration, statements []string, err error) {
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return nil, nil, err
	}
	s := clusterSchema{cluster: cluster, tails: make(map[string]string)}
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, nil, err
		}
		up, err := s.rewrite(string(text))
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", name, err)
		}
		number, _, _ := strings.Cut(name, "_")
		version, err := strconv.ParseInt(number, 10, 64)
		if err != nil {
			return nil, nil, fmt.Errorf("%s: a migration begins with its number: %w", name, err)
		}
		list = append(list, goose.NewGoMigration(version, &goose.GoFunc{RunDB: func(ctx context.Context, db *sql.DB) error { return runAll(ctx, db, up) }}, nil))
		statements = append(statements, up...)
	}
	return list, statements, nil
}

func runAll(ctx context.Context, db *sql.DB, statements []string) error {
	for _, text := range statements {
		if _, err := db.ExecContext(ctx, text); err != nil {
			first, _, _ := strings.Cut(text, "\n")
			return fmt.Errorf("%s: %w", first, err)
		}
	}
	return nil
}

// clusterVersions keeps what was migrated on every host, not on the one that ran it.
type clusterVersions struct {
	database.Store
	cluster string
}

// CreateVersionTable makes the table of versions as goose does, replicated.
func (v clusterVersions) CreateVersionTable(ctx context.Context, db database.DBTxConn) error {
	_, err := db.ExecContext(ctx, v.table())
	return err
}

func (v clusterVersions) table() string {
	return fmt.Sprintf(`CREATE TABLE IF NOT EXISTS %s ON CLUSTER '%s'
(
    version_id Int64,
    is_applied UInt8,
    date Date DEFAULT now(),
    tstamp DateTime DEFAULT now()
)
ENGINE = ReplicatedMergeTree(%s)
ORDER BY (version_id)`, v.Tablename(), v.cluster, wholePath)
}
