package engine

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// The library is found here as enginetest does it, which cannot be imported from inside.
func testEngine(t *testing.T, o Options) *Engine {
	t.Helper()
	o.Library, o.Logger = os.Getenv("HAOCHAPING_ENGINE_LIBRARY"), slog.New(slog.DiscardHandler)
	e, err := New(o)
	switch {
	case errors.Is(err, ErrNoLibrary) && !errors.Is(err, ErrIncomplete) && o.Library == "" && os.Getenv("CI") == "":
		t.Skipf("no database to test with: %v", err)
	case err != nil:
		t.Fatal(err)
	}
	return e
}

func TestPortInUse(t *testing.T) {
	e := testEngine(t, Options{Dir: t.TempDir(), MaxMemory: 1 << 30})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, text, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	port, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.launch(t.Context(), port); !errors.Is(err, ErrPortInUse) {
		t.Errorf("start on a port in use: %v", err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	c, err := e.launch(t.Context(), port)
	if err != nil {
		t.Fatalf("start on the port once it is free: %v", err)
	}
	c.end()
	<-c.done
	if c.err != nil {
		t.Errorf("an orderly end gives %v", c.err)
	}
}

// A folder that another engine holds although its service is gone is the library's to find out, not the lock's.
func TestStoreInUse(t *testing.T) {
	first := testEngine(t, Options{Dir: t.TempDir(), MaxMemory: 1 << 30})
	if err := os.MkdirAll(filepath.Join(first.dir, storeFolder), 0o700); err != nil {
		t.Fatal(err)
	}
	port, err := freePort()
	if err != nil {
		t.Fatal(err)
	}
	c, err := first.launch(t.Context(), port)
	if err != nil {
		t.Fatal(err)
	}
	second := testEngine(t, Options{Dir: first.dir, MaxMemory: 1 << 30})
	other, err := freePort()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := second.launch(t.Context(), other); !errors.Is(err, ErrInUse) {
		t.Errorf("start on a store in use: %v", err)
	}
	time.AfterFunc(time.Second, c.end)
	if err := second.Start(t.Context()); err != nil {
		t.Errorf("start while the engine before goes down: %v", err)
	}
	<-c.done
	if err := second.Stop(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestStartFailures(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, []byte("no library\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name    string
		options Options
		want    string
	}{
		{"no folder", Options{Library: file}, "no folder given"},
		{"missing library", Options{Dir: t.TempDir(), Library: file + "-missing"}, `run "make build" or "npm ci"`},
		{"a folder as library", Options{Dir: t.TempDir(), Library: t.TempDir()}, "is not a file"},
		{"missing program", Options{Dir: t.TempDir(), Binary: file + "-missing"}, "named in the configuration"},
		{"a folder that is a file", Options{Dir: file, Library: file}, "not a directory"},
		{"a library that is none", Options{Dir: t.TempDir(), Library: file}, "load database library " + file},
		{"a program that forgot RunChildIfAsked", Options{Dir: t.TempDir(), Library: file, Executable: forgetful(t)}, "does not call engine.RunChildIfAsked"},
	} {
		t.Run(test.name, func(t *testing.T) {
			e, err := New(test.options)
			if err == nil {
				err = e.Start(t.Context())
			}
			if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("error %v, want one line with %q", err, test.want)
			}
		})
	}
}

// forgetful is a program that does with the marker what Go's flag package does with a flag it does not know.
func forgetful(t *testing.T) string {
	return script(t, `echo "flag provided but not defined: $1" >&2; exit 2`)
}

func script(t *testing.T, body string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "program")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+body+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestFindLibraryWithoutAny(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	if err := os.WriteFile("package.json", []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if path, err := FindLibrary(""); !errors.Is(err, ErrNoLibrary) {
		t.Errorf("found %q, %v", path, err)
	}
	if err := os.Mkdir("node_modules", 0o700); err != nil {
		t.Fatal(err)
	}
	if path, err := FindLibrary(""); !errors.Is(err, ErrNoLibrary) || !errors.Is(err, ErrIncomplete) {
		t.Errorf("packages without the library: found %q, %v", path, err)
	}
	folder := filepath.Join("node_modules", "@chdb", packageName())
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	want := filepath.Join(dir, folder, "libchdb.so")
	if err := os.WriteFile(want, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll("inner/most", 0o700); err != nil {
		t.Fatal(err)
	}
	t.Chdir("inner/most")
	if path, err := FindLibrary(""); err != nil || path != want {
		t.Errorf("from a folder below: %q, %v, want %q", path, err, want)
	}
}

func TestExplain(t *testing.T) {
	for text, want := range map[string]error{
		"write /data/users.xml: no space left on device":                                                                              ErrDiskFull,
		"Code: 243. DB::Exception: Cannot reserve 1.00 MiB, not enough space. (NOT_ENOUGH_SPACE)":                                     ErrDiskFull,
		"Code: 76. DB::Exception: Cannot lock file /data/store/status. Another server instance in same directory is already running.": ErrInUse,
		"Net Exception: Address already in use: 127.0.0.1:20001":                                                                      ErrPortInUse,
	} {
		if got := explain(errors.New(text)); !errors.Is(got, want) {
			t.Errorf("%s: %v", text, got)
		}
	}
	if err := errors.New("something else"); !errors.Is(explain(err), err) || explain(nil) != nil {
		t.Error("an unknown failure was changed")
	}
}

// A clickhouse program gets a generated configuration, is ready when it accepts connections, and ends on a signal. The program here is
// no ClickHouse: it listens through this test.
func TestClickHouseProgram(t *testing.T) {
	dir := t.TempDir()
	program := script(t, `echo "$@" > arguments; trap 'echo asked > ended; exit 0' TERM; while :; do sleep 0.05; done`)
	e, err := New(Options{Dir: dir, Binary: program, MaxMemory: 123456789})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	_, text, _ := net.SplitHostPort(l.Addr().String())
	port, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	c, err := e.launch(ctx, port)
	if err != nil {
		t.Fatal(err)
	}
	within := time.Now().Add(10 * time.Second)
	for _, err := os.Stat(filepath.Join(dir, "arguments")); err != nil && time.Now().Before(within); _, err = os.Stat(filepath.Join(dir, "arguments")) {
		time.Sleep(10 * time.Millisecond)
	}
	time.Sleep(100 * time.Millisecond) // the trap is set right after
	c.end()
	<-c.done
	for name, want := range map[string]string{
		"arguments": "server --config-file " + filepath.Join(dir, "config.xml"), "ended": "asked", "users.xml": "<haochaping>",
		"config.xml": "<max_server_memory_usage>123456789</max_server_memory_usage>",
	} {
		content, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || !strings.Contains(string(content), want) {
			t.Errorf("%s holds %q, %v, want %q", name, content, err, want)
		}
	}
	if users, err := os.ReadFile(filepath.Join(dir, "users.xml")); err != nil || strings.Contains(string(users), "no_password") {
		t.Errorf("a server needs no user without a password: %v", err)
	}
}

func TestCheckSpace(t *testing.T) {
	dir := t.TempDir()
	if err := checkSpace(dir, 1<<62); !errors.Is(err, ErrDiskFull) {
		t.Errorf("a disk of less than 4 EiB: %v", err)
	}
	if err := checkSpace(dir, 1); err != nil {
		t.Errorf("a disk with a byte free: %v", err)
	}
}

func TestTailKeepsBothEnds(t *testing.T) {
	var o tail
	for range 10_000 {
		if _, err := o.Write([]byte("middle ")); err != nil {
			t.Fatal(err)
		}
		if o.String() == "middle " {
			if _, err := o.Write([]byte("reason ")); err != nil {
				t.Fatal(err)
			}
		}
	}
	if _, err := o.Write([]byte("crash")); err != nil {
		t.Fatal(err)
	}
	if s := o.String(); len(s) > 2*tailSize || !strings.Contains(s, "reason") || !strings.HasSuffix(s, "crash") {
		t.Errorf("kept %d bytes: %.40s…", len(s), s)
	}
}

func TestDefaultMemory(t *testing.T) {
	if n := defaultMemory(); n < 64<<20 || n > 1<<46 {
		t.Errorf("default memory limit %d bytes", n)
	}
}
