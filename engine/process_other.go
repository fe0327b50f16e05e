//go:build !linux

package engine

import "syscall"

// processAttributes puts the child into a process group of its own. Without Linux's death signal a clickhouse program outlives a
// killed parent; the library does not, it watches its standard input.
func processAttributes(bool) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true}
}
