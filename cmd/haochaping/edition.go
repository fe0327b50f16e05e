package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
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

func newEditionRedraw() *cobra.Command {
	var in app.EditionDraw
	c := &cobra.Command{
		Use:   "redraw NUMBER",
		Short: "Draw the newest revision up again, with the data of now and its own scheme",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) (err error) {
			if in.Number, err = newest(args[0]); err != nil {
				return err
			}
			if err := cmp.Or(needBy(in.By), needReason(in.Note)); err != nil {
				return err
			}
			return withClient(c, func(client *app.Client) error {
				entry, err := client.RedrawEdition(c.Context(), &in)
				return tellEdition(c, &entry, err)
			})
		},
	}
	byFlag(c, &in.By)
	reasonFlag(c, &in.Note)
	return c
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

func newEditionRevise() *cobra.Command {
	var in app.EditionDraw
	c := &cobra.Command{
		Use:   "revise NUMBER",
		Short: "Judge a published edition again and begin a revision if its data has changed",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) (err error) {
			if in.Number, err = newest(args[0]); err != nil {
				return err
			}
			if err := cmp.Or(needBy(in.By), needReason(in.Note)); err != nil {
				return err
			}
			return withClient(c, func(client *app.Client) error {
				entry, err := client.ReviseEdition(c.Context(), &in)
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
		},
	}
	byFlag(c, &in.By)
	reasonFlag(c, &in.Note)
	return c
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

func newEditionShow() *cobra.Command {
	var in app.EditionView
	c := &cobra.Command{
		Use:   "show NUMBER[.R]",
		Short: "Show where an edition stands: steps, objections, units",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) (err error) {
			if in.Ref, err = readRef(args[0]); err != nil {
				return err
			}
			if err := checkLang(in.Language); err != nil {
				return err
			}
			return withClient(c, func(client *app.Client) error {
				return client.ShowEdition(c.Context(), &in, c.OutOrStdout())
			})
		},
	}
	langFlag(c, &in.Language)
	return c
}

func newEditionParts() *cobra.Command {
	var in app.EditionView
	var dir string
	c := &cobra.Command{
		Use:   "parts NUMBER[.R]",
		Short: "Write for each unit what it is shown of a draft: its own figures, and no other names",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) (err error) {
			if in.Ref, err = readRef(args[0]); err != nil {
				return err
			}
			if err := checkLang(in.Language); err != nil {
				return err
			}
			if dir == "" {
				return usageError{errors.New("-o FOLDER is required: there is one file for each unit")}
			}
			return withClient(c, func(client *app.Client) error {
				parts, err := client.EditionParts(c.Context(), &in)
				if err != nil {
					return err
				}
				if err := os.MkdirAll(dir, 0o700); err != nil {
					return fmt.Errorf("write the parts: %w", err)
				}
				for _, p := range parts {
					if err := whole(filepath.Join(dir, fileName(p.Code)+".md"), func(w io.Writer) error {
						_, err := io.WriteString(w, p.Text)
						return err
					}); err != nil {
						return err
					}
				}
				_, err = fmt.Fprintf(c.OutOrStdout(), "%d files written to %s\n", len(parts), dir)
				return err
			})
		},
	}
	langFlag(c, &in.Language)
	c.Flags().StringVarP(&dir, "output", "o", "", "folder to write to")
	return c
}

// fileName is a code as the name of a file: what could mean something else becomes %XX, so that no two are alike.
func fileName(code string) string {
	var b strings.Builder
	for i := range len(code) {
		c := code[i]
		plain := c >= 0x80 || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c == '-' || c == '_' || c == '@' || c == '.' && i > 0
		if plain {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

func newEditionExport() *cobra.Command {
	var path string
	c := &cobra.Command{
		Use:   "export NUMBER[.R]",
		Short: "Write the file of an edition: signed once it is published, before that the unsigned draft",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			ref, err := readRef(args[0])
			if err != nil {
				return err
			}
			if path == "" {
				return usageError{errors.New("-o FILE is required")}
			}
			return withClient(c, func(client *app.Client) error { return writeEdition(c, client, ref, path) })
		},
	}
	c.Flags().StringVarP(&path, "output", "o", "", "file to write")
	return c
}

func writeEdition(c *cobra.Command, client *app.Client, ref edition.Ref, path string) error {
	if err := whole(path, func(w io.Writer) error { return client.EditionFile(c.Context(), ref, w) }); err != nil {
		return err
	}
	_, err := fmt.Fprintf(c.OutOrStdout(), "%s written to %s\n", ref, path)
	return err
}

func newEditionDiff() *cobra.Command {
	var lang string
	c := &cobra.Command{
		Use:   "diff A B",
		Short: "Say what differs between two editions or revisions, given by number or as files",
		Long: `Say what differs between two editions or revisions, each given by its number or as a file. Of
files the signature is not looked at: that is what edition verify does. With two files no
server is needed.`,
		Args: cobra.ExactArgs(2),
		RunE: func(c *cobra.Command, args []string) error {
			if err := checkLang(lang); err != nil {
				return err
			}
			var sides [2]*edition.Edition
			for i, arg := range args {
				e, err := readEditionFile(arg)
				if err != nil && !errors.Is(err, fs.ErrNotExist) {
					return err
				}
				sides[i] = e
			}
			if slices.Contains(sides[:], nil) {
				if err := withClient(c, func(client *app.Client) error { return fetchEditions(c, client, args, &sides) }); err != nil {
					return err
				}
			}
			d := edition.Diff(sides[0], sides[1])
			for _, line := range d.Words(lang, max(sides[0].Scheme.Decimals, sides[1].Scheme.Decimals)) {
				fmt.Fprintln(c.OutOrStdout(), line)
			}
			return nil
		},
	}
	langFlag(c, &lang)
	return c
}

func fetchEditions(c *cobra.Command, client *app.Client, args []string, sides *[2]*edition.Edition) error {
	for i, arg := range args {
		if sides[i] != nil {
			continue
		}
		ref, err := readRef(arg)
		if err != nil {
			return fmt.Errorf("there is no file %s, and %w", arg, err)
		}
		var b strings.Builder
		if err := client.EditionFile(c.Context(), ref, &b); err != nil {
			return err
		}
		if sides[i], err = edition.Decode(edition.Document([]byte(b.String()))); err != nil {
			return fmt.Errorf("edition %s: %w", ref, err)
		}
	}
	return nil
}

func readEditionFile(path string) (*edition.Edition, error) {
	b, err := readBounded(path, edition.MaxSize+4096)
	if err != nil {
		return nil, err
	}
	e, err := edition.Decode(edition.Document(b))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return e, nil
}

// readBounded reads a file of at most so many bytes.
func readBounded(path string, most int64) (b []byte, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if b, err = io.ReadAll(io.LimitReader(f, most+1)); err == nil && int64(len(b)) > most {
		err = fmt.Errorf("%s is larger than %d bytes", path, most)
	}
	return b, err
}
