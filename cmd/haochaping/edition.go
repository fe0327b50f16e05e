package main

import "github.com/spf13/cobra"

func newEdition() *cobra.Command {
	return &cobra.Command{Use: "edition", Short: "Draw up, publish and verify editions", Hidden: true}
}
