package main

import "github.com/spf13/cobra"

func newEvaluate() *cobra.Command {
	return &cobra.Command{Use: "evaluate", Short: "Judge units by a scheme", Hidden: true}
}
