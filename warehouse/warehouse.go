// Package warehouse keeps the records and counts them, in ClickHouse. It is the only
// room that speaks to ClickHouse, over the native protocol, whether the server is the
// embedded engine or somebody's cluster.
//
// It promises that a record whose insert returned is on disk; that inserting it again
// changes nothing; that the figures it restates follow from the stored records alone,
// whatever their order of arrival; and that it counts but never judges.
package warehouse

import (
	"context"
	"crypto/tls"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/google/uuid"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"

	"haochaping/calendar"
	"haochaping/directory"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Options say where ClickHouse is. Address is host:port, several separated by commas.
type Options struct {
	Address     string
	Database    string
	Username    string
	Password    string
	TLS         *tls.Config
	DialTimeout time.Duration  // default 5 s
	MaxConns    int            // default 8
	Loopback    bool           // the server is on this machine: compressing what is sent would only cost
	Sole        bool           // nobody else uses the database, as with an engine of one's own
	Zone        *time.Location // the one zone of this installation
	Cluster     string         // name of a cluster for replicated tables; empty = plain tables on one server
	Quorum      int            // on a cluster: replicas that have an insert on disk before it returns; 0 = the majority
	LateAfter   time.Duration  // how long after its day a rating may come before it counts as late; default 7 days
	Hours       calendar.Hours // office hours of a working day, for working time; default 09:00-12:00 and 13:00-17:00
	Logger      *slog.Logger
}

// Warehouse is safe for concurrent use. Restatements take turns, also with those of other
// processes on the same database.
type Warehouse struct {
	conn   driver.Conn
	zone   *time.Location
	logger *slog.Logger
	sole   bool
	owner  uuid.UUID // names this Warehouse among all that use the database

	lateAfter time.Duration
	hours     calendar.Hours

	restating  sync.Mutex // owner of the stage tables
	editing    sync.Mutex // held from reading the ledger of an edition to appending to it
	accounting sync.Mutex // held while an account is changed

	directory atomic.Pointer[loadedDirectory]
	workdays  atomic.Pointer[loadedWorkdays]
	targets   atomic.Pointer[loadedTargets]
}

type loadedDirectory struct {
	version uint64
	*directory.Directory
}

// ErrZone is returned where the stored zone is another one: the days of stored
// records were cut in it.
var ErrZone = errors.New("the warehouse was filled in another time zone")

func (o *Options) client() *clickhouse.Options {
	if o.DialTimeout == 0 {
		o.DialTimeout = 5 * time.Second
	}
	if o.MaxConns == 0 {
		o.MaxConns = 8
	}
	compression := clickhouse.CompressionLZ4
	if o.Loopback {
		compression = clickhouse.CompressionNone
	}
	settings := clickhouse.Settings{
		"allow_replace_partition_from_empty_source": 1,
		"max_execution_time":                        300,
		"max_partitions_per_insert_block":           maxMonths,
	}
	if o.Cluster != "" {
		maps.Copy(settings, clusterSettings(o.Quorum))
	}
	return &clickhouse.Options{
		Addr:         strings.Split(o.Address, ","),
		Auth:         clickhouse.Auth{Database: o.Database, Username: o.Username, Password: o.Password},
		TLS:          o.TLS,
		DialTimeout:  o.DialTimeout,
		MaxOpenConns: o.MaxConns,
		MaxIdleConns: o.MaxConns,
		ReadTimeout:  5 * time.Minute,
		Settings:     settings,
		Compression:  &clickhouse.Compression{Method: compression},
	}
}

// Open connects, brings the schema up to date and loads the directory, the working days and the targets.
func Open(ctx context.Context, o Options) (*Warehouse, error) {
	conn, err := clickhouse.Open(o.client())
	if err != nil {
		return nil, fmt.Errorf("connect to ClickHouse at %s: %w", o.Address, err)
	}
	w := &Warehouse{conn: quiet{conn}, zone: o.Zone, logger: o.Logger, sole: o.Sole, owner: uuid.New(), lateAfter: o.LateAfter, hours: o.Hours}
	if w.lateAfter <= 0 {
		w.lateAfter = 7 * 24 * time.Hour
	}
	if len(w.hours) == 0 {
		w.hours = calendar.Hours{{From: 9 * 3600, To: 12 * 3600}, {From: 13 * 3600, To: 17 * 3600}}
	}
	if err := w.prepare(ctx, &o); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return w, nil
}

func (w *Warehouse) prepare(ctx context.Context, o *Options) error {
	if err := w.Ping(ctx); err != nil {
		return err
	}
	if err := migrate(ctx, o); err != nil {
		return err
	}
	if err := w.checkZone(ctx); err != nil {
		return err
	}
	if _, err := w.ReloadDirectory(ctx); err != nil {
		return err
	}
	if _, err := w.ReloadWorkdays(ctx); err != nil {
		return err
	}
	_, err := w.ReloadTargets(ctx)
	return err
}

// Ping asks ClickHouse whether it answers.
func (w *Warehouse) Ping(ctx context.Context) error {
	if err := w.conn.Ping(ctx); err != nil {
		return fmt.Errorf("reach ClickHouse: %w", err)
	}
	return nil
}

// Close ends all connections.
func (w *Warehouse) Close() error { return w.conn.Close() }

// Zone is the one zone in which days are cut.
func (w *Warehouse) Zone() *time.Location { return w.zone }

func (o *Options) provider(db *sql.DB, files fs.FS) (*goose.Provider, error) {
	quiet := goose.WithLogger(goose.NopLogger())
	if o.Cluster == "" {
		return goose.NewProvider(database.DialectClickHouse, db, files, quiet)
	}
	list, _, err := clusterMigrations(files, o.Cluster)
	if err != nil {
		return nil, err
	}
	plain, err := database.NewStore(database.DialectClickHouse, goose.DefaultTablename)
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(database.DialectCustom, db, nil, quiet, goose.WithStore(clusterVersions{plain, o.Cluster}), goose.WithGoMigrations(list...))
}

func migrate(ctx context.Context, o *Options) error {
	db := clickhouse.OpenDB(o.client())
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	provider, err := o.provider(db, files)
	if err != nil {
		return errors.Join(fmt.Errorf("read migrations: %w", err), db.Close())
	}
	results, err := provider.Up(ctx)
	if err != nil {
		return errors.Join(fmt.Errorf("migrate the schema: %w", said(err)), provider.Close())
	}
	for _, r := range results {
		o.Logger.Info("schema migrated", "version", r.Source.Version)
	}
	return provider.Close()
}

// Setting is a stored setting of this installation, ” where it was never set.
func (w *Warehouse) Setting(ctx context.Context, name string) (value string, err error) {
	if err := w.row(ctx, "installation_value", params{"name": textParam(name)}).Scan(&value); err != nil {
		return "", fmt.Errorf("read the stored setting %s: %w", name, err)
	}
	return value, nil
}

// StoreSetting keeps a setting of this installation.
func (w *Warehouse) StoreSetting(ctx context.Context, name, value string) error {
	return w.exec(ctx, "set_installation_value", params{"name": textParam(name), "value": textParam(value)})
}

// Records is how many rows of raw records are stored, repeats included.
func (w *Warehouse) Records(ctx context.Context) (n uint64, err error) {
	if err := w.row(ctx, "record_count", nil).Scan(&n); err != nil {
		return 0, fmt.Errorf("count the records: %w", err)
	}
	return n, nil
}

func (w *Warehouse) checkZone(ctx context.Context) error {
	stored, err := w.Setting(ctx, "zone")
	if err != nil {
		return err
	}
	switch stored {
	case w.zone.String():
		return nil
	case "":
		return w.StoreSetting(ctx, "zone", w.zone.String())
	default:
		return fmt.Errorf("%w: %s, not %s: set timezone to the stored one", ErrZone, stored, w.zone)
	}
}
