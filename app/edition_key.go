package app

import (
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"haochaping/config"
	"haochaping/edition"
)

// EditionKey reads the key that editions are signed with; where there is none and make is set, it is made first. A
// file that others than its owner can read is refused: whoever has the key can publish.
func EditionKey(cfg *config.Config, generate bool) (ed25519.PrivateKey, error) {
	path := cfg.Edition.KeyFile
	key, err := readEditionKey(path)
	if !errors.Is(err, fs.ErrNotExist) || !generate {
		if errors.Is(err, fs.ErrNotExist) {
			err = fmt.Errorf("%w; haochaping edition key --generate makes it, as does the first publication", err)
		}
		return key, err
	}
	_, fresh, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make the key of editions: %w", err)
	}
	text, err := edition.EncodePrivateKey(fresh)
	if err != nil {
		return nil, fmt.Errorf("make the key of editions: %w", err)
	}
	if err := storeOnce(path, text); err != nil {
		return nil, fmt.Errorf("store the key of editions: %w", err)
	}
	return readEditionKey(path) // another process may have been first
}

func readEditionKey(path string) (ed25519.PrivateKey, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("read the key of editions: %w", err)
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return nil, fmt.Errorf("the key of editions %s can be read by others (mode %04o): take that away with chmod 600, and use another key if it was ever copied", path, mode)
	}
	const longest = 16 << 10
	if info.Size() > longest {
		return nil, fmt.Errorf("the key of editions %s is no key: it has %d bytes", path, info.Size())
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the key of editions: %w", err)
	}
	key, err := edition.ParsePrivateKey(text)
	if err != nil {
		return nil, fmt.Errorf("read the key of editions %s: %w", path, err)
	}
	return key, nil
}
