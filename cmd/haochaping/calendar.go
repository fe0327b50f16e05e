package main

import "github.com/spf13/cobra"

func newCalendar() *cobra.Command {
	return &cobra.Command{Use: "calendar", Short: "Working days", Hidden: true}
}
