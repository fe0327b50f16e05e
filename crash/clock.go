package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"
)

// clock is a clock that is wrong by an offset in a file: the run writes it, a service
// reads it through shared memory.
type clock struct {
	offset *atomic.Int64 // nanoseconds; lies in the mapped file, for as long as the process runs
}

// openClock maps the file, which it makes if there is none.
func openClock(path string) (c clock, err error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return clock{}, fmt.Errorf("open the clock: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	size := binary.Size(int64(0))
	if err := f.Truncate(int64(size)); err != nil {
		return clock{}, fmt.Errorf("open the clock: %w", err)
	}
	b, err := syscall.Mmap(int(f.Fd()), 0, size, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_SHARED)
	if err != nil {
		return clock{}, fmt.Errorf("map the clock: %w", err)
	}
	return clock{(*atomic.Int64)(unsafe.Pointer(&b[0]))}, nil
}

// Now is the wrong time.
func (c clock) Now() time.Time { return time.Now().Add(time.Duration(c.offset.Load())) }

func (c clock) set(offset time.Duration) { c.offset.Store(int64(offset)) }
