package main

import (
	"fmt"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"haochaping/app"
	"haochaping/directory"
)

// problemsShown bounds how many problems of a delivery are printed.
const problemsShown = 50

func newDirectory() *cobra.Command {
	c := &cobra.Command{Use: "directory", Short: "Who is rated: regions, halls, windows, departments, items"}
	c.AddCommand(newDirectoryImport())
	return c
}

func newDirectoryImport() *cobra.Command {
	var layout string
	c := &cobra.Command{
		Use:   "import KIND FILE",
		Short: "Read regions, halls, windows, departments or items from a CSV file",
		Long: `Read entries of the directory from a CSV file with a header line. An entry with a known
code replaces the known one. Nothing is changed when a problem is found. All days are
counted anew, so what was unattributed (待归属) gets its place.

With --layout nbs, KIND is regions and FILE is a folder with provinces.csv, cities.csv,
areas.csv and streets.csv or streets.csv.gz.`,
		Example: "  haochaping directory import regions regions.csv\n  haochaping directory import regions --layout nbs divisions/",
		Args:    cobra.ExactArgs(2),
		RunE: func(c *cobra.Command, args []string) error {
			if !slices.Contains(app.DirectoryKinds(), args[0]) {
				return usageError{fmt.Errorf("kind: use one of %v", app.DirectoryKinds())}
			}
			if layout != "" && (layout != "nbs" || args[0] != "regions") {
				return usageError{fmt.Errorf("--layout: only nbs, and only for regions")}
			}
			in, problems, err := app.ReadDirectory(args[0], layout, args[1])
			if err != nil {
				return err
			}
			if directory.Fatal(problems) {
				showProblems(problems)
				return fmt.Errorf("%s: nothing was imported: correct the lines above and import again", args[1])
			}
			return withClient(c, func(client *app.Client) error {
				report, err := client.ImportDirectory(c.Context(), in)
				if err != nil {
					return err
				}
				showProblems(append(problems, report.Problems...))
				if report.Refused {
					return fmt.Errorf("%s: nothing was imported: correct what is named above and import again", args[1])
				}
				_, err = fmt.Fprintf(c.OutOrStdout(), "imported: %d %s\n", report.Rows, args[0])
				return err
			})
		},
	}
	c.Flags().StringVar(&layout, "layout", "", "nbs = national division codes in several files")
	return c
}

func showProblems(problems []directory.Problem) {
	for i, p := range problems {
		if i == problemsShown {
			fmt.Fprintf(os.Stderr, "… and %d more\n", len(problems)-i)
			return
		}
		fmt.Fprintln(os.Stderr, p)
	}
}
