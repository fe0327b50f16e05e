package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"haochaping/app"
	"haochaping/calendar"
)

// newAudit makes `audit`: who did what.
func newAudit() *cobra.Command {
	c := &cobra.Command{Use: "audit", Short: "The record of who signed in, looked at records, exported and changed what"}
	c.AddCommand(newAuditList(), newAuditVerify())
	return c
}

var formats = []string{"table", "csv", "json"}

// newListing makes a command that writes a list in a format.
func newListing(name, short string, write func(*app.Client, context.Context, *app.ListCall, io.Writer) error) *cobra.Command {
	var call app.ListCall
	c := &cobra.Command{
		Use: name, Short: short, Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if !slices.Contains(formats, call.Format) {
				return usageError{errors.New("--format: use table, csv or json")}
			}
			return withClient(c, func(client *app.Client) error { return write(client, c.Context(), &call, c.OutOrStdout()) })
		},
	}
	c.Flags().StringVar(&call.Format, "format", "table", "table, csv or json")
	return c
}

func newAuditList() *cobra.Command {
	var call app.AuditCall
	var from, to string
	c := &cobra.Command{
		Use:   "list",
		Short: "List what is on record, the newest first",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) (err error) {
			if from != "" {
				if call.From, err = calendar.ParseDay(from); err != nil {
					return usageError{fmt.Errorf("--from: %w", err)}
				}
			}
			if to != "" {
				if call.To, err = calendar.ParseDay(to); err != nil {
					return usageError{fmt.Errorf("--to: %w", err)}
				}
			}
			switch {
			case !slices.Contains(formats, call.Format):
				return usageError{errors.New("--format: use table, csv or json")}
			case call.Limit < 1 || call.Limit > 100_000:
				return usageError{errors.New("--limit: use a number from 1 to 100000")}
			}
			return withClient(c, func(client *app.Client) error { return client.Audit(c.Context(), &call, c.OutOrStdout()) })
		},
	}
	f := c.Flags()
	f.StringVar(&from, "from", "", "first day, YYYY-MM-DD")
	f.StringVar(&to, "to", "", "last day, YYYY-MM-DD")
	f.StringVar(&call.Who, "who", "", "only of this account; console = commands on this machine")
	f.StringVar(&call.Action, "action", "", "only this action, such as sign-in")
	f.IntVar(&call.Limit, "limit", 1000, "how many at most")
	f.StringVar(&call.Format, "format", "table", "table, csv or json")
	return c
}

func newAuditVerify() *cobra.Command {
	var in app.AuditVerification
	c := &cobra.Command{
		Use:   "verify",
		Short: "Check that nothing on record was changed, removed or reordered, and print the ends of the chain",
		Long: `Check that nothing on record was changed, removed or reordered, and print the ends of the
chain. Note them elsewhere and give them with --end the next time: whoever can write the
table can cut off its end, and that leaves no other trace. Ends with status 3 if
something is wrong.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return withClient(c, func(client *app.Client) error {
				report, err := client.VerifyAudit(c.Context(), &in)
				if err != nil {
					return err
				}
				out := c.OutOrStdout()
				fmt.Fprintf(out, "%d entries of %d writers\n", report.Entries, report.Writers)
				for _, fault := range report.Faults {
					fmt.Fprintf(out, "%s: entry %d of writer %s\n", fault.What, fault.Sequence, fault.Writer)
				}
				if report.More > 0 {
					fmt.Fprintf(out, "… and %d more\n", report.More)
				}
				for _, hash := range report.Lost {
					fmt.Fprintf(out, "lost: no entry has the noted hash %s\n", hash)
				}
				for i := range report.Ends {
					e := &report.Ends[i]
					fmt.Fprintf(out, "end: %s, entry %d of writer %s at %s\n", e.Hash, e.Sequence, e.Writer, e.At.Local().Format(time.RFC3339))
				}
				if len(report.Faults)+len(report.Lost) > 0 {
					return errRefused
				}
				return nil
			})
		},
	}
	c.Flags().StringSliceVar(&in.Noted, "end", nil, "hash of an end that was noted elsewhere; several are allowed")
	return c
}
