//go:build !race

package main

import "testing"

// TestPlainScripts runs what commands do one after the other: nothing for the race detector, under which they take
// three times as long.
func TestPlainScripts(t *testing.T) { runScripts(t, "plain") }
