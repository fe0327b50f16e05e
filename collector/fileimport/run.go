package fileimport

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"haochaping/evaluation/imported"
	"haochaping/record"
)

// Sink takes batches of accepted records, durably. It must not keep the batch. The
// same batch has the same token in every run over the same file.
type Sink interface {
	Insert(ctx context.Context, b *record.Batch, token string) error
}

// Options of an import. Either Sink and Door are given, or Remote and Zone.
type Options struct {
	Mapping *Mapping
	Door    *record.Door // the installation's; the mapping's code maps are added here
	Sink    Sink
	Remote  *Remote // post to another installation, which has its own door
	// Indicators takes values of imported indicators, durably; needed where the mapping makes some. A repeat with the
	// same values changes nothing.
	Indicators func(ctx context.Context, values []imported.Value) error
	Zone       *time.Location // of the installation; default: that of the Door

	Now       func() time.Time // default time.Now
	BatchSize int              // records, default 50,000
	Workers   int              // default 2
	// Refused gets a CSV file of refused records, without their content.
	Refused io.Writer
	// Progress is called now and then, by one goroutine: bytes of the file as it is
	// read (packed, if it is), rows, and records stored and refused so far.
	Progress func(bytes, rows, accepted, refused int64)
}

// Result says what became of a file.
type Result struct {
	Format   string
	Encoding string
	Rows     int64 // rows with content
	Skipped  int64 // rows of which the mapping makes no record
	Accepted int64 // records stored
	ByKind   map[record.Kind]int64
	// Duplicate are those of Accepted that a remote installation knew already. A
	// local import cannot tell: storing a record again changes nothing.
	Duplicate int64
	Refused   int64            // records, and rows that cannot be read
	ByReason  map[string]int64 // refused by the code of the first problem
	Unseen    []string         // columns of the mapping that no row of an NDJSON file has
}

// Bounds of a chunk of rows, the unit of work of the workers.
const (
	chunkRows  = 1000
	chunkBytes = 4 << 20
)

// chunk is a run of rows; its result comes on done.
type chunk struct {
	rows []row
	read int64 // bytes of the file
	done chan *checked
}

// checked is a chunk after the door.
type checked struct {
	rows, skipped int64
	read          int64
	batch         record.Batch // accepted, and traces of what was refused
	refused       []refusal
	entries       []Entry // for a remote installation, unchecked
	indicators    []Entry // accepted
}

type refusal struct {
	line     int64
	kind     record.Kind
	problems record.Problems
	shape    string
}

// Run imports a file; name is for its format and for messages. What is stored before
// an error stays stored, and the import can simply be repeated. The Result says how
// far it came, also with an error.
func Run(ctx context.Context, o Options, name string, r io.Reader) (Result, error) {
	i, err := newImporter(o)
	if err != nil {
		return Result{}, err
	}
	counted := &countingReader{r: r}
	f, err := Open(name, counted, o.Mapping, i.zone)
	if err != nil {
		return i.result, err
	}
	i.result.Format, i.result.Encoding = f.Format(), f.Encoding()
	err = errors.Join(i.run(ctx, f, counted), f.Close())
	i.result.Unseen = f.Unseen()
	if err != nil {
		return i.result, fmt.Errorf("import %s: %w", shownName(name), err)
	}
	return i.result, nil
}

// importer is one run.
type importer struct {
	o       Options
	zone    *time.Location
	door    *record.Door // nil for a remote installation
	rc      record.Receipt
	batch   record.Batch
	refused *refusedFile
	result  Result
	values  indicatorValues
}

func newImporter(o Options) (*importer, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.BatchSize <= 0 {
		o.BatchSize = 50_000
	}
	if o.Workers <= 0 {
		o.Workers = 2
	}
	if o.Progress == nil {
		o.Progress = func(_, _, _, _ int64) {}
	}
	i := &importer{o: o, zone: o.Zone, refused: newRefusedFile(o.Refused), values: indicatorValues{seen: make(map[imported.Key]imported.Value)}}
	i.result.ByKind, i.result.ByReason = map[record.Kind]int64{}, map[string]int64{}
	if o.Door != nil && i.zone == nil {
		i.zone = o.Door.Zone
	}
	switch {
	case o.Mapping == nil:
		return nil, errors.New("import: no mapping")
	case o.Remote == nil && (o.Sink == nil || o.Door == nil):
		return nil, errors.New("import: neither a sink with a door nor a remote installation")
	case i.zone == nil:
		return nil, errors.New("import: no time zone")
	case o.Remote != nil && o.Remote.URL != "" && o.Mapping.indicators():
		return nil, errors.New("import: indicators are imported on the installation itself: leave out --server")
	}
	if o.Remote == nil {
		i.door = o.Mapping.Door(o.Door)
	}
	i.rc = record.Receipt{Now: o.Now(), Collector: "import", Sender: "import:" + o.Mapping.Source()}
	return i, nil
}

