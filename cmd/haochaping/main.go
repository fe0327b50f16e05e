// Command haochaping tells the people who run government services how good those
// services are, from citizens' ratings and from the time their cases take.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"haochaping/config"
	"haochaping/engine"
)

// Exit statuses.
const (
	exitDone    = 0
	exitFailed  = 1
	exitUsage   = 2
	exitRefused = 3
)

// errRefused is returned by a command that did its work but refused something.
var errRefused = errors.New("something was refused")

// usageError is wrong usage of the command line.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func main() {
	engine.RunChildIfAsked()
	os.Exit(run(os.Args[1:]))
}

func run(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	root := newRoot()
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	var usage usageError
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, errRefused):
		return exitRefused
	case errors.As(err, &usage):
		fmt.Fprintf(os.Stderr, "haochaping: %v\nSee haochaping --help.\n", err)
		return exitUsage
	default:
		fmt.Fprintf(os.Stderr, "haochaping: %v\n", err)
		return exitFailed
	}
}

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "haochaping",
		Short: "Ratings and processing times of government services, counted and ranked honestly",
		Long: `haochaping (好差评) collects citizens' ratings and the processing times of cases,
counts them in ClickHouse per region and department, and shows and ranks the figures.`,
		SilenceUsage: true, SilenceErrors: true,
	}
	config.BindFlags(root.PersistentFlags())
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.AddCommand(newServe(), newDemo(), newDirectory(), newImport(), newAggregate(), newFacts(),
		newKeys("device"), newKeys("source"), newRefused(), newSpool(), newContactKey(),
		newScheme(), newEvaluate(), newEvidence(), newIndicator(), newTarget(), newEdition(), newCalendar(), newRuns(), newFindings(), newWhy(), newUser(), newAudit(),
		newConfig(), newHealthcheck())
	for _, c := range root.Commands() {
		usageAsError(c)
	}
	return root
}

// usageAsError makes wrong arguments count as wrong usage, here and in all sub-commands.
func usageAsError(c *cobra.Command) {
	if check := c.Args; check != nil {
		c.Args = func(c *cobra.Command, args []string) error {
			if err := check(c, args); err != nil {
				return usageError{err}
			}
			return nil
		}
	}
	for _, sub := range c.Commands() {
		usageAsError(sub)
	}
}

// load reads the configuration that the command's flags ask for.
func load(c *cobra.Command, defaults map[string]string) (*config.Config, *slog.Logger, error) {
	cfg, err := config.Load(config.Options{
		Flags: c.Flags(), IgnoreEnv: []string{"HAOCHAPING_CHECKDATA", "HAOCHAPING_CHROMIUM", keyVariable, oldKeyVariable}, Defaults: defaults,
	})
	var invalid *config.InvalidError
	if errors.As(err, &invalid) {
		return nil, nil, usageError{err}
	}
	if err != nil {
		return nil, nil, err
	}
	options := &slog.HandlerOptions{Level: cfg.Log.Level}
	if cfg.Log.Format == "json" {
		return cfg, slog.New(slog.NewJSONHandler(os.Stderr, options)), nil
	}
	return cfg, slog.New(slog.NewTextHandler(os.Stderr, options)), nil
}

// quiet is the logger of a command that talks to a person: only what went wrong.
func quiet(cfg *config.Config) *slog.Logger {
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: max(cfg.Log.Level, slog.LevelWarn)}))
}
