package engine

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

const (
	loopback = "127.0.0.1"

	firstPause = 50 * time.Millisecond // before the first restart
	lastPause  = 10 * time.Second      // between restarts that keep failing
	steadyTime = time.Minute           // a child that lived this long starts the pauses over
	readyPoll  = 10 * time.Millisecond
	lockPoll   = 200 * time.Millisecond
)

// supervise owns the child from the end of Start to the end of Stop: it starts a new one when the child dies. It releases lock last.
func (e *Engine) supervise(c *child, lock *os.File) {
	defer close(e.supervised)
	defer func() {
		if err := lock.Close(); err != nil {
			e.logger.Warn("engine folder not unlocked", "error", err)
		}
	}()
	wait := firstPause
	for c != nil {
		born := time.Now()
		select {
		case <-e.running.Done():
			c.end()
			<-c.done
			e.forget(c)
			e.logger.Info("engine stopped")
			return
		case <-c.done:
		}
		e.forget(c)
		e.logger.Warn("engine died, starting it again", "error", c.failure())
		if time.Since(born) > steadyTime {
			wait = firstPause
		}
		c, wait = e.relaunch(wait)
	}
}

// relaunch tries until a child accepts connections again. It returns nil when Stop was called, and the pause before the next restart.
func (e *Engine) relaunch(wait time.Duration) (*child, time.Duration) {
	for pause(e.running.Done(), wait) {
		wait = min(2*wait, lastPause)
		c, err := e.launch(e.running, e.port)
		switch {
		case err == nil:
			e.mu.Lock()
			e.restarts++
			e.mu.Unlock()
			e.logger.Info("engine started again", "address", e.Address(), "pid", c.pid())
			return c, wait
		case e.running.Err() == nil:
			e.logger.Error("engine does not start", "error", err, "next_try_in", wait)
		}
	}
	return nil, wait
}

// launch starts one child on port and returns when it accepts connections, or with the reason why it never will.
func (e *Engine) launch(ctx context.Context, port int) (*child, error) {
	if err := checkSpace(e.dir, leastSpace); err != nil {
		return nil, err
	}
	if err := e.writeFiles(port); err != nil {
		return nil, explain(err)
	}
	c, err := startChild(e.command())
	if err != nil {
		return nil, explain(err)
	}
	e.mu.Lock()
	e.child = c
	e.mu.Unlock()
	if err := e.waitReady(ctx, c, port); err != nil {
		c.end()
		select {
		case <-c.done:
		case <-time.After(time.Second):
			c.kill()
			<-c.done
		}
		e.forget(c)
		return nil, err
	}
	return c, nil
}

func (e *Engine) forget(c *child) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.child == c {
		e.child = nil
	}
}

func (e *Engine) waitReady(ctx context.Context, c *child, port int) error {
	ctx, cancel := context.WithTimeoutCause(ctx, startWait, fmt.Errorf("the database did not answer within %v: see %s", startWait, filepath.Join(e.dir, logFile)))
	defer cancel()
	for !e.ready(port) {
		select {
		case <-c.done:
			return c.failure()
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(readyPoll):
		}
	}
	// Something else may be what answers on the port, while the child is just failing to listen there.
	select {
	case <-c.done:
		return c.failure()
	default:
		return nil
	}
}

// ready tells whether the child listens. The library says so in a file: a connection that ends before the greeting is complete could
// harm another engine that took the port.
func (e *Engine) ready(port int) bool {
	if e.program.library != "" {
		text, err := os.ReadFile(filepath.Join(e.dir, readyFile))
		return err == nil && string(text) == strconv.Itoa(port)+"\n"
	}
	conn, err := net.DialTimeout("tcp", net.JoinHostPort(loopback, strconv.Itoa(port)), time.Second)
	if err != nil {
		return false
	}
	return conn.Close() == nil
}

// pause waits for d and tells whether it passed undisturbed.
func pause(done <-chan struct{}, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-done:
		return false
	case <-t.C:
		return true
	}
}

// explain turns the failure of a child or of the file system into one of the sentences above, where there is one for it.
func explain(err error) error {
	if err == nil {
		return nil
	}
	text := err.Error()
	for _, known := range []struct {
		sign  string
		means error
	}{
		{"no space left on device", ErrDiskFull},
		{"Not enough space", ErrDiskFull},
		{"NOT_ENOUGH_SPACE", ErrDiskFull},
		{"Cannot lock file", ErrInUse},
		{"Another server instance in same directory", ErrInUse},
		{"Address already in use", ErrPortInUse},
		{marker, errors.New("the program re-executed as the engine does not call engine.RunChildIfAsked first")},
	} {
		if strings.Contains(strings.ToLower(text), strings.ToLower(known.sign)) {
			return known.means
		}
	}
	return err
}
