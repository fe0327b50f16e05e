package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"haochaping/config"
	"haochaping/engine"
	"haochaping/engine/enginetest"
)

var discard = slog.New(slog.DiscardHandler)

func TestMain(m *testing.M) {
	engine.RunChildIfAsked()
	if path := os.Getenv(keyVariable); path != "" {
		key, err := doorKey(path)
		if err == nil {
			_, err = os.Stdout.Write(key)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	enginetest.Main(m)
}

func TestStopEndsTheLastStartedFirst(t *testing.T) {
	a := New(&config.Config{}, discard, false)
	var order []string
	stop := func(name string, err error) func(context.Context) error {
		return func(ctx context.Context) error {
			if _, bounded := ctx.Deadline(); !bounded {
				t.Errorf("the stop of %s is not bounded", name)
			}
			order = append(order, name)
			return err
		}
	}
	broken := errors.New("broken")
	a.onStop("first", stop("first", nil))
	a.spawn("loop", func(ctx context.Context) error {
		<-ctx.Done()
		order = append(order, "loop")
		return ctx.Err()
	})
	a.onStop("last", stop("last", broken))
	if err := a.Stop(); !errors.Is(err, broken) || !strings.Contains(err.Error(), "stop last") {
		t.Errorf("stop: %v", err)
	}
	if want := []string{"last", "loop", "first"}; !slices.Equal(order, want) {
		t.Errorf("stopped in the order %v, want %v", order, want)
	}
	if err := a.Stop(); err != nil {
		t.Errorf("stop twice: %v", err)
	}
}

func TestFailedStartStopsWhatWasStarted(t *testing.T) {
	a := New(&config.Config{}, discard, false)
	broken := errors.New("broken")
	stopped, started := false, false
	err := a.build(t.Context(),
		func(context.Context) error {
			a.onStop("first", func(context.Context) error { stopped = true; return nil })
			return nil
		},
		func(context.Context) error { return broken },
		func(context.Context) error { started = true; return nil },
	)
	if !errors.Is(err, broken) || !stopped || started {
		t.Errorf("build: %v; first stopped %v, third started %v", err, stopped, started)
	}
}

func TestLoopThatBreaksEndsTheRun(t *testing.T) {
	a := New(&config.Config{}, discard, false)
	broken := errors.New("broken")
	a.spawn("the loop", func(context.Context) error { return broken })
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := a.Run(ctx); !errors.Is(err, broken) || !strings.Contains(err.Error(), "the loop") {
		t.Errorf("run: %v", err)
	}
}

// configured is the configuration of a whole installation in a folder of the test.
func configured(t *testing.T) *config.Config {
	t.Helper()
	enginetest.Require(t)
	t.Setenv("HAOCHAPING_LISTEN", "127.0.0.1:0")
	t.Setenv("HAOCHAPING_DATA_DIR", filepath.Join(t.TempDir(), "data"))
	t.Setenv("HAOCHAPING_ENGINE_MAX_MEMORY", "1GiB")
	cfg, err := config.Load(config.Options{IgnoreEnv: []string{"HAOCHAPING_CHECKDATA", "HAOCHAPING_CHROMIUM"}})
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

func TestInstallationStartsAndStops(t *testing.T) {
	cfg := configured(t)
	a := New(cfg, discard, false)
	if err := a.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]os.FileMode{"control.sock": 0o600 | os.ModeSocket, "door.key": 0o600, ".": 0o700 | os.ModeDir} {
		info, err := os.Stat(filepath.Join(cfg.DataDir, name))
		if err != nil || info.Mode() != want {
			t.Errorf("%s has the mode %v, want %v: %v", name, info.Mode(), want, err)
		}
	}
	res, err := http.Get(a.Address() + "readyz")
	if err != nil {
		t.Fatal(err)
	}
	if err := res.Body.Close(); err != nil || res.StatusCode != http.StatusOK {
		t.Errorf("ready: %s %v", res.Status, err)
	}
	checkSecondServer(t, cfg, a.Address())

	client, err := Connect(t.Context(), cfg, discard)
	if err != nil {
		t.Fatal(err)
	}
	if client.own != nil {
		t.Error("a command beside a running server started rooms of its own")
	}
	if list, err := client.Keys(t.Context()); err != nil || len(list.Keys) != 0 {
		t.Errorf("keys of a new installation: %v %v", list, err)
	}
	if err := client.Close(); err != nil {
		t.Error(err)
	}

	pid := a.store.embedded.PID()
	if err := a.Stop(); err != nil {
		t.Errorf("stop: %v", err)
	}
	if _, err := os.Stat(filepath.Join(cfg.DataDir, "control.sock")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the control socket is left behind: %v", err)
	}
	if pid == 0 || a.store.embedded.PID() != 0 {
		t.Errorf("the engine runs on: %d, then %d", pid, a.store.embedded.PID())
	}
	if _, err := http.Get(a.Address() + "livez"); err == nil {
		t.Error("a stopped server answers")
	}
}

// checkSecondServer starts a second server for the same address, which must say so and
// leave the first alone.
func checkSecondServer(t *testing.T, cfg *config.Config, address string) {
	t.Helper()
	host := strings.TrimSuffix(strings.TrimPrefix(address, "http://"), "/")
	if _, err := listen(t.Context(), host); err == nil || !strings.Contains(err.Error(), "another program listens on "+host) {
		t.Errorf("listen on a port in use: %v", err)
	}
	impatient, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	second := New(cfg, discard, false)
	if err := second.Start(impatient); !errors.Is(err, engine.ErrInUse) {
		t.Errorf("a second server on the same folder: %v", err)
	}
	conn, err := net.Dial("unix", filepath.Join(cfg.DataDir, "control.sock"))
	if err != nil {
		t.Fatalf("the second server took the first one's socket: %v", err)
	}
	if err := conn.Close(); err != nil {
		t.Error(err)
	}
}

func TestCommandWithoutServerUsesItsOwnRooms(t *testing.T) {
	cfg := configured(t)
	client, err := Connect(t.Context(), cfg, discard)
	if err != nil {
		t.Fatal(err)
	}
	if client.own == nil {
		t.Fatal("the command found a server that does not run")
	}
	var out strings.Builder
	err = client.Facts(t.Context(), &FactsCall{Format: "xml"}, &out)
	if err == nil {
		t.Error("facts of no period are written")
	}
	if err := client.Close(); err != nil {
		t.Error(err)
	}
	if client.own.collector != nil || client.own.address != "" {
		t.Error("a command took records or listened for browsers")
	}
}

func TestSocketPathFitsTheKernel(t *testing.T) {
	t.Chdir(t.TempDir())
	wd, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	deep := filepath.Join(wd, strings.Repeat("a", 60))
	for dir, ok := range map[string]bool{"data": true, deep: true, filepath.Join(deep, strings.Repeat("b", 60)): false} {
		path, err := socketPath(dir)
		if (err == nil) != ok || len(path) > 100 {
			t.Errorf("%s: %q %v", dir, path, err)
		}
		if err != nil && !strings.Contains(err.Error(), "--data-dir") {
			t.Errorf("the error does not say what to do: %v", err)
		}
	}
}
