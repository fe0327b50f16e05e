package collector

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Limits of a body.
const (
	maxRecords = 10_000   // in a JSON array
	maxLine    = 64 << 10 // bytes of a line of a stream
	// A packed stream may unfold this many times, above an allowance. Real ones
	// reach 10 to 50.
	maxRatio       = 200
	ratioAllowance = 16 << 20
)

var (
	errTooLarge = errors.New("body is too large")
	errBomb     = errors.New("body unfolds too far")
	errPacked   = errors.New("body is not valid gzip")
)

// body reads a request body within its limits of size and time.
type body struct {
	sent  *timedReader // bytes as sent
	text  io.Reader    // bytes unpacked
	limit int64        // of a JSON document
}

// openBody prepares the body, or answers why it cannot be read.
func (c *Collector) openBody(w http.ResponseWriter, r *http.Request, stream bool) (*body, *answer) {
	control := http.NewResponseController(w)
	deadline := func(t time.Time) error {
		err := control.SetReadDeadline(t)
		if errors.Is(err, http.ErrNotSupported) {
			return nil // not a network connection
		}
		return err
	}
	b := &body{limit: c.opts.MaxBody}
	in := &timedReader{r: r.Body, deadline: deadline, pause: c.opts.RequestTimeout, end: time.Now().Add(c.opts.RequestTimeout), lifted: stream}
	if stream {
		in.end = time.Now().Add(c.opts.StreamTimeout)
	}
	b.sent, b.text = in, in
	switch encoding := strings.ToLower(r.Header.Get("Content-Encoding")); {
	case encoding == "gzip":
		b.text = &unpacker{sent: in}
	case encoding != "" && encoding != "identity":
		a := problem(http.StatusUnsupportedMediaType, "content_encoding", "Send the body as it is, or with Content-Encoding: gzip.")
		return nil, &a
	}
	if !stream && r.ContentLength > b.limit {
		a := b.answer(errTooLarge)
		b.drain()
		return nil, &a
	}
	return b, nil
}

// timedReader counts, and moves the connection's deadline on before each read.
type timedReader struct {
	r        io.Reader
	deadline func(time.Time) error
	pause    time.Duration // between two reads
	end      time.Time     // of the whole body
	lifted   bool          // no deadline once the body has ended
	n        int64
}

func (t *timedReader) Read(p []byte) (int, error) {
	left := min(t.pause, time.Until(t.end))
	if left <= 0 {
		return 0, os.ErrDeadlineExceeded
	}
	if err := t.deadline(time.Now().Add(left)); err != nil {
		return 0, err
	}
	n, err := t.r.Read(p)
	t.n += int64(n)
	if t.lifted && errors.Is(err, io.EOF) {
		// The server listens on for a sender that hangs up: not against our clock, which
		// may have run out before the last lines are stored. A document is stored at once,
		// its write heeds no sender that hangs up, and the server sets the clock anew for
		// the next request.
		if e := t.deadline(time.Time{}); e != nil {
			return n, e
		}
	}
	return n, err
}

// unpacker reads gzip and refuses what unfolds too far.
type unpacker struct {
	sent *timedReader
	zip  *gzip.Reader
	n    int64
}

func (u *unpacker) Read(p []byte) (int, error) {
	if u.zip == nil {
		var err error
		if u.zip, err = gzip.NewReader(u.sent); err != nil {
			return 0, packedError(err)
		}
	}
	n, err := u.zip.Read(p)
	u.n += int64(n)
	if u.n > ratioAllowance+maxRatio*u.sent.n {
		return n, errBomb
	}
	return n, packedError(err)
}

// packedError tells bad packing from a connection that broke.
func packedError(err error) error {
	if errors.Is(err, gzip.ErrHeader) || errors.Is(err, gzip.ErrChecksum) || strings.HasPrefix(errText(err), "flate: ") {
		return errPacked
	}
	return err
}

func errText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// keptBuffer is the largest buffer that is kept for the next body: most are a record
// or a few.
const keptBuffer = 64 << 10

// document reads a whole JSON body into buf.
func (b *body) document(buf *bytes.Buffer) error {
	buf.Reset()
	n, err := io.Copy(buf, io.LimitReader(b.text, b.limit+1))
	if n > b.limit {
		return errTooLarge
	}
	return err
}

// answer says what a failed read means to the sender.
func (b *body) answer(err error) answer {
	switch {
	case errors.Is(err, errTooLarge):
		return problem(http.StatusRequestEntityTooLarge, "too_large", "A JSON body has at most "+
			strconv.FormatInt(b.limit, 10)+" bytes, also after unpacking. Send fewer records at a time, or a stream with Content-Type: application/x-ndjson. Nothing was stored.")
	case errors.Is(err, errBomb):
		return problem(http.StatusRequestEntityTooLarge, "too_large", "The packed body unfolds more than "+
			strconv.Itoa(maxRatio)+" times. Send it without Content-Encoding.")
	case errors.Is(err, errPacked):
		return problem(http.StatusBadRequest, "malformed", "The body is not valid gzip. Pack it again.")
	case errors.Is(err, os.ErrDeadlineExceeded):
		a := problem(http.StatusRequestTimeout, "timeout", "The body did not arrive in time. Keep the records and send them again.")
		a.retryAfter = 1
		return a
	default:
		return problem(http.StatusBadRequest, "incomplete", "The body broke off. Keep the records and send them again.")
	}
}

// lineBuffer holds nearly every line. A longer one is gathered on the side, so that
// many streams do not take the longest line's memory each.
const lineBuffer = 16 << 10

var lineReaders = sync.Pool{New: func() any { return bufio.NewReaderSize(nil, lineBuffer) }}

// line returns the next line without its end, valid until the next call. Of a
// line that is too long only the first part is returned, and its whole length.
// io.EOF comes alone, after the last line.
func line(r *bufio.Reader) (text []byte, length int, err error) {
	text, err = r.ReadSlice('\n')
	length = len(text)
	if errors.Is(err, bufio.ErrBufferFull) {
		text = bytes.Clone(text)
		for errors.Is(err, bufio.ErrBufferFull) {
			var more []byte
			more, err = r.ReadSlice('\n')
			length += len(more)
			text = append(text, more[:min(len(more), maxLine+1-len(text))]...)
		}
	}
	if errors.Is(err, io.EOF) && length > 0 {
		err = nil
	}
	return bytes.TrimSpace(text), length, err
}
