package main

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"haochaping/app"
	"haochaping/calendar"
	"haochaping/edition"
)

func newEdition() *cobra.Command {
	c := &cobra.Command{
		Use:   "edition",
		Short: "Draw up, check, publish and verify editions: evaluations that are frozen and signed",
		Long: `An edition is an evaluation that is frozen and signed. Its way: create → open (the units may
object) → check → publish, the last by a second person. Late data makes a revision. NUMBER is
SCHEME-PERIOD-NN, and NUMBER.R one of its revisions; without R it is the newest.

--by is the name that stands in the document. As long as there are no accounts nobody proves
that it is true: who may run this program answers for the names.`,
	}
	c.AddCommand(newEditionCreate(), newEditionRedraw(), newEditionRevise(), newEditionDue(), newEditionList(), newEditionShow(),
		newEditionOpen(), newEditionParts(), newEditionObjection(), newEditionNarrative(), newEditionCheck(), newEditionPublish(),
		newEditionExport(), newEditionVerify(), newEditionDiff(), newEditionKey())
	return c
}

// byFlag is the name of who does it.
func byFlag(c *cobra.Command, by *string) {
	c.Flags().StringVar(by, "by", "", "name of who does it, as it stands in the document")
}

func needBy(by string) error {
	if strings.TrimSpace(by) == "" {
		return usageError{errors.New("--by NAME is required: who does it stands in the document")}
	}
	return nil
}

func langFlag(c *cobra.Command, lang *string) {
	c.Flags().StringVar(lang, "lang", "zh", "language: zh or en")
}

func checkLang(lang string) error {
	if lang != "zh" && lang != "en" {
		return usageError{errors.New("--lang: use zh or en")}
	}
	return nil
}

func readRef(text string) (edition.Ref, error) {
	ref, err := edition.ParseRef(text)
	if err != nil {
		return ref, usageError{err}
	}
	return ref, nil
}

// newest refuses a revision where only the newest can be meant.
func newest(text string) (string, error) {
	ref, err := readRef(text)
	if err == nil && ref.Revision != 0 {
		err = usageError{fmt.Errorf("give the number without a revision: %s", ref.Number)}
	}
	return ref.Number, err
}

func newEditionCreate() *cobra.Command {
	var in app.EditionCreate
	var name, period, from, to string
	c := &cobra.Command{
		Use:     "create",
		Short:   "Draw up the first draft of an edition",
		Args:    cobra.NoArgs,
		Example: "  haochaping edition create --scheme good-bad-review --period 2026-Q3 --by 王芳",
		RunE: func(c *cobra.Command, _ []string) (err error) {
			if err := needBy(in.By); err != nil {
				return err
			}
			switch {
			case period != "" && from == "" && to == "":
				if _, in.Period, err = calendar.ParsePeriod(period); err != nil {
					return usageError{fmt.Errorf("--period: %w", err)}
				}
			case period == "":
				if in.Period, err = readRange(from, to); err != nil {
					return err
				}
			default:
				return usageError{errors.New("give --period, or --from and --to, not both")}
			}
			if in.Scheme, err = readScheme(name); err != nil {
				return err
			}
			return withClient(c, func(client *app.Client) error {
				entry, err := client.CreateEdition(c.Context(), &in)
				return tellEdition(c, &entry, err)
			})
		},
	}
	f := c.Flags()
	f.StringVar(&name, "scheme", "", "ID or ID@VERSION of a scheme, or a YAML file; default: the bundled scheme of good and bad reviews")
	f.StringVar(&period, "period", "", "period to judge: 2026, 2026-H2, 2026-Q3, 2026-07, 2026-W31")
	f.StringVar(&from, "from", "", "or its first day, YYYY-MM-DD")
	f.StringVar(&to, "to", "", "and its last day, YYYY-MM-DD")
	f.BoolVar(&in.Another, "another", false, "also if there is an edition of this scheme and period")
	byFlag(c, &in.By)
	return c
}

// tellEdition says where an edition stands after something happened to it.
func tellEdition(c *cobra.Command, e *app.EditionEntry, err error) error {
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.OutOrStdout(), "%s: draft %d, %s\n", e.Ref, e.Draft, standing(e))
	return err
}

// standing is the state of a revision and what it waits for.
func standing(e *app.EditionEntry) string {
	text := e.State.Words("en")
	if e.State == edition.Objectable {
		text += " until " + e.Until.String()
	}
	if n := len(e.Pending); n > 0 {
		text += fmt.Sprintf(", %d to be decided or answered", n)
	}
	if e.Late > 0 {
		text += fmt.Sprintf(", %d late", e.Late)
	}
	if e.Void > 0 {
		text += fmt.Sprintf(", %d events void", e.Void)
	}
	return text
}

