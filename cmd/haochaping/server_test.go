package main

import (
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

	"github.com/rogpeppe/go-internal/testscript"
)

type scriptKey struct{}

// script is what the added commands of one script share. It is used by the script's
// goroutine alone.
type script struct {
	env        []string
	server     *server // nil between two
	other      *server // the one that server swap has put aside
	starts     int
	clickhouse *remote
	answer     answer
}

func scriptOf(ts *testscript.TestScript) *script {
	s, ok := ts.Value(scriptKey{}).(*script)
	if !ok {
		ts.Fatalf("the script has no state")
	}
	return s
}

// end ends what a script that failed has left running.
func (s *script) end() {
	for _, left := range []*server{s.server, s.other} {
		if left != nil {
			_ = left.kill() // the script has failed already
		}
	}
	if s.clickhouse != nil {
		_ = s.clickhouse.stop()
	}
}

// server is one run of `haochaping serve`.
type server struct {
	cmd      *exec.Cmd
	lifeline io.Closer
	logPath  string
	done     chan struct{} // closed when the process has ended; err is set before
	err      error
}

// cmdServer is the running service of a script:
//
//	server start [FLAG…]   starts it, waits until it listens and sets $URL
//	server stop            interrupts it; it must end in an orderly way
//	server kill            kills it as a crash would
//	server swap            puts it aside; the commands above are about another one then
//	[!] server log PATTERN what its log says within 20 s, or does not say now
func cmdServer(ts *testscript.TestScript, neg bool, args []string) {
	s := scriptOf(ts)
	if len(args) == 0 || (neg && args[0] != "log") {
		ts.Fatalf("usage: server start|stop|kill|swap|log")
	}
	if args[0] == "start" {
		if s.server != nil {
			ts.Fatalf("a server runs already")
		}
		s.starts++
		var err error
		s.server, err = startServer(s.env, ts.MkAbs("."), fmt.Sprintf("server-%d.log", s.starts), args[1:])
		ts.Check(err)
		s.server.setAddress(ts)
		return
	}
	if args[0] == "swap" {
		if s.server, s.other = s.other, s.server; s.server != nil {
			s.server.setAddress(ts)
		}
		return
	}
	if s.server == nil {
		ts.Fatalf("no server runs")
	}
	switch args[0] {
	case "stop":
		err := s.server.stop()
		s.server = nil
		ts.Check(err)
	case "kill":
		err := s.server.kill()
		s.server = nil
		ts.Check(err)
	case "log":
		within := 20 * time.Second
		if neg {
			within = 0
		}
		_, err := s.server.wait("("+args[1]+")", within)
		if neg && err == nil {
			ts.Fatalf("the server's log says %s", args[1])
		}
		if !neg {
			ts.Check(err)
		}
	default:
		ts.Fatalf("unknown: server %s", args[0])
	}
}

// setAddress waits until the server listens and sets $URL and $ADDRESS.
func (s *server) setAddress(ts *testscript.TestScript) {
	address, err := s.wait(`msg=listening address=(\S+)/`, time.Minute)
	ts.Check(err)
	ts.Setenv("URL", address)
	ts.Setenv("ADDRESS", regexp.MustCompile(`^https?://([^/]*).*$`).ReplaceAllString(address, "$1"))
}

func startServer(env []string, dir, logName string, args []string) (_ *server, err error) {
	s := &server{logPath: filepath.Join(dir, logName), done: make(chan struct{})}
	log, err := os.Create(s.logPath)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, log.Close()) }()
	path, err := exec.LookPath("haochaping")
	if err != nil {
		return nil, err
	}
	s.cmd = exec.Command(path, append([]string{"serve", "--listen", "127.0.0.1:0"}, args...)...)
	s.cmd.Args[0] = "haochaping"
	s.cmd.Dir, s.cmd.Env = dir, append([]string{lifelineVariable + "=1"}, env...)
	s.cmd.Stdout, s.cmd.Stderr = log, log
	if s.lifeline, err = s.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		defer close(s.done)
		s.err = s.cmd.Wait()
	}()
	return s, nil
}

// wait returns the first group of the last match of a pattern in the log.
func (s *server) wait(pattern string, within time.Duration) (string, error) {
	re, err := regexp.Compile(pattern)
	if err != nil {
		return "", err
	}
	for deadline := time.Now().Add(within); ; time.Sleep(20 * time.Millisecond) {
		log, err := os.ReadFile(s.logPath)
		if err != nil {
			return "", err
		}
		if found := re.FindAllStringSubmatch(string(log), -1); found != nil {
			return found[len(found)-1][1], nil
		}
		select {
		case <-s.done:
			return "", fmt.Errorf("the server ended (%w) and its log has no %s:\n%s", s.err, pattern, log)
		default:
		}
		if time.Now().After(deadline) {
			return "", fmt.Errorf("the server's log has no %s within %v:\n%s", pattern, within, log)
		}
	}
}

func (s *server) stop() error {
	if err := s.cmd.Process.Signal(os.Interrupt); err != nil {
		return err
	}
	select {
	case <-s.done:
	case <-time.After(40 * time.Second):
		return errors.Join(errors.New("the server does not stop within 40 s"), s.kill())
	}
	if s.err != nil {
		log, _ := os.ReadFile(s.logPath) // only for the message
		return fmt.Errorf("the server ended with %w:\n%s", s.err, log)
	}
	return s.checkRaces()
}

func (s *server) kill() error {
	_ = s.cmd.Process.Kill() // fails only if it is gone
	<-s.done
	return s.checkRaces()
}

// checkRaces looks for what the race detector has written.
func (s *server) checkRaces() error {
	log, err := os.ReadFile(s.logPath)
	if err == nil && strings.Contains(string(log), "DATA RACE") {
		err = fmt.Errorf("a race in the server:\n%s", log)
	}
	return err
}

var signals = map[string]syscall.Signal{"STOP": syscall.SIGSTOP, "CONT": syscall.SIGCONT, "KILL": syscall.SIGKILL}

// cmdEngine sends a signal to the server's embedded engine: engine STOP|CONT|KILL [TIMES].
// A killed one is waited for until its successor has started.
func cmdEngine(ts *testscript.TestScript, neg bool, args []string) {
	s := scriptOf(ts)
	if neg || len(args) == 0 || s.server == nil {
		ts.Fatalf("usage: engine STOP|CONT|KILL [TIMES], while a server runs")
	}
	times := 1
	if len(args) > 1 {
		var err error
		times, err = strconv.Atoi(args[1])
		ts.Check(err)
	}
	for range times {
		pid, err := s.server.enginePID()
		ts.Check(err)
		ts.Check(syscall.Kill(pid, signals[args[0]]))
		for deadline := time.Now().Add(time.Minute); args[0] == "KILL"; time.Sleep(20 * time.Millisecond) {
			if next, err := s.server.enginePID(); err == nil && next != pid {
				break
			}
			if time.Now().After(deadline) {
				ts.Fatalf("the engine did not come back within a minute")
			}
		}
	}
}

// enginePID is the process id of the engine that was started last.
func (s *server) enginePID() (int, error) {
	text, err := s.wait(`msg="engine started(?: again)?" .*pid=(\d+)`, 0)
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(text)
}
