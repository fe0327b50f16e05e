package main

import "github.com/spf13/cobra"

func newIndicator() *cobra.Command {
	return &cobra.Command{Use: "indicator", Short: "Import indicators that ratings cannot give", Hidden: true}
}
