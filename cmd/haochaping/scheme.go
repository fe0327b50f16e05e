package main

import "github.com/spf13/cobra"

func newScheme() *cobra.Command {
	return &cobra.Command{Use: "scheme", Short: "Check, explain and rehearse evaluation schemes", Hidden: true}
}