func reasonFlag(c *cobra.Command, reason *string) {
	c.Flags().StringVar(reason, "reason", "", "why, as it stands in the document")
}

func needReason(reason string) error {
	if strings.TrimSpace(reason) == "" {
		return usageError{errors.New("--reason TEXT is required: it stands in the document")}
	}
	return nil
}

// newEditionDraw makes a command that draws an edition once more, in a name and for a reason.
func newEditionDraw(use, short string, draw func(*cobra.Command, *app.Client, *app.EditionDraw) error) *cobra.Command {
	var in app.EditionDraw
	c := &cobra.Command{
		Use: use + " NUMBER", Short: short, Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) (err error) {
			if in.Number, err = newest(args[0]); err != nil {
				return err
			}
			if err := cmp.Or(needBy(in.By), needReason(in.Note)); err != nil {
				return err
			}
			return withClient(c, func(client *app.Client) error { return draw(c, client, &in) })
		},
	}
	byFlag(c, &in.By)
	reasonFlag(c, &in.Note)
	return c
}

func newEditionRedraw() *cobra.Command {
	return newEditionDraw("redraw", "Draw the newest revision up again, with the data of now and its own scheme",
		func(c *cobra.Command, client *app.Client, in *app.EditionDraw) error {
			entry, err := client.RedrawEdition(c.Context(), in)
			return tellEdition(c, &entry, err)
		})
}

func newEditionRevise() *cobra.Command {
	return newEditionDraw("revise", "Judge a published edition again and begin a revision if its data has changed",
		func(c *cobra.Command, client *app.Client, in *app.EditionDraw) error {
			entry, err := client.ReviseEdition(c.Context(), in)
			if err == nil && entry.Unchanged {
				_, err := fmt.Fprintf(c.OutOrStdout(), "%s: nothing has changed in what it judged\n", entry.Ref)
				return err
			}
			if err := tellEdition(c, &entry, err); err != nil {
				return err
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), "%d units changed their rank, score or tier\n", entry.Changed)
			return err
		})
}

func newEditionDue() *cobra.Command {
	var in app.DueCall
	c := &cobra.Command{
		Use:   "due",
		Short: "List the editions that are to be drawn up or revised; with --by, draw the drafts",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return withClient(c, func(client *app.Client) error {
				due, err := client.EditionsDue(c.Context(), &in)
				for i := range due.Drawn {
					if err := tellEdition(c, &due.Drawn[i], nil); err != nil {
						return err
					}
				}
				if err != nil || in.By != "" {
					return err
				}
				for _, t := range due.Create {
					fmt.Fprintf(c.OutOrStdout(), "create  %s  %s\n", t.Scheme, t.Period)
				}
				for _, ref := range due.Revise {
					fmt.Fprintf(c.OutOrStdout(), "revise  %s\n", ref)
				}
				return nil
			})
		},
	}
	byFlag(c, &in.By)
	return c
}

func newEditionList() *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List all revisions of all editions and where they stand",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return withClient(c, func(client *app.Client) error {
				list, err := client.Editions(c.Context())
				if err != nil {
					return err
				}
				w := tabwriter.NewWriter(c.OutOrStdout(), 0, 0, 2, ' ', 0)
				fmt.Fprintln(w, "EDITION\tPERIOD\tDRAFT\tDATA\tSTATE\tSHA-256")
				for i := range list {
					e := &list[i]
					fmt.Fprintf(w, "%s\t%s\t%d\t%d\t%s\t%s\n", e.Ref, e.Period, e.Draft, e.Generation, standing(e), e.Hash)
				}
				return w.Flush()
			})
		},
	}
}

// newEditionView makes a command that shows something of an edition in a language.
func newEditionView(use, short string, show func(*cobra.Command, *app.Client, app.EditionView) error) *cobra.Command {
	var in app.EditionView
	c := &cobra.Command{
		Use: use + " NUMBER[.R]", Short: short, Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) (err error) {
			in.Ref, err = readRef(args[0])
			if err := cmp.Or(err, checkLang(in.Language)); err != nil {
				return err
			}
			return withClient(c, func(client *app.Client) error { return show(c, client, in) })
		},
	}
	langFlag(c, &in.Language)
	return c
}

func newEditionShow() *cobra.Command {
	return newEditionView("show", "Show where an edition stands: steps, objections, units",
		func(c *cobra.Command, client *app.Client, in app.EditionView) error {
			return client.ShowEdition(c.Context(), &in, c.OutOrStdout())
		})
}
