package engine

import "syscall"

// processAttributes puts the child into a process group of its own. A program that does not watch its standard input is also told
// to end when this process dies.
func processAttributes(deathSignal bool) *syscall.SysProcAttr {
	a := &syscall.SysProcAttr{Setpgid: true}
	if deathSignal {
		a.Pdeathsig = syscall.SIGTERM
	}
	return a
}
