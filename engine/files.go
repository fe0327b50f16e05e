package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"text/template"
	"time"

	_ "embed"
)

// The files of the engine's folder.
const (
	configFile  = "config.xml"
	usersFile   = "users.xml"
	logFile     = "clickhouse.log"
	readyFile   = "ready" // written by the child with its port once it listens
	lockFile    = "lock"
	storeFolder = "store"
)

// leastSpace is the free space in bytes below which the child is not started: on a full disk it starts half, with empty metadata, and hangs.
const leastSpace = 32 << 20

//go:embed config.xml.tmpl
var configText string

//go:embed users.xml.tmpl
var usersText string

var fileTemplates = map[string]*template.Template{
	configFile: template.Must(template.New(configFile).Funcs(template.FuncMap{"xml": template.HTMLEscapeString}).Parse(configText)),
	usersFile:  template.Must(template.New(usersFile).Parse(usersText)),
}

// writeFiles writes the child's configuration, readable by this account only, and removes the sign of the child before.
// It is called only under the lock of the folder: rewriting the users of a running engine would lock its owner out.
func (e *Engine) writeFiles(port int) error {
	hash := sha256.Sum256([]byte(e.password))
	values := map[string]any{
		"Dir": e.dir, "Store": filepath.Join(e.dir, storeFolder), "Users": filepath.Join(e.dir, usersFile), "Log": filepath.Join(e.dir, logFile),
		"Port": port, "MaxMemory": e.maxMemory, "Pool": max(2, min(runtime.NumCPU(), 8)),
		"User": userName, "Database": databaseName, "PasswordHash": hex.EncodeToString(hash[:]), "Library": e.program.library != "",
	}
	for name, tmpl := range fileTemplates {
		var text strings.Builder
		if err := tmpl.Execute(&text, values); err != nil {
			return fmt.Errorf("compose %s: %w", name, err)
		}
		path := filepath.Join(e.dir, name)
		// Removed first, so that the mode of an older file does not survive.
		if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
		if err := os.WriteFile(path, []byte(text.String()), 0o600); err != nil {
			return err
		}
	}
	if err := os.Remove(filepath.Join(e.dir, readyFile)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// checkSpace tells whether the disk of dir has at least so many bytes free.
func checkSpace(dir string, least uint64) error {
	var disk syscall.Statfs_t
	if err := syscall.Statfs(dir, &disk); err != nil {
		return fmt.Errorf("read the free space of %s: %w", dir, err)
	}
	if free := disk.Bavail * uint64(disk.Bsize); free < least { // a positive block size of a type that depends on the system
		return ErrDiskFull
	}
	return nil
}

// lockFolder takes the lock of an engine's folder, waiting until deadline for another process to give it up. Closing the file, or the
// end of this process, releases it.
func lockFolder(ctx context.Context, dir string, deadline time.Time) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, lockFile), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, explain(err)
	}
	for {
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		switch {
		case err == nil:
			return f, nil
		case !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR):
			return nil, errors.Join(fmt.Errorf("lock %s: %w", f.Name(), err), f.Close())
		case time.Now().After(deadline):
			return nil, errors.Join(ErrInUse, f.Close())
		case !pause(ctx.Done(), lockPoll):
			return nil, errors.Join(fmt.Errorf("%w (%w)", ErrInUse, ctx.Err()), f.Close())
		}
	}
}

// freePort finds a port nobody listens on. It prefers ports below those that systems give to outgoing connections, so that none of these
// sits on the port while a dead child is being replaced.
func freePort() (int, error) {
	for range 50 {
		port := 20000 + rand.IntN(10000) //nolint:gosec // a port is no secret
		if l, err := net.Listen("tcp", net.JoinHostPort(loopback, strconv.Itoa(port))); err == nil {
			return port, l.Close()
		}
	}
	l, err := net.Listen("tcp", net.JoinHostPort(loopback, "0"))
	if err != nil {
		return 0, fmt.Errorf("find a free port on %s: %w", loopback, err)
	}
	address, ok := l.Addr().(*net.TCPAddr)
	if err := l.Close(); err != nil || !ok {
		return 0, fmt.Errorf("find a free port on %s: %w", loopback, err)
	}
	return address.Port, nil
}

// defaultMemory is half of the machine's memory, or of the control group's if that has less; 2 GiB where neither is known.
func defaultMemory() uint64 {
	const unknown = uint64(4 << 30)
	limit := uint64(0)
	lower := func(n uint64) {
		if n > 0 && (limit == 0 || n < limit) {
			limit = n
		}
	}
	if text, err := os.ReadFile("/proc/meminfo"); err == nil {
		for line := range strings.Lines(string(text)) {
			if fields := strings.Fields(line); len(fields) >= 2 && fields[0] == "MemTotal:" {
				if kib, err := strconv.ParseUint(fields[1], 10, 54); err == nil {
					lower(kib << 10)
				}
			}
		}
	}
	for _, path := range []string{"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"} {
		if text, err := os.ReadFile(path); err == nil {
			if n, err := strconv.ParseUint(strings.TrimSpace(string(text)), 10, 64); err == nil {
				lower(n)
			}
		}
	}
	if limit == 0 {
		limit = unknown
	}
	return limit / 2
}
