// Package enginetest gives the tests of other rooms a running database. A test package that uses it needs
//
//	func TestMain(m *testing.M) { enginetest.Main(m) }
//
// because the database is the test program itself, re-executed.
package enginetest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"haochaping/engine"
)

// maxMemory keeps the databases of test packages that run side by side from crowding each other out.
const maxMemory = 2 << 30

// LibraryVariable names the environment variable with the path of the database library, for work trees without node_modules.
const LibraryVariable = "HAOCHAPING_ENGINE_LIBRARY"

var shared struct {
	mu     sync.Mutex
	inMain bool
	dir    string
	engine *engine.Engine
	err    error
}

// Main runs the tests of a package, stops the database they shared and removes its data. It ends the process.
func Main(m *testing.M) {
	engine.RunChildIfAsked()
	shared.mu.Lock()
	shared.inMain = true
	shared.mu.Unlock()
	code := m.Run()
	if err := stopShared(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = max(code, 1)
	}
	os.Exit(code)
}

// Start returns the database that all tests of this process share; the first call starts it. Tests keep apart by creating databases
// of their own (ENGINE = Atomic). Without the database's library the test fails, or is skipped where nobody can expect one: see Require.
func Start(tb testing.TB) *engine.Engine {
	tb.Helper()
	shared.mu.Lock()
	defer shared.mu.Unlock()
	if !shared.inMain {
		tb.Fatal("enginetest: TestMain of this package must call enginetest.Main")
	}
	if shared.engine == nil && shared.err == nil {
		shared.dir, shared.err = os.MkdirTemp("", "haochaping-engine-")
		if shared.err == nil {
			shared.engine, shared.err = start(shared.dir)
		}
	}
	check(tb, shared.err)
	return shared.engine
}

// StartOwn starts a database for this test alone, to be killed and mistreated, and stops it at the end of the test.
func StartOwn(tb testing.TB) *engine.Engine {
	tb.Helper()
	e, err := start(filepath.Join(tb.TempDir(), "engine"))
	check(tb, err)
	tb.Cleanup(func() {
		if err := stop(e); err != nil {
			tb.Error(err)
		}
	})
	return e
}

// Options are the options of a test database in dir.
func Options(dir string) engine.Options {
	return engine.Options{Dir: dir, Library: os.Getenv(LibraryVariable), MaxMemory: maxMemory}
}

// Require ends the test when no database can be found on this machine. It fails wherever one is expected: with the variable CI or
// LibraryVariable set, or with a node_modules folder, however empty. Only a work tree in which nothing was installed skips it, and
// says so on standard error.
func Require(tb testing.TB) {
	tb.Helper()
	_, err := engine.New(Options(tb.TempDir()))
	check(tb, err)
}

func start(dir string) (*engine.Engine, error) {
	e, err := engine.New(Options(dir))
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := e.Start(ctx); err != nil {
		return nil, err
	}
	return e, nil
}

func stop(e *engine.Engine) error {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	return e.Stop(ctx)
}

func stopShared() error {
	shared.mu.Lock()
	defer shared.mu.Unlock()
	var err error
	if shared.engine != nil {
		err = stop(shared.engine)
	}
	if shared.dir != "" {
		err = errors.Join(err, os.RemoveAll(shared.dir))
	}
	return err
}

func check(tb testing.TB, err error) {
	tb.Helper()
	switch {
	case err == nil:
	case expected(err):
		tb.Fatal(err)
	default:
		fmt.Fprintf(os.Stderr, "%s skipped: no database to test with: %v\n", tb.Name(), err)
		tb.Skipf("no database to test with: %v", err)
	}
}

// expected says whether a database should have been there, or should have started.
func expected(err error) bool {
	return !errors.Is(err, engine.ErrNoLibrary) || errors.Is(err, engine.ErrIncomplete) ||
		os.Getenv("CI") != "" || os.Getenv(LibraryVariable) != ""
}
