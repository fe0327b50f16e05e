// Package engine runs a real ClickHouse as a child process on loopback, for installations that name no ClickHouse server of their own.
//
// It promises that the address, user and password of an Engine never change while the Engine exists, also when the child dies and is
// started again, and that the child ends when this process ends, however it ends. It never loads the database into this process, never
// listens on anything but 127.0.0.1, and never speaks to the database itself: that is the caller's business.
//
// The child is this same program, re-executed: call RunChildIfAsked first in main and in TestMain.
package engine

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"
)

const (
	userName     = "haochaping"
	databaseName = "haochaping"

	// startWait bounds one start of the child until it accepts connections; a large store on a slow disk takes a while.
	startWait = 2 * time.Minute
	// inUseWait bounds the wait for another engine on the same folder, which is usually the child of a service that just ended.
	inUseWait = 15 * time.Second
	// stopGrace bounds the orderly end of the child. The child itself gives up a little later (see childGrace).
	stopGrace = 15 * time.Second
	// portAttempts bounds how often the first start chooses another port because somebody took the chosen one.
	portAttempts = 5
)

// Errors that Start may wrap. Their texts are sentences for the person who started the program.
var (
	// ErrInUse says that another engine holds the data folder.
	ErrInUse = errors.New("another haochaping is using this folder: stop it, or choose another data folder")
	// ErrPortInUse says that another program listens on the engine's port.
	ErrPortInUse = errors.New("another program listens on the engine's port: end it and start again")
	// ErrDiskFull says that the disk of the data folder has no space left.
	ErrDiskFull = errors.New("the disk is full: free some space and start again")
	// ErrNoLibrary says that neither the engine's library nor a clickhouse program was found.
	ErrNoLibrary = errors.New(`the embedded database is not installed: run "make build" or "npm ci", or name a ClickHouse server in the configuration`)
	// ErrIncomplete says that npm packages are installed, but not the one with the engine's library.
	ErrIncomplete = errors.New("the npm packages are installed without it")
)

// Options say where and how an Engine runs. Only Dir is required.
type Options struct {
	// Dir is the folder of the engine: its data (store/), generated configuration and log. It is created with mode 0700.
	Dir string
	// Library is the path of the engine's shared library; "" lets FindLibrary search.
	Library string
	// Binary is the path of a clickhouse program to run instead of the library. With Binary and Library both "", a clickhouse
	// on the PATH is preferred to the library.
	Binary string
	// MaxMemory bounds the memory of the child in bytes (max_server_memory_usage). 0 means half of what the machine or its
	// control group has, and 2 GiB where that is unknown. Queries beyond it fail; the process does not.
	MaxMemory uint64
	// Logger is told about starts, ends and restarts of the child; nil is silent.
	Logger *slog.Logger
	// Executable is the program to re-execute as the child; "" means this one. It must call RunChildIfAsked.
	Executable string
}

// Engine is one ClickHouse child process and its supervisor. Its methods may be called from any goroutine.
type Engine struct {
	dir        string
	program    program
	maxMemory  uint64
	logger     *slog.Logger
	password   string
	running    context.Context // ends with the first Stop
	endRunning context.CancelFunc

	mu         sync.Mutex
	started    bool
	supervised chan struct{} // closed when nothing runs any more; nil before Start
	port       int           // chosen by Start, fixed once Start returned
	child      *child        // the running child, nil between two
	restarts   int
}

// New checks the options and finds the program to run. It starts nothing and writes nothing.
func New(o Options) (*Engine, error) {
	if o.Dir == "" {
		return nil, errors.New("engine: no folder given")
	}
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return nil, fmt.Errorf("locate engine folder %s: %w", o.Dir, err)
	}
	p, err := findProgram(o)
	if err != nil {
		return nil, err
	}
	e := &Engine{
		dir: dir, program: p, maxMemory: o.MaxMemory, logger: o.Logger,
		password: rand.Text(),
	}
	e.running, e.endRunning = context.WithCancel(context.Background())
	if e.maxMemory == 0 {
		e.maxMemory = defaultMemory()
	}
	if e.logger == nil {
		e.logger = slog.New(slog.DiscardHandler)
	}
	return e, nil
}

