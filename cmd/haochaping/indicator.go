package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"haochaping/app"
	"haochaping/calendar"
	"haochaping/collector/fileimport"
	"haochaping/evaluation/imported"
)

func newIndicator() *cobra.Command {
	c := &cobra.Command{
		Use:   "indicator",
		Short: "Indicators that ratings cannot give: import them, list them, write the template for them",
		Long: `Indicators that ratings cannot give, such as the accuracy of guides or mystery visits, are
imported: from a workbook that the product writes, from CSV, or from any table by a mapping
(haochaping import). A scheme takes them as its imported leaves.`,
	}
	c.AddCommand(newIndicatorImport(), newIndicatorTemplate(), newIndicatorList())
	return c
}

func newIndicatorImport() *cobra.Command {
	var source string
	var dryRun bool
	c := &cobra.Command{
		Use:   "import FILE…",
		Short: "Read values from xlsx or CSV",
		Long: `Read values from a workbook or a CSV file (UTF-8 or GB18030) with the columns unit, indicator,
level, as_of, value, se, n, source, note, attachment (单位, 指标, 层级, 截止日期, 数值, 标准误,
样本量, 来源, 备注, 附件). All rows of a file are taken or none; every problem names its cell. A
later import of the same unit, indicator and day counts; the earlier values are kept.`,
		Example: "  haochaping indicator import 指标.xlsx --source 第三方评估",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, files []string) error {
			var values []imported.Value
			for _, name := range files {
				read, err := readIndicators(name)
				if err != nil {
					return err
				}
				for i := range read {
					if read[i].Source == "" {
						read[i].Source = source
					}
				}
				values = append(values, read...)
			}
			if dryRun {
				_, err := fmt.Fprintf(c.OutOrStdout(), "would import %d values\n", len(values))
				return err
			}
			return withClient(c, func(client *app.Client) error {
				report, err := client.ImportIndicators(c.Context(), &app.IndicatorImport{Values: values, By: operator()})
				if err != nil {
					return err
				}
				_, err = fmt.Fprintf(c.OutOrStdout(), "imported: %d values, %d known already\n", report.Stored, report.Known)
				return err
			})
		},
	}
	c.Flags().StringVar(&source, "source", "", "source of the values that name none")
	c.Flags().BoolVar(&dryRun, "dry-run", false, "check the files, store nothing")
	return c
}

// operator is who runs the command, as the machine knows them.
func operator() string {
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return os.Getenv("USER")
}

// readIndicators reads a file whole. Its problems go to standard error; with more than warnings nothing is returned.
func readIndicators(path string) (values []imported.Value, err error) {
	in, _, err := openInput(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	form, text := imported.XLSX, io.Reader(in)
	if strings.ToLower(filepath.Ext(path)) != ".xlsx" {
		form = imported.CSV
		if text, _, err = fileimport.Decode(in); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	values, problems := imported.Read(text, form)
	for _, p := range problems {
		fmt.Fprintf(os.Stderr, "%s: %s\n", filepath.Base(path), p)
	}
	if imported.Fatal(problems) {
		return nil, fmt.Errorf("%s: nothing was imported: correct the cells above and import again", path)
	}
	return values, nil
}

func newIndicatorTemplate() *cobra.Command {
	var call app.TemplateCall
	var name, path string
	c := &cobra.Command{
		Use:   "template [--scheme SCHEME] -o FILE.xlsx",
		Short: "Write a workbook to fill in, with the units and imported indicators of a scheme",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) (err error) {
			if path == "" || strings.ToLower(filepath.Ext(path)) != ".xlsx" {
				return usageError{errors.New("-o FILE.xlsx is required")}
			}
			if err := checkLanguage(call.Lang); err != nil {
				return err
			}
			if call.Scheme, err = readScheme(name); err != nil {
				return err
			}
			return withClient(c, func(client *app.Client) error {
				return whole(path, func(w io.Writer) error { return client.IndicatorTemplate(c.Context(), &call, w) })
			})
		},
	}
	f := c.Flags()
	f.StringVar(&name, "scheme", "", "ID or ID@VERSION of a scheme, or a YAML file; default: the bundled scheme of good and bad reviews")
	f.StringVar(&call.Lang, "lang", "zh", "language of the headings and instructions: zh or en")
	f.StringVarP(&path, "output", "o", "", "workbook to write")
	return c
}

func newIndicatorList() *cobra.Command {
	var call app.IndicatorCall
	var from, to string
	c := &cobra.Command{
		Use:   "list",
		Short: "List imported values, the newest version of each",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) (err error) {
			if !slices.Contains([]string{"table", "csv", "json"}, call.Format) {
				return usageError{errors.New("--format: use table, csv or json")}
			}
			call.Days = calendar.Range{From: calendar.MakeDay(1900, 1, 1), To: calendar.MakeDay(2199, 12, 31)}
			if from != "" || to != "" {
				if call.Days, err = readRange(from, to); err != nil {
					return err
				}
			}
			return withClient(c, func(client *app.Client) error {
				return client.Indicators(c.Context(), &call, c.OutOrStdout())
			})
		},
	}
	f := c.Flags()
	f.StringSliceVar(&call.Indicators, "indicator", nil, "only these indicators, as written where they were imported")
	f.BoolVar(&call.History, "history", false, "every version, with who imported it and when")
	f.StringVar(&from, "from", "", "as of this day or later, YYYY-MM-DD")
	f.StringVar(&to, "to", "", "as of this day or earlier, YYYY-MM-DD")
	f.StringVar(&call.Format, "format", "table", "table, csv or json")
	return c
}
