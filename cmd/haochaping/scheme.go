package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/user"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"haochaping/app"
	"haochaping/evaluation"
	"haochaping/evaluation/scheme"
)

// newScheme makes `scheme`: evaluation schemes as data.
func newScheme() *cobra.Command {
	c := &cobra.Command{
		Use:   "scheme",
		Short: "Check, explain, rehearse and keep evaluation schemes",
		Long: `An evaluation scheme says what is measured, how a value becomes points, what weighs how
much and what is published. It is a YAML file, see docs/schemes.md. Start from a bundled
one: haochaping scheme show good-bad-review > mine.yaml`,
	}
	c.AddCommand(newSchemeList(), newSchemeShow(), newSchemeAdd(), newSchemeCheck(), newSchemeExplain(), newSchemeRehearse())
	return c
}

func newSchemeList() *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the bundled schemes and those that were added, all versions",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return withClient(c, func(client *app.Client) error {
				list, err := client.Schemes(c.Context())
				if err != nil {
					return err
				}
				w := tabwriter.NewWriter(c.OutOrStdout(), 0, 0, 2, ' ', 0)
				lines := []string{"SCHEME\tNAME\tSHA-256\tADDED"}
				for i := range list {
					added := "bundled"
					if s := &list[i]; s.AddedAt != nil {
						added = strings.TrimSpace(s.AddedAt.Format("2006-01-02 15:04Z") + " " + s.AddedBy)
					}
					lines = append(lines, fmt.Sprintf("%s@%s\t%s\t%.12s\t%s", list[i].ID, list[i].Version, list[i].Name.In("zh"), list[i].Hash, added))
				}
				if _, err := io.WriteString(w, strings.Join(lines, "\n")+"\n"); err != nil {
					return err
				}
				return w.Flush()
			})
		},
	}
}

func newSchemeShow() *cobra.Command {
	return &cobra.Command{
		Use:     "show ID[@VERSION]",
		Short:   "Print a scheme as it is written; without a version the newest",
		Example: "  haochaping scheme show good-bad-review > mine.yaml",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return withClient(c, func(client *app.Client) error {
				s, err := client.Scheme(c.Context(), app.SchemeRef{Name: args[0]})
				if err != nil {
					return err
				}
				_, err = c.OutOrStdout().Write(s.Text)
				return err
			})
		},
	}
}

func newSchemeAdd() *cobra.Command {
	var by string
	c := &cobra.Command{
		Use:   "add FILE",
		Short: "Keep a version of a scheme for good",
		Long: `Keep a version of a scheme for good, so that evaluations can name it. What an id and a
version mean never changes: a changed scheme needs a version of its own. Adding the same
file again changes nothing.`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			s, err := loadScheme(args[0])
			if err != nil {
				return err
			}
			return withClient(c, func(client *app.Client) error {
				added, err := client.AddScheme(c.Context(), &app.SchemeAddition{Text: s.Source, By: by})
				if err != nil {
					return err
				}
				words := "added"
				if !added.Added {
					words = "there already"
				}
				_, err = fmt.Fprintf(c.OutOrStdout(), "%s@%s: %s\n", added.ID, added.Version, words)
				return err
			})
		},
	}
	c.Flags().StringVar(&by, "by", userName(), "who adds it")
	return c
}

// userName is the name of the user at this machine; ” where it cannot be told.
func userName() string {
	u, err := user.Current()
	if err != nil {
		return ""
	}
	return u.Username
}

func newSchemeCheck() *cobra.Command {
	return &cobra.Command{
		Use:   "check FILE",
		Short: "Say everything that is wrong with a scheme, each with its line",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			s, err := loadScheme(args[0])
			var problems *scheme.Error
			if errors.As(err, &problems) {
				if _, err := fmt.Fprintln(c.OutOrStdout(), problems); err != nil {
					return err
				}
				return errRefused
			}
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), "%s@%s: nothing is wrong with it\n", s.ID, s.Version)
			return err
		},
	}
}

func newSchemeExplain() *cobra.Command {
	var lang string
	c := &cobra.Command{
		Use:   "explain FILE.yaml|ID[@VERSION]",
		Short: "Print a scheme for readers: the tree, the shares of the score, the formulas in words",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := checkLanguage(lang); err != nil {
				return err
			}
			s, err := findScheme(c, args[0])
			if err != nil {
				return err
			}
			_, err = io.WriteString(c.OutOrStdout(), s.Explain(lang))
			return err
		},
	}
	c.Flags().StringVar(&lang, "lang", evaluation.Languages[0], "zh or en")
	return c
}

// findScheme reads a scheme from a file, or else by its name from the server.
func findScheme(c *cobra.Command, name string) (found *scheme.Scheme, err error) {
	ref, err := readScheme(name)
	if err != nil {
		return nil, err
	}
	if len(ref.Text) > 0 {
		return loadScheme(name)
	}
	err = withClient(c, func(client *app.Client) error {
		text, err := client.Scheme(c.Context(), ref)
		if err != nil {
			return err
		}
		found, err = scheme.Load(text.Text)
		return err
	})
	return found, err
}

// loadScheme reads a scheme from a file of any name.
func loadScheme(name string) (*scheme.Scheme, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	// The loader refuses what is larger than 1 MiB; no more than that is read.
	text, err := io.ReadAll(io.LimitReader(f, maxScheme+1))
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, err
	}
	s, err := scheme.Load(text)
	if err != nil {
		return nil, fmt.Errorf("%s:\n%w", name, err)
	}
	return s, nil
}