// run reads in one goroutine, checks in the workers and stores in this one, in the
// order of the file.
func (i *importer) run(ctx context.Context, f *Reader, counted *countingReader) error {
	group, ctx := errgroup.WithContext(ctx)
	work := make(chan *chunk, i.o.Workers)
	ordered := make(chan *chunk, i.o.Workers*2)
	whole := false
	group.Go(func() error {
		defer close(work)
		defer close(ordered)
		err := readChunks(ctx, f, counted, work, ordered)
		whole = err == nil // seen after the queue is closed
		return err
	})
	for range i.o.Workers {
		group.Go(func() error {
			for c := range work {
				c.done <- i.check(c, f.conv)
			}
			return nil
		})
	}
	group.Go(func() error {
		for c := range ordered {
			select {
			case done := <-c.done:
				if err := i.take(ctx, done); err != nil {
					return err
				}
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		if !whole {
			return nil // the reader says why
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		return i.flush(ctx)
	})
	return errors.Join(group.Wait(), i.refused.flush())
}

func readChunks(ctx context.Context, f *Reader, counted *countingReader, work, ordered chan<- *chunk) error {
	for {
		c, err := readChunk(f)
		c.read = counted.n.Load()
		if len(c.rows) > 0 {
			for _, queue := range []chan<- *chunk{ordered, work} {
				select {
				case queue <- c:
				case <-ctx.Done():
					return ctx.Err()
				}
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func readChunk(f *Reader) (*chunk, error) {
	c := &chunk{rows: make([]row, 0, chunkRows), done: make(chan *checked, 1)}
	size := 0
	for len(c.rows) < chunkRows && size < chunkBytes {
		r, err := f.row()
		if err != nil {
			return c, err
		}
		c.rows = append(c.rows, r)
		size += r.size
	}
	return c, nil
}

// check converts the rows of a chunk and passes them through the door.
func (i *importer) check(c *chunk, conv conversion) *checked {
	done := &checked{rows: int64(len(c.rows)), read: c.read}
	for n := range c.rows {
		entries := i.o.Mapping.convert(&c.rows[n], conv)
		if len(entries) == 0 {
			done.skipped++
		}
		for e := range entries {
			i.checkEntry(&entries[e], done)
		}
	}
	return done
}

func (i *importer) checkEntry(e *Entry, done *checked) {
	problems := e.Problems
	switch {
	case i.door != nil:
		problems = accept(i.door, e, i.rc, &done.batch)
	case len(problems) == 0:
		done.entries = append(done.entries, *e)
	}
	if len(problems) > 0 {
		i.refuseEntry(e, problems, done)
	} else if e.Kind == record.KindIndicator {
		done.indicators = append(done.indicators, *e)
	}
}

// refuseEntry notes why a record is refused, and what is kept of it.
func (i *importer) refuseEntry(e *Entry, problems record.Problems, done *checked) {
	text := shape(e, i.door)
	done.refused = append(done.refused, refusal{e.Line, e.Kind, problems, text})
	if i.door != nil {
		done.batch.Refused = append(done.batch.Refused, i.o.Mapping.trace(i.door, e, i.rc, problems, text))
	}
}

// take stores a checked chunk, or puts it into the batch.
func (i *importer) take(ctx context.Context, c *checked) error {
	i.result.Rows += c.rows
	i.result.Skipped += c.skipped
	if err := i.takeIndicators(ctx, c); err != nil {
		return err
	}
	for n := range c.refused {
		if err := i.refuse(&c.refused[n]); err != nil {
			return err
		}
	}
	if i.o.Remote != nil {
		if err := i.post(ctx, c.entries); err != nil {
			return err
		}
	} else {
		b := &i.batch
		b.Ratings = append(b.Ratings, c.batch.Ratings...)
		b.Cases = append(b.Cases, c.batch.Cases...)
		b.Prompts = append(b.Prompts, c.batch.Prompts...)
		b.FollowUps = append(b.FollowUps, c.batch.FollowUps...)
		b.Tallies = append(b.Tallies, c.batch.Tallies...)
		b.Refused = append(b.Refused, c.batch.Refused...)
		if b.Len() >= i.o.BatchSize {
			if err := i.flush(ctx); err != nil {
				return err
			}
		}
	}
	i.o.Progress(c.read, i.result.Rows, i.result.Accepted, i.result.Refused)
	return nil
}

func (i *importer) refuse(r *refusal) error {
	i.result.Refused++
	i.result.ByReason[r.problems[0].Code]++
	return i.refused.write(r.line, r.kind, r.problems, r.shape)
}

// flush stores the batch. Records count as accepted only afterwards.
func (i *importer) flush(ctx context.Context) error {
	if err := i.flushIndicators(ctx); err != nil {
		return err
	}
	b := &i.batch
	if b.Len() == 0 {
		return nil
	}
	sortBatch(b)
	if err := i.o.Sink.Insert(ctx, b, batchToken(b)); err != nil {
		return fmt.Errorf("store %d records: %w", b.Len(), err)
	}
	for kind, n := range map[record.Kind]int{
		record.KindRating: len(b.Ratings), record.KindCase: len(b.Cases), record.KindPrompt: len(b.Prompts),
		record.KindFollowUp: len(b.FollowUps), record.KindTally: len(b.Tallies),
	} {
		if n > 0 {
			i.result.ByKind[kind] += int64(n)
			i.result.Accepted += int64(n)
		}
	}
	clearBatch(b)
	return nil
}

// countingReader counts what is read, for the progress.
type countingReader struct {
	r io.Reader
	n atomic.Int64
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n.Add(int64(n))
	return n, err
}
