package main

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/pflag"
)

// The variables that hold the key of a sender; the second is the name of earlier versions.
const (
	keyVariable    = "HAOCHAPING_KEY"
	oldKeyVariable = "HAOCHAPING_IMPORT_KEY"
)

// keyFlags are the ways to give a command the key of a sender. On the command line
// everybody on the machine can read it, so that is the last resort.
type keyFlags struct{ key, file string }

func (k *keyFlags) bind(f *pflag.FlagSet) {
	f.StringVar(&k.file, "key-file", "", "with --server: file whose first line is the key of a source; or the variable "+keyVariable)
	f.StringVar(&k.key, "key", "", "with --server: the key itself, for all on this machine to see: better --key-file")
}

// read returns the key. Its errors never hold it.
func (k *keyFlags) read() (string, error) {
	switch {
	case k.key != "" && k.file != "":
		return "", usageError{errors.New("give --key or --key-file, not both")}
	case k.key != "":
		warn([]string{"a key on the command line can be read by everybody on this machine: use --key-file or the variable " + keyVariable})
		return k.key, nil
	case k.file != "":
		return readKeyFile(k.file)
	}
	if key := cmp.Or(os.Getenv(keyVariable), os.Getenv(oldKeyVariable)); key != "" {
		return key, nil
	}
	return "", usageError{errors.New("--server needs the key of a source: --key-file, or the variable " + keyVariable)}
}

func readKeyFile(path string) (key string, err error) {
	const longest = 4 << 10
	f, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("read the key file: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	line, err := bufio.NewReader(io.LimitReader(f, longest)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("read the key file %s: %w", path, err)
	}
	if key = strings.TrimSpace(line); key == "" || strings.ContainsAny(key, " \t") {
		return "", fmt.Errorf("the key file %s does not begin with a line that is a key", path)
	}
	return key, nil
}
