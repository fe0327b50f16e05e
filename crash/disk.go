package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// diskSize is the size of the small file system: the room that a spool leaves free (see
// app) and some work.
const diskSize = 160 << 20

// disk is the small file system of one spool. Where none may be mounted the spool lies on
// an ordinary one, and "full" is a small limit of the spool itself.
type disk struct {
	dir     string
	mounted bool
}

func newDisk(dir string) (*disk, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	return &disk{dir: dir, mounted: mountSmall(dir, diskSize) == nil}, nil
}

func (d *disk) filler() string { return filepath.Join(d.dir, "filler") }

// fill leaves so many bytes free.
func (d *disk) fill(leave uint64) error {
	free, err := freeBytes(d.dir)
	if err != nil || free <= leave {
		return err
	}
	f, err := os.OpenFile(d.filler(), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("fill the disk: %w", err)
	}
	chunk := make([]byte, 1<<20)
	for left := free - leave; left > 0 && err == nil; {
		n := min(left, uint64(len(chunk)))
		_, err = f.Write(chunk[:n])
		left -= n
	}
	if leave == 0 && err != nil {
		err = nil // somebody else took the last bytes: it is full
	}
	return errors.Join(err, f.Close())
}

// free gives the room back.
func (d *disk) free() error {
	if err := os.Remove(d.filler()); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// save copies what is mounted to a folder that stays when the run has ended.
func (d *disk) save(dir string) error {
	if !d.mounted {
		return nil
	}
	return os.CopyFS(dir, os.DirFS(d.dir))
}

// close takes the small file system away.
func (d *disk) close() error {
	if !d.mounted {
		return nil
	}
	return unmount(d.dir)
}
