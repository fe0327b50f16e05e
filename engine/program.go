package engine

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
)

// program is what the child runs: this executable with the library, or a clickhouse program.
type program struct {
	executable string
	library    string // "" for a clickhouse program
}

func findProgram(o Options) (program, error) {
	if o.Binary != "" {
		path, err := exec.LookPath(o.Binary)
		if err != nil {
			return program{}, fmt.Errorf("find the clickhouse program %s named in the configuration: %w", o.Binary, err)
		}
		return absolute(path)
	}
	if o.Library == "" {
		if path, err := exec.LookPath("clickhouse"); err == nil {
			return absolute(path)
		}
	}
	library, err := FindLibrary(o.Library)
	if err != nil {
		return program{}, err
	}
	p := program{executable: o.Executable, library: library}
	if p.executable == "" {
		p.executable, err = ownExecutable()
	}
	return p, err
}

func absolute(path string) (program, error) {
	path, err := filepath.Abs(path)
	return program{executable: path}, err
}

// ownExecutable prefers the name under which Linux keeps the running file even when an upgrade has replaced it on disk: parent and
// child are then always of one version.
func ownExecutable() (string, error) {
	const self = "/proc/self/exe"
	if runtime.GOOS == "linux" {
		if _, err := os.Stat(self); err == nil {
			return self, nil
		}
	}
	path, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("find the running program: %w", err)
	}
	return path, nil
}

// FindLibrary returns the absolute path of the engine's library: explicit if it is not "", else from the npm package of this
// platform in a node_modules folder next to the executable or above it by one, or in the working directory or above it up to the
// first folder with a go.mod or package.json. The error wraps ErrNoLibrary and names the remedy; it wraps ErrIncomplete too where there is
// such a folder, but not the package in it.
func FindLibrary(explicit string) (string, error) {
	if explicit != "" {
		path, err := filepath.Abs(explicit)
		if err == nil {
			err = regularFile(path)
		}
		if err != nil {
			return "", fmt.Errorf("use database library %s: %w (%w)", explicit, ErrNoLibrary, err)
		}
		return path, nil
	}
	var incomplete string
	for _, root := range libraryRoots() {
		if _, err := os.Stat(filepath.Join(root, "node_modules")); err == nil && incomplete == "" {
			incomplete = root
		}
		for _, name := range []string{"libchdb.so", "libchdb.dylib"} {
			path := filepath.Join(root, "node_modules", "@chdb", packageName(), name)
			if regularFile(path) == nil {
				return path, nil
			}
		}
	}
	if incomplete != "" {
		return "", fmt.Errorf("find npm package @chdb/%s in %s: %w: %w", packageName(), filepath.Join(incomplete, "node_modules"), ErrIncomplete, ErrNoLibrary)
	}
	return "", fmt.Errorf("find npm package @chdb/%s: %w", packageName(), ErrNoLibrary)
}

func libraryRoots() []string {
	var roots []string
	if exe, err := os.Executable(); err == nil {
		if real, err := filepath.EvalSymlinks(exe); err == nil {
			exe = real
		}
		dir := filepath.Dir(exe)
		roots = append(roots, dir, filepath.Dir(dir))
	}
	dir, err := os.Getwd()
	for err == nil {
		roots = append(roots, dir)
		if regularFile(filepath.Join(dir, "go.mod")) == nil || regularFile(filepath.Join(dir, "package.json")) == nil || filepath.Dir(dir) == dir {
			break
		}
		dir = filepath.Dir(dir)
	}
	return roots
}

// packageName is the npm package that carries the library for this platform.
func packageName() string {
	arch := runtime.GOARCH
	if arch == "amd64" {
		arch = "x64"
	}
	name := "lib-" + runtime.GOOS + "-" + arch
	if runtime.GOOS == "linux" {
		name += "-gnu"
	}
	return name
}

func regularFile(path string) error {
	info, err := os.Stat(path)
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is not a file", path)
	}
	return err
}

// command builds the child's command and the signal that asks it to end: none for the library, which watches its standard input.
func (e *Engine) command() (*exec.Cmd, os.Signal) {
	configPath := filepath.Join(e.dir, configFile)
	cmd := exec.Command(e.program.executable)
	cmd.Dir = e.dir
	// The environment of this process may hold secrets and variables that ClickHouse heeds.
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + e.dir, "TZ=UTC", "LC_ALL=C.UTF-8", "CLICKHOUSE_WATCHDOG_ENABLE=0"}
	if e.program.library == "" {
		cmd.Args = []string{e.program.executable, "server", "--config-file", configPath}
		return cmd, syscall.SIGTERM
	}
	// The last statement reads standard input until it ends; it is what keeps the library running.
	queries := strings.Join([]string{
		"CREATE DATABASE IF NOT EXISTS " + databaseName + " ENGINE = Atomic",
		"SYSTEM START LISTEN TCP",
		"SELECT getServerPort('tcp_port') INTO OUTFILE " + quoteSQL(filepath.Join(e.dir, readyFile)) + " TRUNCATE FORMAT TSV",
		"SELECT * FROM file('-', LineAsString) FORMAT Null",
	}, "; ")
	// The library takes its log level from this flag alone, whatever the file says.
	cmd.Args = []string{ChildName, marker, e.program.library, "--config-file", configPath, "--log-level", "warning", "--query", queries}
	return cmd, nil
}

func quoteSQL(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s) + "'"
}
