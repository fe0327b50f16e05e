package main

import "github.com/spf13/cobra"

func newFindings() *cobra.Command {
	return &cobra.Command{Use: "findings", Short: "What changed, in words", Hidden: true}
}
