package gauge

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
)

// Main is the frame of a measurement of the product: the program by its absolute path, a temporary folder that is removed
// at the end, Ctrl-C as the end of ctx. It ends the process, with 1 if anything failed or fell short.
func Main(name, program string, measure func(ctx context.Context, program, dir string) (good bool, err error)) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	good, err := inFolder(ctx, program, measure)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, name+":", err)
	}
	if err != nil || !good {
		os.Exit(1)
	}
	os.Exit(0)
}

func inFolder(ctx context.Context, program string, measure func(context.Context, string, string) (bool, error)) (good bool, err error) {
	if program, err = filepath.Abs(program); err != nil {
		return false, err
	}
	dir, err := os.MkdirTemp("", "haochaping-bench-")
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	return measure(ctx, program, dir)
}
