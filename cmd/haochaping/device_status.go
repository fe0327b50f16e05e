package main

import (
	"errors"
	"slices"

	"github.com/spf13/cobra"

	"haochaping/app"
)

// newDeviceStatus makes `device status`.
func newDeviceStatus() *cobra.Command {
	var call app.DevicesCall
	c := &cobra.Command{
		Use:   "status",
		Short: "What has arrived of every device with a key, over all collectors",
		Long: `What has arrived of every device that holds a valid key, also of those that never sent
anything: when something last came, whether the device is silent (collector.silent_after),
the highest number of its newest installation, the highest number below which none is
missing, and how many numbers of all its installations are missing.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if !slices.Contains([]string{"table", "csv", "json"}, call.Format) {
				return usageError{errors.New("--format: use table, csv or json")}
			}
			return withClient(c, func(client *app.Client) error { return client.Devices(c.Context(), &call, c.OutOrStdout()) })
		},
	}
	f := c.Flags()
	f.BoolVar(&call.Silent, "silent", false, "only silent devices")
	f.BoolVar(&call.Gaps, "gaps", false, "only devices with missing numbers")
	f.StringVar(&call.Hall, "hall", "", "only devices of this hall")
	f.StringVar(&call.Format, "format", "table", "table, csv or json")
	return c
}
