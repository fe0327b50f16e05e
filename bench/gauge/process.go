package gauge

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Process is a child that is measured from outside.
type Process struct {
	name string
	cmd  *exec.Cmd
	log  string        // its file
	done chan struct{} // closed when it has ended; err is set before
	err  error
}

// Start runs a program with its output in a file, in whose folder it works. Whoever starts it stops it.
func Start(name, logPath, path string, env []string, args ...string) (_ *Process, err error) {
	p := &Process{name: name, log: logPath, done: make(chan struct{})}
	log, err := os.Create(logPath)
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	defer func() { err = errors.Join(err, log.Close()) }()
	p.cmd = exec.Command(path, args...)
	p.cmd.Dir, p.cmd.Env = filepath.Dir(logPath), append(os.Environ(), env...)
	p.cmd.Stdout, p.cmd.Stderr = log, log
	// Ctrl-C is for this process, which then ends the others in order.
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	go func() {
		defer close(p.done)
		p.err = p.cmd.Wait()
	}()
	return p, nil
}

// Says waits up to a minute for a line of the log and returns the group of the pattern.
func (p *Process) Says(ctx context.Context, pattern string) (string, error) {
	re, err := regexp.Compile(pattern)
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		text, err := os.ReadFile(p.log)
		if err != nil {
			return "", fmt.Errorf("read the log of %s: %w", p.name, err)
		}
		if m := re.FindSubmatch(text); m != nil {
			return string(m[1]), nil
		}
		select {
		case <-p.done:
			return "", fmt.Errorf("%s ended: %w\n%s", p.name, p.err, text)
		case <-ctx.Done():
			return "", fmt.Errorf("%s does not come up: %w\n%s", p.name, ctx.Err(), text)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// Stop ends the process in an orderly way, within a minute.
func (p *Process) Stop() error {
	if err := p.cmd.Process.Signal(os.Interrupt); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("stop %s: %w", p.name, err)
	}
	select {
	case <-p.done:
	case <-time.After(time.Minute):
		err := p.cmd.Process.Kill()
		<-p.done
		return errors.Join(fmt.Errorf("stop %s: not within a minute", p.name), err)
	}
	if p.err != nil {
		return fmt.Errorf("stop %s: %w", p.name, p.err)
	}
	return nil
}

// Log is the path of the file that holds its output.
func (p *Process) Log() string { return p.log }

// PID is its process id.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// ticks is how many units of processor time the kernel counts in a second, on every
// Linux that Go runs on.
const ticks = 100

// CPU is the processor time that a process has used, of user and system.
func CPU(pid int) (time.Duration, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, fmt.Errorf("read the processor time: %w", err)
	}
	// The name in parentheses may hold spaces: the fields behind it count.
	fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
	if len(fields) < 13 {
		return 0, fmt.Errorf("read the processor time: %d fields", len(fields))
	}
	user, err1 := strconv.ParseInt(fields[11], 10, 64)
	system, err2 := strconv.ParseInt(fields[12], 10, 64)
	return time.Duration(user+system) * (time.Second / ticks), errors.Join(err1, err2)
}

// Resident is the resident memory of a process in MiB.
func Resident(pid int) (float64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, fmt.Errorf("read the resident memory: %w", err)
	}
	for line := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kib, err := strconv.ParseFloat(strings.Fields(value)[0], 64)
			return kib / 1024, err
		}
	}
	return 0, errors.New("read the resident memory: the kernel does not say it")
}

// Run runs a command to its end and returns what it printed.
func Run(ctx context.Context, env []string, path string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Env = append(os.Environ(), env...)
	var failure bytes.Buffer
	cmd.Stderr = &failure
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w: %s", filepath.Base(path), strings.Join(args, " "), err, io.MultiReader(&failure))
	}
	return strings.TrimSpace(string(out)), nil
}
