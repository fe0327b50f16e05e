package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"sync"
	"syscall"
	"time"
)

// process keeps one service running, as an operating system would: what ends is started
// again. Its methods may be called from any goroutine.
type process struct {
	name    string
	address string // host:port of its web server
	log     *logFile
	environ []string
	clock   clock
	clockAt string

	done chan struct{} // closed when keep has returned

	mu        sync.Mutex
	cmd       *exec.Cmd // nil between two
	ready     bool      // answered since it was started
	spoolMax  int64     // 0 = as configured
	excused   bool      // its next end was caused
	lenient   bool      // it may end by itself: its disk is full
	downSince time.Time
	stats     processStats
}

// processStats is what became of a process.
type processStats struct {
	starts, recoveries int
	killed             int
	gaveUp             int // ends for want of disk space
	diedReady          int // ends that nobody caused, of a service that had answered
	diedStarting       int // the same before it answered, as while its engine was killed
	longest            time.Duration
	forced             bool // it had to be killed at the end
}

// restartPause is what an operating system waits before it starts a service again.
const restartPause = 100 * time.Millisecond

func newProcess(dir, name, address string, environ []string) (*process, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	log, err := createLog(filepath.Join(dir, "service.log"))
	if err != nil {
		return nil, err
	}
	p := &process{
		name: name, address: address, log: log, environ: environ, done: make(chan struct{}),
		clockAt: filepath.Join(dir, "clock"), downSince: time.Now(),
	}
	p.clock, err = openClock(p.clockAt)
	return p, errors.Join(err)
}

func (p *process) url() string { return "http://" + p.address + "/" }

// keep starts the service again and again until ctx ends, then ends it in an orderly way.
func (p *process) keep(ctx context.Context) {
	defer close(p.done)
	for ctx.Err() == nil {
		ended, err := p.start()
		if err != nil {
			fmt.Fprintf(p.log, "crash: start: %v\n", err)
		} else {
			p.attend(ctx, ended)
		}
		select {
		case <-ctx.Done():
		case <-time.After(restartPause):
		}
	}
}

// start starts the service and returns a channel that is closed when it has ended.
func (p *process) start() (<-chan struct{}, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	args := []string{serviceCommand, "-clock", p.clockAt}
	if p.spoolMax > 0 {
		args = append(args, "-spool-max", strconv.FormatInt(p.spoolMax, 10))
	}
	cmd := exec.Command(self, args...)
	cmd.Env, cmd.Stdout, cmd.Stderr = p.environ, p.log, p.log
	stdin, err := cmd.StdinPipe() // its end tells the service that this program is gone
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, errors.Join(err, stdin.Close())
	}
	p.cmd, p.ready = cmd, false
	p.stats.starts++
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		err := cmd.Wait()
		fmt.Fprintf(p.log, "crash: ended: %v\n", err)
	}()
	return ended, nil
}

// attend watches one life of the service.
func (p *process) attend(ctx context.Context, ended <-chan struct{}) {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ended:
			p.buried()
			return
		case <-ctx.Done():
			p.finish(ended)
			return
		case <-tick.C:
		}
		if p.isReady() || !p.answers() {
			continue
		}
		p.mu.Lock()
		p.ready = true
		p.stats.recoveries++
		p.stats.longest = max(p.stats.longest, time.Since(p.downSince))
		p.mu.Unlock()
	}
}

func (p *process) buried() {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.excused:
	case p.lenient:
		p.stats.gaveUp++
	case p.ready:
		p.stats.diedReady++
	default:
		p.stats.diedStarting++
	}
	if p.ready {
		p.downSince = time.Now()
	}
	p.cmd, p.ready, p.excused = nil, false, false
}

// finish asks the service to end and kills it only after a minute.
func (p *process) finish(ended <-chan struct{}) {
	p.signal(syscall.SIGCONT)
	p.signal(syscall.SIGTERM)
	select {
	case <-ended:
	case <-time.After(time.Minute):
		p.signal(syscall.SIGKILL)
		<-ended
		p.mu.Lock()
		p.stats.forced = true
		p.mu.Unlock()
	}
}

func (p *process) isReady() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.ready
}

var prober = &http.Client{Timeout: 2 * time.Second}

func (p *process) answers() bool {
	res, err := prober.Get(p.url() + "livez")
	if err != nil {
		return false
	}
	return res.Body.Close() == nil && res.StatusCode == http.StatusOK
}

// depth is how many accepted records wait in the spool, as the service itself says.
func (p *process) depth() (int, error) {
	res, err := prober.Get(p.url() + "metrics")
	if err != nil {
		return 0, err
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, 4<<20))
	if err = errors.Join(err, res.Body.Close()); err != nil {
		return 0, err
	}
	m := depthPattern.FindSubmatch(body)
	if m == nil {
		return 0, errors.New("the metrics do not tell the depth of the spool")
	}
	n, err := strconv.ParseFloat(string(m[1]), 64)
	return int(n), err
}

var depthPattern = regexp.MustCompile(`(?m)^haochaping_collector_spool_records (\S+)$`)

// signal sends a signal and says whether there was a process to take it.
func (p *process) signal(s syscall.Signal) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.cmd != nil && p.cmd.Process.Signal(s) == nil
}

// kill ends the service at once and says whether there was one.
func (p *process) kill() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd == nil || p.cmd.Process.Kill() != nil {
		return false
	}
	p.excused = true
	p.stats.killed++
	return true
}

// setLenient says whether the service may end by itself for want of disk space.
func (p *process) setLenient(lenient bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lenient = lenient
}

// setSpoolMax bounds the spool from the next start on; 0 = as configured.
func (p *process) setSpoolMax(bytes int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.spoolMax = bytes
}

func (p *process) report() processStats {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.stats
}

// logFile is a service's log. It notices what must not be there, and the newest engine.
type logFile struct {
	file *os.File

	mu     sync.Mutex
	part   []byte // of a line
	engine int    // process id
	panics int
}

func createLog(path string) (*logFile, error) {
	f, err := os.Create(path)
	return &logFile{file: f}, err
}

var (
	enginePattern = regexp.MustCompile(`msg="engine started.* pid=(\d+)`)
	panicPattern  = regexp.MustCompile(`^panic: |^fatal error: |WARNING: DATA RACE|msg="request panicked"`)
)

// Write implements io.Writer.
func (l *logFile) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.part = append(l.part, b...)
	for {
		line, rest, found := bytes.Cut(l.part, []byte("\n"))
		if !found {
			break
		}
		if m := enginePattern.FindSubmatch(line); m != nil {
			l.engine, _ = strconv.Atoi(string(m[1]))
		}
		if panicPattern.Match(line) {
			l.panics++
		}
		l.part = rest
	}
	return l.file.Write(b)
}

func (l *logFile) enginePID() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.engine
}

func (l *logFile) panicked() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.panics
}
