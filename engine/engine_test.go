package engine_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"haochaping/engine"
	"haochaping/engine/enginetest"
)

// within waits until ok, and fails the test when that takes longer than d.
func within(t *testing.T, d time.Duration, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(d); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s: not within %v", what, d)
		}
	}
}

func ping(t *testing.T, e *engine.Engine) bool {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	return connectTo(t, e).Ping(ctx) == nil
}

func TestKilledEngineComesBackWithItsRows(t *testing.T) {
	e := enginetest.StartOwn(t)
	address, password, pid := e.Address(), e.Password(), e.PID()
	conn := connectTo(t, e)
	run(t, conn,
		"CREATE TABLE kept (n UInt64) ENGINE = MergeTree ORDER BY n SETTINGS fsync_after_insert = 1, fsync_part_directory = 1",
		"INSERT INTO kept SELECT number FROM numbers(1000)")
	for round := 1; round <= 2; round++ {
		e.Kill()
		within(t, 20*time.Second, "restart", func() bool { return e.Restarts() == round })
		if e.Address() != address || e.Password() != password || e.PID() == pid {
			t.Errorf("address %s password kept %v pid %d after the restart, was %s %d", e.Address(), e.Password() == password, e.PID(), address, pid)
		}
		if got := text(t, connectTo(t, e), "SELECT count() AS x FROM kept"); got != "1000" {
			t.Errorf("%s rows after kill %d", got, round)
		}
	}
}

func TestWrongPasswordIsRefused(t *testing.T) {
	e := enginetest.StartOwn(t)
	for _, test := range []struct{ user, password string }{{e.User(), "wrong"}, {"default", ""}, {"nobody", e.Password()}} {
		err := connectAs(t, e.Address(), test.user, test.password).Ping(t.Context())
		if err == nil {
			t.Errorf("user %q with a wrong password may connect", test.user)
		}
		// The library ends itself after a refused connection; the supervisor has to make up for that.
		within(t, 20*time.Second, "answer after a refused connection", func() bool { return ping(t, e) })
	}
}

func TestStopIsOrderlyAndFast(t *testing.T) {
	enginetest.Require(t)
	e, err := engine.New(enginetest.Options(t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	if e.Address() != "" {
		t.Errorf("address %s before the start", e.Address())
	}
	begin := time.Now()
	if err := e.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Logf("started in %v", time.Since(begin))
	if err := e.Start(t.Context()); err == nil {
		t.Error("started twice")
	}
	pid := e.PID()
	begin = time.Now()
	if err := e.Stop(t.Context()); err != nil {
		t.Error(err)
	}
	t.Logf("stopped in %v", time.Since(begin))
	if took := time.Since(begin); took > 5*time.Second {
		t.Errorf("stopping took %v", took)
	}
	if alive(pid) || e.PID() != 0 {
		t.Errorf("process %d is still there", pid)
	}
	if err := e.Stop(t.Context()); err != nil {
		t.Errorf("stop twice: %v", err)
	}
}

func TestStopBeforeStart(t *testing.T) {
	enginetest.Require(t)
	e, err := engine.New(enginetest.Options(t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Stop(t.Context()); err != nil {
		t.Error(err)
	}
	if err := e.Start(t.Context()); err == nil {
		t.Error("started after the stop")
	}
}

func TestFilesAreForTheOwnerOnly(t *testing.T) {
	enginetest.Require(t)
	dir := filepath.Join(t.TempDir(), `it's "odd" & <long>`)
	e, err := engine.New(enginetest.Options(dir))
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"config.xml", "users.xml"} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v", name, info.Mode())
		}
		content, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(content), e.Password()) {
			t.Errorf("%s holds the password in the clear", name)
		}
	}
	if err := e.Stop(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestSecondEngineOnTheSameFolder(t *testing.T) {
	enginetest.Require(t)
	dir := t.TempDir()
	first, err := engine.New(enginetest.Options(dir))
	if err != nil {
		t.Fatal(err)
	}
	if err := first.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	second, err := engine.New(enginetest.Options(dir))
	if err != nil {
		t.Fatal(err)
	}
	impatient, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	if err := second.Start(impatient); !errors.Is(err, engine.ErrInUse) {
		t.Errorf("second engine: %v", err)
	}
	if !ping(t, first) {
		t.Error("the second engine harmed the first")
	}
	third, err := engine.New(enginetest.Options(dir))
	if err != nil {
		t.Fatal(err)
	}
	started := make(chan error, 1)
	go func() { started <- third.Start(context.WithoutCancel(t.Context())) }()
	if err := first.Stop(t.Context()); err != nil {
		t.Error(err)
	}
	if err := <-started; err != nil {
		t.Errorf("an engine that waits for the one before: %v", err)
	}
	if err := third.Stop(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestEngineEndsWithItsParent kills a service and starts another one on its folder at once.
func TestEngineEndsWithItsParent(t *testing.T) {
	enginetest.Require(t)
	dir := t.TempDir()
	for round := range 2 {
		cmd := exec.Command("/proc/self/exe")
		cmd.Env = append(os.Environ(), parentVariable+"="+dir)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		line, err := bufio.NewReader(out).ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		var pid int
		var address, password string
		if _, err := fmt.Sscan(line, &pid, &address, &password); err != nil {
			t.Fatalf("round %d: %s%v", round, line, err)
		}
		if err := connect(t, address, password, "haochaping").Ping(t.Context()); err != nil {
			t.Error(err)
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		if err := cmd.Wait(); err == nil {
			t.Error("a killed service ended well")
		}
		if round == 1 {
			within(t, 10*time.Second, "end of the engine after its parent", func() bool { return !alive(pid) })
		}
	}
}

func alive(pid int) bool { return syscall.Kill(pid, 0) == nil }
