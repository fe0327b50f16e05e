package app

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"haochaping/config"
	"haochaping/record"
)

// doorKeySize is the size in bytes of the key that content hashes and rater tokens are
// made with.
const doorKeySize = 32

// NewDoor makes the acceptance rules of this installation. Its key is made once and kept
// in the data folder: with another key, a repeat would no longer be known as one.
func NewDoor(cfg *config.Config) (*record.Door, error) {
	key, err := doorKey(cfg.Collector.DoorKeyFile)
	if err != nil {
		return nil, err
	}
	return &record.Door{
		Zone: cfg.Timezone.Location, Key: key, Future: cfg.Collector.ClockFuture, Past: cfg.Collector.ClockPast,
	}, nil
}

func doorKey(path string) ([]byte, error) {
	key, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return newDoorKey(path)
	case err != nil:
		return nil, fmt.Errorf("read the door's key: %w", err)
	case len(key) != doorKeySize:
		return nil, fmt.Errorf("read the door's key: %s has %d bytes instead of %d: restore it from a backup", path, len(key), doorKeySize)
	}
	return key, nil
}

// newDoorKey stores a key under its name only when it is complete and on disk.
func newDoorKey(path string) (key []byte, err error) {
	key = make([]byte, doorKeySize)
	_, _ = rand.Read(key) // never fails
	f, err := os.CreateTemp(filepath.Dir(path), ".door-*")
	if err != nil {
		return nil, fmt.Errorf("store the door's key: %w", err)
	}
	_, err = f.Write(key)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Link(f.Name(), path) // fails where another process was first
	}
	err = errors.Join(ignoreExist(err), os.Remove(f.Name()))
	if err != nil {
		return nil, fmt.Errorf("store the door's key: %w", err)
	}
	return os.ReadFile(path)
}

func ignoreExist(err error) error {
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	return err
}
