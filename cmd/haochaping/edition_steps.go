package main

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"haochaping/app"
	"haochaping/calendar"
	"haochaping/edition"
	"haochaping/strictyaml"
)

// stepEdition has events happen to an edition and says where it then stands.
func stepEdition(c *cobra.Command, in *app.EditionStep) error {
	return withClient(c, func(client *app.Client) error {
		entry, err := client.StepEdition(c.Context(), in)
		return tellEdition(c, &entry, err)
	})
}

func newEditionOpen() *cobra.Command {
	var by, until string
	var days int
	c := &cobra.Command{
		Use:   "open NUMBER",
		Short: "Begin the objection period of a draft",
		Long: `Begin the objection period of a draft. It ends with the last of so many working days after
today (--days, default edition.objection_days), or on a day given by --until. What the units
are shown is written by haochaping edition parts.`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			number, err := newest(args[0])
			if err := cmp.Or(err, needBy(by)); err != nil {
				return err
			}
			e := edition.Event{Action: edition.Open, By: by}
			in := app.EditionStep{Ref: edition.Ref{Number: number}}
			switch {
			case until != "" && c.Flags().Changed("days"):
				return usageError{errors.New("give --days or --until, not both")}
			case until != "":
				if e.Until, err = calendar.ParseDay(until); err != nil {
					return usageError{fmt.Errorf("--until: %w", err)}
				}
			case c.Flags().Changed("days"):
				in.Days = &days
			}
			in.Events = []edition.Event{e}
			return stepEdition(c, &in)
		},
	}
	byFlag(c, &by)
	c.Flags().IntVar(&days, "days", 0, "working days for objections, not counting today; default edition.objection_days")
	c.Flags().StringVar(&until, "until", "", "or the last day for them, YYYY-MM-DD")
	return c
}

func newEditionCheck() *cobra.Command {
	var by, early, without string
	var draft int
	c := &cobra.Command{
		Use:   "check NUMBER",
		Short: "Say that the draft was checked, after the objection period",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			number, err := newest(args[0])
			if err := cmp.Or(err, needBy(by)); err != nil {
				return err
			}
			if early != "" && without != "" {
				return usageError{errors.New("give --early or --without-objections, not both")}
			}
			return stepEdition(c, &app.EditionStep{
				Ref:    edition.Ref{Number: number},
				Events: []edition.Event{{Action: edition.Check, By: by, Note: cmp.Or(early, without), Draft: draft}},
			})
		},
	}
	byFlag(c, &by)
	f := c.Flags()
	f.StringVar(&early, "early", "", "why the objection period ends early")
	f.StringVar(&without, "without-objections", "", "why a revision or a later draft has no objection period")
	f.IntVar(&draft, "draft", 0, "only if this draft still counts")
	return c
}

func newEditionPublish() *cobra.Command {
	var in app.EditionDraw
	var path string
	c := &cobra.Command{
		Use:   "publish NUMBER",
		Short: "Sign and publish what was checked; not by who drew it up or checked it",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) (err error) {
			if in.Number, err = newest(args[0]); err != nil {
				return err
			}
			if err := needBy(in.By); err != nil {
				return err
			}
			return withClient(c, func(client *app.Client) error {
				entry, err := client.PublishEdition(c.Context(), &in)
				if err := tellEdition(c, &entry, err); err != nil {
					return err
				}
				if _, err := fmt.Fprintf(c.OutOrStdout(), "SHA-256 %s\nsigned with the key %s\n", entry.Hash, entry.Fingerprint); err != nil || path == "" {
					return err
				}
				return writeEdition(c, client, entry.Ref, path)
			})
		},
	}
	byFlag(c, &in.By)
	c.Flags().StringVarP(&path, "output", "o", "", "file to write the signed edition to")
	return c
}

func newEditionObjection() *cobra.Command {
	c := &cobra.Command{Use: "objection", Short: "Keep the register of objections"}
	c.AddCommand(newObjectionAdd(), newObjectionDecide(), newObjectionAnswer(), newObjectionList())
	return c
}

