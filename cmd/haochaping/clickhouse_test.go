package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"haochaping/engine"
	"haochaping/engine/enginetest"
)

// remote is a ClickHouse of one's own as the product sees it: an address that answers or
// does not. Behind it runs an engine that the product has not started.
type remote struct {
	engine  *engine.Engine
	address string

	mu       sync.Mutex
	listener net.Listener // nil while it is away
	open     map[net.Conn]bool
	running  sync.WaitGroup
}

// cmdClickHouse is a ClickHouse that the configuration names:
//
//	clickhouse reserve FILE  chooses its address and writes a configuration; it does not answer yet
//	clickhouse up            lets it answer
//	clickhouse down          cuts all connections; it does not answer any more
func cmdClickHouse(ts *testscript.TestScript, neg bool, args []string) {
	s := scriptOf(ts)
	switch {
	case !neg && len(args) == 2 && args[0] == "reserve" && s.clickhouse == nil:
		r, err := newRemote(ts.MkAbs("clickhouse"))
		ts.Check(err)
		s.clickhouse = r
		config := fmt.Sprintf("clickhouse:\n  address: [%q]\n  database: %s\n  username: %s\n  password: %q\n",
			r.address, r.engine.Database(), r.engine.User(), r.engine.Password())
		ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(config), 0o600))
	case !neg && len(args) == 1 && args[0] == "up" && s.clickhouse != nil:
		ts.Check(s.clickhouse.up())
	case !neg && len(args) == 1 && args[0] == "down" && s.clickhouse != nil:
		ts.Check(s.clickhouse.down())
	default:
		ts.Fatalf("usage: clickhouse reserve FILE, then clickhouse up|down")
	}
}

func newRemote(dir string) (*remote, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	r := &remote{address: l.Addr().String(), open: make(map[net.Conn]bool)}
	if err := l.Close(); err != nil {
		return nil, err
	}
	if r.engine, err = engine.New(enginetest.Options(dir)); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	return r, r.engine.Start(ctx)
}

func (r *remote) up() error {
	l, err := net.Listen("tcp", r.address)
	if err != nil {
		return err
	}
	r.mu.Lock()
	r.listener = l
	r.mu.Unlock()
	r.running.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			r.running.Go(func() { r.join(conn) })
		}
	})
	return nil
}

// join passes bytes on in both directions until one side ends.
func (r *remote) join(conn net.Conn) {
	behind, err := net.Dial("tcp", r.engine.Address())
	if err != nil {
		_ = conn.Close()
		return
	}
	if !r.hold(conn, behind) {
		return
	}
	var both sync.WaitGroup
	for _, pair := range [][2]net.Conn{{conn, behind}, {behind, conn}} {
		both.Go(func() {
			// An error is the end of the connection, as its orderly end is.
			_, _ = io.Copy(pair[0], pair[1])
			_, _ = conn.Close(), behind.Close()
		})
	}
	both.Wait()
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.open, conn)
	delete(r.open, behind)
}

// hold keeps connections for down to cut, unless it went down meanwhile.
func (r *remote) hold(conns ...net.Conn) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range conns {
		if r.listener == nil {
			_ = c.Close()
			continue
		}
		r.open[c] = true
	}
	return r.listener != nil
}

func (r *remote) down() error {
	r.mu.Lock()
	var err error
	if r.listener != nil {
		err = r.listener.Close()
	}
	r.listener = nil
	for c := range r.open {
		_ = c.Close() // may be closed already
	}
	r.mu.Unlock()
	r.running.Wait()
	return err
}

func (r *remote) stop() error {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	return errors.Join(r.down(), r.engine.Stop(ctx))
}
