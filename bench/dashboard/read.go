package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"haochaping/bench/gauge"
	"haochaping/bench/world"
	"haochaping/calendar"
)

// pages are what the readers open, of all kinds.
var pages = []string{
	"/", "/?p=12m", "/region/99", "/region/9901", "/region/9901?p=12m", "/region/990101", "/region/990101001",
	"/hall/H5", "/hall/H5/window/3", "/department/D0", "/department/D0?p=12m", "/item/I5", "/ranking?p=lastmonth",
	"/ranking?by=department&line=L0&p=lastmonth", "/brief", "/reviews", "/quality", "/editions", "/search?q=H12", "/wall",
}

// reading is what was measured over one amount of data.
type reading struct {
	dir     string
	ratings uint64
	plain   time.Duration // of the overview's figures by plain SQL
	cold    map[string]time.Duration
	times   map[string][]time.Duration // warm
	failed  map[string]int             // how often a part of a page could not be shown
}

func (r *reading) all() (list []time.Duration) {
	for _, times := range r.times {
		list = append(list, times...)
	}
	return list
}

// quantile is a quantile of a list by nearest rank; 0 of none.
func quantile(list []time.Duration, q float64) time.Duration {
	if len(list) == 0 {
		return 0
	}
	list = slices.Sorted(slices.Values(list))
	return list[min(len(list)-1, int(q*float64(len(list))))]
}

// store makes a data folder of a number of ratings, unless one was made today, and measures the plain SQL over it.
func store(ctx context.Context, dir string, ratings uint64) (r *reading, err error) {
	r = &reading{
		dir: dir, ratings: ratings, cold: make(map[string]time.Duration), times: make(map[string][]time.Duration), failed: make(map[string]int),
	}
	if err := os.MkdirAll(r.data(), 0o700); err != nil {
		return nil, err
	}
	w, err := world.Open(ctx, r.data())
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	made, what := filepath.Join(dir, "made"), fmt.Sprintf("%d ratings until %v", ratings, w.Today)
	if text, err := os.ReadFile(made); err == nil && string(text) != what {
		return nil, fmt.Errorf("%s holds %s, and %s are asked for: remove it", dir, text, what)
	} else if err != nil {
		if err := fill(ctx, w, ratings); err != nil {
			return nil, err
		}
		if err := os.WriteFile(made, []byte(what), 0o600); err != nil {
			return nil, err
		}
	}
	r.plain, err = w.PlainOverview(ctx, calendar.Range{From: w.Today - 29, To: w.Today})
	return r, err
}

func (r *reading) data() string { return filepath.Join(r.dir, "data") }

// measure starts the product over a data folder and reads its pages: each for the first time, then with many readers.
func (r *reading) measure(ctx context.Context, o *options) (err error) {
	p, err := gauge.Start("the service", filepath.Join(r.dir, "service.log"), o.program, nil,
		"serve", "--listen", "127.0.0.1:0", "--data-dir", r.data(), "--log-level", "info")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.Stop()) }()
	base, err := p.Says(ctx, `msg=listening address=(\S+)/`)
	if err != nil {
		return err
	}
	client := &http.Client{Timeout: 2 * time.Minute, Transport: &http.Transport{MaxIdleConnsPerHost: o.readers}}
	if err := signIn(ctx, client, o.program, r.data(), base); err != nil {
		return err
	}
	for _, page := range pages {
		_, took, err := fetch(ctx, client, base+page)
		if err != nil && !errors.Is(err, errPart) {
			return err
		}
		if r.cold[page] = took; err != nil {
			r.failed[page]++
		}
	}
	if err := settled(ctx, client, base); err != nil {
		return err
	}
	progress("%d ratings: the pages were read cold", r.ratings)
	before, err := generation(ctx, client, base)
	if err != nil {
		return err
	}
	if err := r.read(ctx, o, client, base); err != nil {
		return err
	}
	after, err := generation(ctx, client, base)
	if err == nil && after != before {
		err = fmt.Errorf("the facts moved from %s to %s while the pages were read: that was not warm", before, after)
	}
	return err
}

