package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"haochaping/app"
	"haochaping/collector/fileimport"
	"haochaping/record"
)

// newSourceMap makes `source map`: what the codes of a source mean, from which day on.
func newSourceMap() *cobra.Command {
	c := &cobra.Command{Use: "map", Short: "What the codes of a source mean, from which day on"}
	c.AddCommand(newMapSet(), newMapShow(), newMapCheck(), newMapPreset())
	return c
}

func newMapSet() *cobra.Command {
	var file string
	c := &cobra.Command{
		Use:   "set NAME",
		Short: "Give a source code maps: those of a file are added, or replace those of the same days",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if file == "" {
				return usageError{errors.New("--file is required: start with `haochaping source map preset`")}
			}
			s, err := readMaps(c, file)
			if err != nil {
				return err
			}
			if s.Name != args[0] {
				return fmt.Errorf("the file is for the source %q, not for %q: nothing was changed", s.Name, args[0])
			}
			return withClient(c, func(client *app.Client) error {
				if err := client.StoreSource(c.Context(), s); err != nil {
					return err
				}
				if err := writeMapDays(c.OutOrStdout(), &s); err != nil {
					return err
				}
				fmt.Fprintln(os.Stderr, "In force within 2 seconds. Records that were refused for a missing code can be replayed now.")
				return nil
			})
		},
	}
	c.Flags().StringVar(&file, "file", "", "the maps in YAML; - reads standard input")
	return c
}

// readMaps reads a file of maps; - is standard input.
func readMaps(c *cobra.Command, name string) (s record.Source, err error) {
	in := c.InOrStdin()
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return s, err
		}
		defer func() { err = errors.Join(err, f.Close()) }()
		in = f
	}
	return fileimport.LoadMaps(in)
}

// writeMapDays lists the maps of a source with the days on which they are in force.
func writeMapDays(out io.Writer, s *record.Source) error {
	maps := slices.Clone(s.CodeMaps)
	slices.SortStableFunc(maps, func(a, b record.DatedMap) int { return int(a.From) - int(b.From) })
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	if _, err := fmt.Fprintln(w, "FROM\tMAP\tLEVELS\tCHANNELS\tKINDS\tTAGS\tTIMES"); err != nil {
		return err
	}
	for _, d := range maps {
		from := "always"
		if d.From != 0 {
			from = d.From.String()
		}
		m := &d.Map
		if _, err := fmt.Fprintf(w, "%s\t%s\t%d\t%d\t%d\t%d\t%d\n", from, m.Name, len(m.Levels), len(m.Channels), len(m.Kinds), len(m.Tags), len(m.Times)); err != nil {
			return err
		}
	}
	return w.Flush()
}

func newMapShow() *cobra.Command {
	return &cobra.Command{
		Use:   "show NAME",
		Short: "Print the code maps of a source as a file that `source map set` reads",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return withClient(c, func(client *app.Client) error {
				list, err := client.Keys(c.Context())
				if err != nil {
					return err
				}
				i := slices.IndexFunc(list.Sources, func(s record.Source) bool { return s.Name == args[0] })
				switch {
				case i >= 0:
					return fileimport.WriteMaps(c.OutOrStdout(), &list.Sources[i])
				case args[0] == record.SourceKiosk:
					return fileimport.WriteMaps(c.OutOrStdout(), &record.Source{Name: args[0], CodeMaps: []record.DatedMap{{Map: record.MapFiveBest}}})
				}
				return fmt.Errorf("no source is called %q: see haochaping source list", args[0])
			})
		},
	}
}

func newMapCheck() *cobra.Command {
	return &cobra.Command{
		Use:   "check FILE",
		Short: "Say what is wrong with a file of code maps, without storing it",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			s, err := readMaps(c, args[0])
			if err != nil {
				return err
			}
			return writeMapDays(c.OutOrStdout(), &s)
		},
	}
}

func newMapPreset() *cobra.Command {
	var source string
	c := &cobra.Command{
		Use:       "preset NAME",
		Short:     "Print a bundled code map, every code of it, as a file to start from",
		Args:      cobra.ExactArgs(1),
		ValidArgs: record.PresetNames(),
		RunE: func(c *cobra.Command, args []string) error {
			m, ok := record.Preset(args[0])
			if !ok {
				return usageError{fmt.Errorf("no preset is called %q: use one of %v", args[0], record.PresetNames())}
			}
			m.Name += "-" + source // a map of one's own has a name of its own
			return fileimport.WriteMaps(c.OutOrStdout(), &record.Source{Name: source, CodeMaps: []record.DatedMap{{Map: m}}})
		},
	}
	c.Flags().StringVar(&source, "source", "my-source", "source to write it for")
	return c
}
