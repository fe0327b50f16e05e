package collector

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/http"
	"sync"

	"haochaping/collector/spool"
)

// stream takes NDJSON chunk by chunk. While one chunk becomes durable the next is
// read and checked; the one after it waits, so that a stream of any length takes the
// memory of two. The answer waits for the last. A sender that is slow holds up nobody:
// what it has sent so far waits as lines.
func (q *intake) stream(ctx context.Context, b *body) answer {
	q.brief = true
	r, _ := lineReaders.Get().(*bufio.Reader)
	r.Reset(b.text)
	next, _ := allLines.Get().(*lines)
	p := &pipeline{q: q, next: next}
	defer func() {
		p.release()
		r.Reset(nil)
		lineReaders.Put(r)
	}()
	if head, _ := r.Peek(2); looksPacked(head) {
		return packedUnsaid()
	}
	for index := 0; ; {
		text, length, readErr := line(r)
		if index == 0 {
			text = withoutMark(text)
		}
		if readErr == nil && len(text) > 0 {
			p.next.add(index, text, length)
			index++
		}
		if readErr == nil && !p.next.full() {
			continue
		}
		if err := p.push(ctx, readErr != nil); err != nil {
			return q.notStored(err)
		}
		switch {
		case errors.Is(readErr, io.EOF):
			if q.got.total() == 0 {
				return problem(http.StatusBadRequest, "empty", "The stream has no lines: send at least one record.")
			}
			return q.answer()
		case readErr != nil:
			a := b.answer(readErr)
			a.problem.Counts = q.got.Counts
			return a
		}
	}
}

// pipeline writes the chunks of one stream in their order, one at a time. All but the
// write itself happens in the goroutine of the request.
type pipeline struct {
	q       *intake
	next    *lines
	writing *chunk // being written by a goroutine that reports to written; nil = none
	written chan outcome
}

// outcome is what became of a write.
type outcome struct {
	outcomes []spool.Outcome
	err      error
}

// push starts to write the next lines as soon as those before them are durable. last
// waits for them too.
func (p *pipeline) push(ctx context.Context, last bool) error {
	if len(p.next.spans) == 0 {
		return p.wait(ctx)
	}
	turns := p.q.c.turns
	turns <- struct{}{}
	done := sync.OnceFunc(func() { <-turns })
	started := false
	ck := newChunk()
	defer func() { // also at a panic, which answers this request alone
		if !started {
			ck.release()
			done()
		}
	}()
	for _, l := range p.next.spans {
		p.q.check(ck, l.index, p.next.text[l.from:l.to], l.length)
	}
	p.next.reset()
	if err := p.wait(ctx); err != nil {
		return err
	}
	if last {
		return p.q.store(ctx, ck)
	}
	if p.written == nil {
		p.written = make(chan outcome, 1)
	}
	p.writing, started = ck, true
	go func() {
		outcomes, err := p.q.append(ctx, ck.entries)
		done() // here, not with the receipts: this stream may be waiting for its turn
		p.written <- outcome{outcomes, err}
	}()
	p.q.rc.Now = p.q.c.opts.Now()
	return nil
}

// wait waits for the write under way, if there is one, and writes its receipts.
func (p *pipeline) wait(ctx context.Context) error {
	full := p.writing
	if full == nil {
		return nil
	}
	o := <-p.written
	p.writing = nil
	defer full.release()
	if o.err != nil {
		return o.err
	}
	return p.q.settle(ctx, full, o.outcomes)
}

// release ends the pipeline, also when the request ends by a panic.
func (p *pipeline) release() {
	if p.writing != nil {
		<-p.written
		p.writing.release()
	}
	p.next.release()
}
