package app

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"haochaping/config"
	"haochaping/record"
)

// doorKeySize is the size in bytes of the key that content hashes and rater tokens are
// made with.
const doorKeySize = 32

// NewDoor makes the acceptance rules of this installation. Its key is made once and kept
// in a file: with another key, a repeat would no longer be known as one. Several
// collectors share it as a copy. The hash of the rater tokens is fixed with the key:
// with another one, a person would be two.
func NewDoor(cfg *config.Config) (*record.Door, error) {
	c := cfg.Collector
	if err := fixTokenHash(c.DoorKeyFile, c.TokenHash); err != nil {
		return nil, err
	}
	key, err := doorKey(c.DoorKeyFile)
	if err != nil {
		return nil, err
	}
	door := &record.Door{
		Zone: cfg.Timezone.Location, Key: key, Future: c.ClockFuture, Past: c.ClockPast, TokenHash: c.TokenHash,
	}
	if c.ContactKey == "" {
		return door, nil
	}
	public, err := base64.StdEncoding.DecodeString(c.ContactKey)
	if err != nil || len(public) != record.ContactKeySize {
		return nil, errors.New("read collector.contact_key: it is not 32 bytes in base64: make one with `haochaping contact-key new`")
	}
	door.Seal = record.ContactSealer([record.ContactKeySize]byte(public))
	return door, nil
}

// fixTokenHash keeps the name of the token hash beside the door's key, before that key
// is first used, and refuses another one afterwards. A key without that file is one of
// a version that had SHA-256 alone.
func fixTokenHash(keyPath, wanted string) error {
	path := keyPath + ".token-hash"
	_, err := os.Stat(keyPath)
	fresh := errors.Is(err, fs.ErrNotExist)
	stored, err := os.ReadFile(path) // after the look at the key, which is made later than it
	if errors.Is(err, fs.ErrNotExist) {
		fixed := record.TokenSHA256
		if fresh {
			fixed = wanted
		}
		if err := storeOnce(path, []byte(fixed+"\n")); err != nil {
			return fmt.Errorf("store the hash of rater tokens: %w", err)
		}
		stored, err = os.ReadFile(path)
	}
	if err != nil {
		return fmt.Errorf("read the hash of rater tokens: %w", err)
	}
	if name := strings.TrimSpace(string(stored)); name != wanted {
		return fmt.Errorf("collector.token_hash is %s, but the key %s was first used with %q: tokens of two hashes never match, so set it back; "+
			"if nothing was ever stored with this key, write %s into %s", wanted, keyPath, name, wanted, path)
	}
	return nil
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

func newDoorKey(path string) ([]byte, error) {
	key := make([]byte, doorKeySize)
	_, _ = rand.Read(key) // never fails
	if err := storeOnce(path, key); err != nil {
		return nil, fmt.Errorf("store the door's key: %w", err)
	}
	return os.ReadFile(path)
}

// storeOnce gives a file its name only when it is complete and on disk, and leaves one
// that is there already as it is.
func storeOnce(path string, content []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".door-*")
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Link(f.Name(), path) // fails where another process was first
	}
	return errors.Join(ignoreExist(err), os.Remove(f.Name()))
}

func ignoreExist(err error) error {
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	return err
}
