package main

import (
	"bytes"
	"fmt"
	"net"
	"strconv"
	"time"
)

// client speaks HTTP/1.1 on one connection that it keeps, one request at a time. It
// does no more than that, because it runs on the cores of the service that it
// measures: one write and usually one read for each request.
type client struct {
	conn net.Conn
	buf  []byte // what was read
	have int
}

const answerLimit = 1 << 20

// answerWait bounds one request.
const answerWait = 2 * time.Minute

func dial(address string) (*client, error) {
	conn, err := net.DialTimeout("tcp", address, 5*time.Second)
	if err != nil {
		return nil, fmt.Errorf("connect to %s: %w", address, err)
	}
	return &client{conn: conn, buf: make([]byte, 4096)}, nil
}

// send writes a whole request and returns status and body of the answer, valid until
// the next call.
func (c *client) send(request []byte) (status int, body []byte, err error) {
	if _, err := c.conn.Write(request); err != nil {
		return 0, nil, err
	}
	c.have = 0
	for {
		if c.have == len(c.buf) {
			if len(c.buf) >= answerLimit {
				return 0, nil, fmt.Errorf("an answer of more than %d bytes", answerLimit)
			}
			c.buf = append(c.buf, make([]byte, len(c.buf))...)
		}
		n, err := c.conn.Read(c.buf[c.have:])
		if err != nil {
			return 0, nil, err
		}
		c.have += n
		status, body, done, err := parseAnswer(c.buf[:c.have])
		if err != nil || done {
			return status, body, err
		}
	}
}

var (
	headEnd       = []byte("\r\n\r\n")
	contentLength = []byte("\r\ncontent-length: ")
	chunkedCoding = []byte("\r\ntransfer-encoding: chunked")
	lastChunk     = []byte("\r\n0\r\n\r\n")
)

// parseAnswer looks whether an answer is complete.
func parseAnswer(b []byte) (status int, body []byte, done bool, err error) {
	end := bytes.Index(b, headEnd)
	if end < 0 {
		return 0, nil, false, nil
	}
	head := b[:end+2]
	if len(head) < 12 || !bytes.HasPrefix(head, []byte("HTTP/1.1 ")) {
		return 0, nil, false, fmt.Errorf("no HTTP/1.1 answer: %.40q", head)
	}
	if status, err = strconv.Atoi(string(head[9:12])); err != nil {
		return 0, nil, false, fmt.Errorf("no status: %.40q", head)
	}
	rest := b[end+4:]
	if value, ok := header(head, contentLength); ok {
		n, err := strconv.Atoi(string(value))
		if err != nil || n < 0 {
			return 0, nil, false, fmt.Errorf("no length: %q", value)
		}
		return status, rest, len(rest) >= n, nil
	}
	if _, ok := header(head, chunkedCoding); ok {
		// Good enough for answers whose text is looked at by people only.
		return status, rest, bytes.HasSuffix(b[end+2:], lastChunk), nil
	}
	return 0, nil, false, fmt.Errorf("an answer %d without a length", status)
}

// header finds a header by its name in lower case and returns its value. The letters
// of a name that the service and the engine write are always the same, so that the
// exact form is tried first.
func header(head, name []byte) ([]byte, bool) {
	for at := 0; at+len(name) <= len(head); at++ {
		next := bytes.Index(head[at:], name[:2])
		if next < 0 || at+next+len(name) > len(head) {
			return nil, false
		}
		at += next
		if bytes.EqualFold(head[at:at+len(name)], name) {
			value, _, _ := bytes.Cut(head[at+len(name):], name[:2])
			return bytes.TrimSpace(value), true
		}
	}
	return nil, false
}

func (c *client) close() error { return c.conn.Close() }
