package main

import "github.com/spf13/cobra"

func newRuns() *cobra.Command {
	return &cobra.Command{Use: "runs", Short: "What the timetable did", Hidden: true}
}
