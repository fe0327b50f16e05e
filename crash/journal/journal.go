// Package journal is the senders' own log of a chaos run: what they sent, and every
// answer that they got. It is the one witness against which the product is judged, so it
// knows nothing of the product: only what a sender can know.
package journal

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"
)

// What became of a record, as the answer to its sender said.
const (
	Accepted     = "accepted"
	Unattributed = "unattributed"
	Duplicate    = "duplicate"
	Refused      = "refused"
	Conflict     = "conflict"
	Later        = "later" // an answer that says: keep it and send it again
	None         = "none"  // no answer, or none that can be read

	Delivered = "delivered" // of an announced batch: a stream of it came to its end
)

// CodeIncomplete is the reason where a receipt says that a delivery was not what was
// announced.
const (
	CodeIncomplete = "incomplete"
)

// Sent is one record as one sender wrote it. The same id with another content is
// another Sent.
type Sent struct {
	World   string          `json:"w"` // one warehouse
	Kind    string          `json:"k"` // rating, case, prompt, follow_up or batch
	Key     string          `json:"i"` // id of the record, unique within world and kind; of a case its number and version
	Content int             `json:"c"` // 0, or 1 for another content under the same id
	Bad     string          `json:"b,omitempty"`
	Shifted bool            `json:"s,omitempty"` // its times are corrected by the collector's clock, so its day is not known beforehand
	Wire    json.RawMessage `json:"r,omitempty"` // as sent; absent for bytes that are no record
}

// Answer is what one collector said about one record.
type Answer struct {
	World   string    `json:"w"`
	To      string    `json:"t"` // name of the collector
	Kind    string    `json:"k"`
	Key     string    `json:"i"`
	Content int       `json:"c"`
	Fate    string    `json:"f"`
	Codes   []string  `json:"p,omitempty"` // reasons of a refusal
	At      time.Time `json:"a"`
}

// Final says whether the sender may forget the record.
func (a *Answer) Final() bool { return a.Fate != Later && a.Fate != None }

// Stored says whether the collector owes the record from now on.
func (a *Answer) Stored() bool {
	return a.Fate == Accepted || a.Fate == Unattributed || a.Fate == Duplicate
}

// line is one line of the file: one of the two.
type line struct {
	Sent   *Sent   `json:"S,omitempty"`
	Answer *Answer `json:"A,omitempty"`
}

// Journal is a file that only grows. It is not synced: the senders are not what is
// killed. Safe for concurrent use.
type Journal struct {
	mu   sync.Mutex
	file *os.File
	buf  *bufio.Writer
	err  error // the first; returned by Close
}

// Create makes the file.
func Create(path string) (*Journal, error) {
	f, err := os.Create(path)
	if err != nil {
		return nil, fmt.Errorf("create the journal: %w", err)
	}
	return &Journal{file: f, buf: bufio.NewWriterSize(f, 1<<16)}, nil
}

// Send writes down what is about to be sent.
func (j *Journal) Send(s *Sent) { j.write(line{Sent: s}) }

// Answer writes down an answer.
func (j *Journal) Answer(a *Answer) { j.write(line{Answer: a}) }

func (j *Journal) write(l line) {
	b, err := json.Marshal(l)
	j.mu.Lock()
	defer j.mu.Unlock()
	if err == nil {
		_, err = j.buf.Write(append(b, '\n'))
	}
	if j.err == nil {
		j.err = err
	}
}

// Close writes what is buffered and returns the first error of all writes.
func (j *Journal) Close() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if err := errors.Join(j.err, j.buf.Flush(), j.file.Close()); err != nil {
		return fmt.Errorf("write the journal: %w", err)
	}
	return nil
}

// Read passes every line of a journal on, in its order.
func Read(path string, sent func(*Sent), answer func(*Answer)) (err error) {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("open the journal: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	dec := json.NewDecoder(bufio.NewReaderSize(f, 1<<16))
	for {
		var l line
		switch err := dec.Decode(&l); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("read the journal: %w", err)
		case l.Sent != nil:
			sent(l.Sent)
		case l.Answer != nil:
			answer(l.Answer)
		}
	}
}
