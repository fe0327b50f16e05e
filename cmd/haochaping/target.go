package main

import (
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"haochaping/app"
	"haochaping/directory"
)

func newTarget() *cobra.Command {
	c := &cobra.Command{
		Use:   "target",
		Short: "Targets of indicators, for a unit and a year, with the document that sets them",
		Long: `A target is what was promised for an indicator of a region, a department or a hall in a year. It
is shown beside the figure, with the number of its document. Nothing is overwritten: a change is a new version,
and so is a removal.`,
	}
	c.AddCommand(newTargetSet(), newTargetList(), newTargetRemove())
	return c
}

// targetUnit adds the flags that name one unit, and returns what was named.
func targetUnit(c *cobra.Command, must bool) func() (directory.Kind, string, error) {
	kinds := []directory.Kind{directory.KindRegion, directory.KindDepartment, directory.KindHall}
	codes := make([]string, len(kinds))
	for i, kind := range kinds {
		c.Flags().StringVar(&codes[i], string(kind), "", "code of a "+string(kind))
	}
	return func() (kind directory.Kind, code string, err error) {
		for i := range codes {
			if codes[i] == "" {
				continue
			}
			if code != "" {
				return "", "", usageError{errors.New("name one unit: --region, --department or --hall")}
			}
			kind, code = kinds[i], codes[i]
		}
		if code == "" && must {
			return "", "", usageError{errors.New("name the unit: --region, --department or --hall")}
		}
		return kind, code, nil
	}
}

func newTargetSet() *cobra.Command {
	in := app.TargetChange{By: operator()}
	c := &cobra.Command{
		Use:   "set",
		Short: "Set the target of an indicator for a unit and a year",
		Example: `  haochaping target set --indicator active_rate --region 9901 --year 2026 --value 95% --document 示例〔2026〕1号
  haochaping target set --indicator median_handling --department D1 --year 2026 --value 3天 --document 示例〔2026〕2号`,
		Args: cobra.NoArgs,
	}
	changesTarget(c, &in, "set", "indicator", "year", "value", "document")
	f := c.Flags()
	f.StringVar(&in.Indicator, "indicator", "", "id of the indicator")
	f.IntVar(&in.Year, "year", 0, "year that the target is for")
	f.StringVar(&in.Value, "value", "", "the target: a share with its per cent sign (95%), a time with its unit (3天, 8h), else a number")
	f.StringVar(&in.Document, "document", "", "number of the document that sets it, at most 100 characters")
	return c
}

func newTargetRemove() *cobra.Command {
	in := app.TargetChange{Remove: true, By: operator()}
	c := &cobra.Command{
		Use:   "remove",
		Short: "Remove a target; its versions stay on record",
		Args:  cobra.NoArgs,
	}
	changesTarget(c, &in, "removed", "indicator", "year")
	f := c.Flags()
	f.StringVar(&in.Indicator, "indicator", "", "id of the indicator")
	f.IntVar(&in.Year, "year", 0, "year that the target is for")
	f.StringVar(&in.Document, "document", "", "number of the document that ends it, if there is one")
	return c
}

// changesTarget has a command change the target of a unit, once its required flags are given, and say what it did.
func changesTarget(c *cobra.Command, in *app.TargetChange, done string, required ...string) {
	unit := targetUnit(c, true)
	c.RunE = func(c *cobra.Command, _ []string) (err error) {
		if err := needed(c, required...); err != nil {
			return err
		}
		if in.Kind, in.Unit, err = unit(); err != nil {
			return err
		}
		return withClient(c, func(client *app.Client) error {
			t, err := client.SetTarget(c.Context(), in)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), "%s: %s of %s %s in %d\n", done, t.Indicator, t.Kind, t.Unit, t.Year)
			return err
		})
	}
}

// needed is an error of usage that names the first flag of a change that was not given.
func needed(c *cobra.Command, names ...string) error {
	for _, name := range names {
		if !c.Flags().Changed(name) {
			return usageError{fmt.Errorf("--%s is required: %s", name, c.Flags().Lookup(name).Usage)}
		}
	}
	return nil
}

func newTargetList() *cobra.Command {
	var call app.TargetCall
	c := &cobra.Command{
		Use:   "list",
		Short: "List the targets in force, the latest year first",
		Args:  cobra.NoArgs,
	}
	unit := targetUnit(c, false)
	c.RunE = func(c *cobra.Command, _ []string) (err error) {
		if !slices.Contains([]string{"table", "csv", "json"}, call.Format) {
			return usageError{errors.New("--format: use table, csv or json")}
		}
		if err := checkLanguage(call.Lang); err != nil {
			return err
		}
		if call.Kind, call.Unit, err = unit(); err != nil {
			return err
		}
		return withClient(c, func(client *app.Client) error { return client.Targets(c.Context(), &call, c.OutOrStdout()) })
	}
	f := c.Flags()
	f.IntVar(&call.Year, "year", 0, "only this year")
	f.StringVar(&call.Indicator, "indicator", "", "only this indicator, by its id")
	f.BoolVar(&call.History, "history", false, "every version, with who set it and when; also of what was removed")
	f.StringVar(&call.Lang, "lang", "zh", "language of the names: zh or en")
	f.StringVar(&call.Format, "format", "table", "table, csv or json")
	return c
}
