package main

import (
	"github.com/spf13/cobra"

	"haochaping/app"
	"haochaping/config"
)

func newServe() *cobra.Command {
	c := &cobra.Command{
		Use:   "serve",
		Short: "Run the collector, the aggregator and the dashboard until interrupted",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			cfg, log, err := load(c, nil)
			if err != nil {
				return err
			}
			a := app.New(cfg, log, false)
			if err := a.Start(c.Context()); err != nil {
				return err
			}
			return a.Run(c.Context())
		},
	}
	config.BindServeFlags(c.Flags())
	return c
}