func newObjectionAdd() *cobra.Command {
	e := edition.Event{Action: edition.Object}
	c := &cobra.Command{
		Use:   "add NUMBER[.R]",
		Short: "Enter an objection of a unit; after the period it is entered as late",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			ref, err := readRef(args[0])
			if err := cmp.Or(err, needBy(e.By)); err != nil {
				return err
			}
			if e.Unit == "" || e.Text == "" {
				return usageError{errors.New("--unit CODE and --text TEXT are required")}
			}
			return stepEdition(c, &app.EditionStep{Ref: ref, Events: []edition.Event{e}})
		},
	}
	byFlag(c, &e.By)
	c.Flags().StringVar(&e.Unit, "unit", "", "code of the unit that objects")
	c.Flags().StringVar(&e.Text, "text", "", "what it objects to")
	return c
}

// objectionArgs reads NUMBER[.R] and the number of an objection.
func objectionArgs(args []string) (edition.Ref, int, error) {
	ref, err := readRef(args[0])
	if err != nil {
		return ref, 0, err
	}
	id, err := strconv.Atoi(args[1])
	if err != nil || id < 1 {
		return ref, 0, usageError{fmt.Errorf("%q is no number of an objection; haochaping edition objection list shows them", args[1])}
	}
	return ref, id, nil
}

func newObjectionDecide() *cobra.Command {
	e := edition.Event{Action: edition.Decide}
	var upheld, rejected bool
	var answer string
	c := &cobra.Command{
		Use:   "decide NUMBER[.R] ID",
		Short: "Decide an objection: --upheld or --rejected, with the reason",
		Long: `Decide an objection: --upheld or --rejected, with the reason. An upheld one is followed by
another draft (haochaping edition redraw), or by the reason why there is none: --no-redraw, or
later haochaping edition objection answer.`,
		Args: cobra.ExactArgs(2),
		RunE: func(c *cobra.Command, args []string) error {
			ref, id, err := objectionArgs(args)
			if err := cmp.Or(err, needBy(e.By), needReason(e.Note)); err != nil {
				return err
			}
			if upheld == rejected {
				return usageError{errors.New("give --upheld or --rejected")}
			}
			e.Objection, e.Decision = id, edition.Rejected
			if upheld {
				e.Decision = edition.Upheld
			}
			events := []edition.Event{e}
			if answer != "" {
				events = append(events, edition.Event{Action: edition.Answer, By: e.By, Note: answer, Objection: id})
			}
			return stepEdition(c, &app.EditionStep{Ref: ref, Events: events})
		},
	}
	byFlag(c, &e.By)
	reasonFlag(c, &e.Note)
	f := c.Flags()
	f.BoolVar(&upheld, "upheld", false, "the objection is right")
	f.BoolVar(&rejected, "rejected", false, "it is not")
	f.StringVar(&answer, "no-redraw", "", "with --upheld: why no other draft is needed")
	return c
}

func newObjectionAnswer() *cobra.Command {
	e := edition.Event{Action: edition.Answer}
	c := &cobra.Command{
		Use:   "answer NUMBER[.R] ID",
		Short: "Say why an upheld objection leads to no other draft",
		Args:  cobra.ExactArgs(2),
		RunE: func(c *cobra.Command, args []string) error {
			ref, id, err := objectionArgs(args)
			if err := cmp.Or(err, needBy(e.By), needReason(e.Note)); err != nil {
				return err
			}
			e.Objection = id
			return stepEdition(c, &app.EditionStep{Ref: ref, Events: []edition.Event{e}})
		},
	}
	byFlag(c, &e.By)
	reasonFlag(c, &e.Note)
	return c
}

func newObjectionList() *cobra.Command {
	return newEditionView("list", "Print the register of objections",
		func(c *cobra.Command, client *app.Client, in app.EditionView) error {
			list, err := client.EditionObjections(c.Context(), in.Ref)
			if err == nil {
				_, err = fmt.Fprint(c.OutOrStdout(), edition.Register(list, in.Language))
			}
			return err
		})
}

