package engine

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"
	"unsafe"

	"github.com/ebitengine/purego"
)

// ChildName is what process lists show for the child.
const ChildName = "haochaping-engine"

const (
	// marker is the first argument of the child. It looks like a flag that nobody knows, so that a program that forgot
	// RunChildIfAsked ends with an error instead of starting itself over and over.
	marker = "-haochaping-engine-child"
	// childGrace is how long the child may go on after its parent has closed the pipe or died.
	childGrace = stopGrace + 5*time.Second
	// tailSize bounds what is kept of the child's error output.
	tailSize = 8 << 10
)

// RunChildIfAsked turns this process into the engine if it was started as one, and then never returns. Otherwise it returns at once.
// It must be the first call in main and in every TestMain of a program that starts an Engine.
func RunChildIfAsked() {
	if len(os.Args) < 3 || os.Args[0] != ChildName || os.Args[1] != marker {
		return
	}
	go endWithParent()
	standBack()
	if err := runLibrary(os.Args[2], os.Args[3:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// endWithParent waits for the end of standard input, as the library itself does in its last statement, and ends a library that hangs.
func endWithParent() {
	// Nothing is ever written to the pipe; an error means the same as its end.
	_, _ = io.Copy(io.Discard, os.Stdin)
	time.Sleep(childGrace)
	os.Exit(3)
}

// runLibrary loads the library and runs it as "clickhouse local" with args, until its queries have ended.
func runLibrary(path string, args []string) error {
	library, err := purego.Dlopen(path, purego.RTLD_NOW|purego.RTLD_GLOBAL)
	if err != nil {
		return fmt.Errorf("load database library %s: %w", path, err)
	}
	var run func(argc int32, argv unsafe.Pointer) uintptr
	var resultError func(result uintptr) string
	var handleSignals func(enabled int32)
	for name, target := range map[string]any{
		"chdb_query_cmdline": &run, "chdb_result_error": &resultError, "chdb_set_signal_handlers_enabled": &handleSignals,
	} {
		symbol, err := purego.Dlsym(library, name)
		if err != nil {
			return fmt.Errorf("find %s in database library %s: %w", name, path, err)
		}
		purego.RegisterFunc(target, symbol)
	}
	// Its crash handlers spend seconds on a report before a broken process ends; without them the next one answers in half a second.
	// That counts because every refused password breaks the library (26.7): the exception leaves the connection's thread uncaught.
	handleSignals(0)
	// C keeps pointers into the arguments while it runs, so they must not move: an array of pointers, ended by a null one.
	args = append([]string{"clickhouse"}, args...)
	argv := make([]*byte, len(args)+1)
	var pins runtime.Pinner
	defer pins.Unpin()
	for i, a := range args {
		if argv[i], err = syscall.BytePtrFromString(a); err != nil {
			return fmt.Errorf("pass argument %q to the database: %w", a, err)
		}
		pins.Pin(argv[i])
	}
	pins.Pin(&argv[0])
	result := run(int32(len(args)), unsafe.Pointer(&argv[0])) // the list is short
	if result == 0 {
		return errors.New("the database gave no result")
	}
	if text := resultError(result); text != "" {
		return errors.New(text)
	}
	return nil
}

// child is one running process and the only writer of its standard input.
type child struct {
	cmd    *exec.Cmd
	stdin  io.Closer
	output *tail
	signal os.Signal     // asks for an orderly end, besides closing stdin; nil for none
	done   chan struct{} // closed when the process has ended; err is set before
	err    error
}

// startChild starts cmd in a process group of its own, so that Ctrl-C in a terminal reaches only this process.
func startChild(cmd *exec.Cmd, ask os.Signal) (*child, error) {
	c := &child{cmd: cmd, output: &tail{}, signal: ask, done: make(chan struct{})}
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("make the pipe to the database: %w", err)
	}
	c.stdin = stdin
	cmd.Stdout, cmd.Stderr = c.output, c.output
	cmd.SysProcAttr = processAttributes(ask != nil)
	started := make(chan error, 1)
	go func() {
		// On Linux the death signal is tied to the thread that started the child, so that thread has to live as long.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err != nil {
			return
		}
		c.err = cmd.Wait()
		close(c.done)
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start the database process: %w", err)
	}
	return c, nil
}

func (c *child) pid() int { return c.cmd.Process.Pid }

// end asks the child to end in an orderly way. It does not wait.
func (c *child) end() {
	// Both fail only if the child is gone already, which is what they are for.
	_ = c.stdin.Close()
	if c.signal != nil {
		_ = c.cmd.Process.Signal(c.signal)
	}
}

func (c *child) kill() {
	// Fails only if the child is gone already.
	_ = c.cmd.Process.Kill()
}

// failure says in one sentence why the child has ended. It may be called once done is closed.
func (c *child) failure() error {
	text := c.output.String()
	if err := explain(errors.New(text)); err.Error() != text {
		return err
	}
	line := ""
	for l := range strings.Lines(text) {
		if strings.Contains(l, "Exception: ") || (line == "" && !strings.HasPrefix(l, "Logging ")) {
			line = strings.TrimSpace(l)
		}
	}
	switch {
	case line != "" && c.err != nil:
		return fmt.Errorf("the database process ended (%w): %s", c.err, line)
	case c.err != nil:
		return fmt.Errorf("the database process ended: %w", c.err)
	}
	return fmt.Errorf("the database process ended: %s", line)
}

// tail keeps the first and the last part of what is written to it: the reason of a failure comes first, a crash report last.
type tail struct {
	mu          sync.Mutex
	first, last []byte
}

// Write implements io.Writer and never fails.
func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := len(p)
	if room := tailSize - len(t.first); room > 0 {
		k := min(room, len(p))
		t.first = append(t.first, p[:k]...)
		p = p[k:]
	}
	t.last = append(t.last, p...)
	if over := len(t.last) - tailSize; over > 0 {
		t.last = append(t.last[:0], t.last[over:]...)
	}
	return n, nil
}

// String is what has been kept.
func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.first) + string(t.last)
}