// fill makes records of the last twelve months and more, and has them counted.
func fill(ctx context.Context, w *world.World, ratings uint64) error {
	days := calendar.Range{From: w.Year.From, To: w.Today}
	left := ratings
	months := slices.Collect(days.Months())
	for i, month := range months {
		part := calendar.Period(calendar.KindMonth, month).Intersect(days)
		n := left / uint64(len(months)-i)
		left -= n
		if err := errors.Join(w.Fill(ctx, part, n), w.FillCases(ctx, part, 1)); err != nil {
			return err
		}
	}
	progress("%d ratings and as many cases are stored", ratings)
	if _, err := w.Store.Restate(ctx, time.Now()); err != nil {
		return err
	}
	if _, err := w.Store.RestateItems(ctx); err != nil {
		return err
	}
	if n, err := w.Counted(ctx, days); err != nil || n != ratings {
		return errors.Join(fmt.Errorf("of %d ratings the facts hold %d", ratings, n), err)
	}
	progress("and counted")
	return nil
}

// errPart: a page came, but a part of it failed.
var errPart = errors.New("a part of the page failed")

// generation is the state of the facts that the overview is made of.
func generation(ctx context.Context, client *http.Client, base string) (string, error) {
	body, _, err := fetch(ctx, client, base+"/")
	if err != nil {
		return "", err
	}
	_, after, ok := bytes.Cut(body, []byte(` data-generation="`))
	number, _, ended := bytes.Cut(after, []byte(`"`))
	if !ok || !ended {
		return "", errors.New("the overview does not say of which state of the facts it is")
	}
	return string(number), nil
}

// fetch reads a page, and the server's time for it; with errPart, too.
func fetch(ctx context.Context, client *http.Client, address string) (body []byte, took time.Duration, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, 0, err
	}
	r.Header.Set("Accept", "text/html")
	answer, err := client.Do(r)
	if err != nil {
		return nil, 0, err
	}
	body, err = io.ReadAll(answer.Body)
	if err := errors.Join(err, answer.Body.Close()); err != nil {
		return nil, 0, err
	}
	if answer.StatusCode != http.StatusOK {
		return nil, 0, fmt.Errorf("read %s: %s", address, answer.Status)
	}
	if !bytes.Contains(body, []byte("</html>")) {
		return nil, 0, fmt.Errorf("read %s: not a whole page", address)
	}
	ms, err := strconv.ParseFloat(strings.TrimPrefix(answer.Header.Get("Server-Timing"), "app;dur="), 64)
	if err != nil {
		return nil, 0, fmt.Errorf("read %s: the server does not say its time: %w", address, err)
	}
	took = time.Duration(ms * float64(time.Millisecond))
	if bytes.Contains(body, []byte(` class="incident"`)) {
		return body, took, fmt.Errorf("read %s: %w", address, errPart)
	}
	return body, took, nil
}

// settled waits until each page is answered from what is kept, which rankings are some seconds after they were asked
// for first, and until the findings of the overview have been drawn.
func settled(ctx context.Context, client *http.Client, base string) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	for _, page := range pages {
		for {
			body, took, err := fetch(ctx, client, base+page)
			if err != nil && !errors.Is(err, errPart) {
				return err
			}
			if err == nil && took < time.Second && !bytes.Contains(body, []byte(" data-pending")) {
				break
			}
			time.Sleep(100 * time.Millisecond)
		}
	}
	return nil
}

// read has the readers open the pages, each in an order of its own.
func (r *reading) read(ctx context.Context, o *options, client *http.Client, base string) error {
	ctx, cancel := context.WithTimeout(ctx, o.reading)
	defer cancel()
	var all sync.WaitGroup
	var mu sync.Mutex
	var failed error
	for n := range o.readers {
		all.Go(func() {
			dice := rand.New(rand.NewPCG(uint64(n), 1)) //nolint:gosec // the same pauses and pages in every run
			for {
				pause := 2*time.Second + time.Duration(dice.Int64N(int64(3*time.Second)))
				select {
				case <-ctx.Done():
					return
				case <-time.After(pause):
				}
				page := pages[dice.IntN(len(pages))]
				_, took, err := fetch(ctx, client, base+page)
				mu.Lock()
				switch {
				case err == nil, errors.Is(err, errPart):
					r.times[page] = append(r.times[page], took)
					if err != nil {
						r.failed[page]++
					}
				case ctx.Err() == nil:
					failed = errors.Join(failed, err)
				}
				mu.Unlock()
			}
		})
	}
	all.Wait()
	return failed
}