// Address is where the engine listens for the native protocol, "127.0.0.1:port". It is "" until Start has returned, fixed from then on.
func (e *Engine) Address() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.port == 0 {
		return ""
	}
	return net.JoinHostPort(loopback, strconv.Itoa(e.port))
}

// User is the only user that may connect.
func (e *Engine) User() string { return userName }

// Password is the random password of User, chosen by New and never written to disk in the clear.
func (e *Engine) Password() string { return e.password }

// Database is an Atomic database that exists once Start has returned.
func (e *Engine) Database() string { return databaseName }

// PID is the process id of the running child, or 0 between two.
func (e *Engine) PID() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.child == nil {
		return 0
	}
	return e.child.pid()
}

// Restarts counts how often the child was started again after it had died.
func (e *Engine) Restarts() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.restarts
}

// Start starts the child and returns when it accepts connections. From then on a child that dies is started again until Stop.
//
// The first start chooses a free port, and another one if somebody was faster; later starts keep it, because callers know it by
// then. A folder still held by another engine is waited for, 15 seconds at most. ctx bounds only the start. An Engine starts once.
func (e *Engine) Start(ctx context.Context) error {
	e.mu.Lock()
	if e.started || e.running.Err() != nil {
		e.mu.Unlock()
		return errors.New("start engine: it was started or stopped before")
	}
	e.started = true
	e.supervised = make(chan struct{})
	e.mu.Unlock()

	lock, c, err := e.firstStart(ctx)
	if err != nil {
		close(e.supervised)
		return fmt.Errorf("start engine in %s: %w", e.dir, err)
	}
	e.logger.Info("engine started", "address", e.Address(), "pid", c.pid())
	go e.supervise(c, lock)
	return nil
}

func (e *Engine) firstStart(ctx context.Context) (*os.File, *child, error) {
	if err := os.MkdirAll(filepath.Join(e.dir, storeFolder), 0o700); err != nil {
		return nil, nil, explain(err)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(e.running, cancel)()
	deadline := time.Now().Add(inUseWait)
	lock, err := lockFolder(ctx, e.dir, deadline)
	if err != nil {
		return nil, nil, err
	}
	for attempt := 1; ; {
		var port int
		if port, err = freePort(); err != nil {
			break
		}
		var c *child
		if c, err = e.launch(ctx, port); err == nil {
			e.mu.Lock()
			e.port = port
			e.mu.Unlock()
			return lock, c, nil
		}
		switch {
		case errors.Is(err, ErrInUse) && time.Now().Before(deadline):
			if !pause(ctx.Done(), lockPoll) {
				err = fmt.Errorf("%w (%w)", err, ctx.Err())
			}
		case errors.Is(err, ErrPortInUse) && attempt < portAttempts:
			attempt++
		default:
			return nil, nil, errors.Join(err, lock.Close())
		}
		if ctx.Err() != nil {
			break
		}
	}
	return nil, nil, errors.Join(err, lock.Close())
}

// Stop ends the child in an orderly way and waits for it: 15 seconds at most and no longer than ctx, then the child is killed. What was
// inserted with fsync is safe either way. It returns an error if the child had to be killed. Stopping twice, or before Start, is allowed.
func (e *Engine) Stop(ctx context.Context) error {
	e.mu.Lock()
	e.endRunning()
	supervised := e.supervised
	e.mu.Unlock()
	if supervised == nil {
		return nil
	}
	grace := time.NewTimer(stopGrace)
	defer grace.Stop()
	select {
	case <-supervised:
		return nil
	case <-ctx.Done():
	case <-grace.C:
	}
	e.Kill()
	<-supervised
	return fmt.Errorf("stop engine in %s: it did not end in time and was killed", e.dir)
}

// Kill kills the child at once, as a crash would. The supervisor starts it again unless Stop was called. It is meant for failure tests.
func (e *Engine) Kill() {
	e.mu.Lock()
	c := e.child
	e.mu.Unlock()
	if c != nil {
		c.kill()
	}
}
