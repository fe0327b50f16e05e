package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"haochaping/app"
	"haochaping/calendar"
	"haochaping/evaluation"
	"haochaping/evaluation/scoring"
)

type evaluateFlags struct {
	call                   app.EvaluateCall
	scheme, from, to       string
	period, rule, compare  string
	output, formatOfOutput string
}

func newEvaluate() *cobra.Command {
	var f evaluateFlags
	c := &cobra.Command{
		Use:   "evaluate [--scheme SCHEME] --period PERIOD",
		Short: "Judge units by a scheme: scores, tiers, ranks, and how sure they are",
		Long: `Judge units by a scheme. Each unit has its rank and the interval that its rank lies in by 95 %
of the draws (名次范围, which follows from sample sizes), its score with an interval, its tier, and
each indicator with its sample. Units without enough data are listed with the reason, not ranked.
The seed of the draws is derived from the data, so the same data gives the same result everywhere.

Of imported values the one as of the newest day counts, from 1 January of the year in which the
period begins to the period's end.`,
		Example: "  haochaping evaluate --scheme scheme.yaml --period 2026-H1\n" +
			"  haochaping evaluate --scheme scheme.yaml --period 2026-06 --compare 330100,330200\n" +
			"  haochaping evaluate --scheme scheme.yaml --period 2026-Q2 -o 评价.xlsx",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return f.run(c) },
	}
	fl := c.Flags()
	fl.StringVar(&f.scheme, "scheme", "", "ID or ID@VERSION of a scheme, or a YAML file; default: the bundled scheme of good and bad reviews")
	fl.StringVar(&f.period, "period", "", "2026-06, 2026-Q2, 2026-H1, 2026, 2026-W23 or a day; or --from and --to")
	fl.StringVar(&f.from, "from", "", "first day, YYYY-MM-DD")
	fl.StringVar(&f.to, "to", "", "last day, YYYY-MM-DD")
	fl.StringVar(&f.rule, "rule", string(scoring.RuleActive), "which answers count: active; and to see what a ranking would be, with_defaults or silence_is_5")
	fl.StringVar(&f.compare, "compare", "", "two units, A,B: how probable it is that A is better than B")
	fl.IntVar(&f.call.Draws, "draws", scoring.MinimumDraws, "draws that intervals rest on")
	fl.StringVar(&f.call.Lang, "lang", "zh", "language: zh or en")
	fl.StringVar(&f.formatOfOutput, "format", "", "table, csv, json or xlsx; default: by the name of the output, else table")
	fl.StringVarP(&f.output, "output", "o", "", "file to write; it is complete or not there")
	return c
}

func (f *evaluateFlags) run(c *cobra.Command) error {
	if err := f.read(); err != nil {
		return err
	}
	if f.call.Rule != scoring.RuleActive {
		warn([]string{"a what-if: --rule " + string(f.call.Rule) + " is for comparison only; such a ranking is never published"})
	}
	return withClient(c, func(client *app.Client) error {
		if f.output == "" {
			return client.Evaluate(c.Context(), &f.call, c.OutOrStdout())
		}
		return whole(f.output, func(w io.Writer) error { return client.Evaluate(c.Context(), &f.call, w) })
	})
}

// read checks the flags.
func (f *evaluateFlags) read() (err error) {
	if err := checkLanguage(f.call.Lang); err != nil {
		return err
	}
	if f.call.Period, err = f.days(); err != nil {
		return err
	}
	f.call.Rule = scoring.AnswerRule(f.rule)
	if rules := []scoring.AnswerRule{scoring.RuleActive, scoring.RuleDefaults, scoring.RuleSilence}; !slices.Contains(rules, f.call.Rule) {
		return usageError{fmt.Errorf("--rule: use one of %v", rules)}
	}
	const most = 100_000
	if f.call.Draws < scoring.MinimumDraws || f.call.Draws > most {
		return usageError{fmt.Errorf("--draws: from %d to %d", scoring.MinimumDraws, most)}
	}
	if f.compare != "" {
		a, b, ok := strings.Cut(f.compare, ",")
		if !ok || strings.TrimSpace(a) == "" || strings.TrimSpace(b) == "" || strings.Contains(b, ",") {
			return usageError{errors.New("--compare: name two units, parted by a comma")}
		}
		f.call.Compare = []string{strings.TrimSpace(a), strings.TrimSpace(b)}
	}
	formats := []string{"table", "csv", "json", "xlsx"}
	f.call.Format = f.formatOfOutput
	if f.call.Format == "" {
		f.call.Format = "table"
		if ext := strings.TrimPrefix(strings.ToLower(filepath.Ext(f.output)), "."); slices.Contains(formats, ext) {
			f.call.Format = ext
		}
	}
	if !slices.Contains(formats, f.call.Format) {
		return usageError{fmt.Errorf("--format: use one of %v", formats)}
	}
	if f.call.Format == "xlsx" && f.output == "" {
		return usageError{errors.New("--format xlsx needs -o FILE.xlsx")}
	}
	f.call.Scheme, err = readScheme(f.scheme)
	return err
}

// days is the period that the flags name.
func (f *evaluateFlags) days() (calendar.Range, error) {
	if f.period == "" {
		if f.from == "" && f.to == "" {
			return calendar.Range{}, usageError{errors.New("--period is required, such as 2026-06; or --from and --to")}
		}
		return readRange(f.from, f.to)
	}
	if f.from != "" || f.to != "" {
		return calendar.Range{}, usageError{errors.New("give --period, or --from and --to, not both")}
	}
	_, days, err := calendar.ParsePeriod(f.period)
	if err != nil {
		return days, usageError{fmt.Errorf("--period: %w", err)}
	}
	return days, nil
}

// checkLanguage refuses a language that the product does not write.
func checkLanguage(lang string) error {
	if !slices.Contains(evaluation.Languages[:], lang) {
		return usageError{fmt.Errorf("--lang: use one of %v", evaluation.Languages)}
	}
	return nil
}

// maxScheme bounds the file of a scheme, in bytes; a longer one is none.
const maxScheme = 1 << 20

// readScheme reads a scheme from a file whose name ends in .yaml or .yml; any other text is the name of a scheme, and
// none that of the default one.
func readScheme(name string) (ref app.SchemeRef, err error) {
	if ext := strings.ToLower(filepath.Ext(name)); ext != ".yaml" && ext != ".yml" {
		return app.SchemeRef{Name: name}, nil
	}
	file, err := os.Open(name)
	if err != nil {
		return ref, fmt.Errorf("read the scheme: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	var text bytes.Buffer
	if _, err := io.Copy(&text, io.LimitReader(file, maxScheme+1)); err != nil {
		return ref, fmt.Errorf("read the scheme: %w", err)
	}
	return app.SchemeRef{Name: name, Text: text.Bytes()}, nil
}
