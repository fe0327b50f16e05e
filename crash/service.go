package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"haochaping/app"
	"haochaping/config"
)

// serviceCommand is the first argument of this program re-executed as the product.
const serviceCommand = "service"

// runService does what haochaping serve does, by a clock that may be wrong. It ends when
// the run that started it does.
func runService(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	go func() {
		// Nothing is ever written to the pipe: its end is the end of the run.
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(3)
	}()
	if err := serve(ctx, args); err != nil {
		fmt.Fprintln(os.Stderr, "service:", err)
		return 1
	}
	return 0
}

func serve(ctx context.Context, args []string) error {
	fs := flag.NewFlagSet(serviceCommand, flag.ContinueOnError)
	clockFile := fs.String("clock", "", "file with the offset of the clock")
	spoolMax := fs.Int64("spool-max", 0, "size of the spool in bytes, below what the configuration allows")
	if err := fs.Parse(args); err != nil {
		return err
	}
	cfg, err := config.Load(config.Options{Environ: serviceEnvironment()})
	if err != nil {
		return err
	}
	if *spoolMax > 0 {
		cfg.Collector.SpoolMax = config.Size(*spoolMax)
	}
	c, err := openClock(*clockFile)
	if err != nil {
		return err
	}
	a := app.New(cfg, slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: cfg.Log.Level})), false)
	a.SetClock(c.Now)
	if err := a.Start(ctx); err != nil {
		return err
	}
	return a.Run(ctx)
}

// serviceEnvironment is the environment without what belongs to tests of the product.
func serviceEnvironment() []string {
	var env []string
	for _, line := range os.Environ() {
		if name, _, _ := strings.Cut(line, "="); name != "HAOCHAPING_CHECKDATA" && name != "HAOCHAPING_CHROMIUM" {
			env = append(env, line)
		}
	}
	return env
}
