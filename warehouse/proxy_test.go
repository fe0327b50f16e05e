package warehouse_test

import (
	"io"
	"net"
	"sync"
	"sync/atomic"
	"testing"
)

// cutter passes connections on and cuts every one that has sent more than after bytes.
type cutter struct {
	to    string
	after atomic.Int64
}

func (c *cutter) listen(t *testing.T) string {
	t.Helper()
	c.after.Store(1 << 40)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			all.Go(func() { c.pass(conn) })
		}
	})
	t.Cleanup(func() {
		_ = l.Close() // the test is over
	})
	return l.Addr().String()
}

func (c *cutter) pass(from net.Conn) {
	to, err := net.Dial("tcp", c.to)
	if err != nil {
		_ = from.Close()
		return
	}
	var once sync.Once
	closeBoth := func() { once.Do(func() { _, _ = from.Close(), to.Close() }) }
	defer closeBoth()
	back := make(chan struct{})
	go func() {
		defer close(back)
		_, _ = io.Copy(from, to) // ends when either side is closed
		closeBoth()
	}()
	buffer := make([]byte, 16<<10)
	var sent int64
	for {
		n, err := from.Read(buffer)
		if sent += int64(n); err != nil || sent > c.after.Load() {
			break
		}
		if _, err := to.Write(buffer[:n]); err != nil {
			break
		}
	}
	closeBoth()
	<-back
}
