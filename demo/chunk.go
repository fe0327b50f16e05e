package demo

import (
	"context"
	"iter"
	"sync"

	"haochaping/calendar"
	"haochaping/record"
)

// Chunk is a part of the records of one day of service, at most [ChunkSize] of them,
// ordered by the time at which people were served.
type Chunk struct {
	Day       calendar.Day
	Resent    bool // a repetition: the month that the vendor sends twice
	Ratings   []record.RatingInput
	Cases     []record.CaseInput
	Prompts   []record.PromptInput
	FollowUps []record.FollowUpInput
}

// ChunkSize bounds the records of a chunk.
const ChunkSize = 20_000

// Len is the number of records.
func (c *Chunk) Len() int {
	return len(c.Ratings) + len(c.Cases) + len(c.Prompts) + len(c.FollowUps)
}

// Each yields pointers to all records of a chunk, cases first, so that whoever
// stores them meets a case before its ratings. The pointers are *record.CaseInput,
// *record.PromptInput, *record.RatingInput and *record.FollowUpInput.
func (c *Chunk) Each(yield func(any) bool) {
	for i := range c.Cases {
		if !yield(&c.Cases[i]) {
			return
		}
	}
	for i := range c.Prompts {
		if !yield(&c.Prompts[i]) {
			return
		}
	}
	for i := range c.Ratings {
		if !yield(&c.Ratings[i]) {
			return
		}
	}
	for i := range c.FollowUps {
		if !yield(&c.FollowUps[i]) {
			return
		}
	}
}

// job is one day to write, or a day of the month that comes twice.
type job struct {
	day    int
	resent bool
	done   chan []Chunk
}

// jobs lists the days in the order in which their chunks are given out: the re-sent
// month arrives behind the day on which it was sent again.
func (p *Plan) jobs() []job {
	var all []job
	for n := range p.days {
		all = append(all, job{day: n, done: make(chan []Chunk, 1)})
		if n == p.plots.resendDay {
			for day := range p.plots.resent.Days() {
				all = append(all, job{day: int(day - p.From), resent: true, done: make(chan []Chunk, 1)})
			}
		}
	}
	return all
}

// Chunks writes out the records of the plan, several days at a time by as many
// goroutines as workers says, and gives them out in the order of days: the same
// chunks whatever the number of workers. A chunk is the caller's to keep or change,
// except for the strings and slices in it. It ends early, without a sign of its own,
// when ctx is done. All goroutines have ended when the loop has.
func (p *Plan) Chunks(ctx context.Context, workers int) iter.Seq[Chunk] {
	return func(yield func(Chunk) bool) {
		ctx, cancel := context.WithCancel(ctx)
		var wg sync.WaitGroup
		defer wg.Wait()
		defer cancel()
		jobs := p.jobs()
		// Few days are ahead of the reader, so that memory stays small.
		queue := make(chan job)
		ahead := make(chan job, max(1, workers))
		wg.Go(func() {
			defer close(queue)
			defer close(ahead)
			for _, j := range jobs {
				select {
				case ahead <- j:
				case <-ctx.Done():
					return
				}
				select {
				case queue <- j:
				case <-ctx.Done():
					return
				}
			}
		})
		for range max(1, workers) {
			wg.Go(func() {
				w := newWriter(p)
				for j := range queue {
					j.done <- w.day(j.day, j.resent)
				}
			})
		}
		for j := range ahead {
			select {
			case chunks := <-j.done:
				for _, c := range chunks {
					if ctx.Err() != nil || !yield(c) {
						return
					}
				}
			case <-ctx.Done():
				return
			}
		}
	}
}
