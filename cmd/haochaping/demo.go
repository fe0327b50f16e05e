package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"haochaping/app"
)

func newDemo() *cobra.Command {
	var scale float64
	var live bool
	c := &cobra.Command{
		Use:   "demo",
		Short: "The product with a year of data of an invented province, on loopback",
		Long: `Fill a data folder of its own (default data/demo) with a year of invented ratings and
cases, once, then serve it. Simulated kiosks keep posting ratings over HTTP.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			cfg, _, err := load(c, map[string]string{"data_dir": "data/demo"})
			if err != nil {
				return err
			}
			if scale <= 0 || scale > 10 {
				return usageError{fmt.Errorf("--scale: from 0.001 to 10")}
			}
			p := newProgress(os.Stderr)
			d := &app.Demo{App: app.New(cfg, quiet(cfg), true), Scale: scale, Live: live, Progress: p.show}
			if err := d.Start(c.Context()); err != nil {
				return err
			}
			if _, err := fmt.Fprintf(c.OutOrStdout(), "\n演示数据 demo data: %s\nA kiosk to try: %skiosk  key: %s\nCtrl-C ends it.\n",
				d.Address(), d.Address(), d.KioskKey); err != nil {
				return err
			}
			return d.Run(c.Context())
		},
	}
	c.Flags().Float64Var(&scale, "scale", 1, "how much data, 1 = at least 2,000,000 ratings")
	c.Flags().BoolVar(&live, "live", true, "let simulated kiosks post ratings")
	return c
}
