package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"haochaping/engine"
	"haochaping/warehouse"
)

// plain is an engine as the product embeds it, without the product around it: what one
// would write to without a collector.
type plain struct {
	engine *engine.Engine
	conn   driver.Conn
	store  *warehouse.Warehouse
	http   string // address of its HTTP interface
}

// httpConfig opens the engine's HTTP interface, to as many as are measured: the engine
// reads this file beside its own.
const httpConfig = "<clickhouse><http_port>%d</http_port><max_concurrent_queries>2000</max_concurrent_queries><max_connections>2000</max_connections></clickhouse>\n"

func startPlain(ctx context.Context, dir string) (_ *plain, err error) {
	e, err := engine.New(engine.Options{Dir: dir, MaxMemory: 2 << 30})
	if err != nil {
		return nil, err
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Join(dir, "config.d"), 0o700); err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(dir, "config.d", "http.xml"), fmt.Appendf(nil, httpConfig, port), 0o600); err != nil {
		return nil, err
	}
	if err := e.Start(ctx); err != nil {
		return nil, err
	}
	p := &plain{engine: e, http: net.JoinHostPort("127.0.0.1", strconv.Itoa(port))}
	defer func() {
		if err != nil {
			err = errors.Join(err, p.stop())
		}
	}()
	if p.store, err = warehouse.Open(ctx, warehouse.Options{
		Address: e.Address(), Database: e.Database(), Username: e.User(), Password: e.Password(),
		Loopback: true, Sole: true, Zone: time.FixedZone("Asia/Shanghai", 8*3600), Logger: slog.New(slog.DiscardHandler),
	}); err != nil {
		return nil, err
	}
	p.conn, err = clickhouse.Open(&clickhouse.Options{
		Addr: []string{e.Address()}, Auth: clickhouse.Auth{Database: e.Database(), Username: e.User(), Password: e.Password()},
		Settings:    clickhouse.Settings{"max_partitions_per_insert_block": 1000},
		Compression: &clickhouse.Compression{Method: clickhouse.CompressionNone},
	})
	if err != nil {
		return nil, err
	}
	for _, query := range []string{"CREATE TABLE plain_ratings AS ratings", "SYSTEM START LISTEN HTTP"} {
		if err := p.conn.Exec(ctx, query); err != nil {
			return nil, fmt.Errorf("%s: %w", query, err)
		}
	}
	return p, nil
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	address, ok := l.Addr().(*net.TCPAddr)
	if !ok {
		return 0, errors.Join(errors.New("a port without a number"), l.Close())
	}
	return address.Port, l.Close()
}

func (p *plain) stop() error {
	var errs []error
	if p.conn != nil {
		errs = append(errs, p.conn.Close())
	}
	if p.store != nil {
		errs = append(errs, p.store.Close())
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	return errors.Join(append(errs, p.engine.Stop(ctx))...)
}

// target inserts one row a request over HTTP, acknowledged when the engine has written
// it, with the engine's own settings for when that is.
func (p *plain) target() *target {
	query := url.Values{
		"database": {p.engine.Database()}, "async_insert": {"1"}, "wait_for_async_insert": {"1"},
		"query": {"INSERT INTO plain_ratings FORMAT JSONEachRow"},
	}
	return &target{
		name: "c", address: p.http, records: 1, want: 200,
		head: "POST /?" + query.Encode() + " HTTP/1.1\r\nHost: " + p.http +
			"\r\nX-ClickHouse-User: " + p.engine.User() + "\r\nX-ClickHouse-Key: " + p.engine.Password() + "\r\n",
		append: (*writer).appendRow,
	}
}

// flushTimes is when the engine writes asynchronous inserts, as it says itself.
func (p *plain) flushTimes(ctx context.Context) (string, error) {
	rows, err := p.conn.Query(ctx, "SELECT name, value FROM system.settings WHERE name IN "+
		"('async_insert_busy_timeout_min_ms', 'async_insert_busy_timeout_max_ms', 'async_insert_use_adaptive_busy_timeout') ORDER BY name")
	if err != nil {
		return "", fmt.Errorf("read the engine's settings: %w", err)
	}
	var list []string
	for rows.Next() {
		var name, value string
		if err := rows.Scan(&name, &value); err != nil {
			return "", errors.Join(err, rows.Close())
		}
		list = append(list, name+"="+value)
	}
	return strings.Join(list, " "), errors.Join(rows.Err(), rows.Close())
}

// inserted is how many rows the engine has of what was acknowledged.
func (p *plain) inserted(ctx context.Context) (n uint64, err error) {
	err = p.conn.QueryRow(ctx, "SELECT count() FROM plain_ratings").Scan(&n)
	return n, err
}
