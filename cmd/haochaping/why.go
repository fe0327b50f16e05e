package main

import "github.com/spf13/cobra"

func newWhy() *cobra.Command {
	return &cobra.Command{Use: "why", Short: "Why a unit moved", Hidden: true}
}
