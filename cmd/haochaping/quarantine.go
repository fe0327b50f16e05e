package main

import (
	"encoding/json"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"haochaping/app"
)

// newQuarantine makes `spool quarantine`: accepted records that ClickHouse refused for
// good. It works whether the collector runs or not.
func newQuarantine() *cobra.Command {
	c := &cobra.Command{Use: "quarantine", Short: "Accepted records that ClickHouse refused for good"}
	c.AddCommand(newQuarantineList(), newQuarantineShow(), newQuarantineRetry())
	return c
}

func newQuarantineList() *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List them with the reason",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			cfg, _, err := load(c, nil)
			if err != nil {
				return err
			}
			list, err := app.Quarantine(cfg)
			if err != nil {
				return err
			}
			w := tabwriter.NewWriter(c.OutOrStdout(), 0, 0, 2, ' ', 0)
			fmt.Fprintln(w, "NAME\tKIND\tID\tACCEPTED\tREASON")
			for i := range list {
				q := &list[i]
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", q.Name(), kindName(q.KindCode), q.ID, q.SpooledAt.Format(time.RFC3339), q.Reason)
			}
			return w.Flush()
		},
	}
}

func newQuarantineShow() *cobra.Command {
	return &cobra.Command{
		Use:   "show",
		Short: "Write them decoded, one JSON object a line; as protected as in ClickHouse",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			cfg, _, err := load(c, nil)
			if err != nil {
				return err
			}
			list, err := app.Quarantine(cfg)
			if err != nil {
				return err
			}
			unreadable := false
			lines := json.NewEncoder(c.OutOrStdout())
			lines.SetEscapeHTML(false)
			for i := range list {
				q := &list[i]
				r, err := q.Record()
				if err != nil {
					unreadable = true
					fmt.Fprintf(c.ErrOrStderr(), "%s: %v\n", q.Name(), err)
					continue
				}
				if err := lines.Encode(struct {
					Name   string `json:"name"`
					Kind   string `json:"kind"`
					Reason string `json:"reason"`
					Record any    `json:"record"`
				}{q.Name(), q.Kind, q.Reason, r}); err != nil {
					return fmt.Errorf("write %s: %w", q.Name(), err)
				}
			}
			if unreadable {
				return errRefused
			}
			return nil
		},
	}
}

func newQuarantineRetry() *cobra.Command {
	return &cobra.Command{
		Use:   "retry [NAME…]",
		Short: "Offer them to ClickHouse again, all of them without names",
		Long: `Offer quarantined records to ClickHouse again, for example after the cause was mended.
What it takes leaves the quarantine; nothing is counted twice, however often this is
repeated. The exit status is 3 while some are still refused.`,
		RunE: func(c *cobra.Command, names []string) error {
			return withClient(c, func(client *app.Client) error {
				list, err := client.RetryQuarantined(c.Context(), names)
				if err != nil {
					return err
				}
				refused := 0
				for _, r := range list {
					if r.Reason == "" {
						fmt.Fprintf(c.OutOrStdout(), "%s: stored\n", r.Name)
						continue
					}
					refused++
					fmt.Fprintf(c.OutOrStdout(), "%s: still refused: %s\n", r.Name, r.Reason)
				}
				fmt.Fprintf(c.OutOrStdout(), "%d stored, %d still refused\n", len(list)-refused, refused)
				if refused > 0 {
					return errRefused
				}
				return nil
			})
		},
	}
}
