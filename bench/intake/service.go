package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"haochaping/bench/gauge"
)

// service is the product as it is delivered: its own program with all roles and its own
// engine, on a data folder of its own.
type service struct {
	*gauge.Process
	program, data, address, key string
	engine                      int // process id of its engine
}

// noLimits lets one key send all of the load.
var noLimits = []string{"HAOCHAPING_COLLECTOR_DEVICE_RATE=0", "HAOCHAPING_COLLECTOR_SOURCE_RATE=0"}

func startService(ctx context.Context, program, dir string) (*service, error) {
	s := &service{program: program, data: filepath.Join(dir, "data")}
	if err := os.MkdirAll(s.data, 0o700); err != nil {
		return nil, fmt.Errorf("make the service's folder: %w", err)
	}
	var err error
	s.Process, err = gauge.Start("the service", filepath.Join(dir, "service.log"), program, noLimits,
		"serve", "--listen", "127.0.0.1:0", "--data-dir", s.data, "--log-level", "info")
	if err != nil {
		return nil, err
	}
	if err := s.comesUp(ctx); err != nil {
		return nil, errors.Join(err, s.Stop())
	}
	return s, nil
}

func (s *service) comesUp(ctx context.Context) error {
	url, err := s.Says(ctx, `msg=listening address=(\S+)`)
	if err != nil {
		return err
	}
	pid, err := s.Says(ctx, `msg="engine started" .*pid=(\d+)`)
	if err != nil {
		return err
	}
	if s.engine, err = strconv.Atoi(pid); err != nil {
		return err
	}
	s.address = regexp.MustCompile(`^https?://([^/]*).*$`).ReplaceAllString(url, "$1")
	if s.key, err = gauge.Run(ctx, nil, s.program, "source", "add", "--data-dir", s.data, "--name", "bench", "--code-map", "five-best"); err != nil {
		return err
	}
	return until(ctx, 20*time.Second, "the key to be known", func(ctx context.Context) (bool, error) {
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+s.address+"/api/v1/ratings", strings.NewReader("{}"))
		if err != nil {
			return false, err
		}
		r.Header.Set("Authorization", "Bearer "+s.key)
		r.Header.Set("Content-Type", "application/json")
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			return false, err
		}
		return answer.StatusCode == http.StatusUnprocessableEntity, answer.Body.Close()
	})
}

// until asks again and again until something is so.
func until(ctx context.Context, wait time.Duration, what string, so func(context.Context) (bool, error)) error {
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	for {
		done, err := so(ctx)
		if done && err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return errors.Join(fmt.Errorf("wait for %s: %w", what, ctx.Err()), err)
		case <-time.After(100 * time.Millisecond):
		}
	}
}

var waiting = regexp.MustCompile(`(?m)^haochaping_collector_spool_records (\S+)$`)

// idle waits until the spool is empty and the service and its engine rest, so that no
// cell pays for the one before it.
func (s *service) idle(ctx context.Context) error {
	calm := 0
	before := time.Duration(-1)
	return until(ctx, 5*time.Minute, "the spool to be shipped and counted", func(ctx context.Context) (bool, error) {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.address+"/metrics", http.NoBody)
		if err != nil {
			return false, err
		}
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			return false, err
		}
		text, err := io.ReadAll(answer.Body)
		if err = errors.Join(err, answer.Body.Close()); err != nil {
			return false, err
		}
		m := waiting.FindSubmatch(text)
		if m == nil {
			return false, errors.New("the service does not tell how many records wait in its spool")
		}
		own, err1 := gauge.CPU(s.PID())
		engines, err2 := gauge.CPU(s.engine)
		if err := errors.Join(err1, err2); err != nil {
			return false, err
		}
		used := own + engines - before
		before = own + engines
		if calm++; string(m[1]) != "0" || used > 30*time.Millisecond {
			calm = 0
		}
		return calm >= 8, nil
	})
}

// counted is how many ratings the facts hold.
func (s *service) counted(ctx context.Context) (n int64, err error) {
	out, err := gauge.Run(ctx, nil, s.program, "facts", "--data-dir", s.data, "--by", "total", "--format", "json")
	if err != nil {
		return 0, err
	}
	var rows []struct {
		Ratings int64 `json:"ratings"`
	}
	if err := json.Unmarshal([]byte(out), &rows); err != nil {
		return 0, fmt.Errorf("read the facts: %w: %.300s", err, out)
	}
	if len(rows) > 0 {
		n = rows[len(rows)-1].Ratings // the sum of the lines above it
	}
	return n, nil
}

// target is one address of the service's intake.
func (s *service) target(name, media string, records int) *target {
	t := &target{
		name: name, address: s.address, records: records, want: http.StatusAccepted,
		head:   "POST /api/v1/ratings HTTP/1.1\r\nHost: " + s.address + "\r\nAuthorization: Bearer " + s.key + "\r\nContent-Type: " + media + "\r\n",
		append: func(w *writer, b []byte) []byte { return w.append(b) },
		check:  checkReceipt,
	}
	if records > 1 {
		t.append = func(w *writer, b []byte) []byte {
			for range records {
				b = append(w.append(b), '\n')
			}
			return b
		}
	}
	return t
}
