package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// progress shows how far a long work is: a bar on a terminal, else a line now and then.
type progress struct {
	out      io.Writer
	terminal bool
	stage    string
	bar      *progressbar.ProgressBar
	started  time.Time
	told     time.Time
}

func newProgress(out *os.File) *progress {
	return &progress{out: out, terminal: term.IsTerminal(int(out.Fd()))}
}

// show counts things. It is called by one goroutine at a time.
func (p *progress) show(stage string, done, total int) {
	p.step(stage, int64(done), int64(total), "", progressbar.OptionShowCount(), progressbar.OptionShowIts())
}

// file counts bytes read; size 0 is unknown.
func (p *progress) file(name string, done, size int64, text string) {
	if size == 0 {
		size = -1
	}
	p.step(name, done, size, text, progressbar.OptionShowBytes(true))
}

func (p *progress) step(stage string, done, total int64, text string, options ...progressbar.Option) {
	if stage != p.stage {
		p.stage, p.started, p.told = stage, time.Now(), time.Now()
		if p.terminal {
			p.bar = progressbar.NewOptions64(total, append(options, progressbar.OptionSetWriter(p.out),
				progressbar.OptionSetPredictTime(true), progressbar.OptionThrottle(100*time.Millisecond),
				progressbar.OptionFullWidth(), progressbar.OptionOnCompletion(func() { _, _ = fmt.Fprintln(p.out) }))...)
		}
	}
	if p.terminal {
		p.bar.Describe(stage + " " + text)
		_ = p.bar.Set64(done) // a bar that cannot be drawn is no reason to stop
		return
	}
	if done != total && time.Since(p.told) < 5*time.Second {
		return
	}
	p.told = time.Now()
	_, _ = fmt.Fprintln(p.out, p.line(done, total, text))
}

// line is the progress in words, with rate and remaining time where they are known.
func (p *progress) line(done, total int64, text string) string {
	line := fmt.Sprintf("%s: %d", p.stage, done)
	if total > 0 {
		line += fmt.Sprintf(" of %d", total)
	}
	if text != "" {
		line += ", " + text
	}
	took := time.Since(p.started)
	if rate := float64(done) / took.Seconds(); done > 0 && done < total && took > time.Second {
		line += fmt.Sprintf(", %.0f/s, %s left", rate, (time.Duration(float64(total-done)/rate) * time.Second).Round(time.Second))
	}
	return line
}