func newEditionNarrative() *cobra.Command {
	c := &cobra.Command{Use: "narrative", Short: "Keep the texts about units: 亮点, 短板, 典型案例"}
	c.AddCommand(newNarrativeSet(), newNarrativeShow())
	return c
}

func newNarrativeSet() *cobra.Command {
	var by, unit, section, source string
	c := &cobra.Command{
		Use:   "set NUMBER FILE",
		Short: "Set narratives from a YAML file, or one section of a unit from a text file",
		Long: `Set narratives from a YAML file:

  units:
    "440106":
      highlights:             # 亮点; also shortcomings (短板) and cases (典型案例)
        - text: 全程网办率达到 98%。
          source: 现场核查，2026-10-12

A section that the file names replaces what was there, an empty one ([]) too. With --unit,
--section and --source, FILE is the text of one entry instead. Once the edition is published
they are frozen.`,
		Args: cobra.ExactArgs(2),
		RunE: func(c *cobra.Command, args []string) error {
			number, err := newest(args[0])
			if err := cmp.Or(err, needBy(by)); err != nil {
				return err
			}
			var list []edition.UnitNarrative
			if unit != "" || section != "" || source != "" {
				list, err = readPlainNarrative(args[1], unit, section, source)
			} else {
				list, err = readNarratives(args[1])
			}
			if err != nil {
				return err
			}
			in := app.EditionStep{Ref: edition.Ref{Number: number}}
			for _, n := range list {
				for _, s := range edition.Sections() {
					if entries, ok := n.Sections[s]; ok {
						in.Events = append(in.Events, edition.Event{Action: edition.Narrate, By: by, Unit: n.Unit, Section: s, Entries: entries})
					}
				}
			}
			return stepEdition(c, &in)
		},
	}
	byFlag(c, &by)
	f := c.Flags()
	f.StringVar(&unit, "unit", "", "code of the unit that a text file is about")
	f.StringVar(&section, "section", "", "its section: highlights, shortcomings or cases")
	f.StringVar(&source, "source", "", "where it comes from")
	return c
}

func readNarratives(path string) (list []edition.UnitNarrative, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	list, problems, err := edition.ReadNarratives(f)
	if err == nil && len(problems) > 0 {
		err = fmt.Errorf("%s:\n%s", filepath.Base(path), strictyaml.Lines(problems))
	}
	return list, err
}

func readPlainNarrative(path, unit, section, source string) ([]edition.UnitNarrative, error) {
	s := edition.Section(section)
	if unit == "" || source == "" || !slices.Contains(edition.Sections(), s) {
		return nil, usageError{fmt.Errorf("a text file needs --unit CODE, --source TEXT and --section, one of %v", edition.Sections())}
	}
	b, err := readBounded(path, strictyaml.MaxSize)
	if err != nil {
		return nil, err
	}
	entry := edition.Narrative{Section: s, Text: strings.TrimSpace(strings.ReplaceAll(string(b), "\r\n", "\n")), Source: source}
	return []edition.UnitNarrative{{Unit: unit, Sections: map[edition.Section][]edition.Narrative{s: {entry}}}}, nil
}

func newNarrativeShow() *cobra.Command {
	return newEditionView("show", "Print the narratives",
		func(c *cobra.Command, client *app.Client, in app.EditionView) error {
			list, err := client.EditionNarratives(c.Context(), in.Ref)
			for _, unit := range slices.Sorted(maps.Keys(list)) {
				fmt.Fprintln(c.OutOrStdout(), unit)
				for _, n := range list[unit] {
					fmt.Fprintf(c.OutOrStdout(), "  %s: %s [%s]\n", n.Section.Name(in.Language), strings.ReplaceAll(n.Text, "\n", "\n    "), n.Source)
				}
			}
			return err
		})
}
