package app

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"haochaping/collector"
	"haochaping/directory"
)

// NewKey makes a sender's key: the clear text, shown once, and what is stored of it.
func NewKey() (clear string, hash [32]byte) { return collector.NewKey() }

// DirectoryKinds are the kinds of entries that ReadDirectory reads.
func DirectoryKinds() []string {
	return []string{"regions", "halls", "windows", "departments", "items"}
}

// ReadDirectory reads entries of a kind from a CSV file, or regions from a folder in the
// nbs layout.
func ReadDirectory(kind, layout, path string) (in *DirectoryImport, problems []directory.Problem, err error) {
	in = &DirectoryImport{Kind: kind}
	if layout == "nbs" {
		in.Regions, problems = directory.ReadNBS(func(name string) (io.ReadCloser, error) { return os.Open(filepath.Join(path, name)) })
		return in, problems, nil
	}
	f, err := openPlain(path)
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	switch kind {
	case "regions":
		in.Regions, in.Successors, problems = directory.ReadRegions(f)
	case "halls":
		in.Halls, in.Successors, problems = directory.ReadHalls(f)
	case "windows":
		in.Windows, problems = directory.ReadWindows(f)
	case "departments":
		in.Departments, in.Successors, problems = directory.ReadDepartments(f)
	case "items":
		in.Items, in.Successors, problems = directory.ReadItems(f)
	default:
		return nil, nil, fmt.Errorf("read directory: %q is no kind of entry", kind)
	}
	return in, problems, nil
}

// openPlain opens a file, unpacked if its name ends in .gz.
func openPlain(path string) (io.ReadCloser, error) {
	f, err := os.Open(path)
	if err != nil || !strings.HasSuffix(path, ".gz") {
		return f, err
	}
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("unpack %s: %w", path, err), f.Close())
	}
	return unpacked{z, f}, nil
}

type unpacked struct {
	*gzip.Reader
	file *os.File
}

// Close closes the archive and its file.
func (u unpacked) Close() error { return errors.Join(u.Reader.Close(), u.file.Close()) }
