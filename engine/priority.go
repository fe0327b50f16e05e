package engine

import (
	"runtime"
	"syscall"
)

// niceness is how far the engine stands back where processors are short: what is sent
// is taken in first and counted a little later.
const niceness = 10

// standBack lowers the priority of this thread, and with it of every thread that the
// library starts from it. A system that does not allow it goes on as before.
func standBack() {
	runtime.LockOSThread()
	_ = syscall.Setpriority(syscall.PRIO_PROCESS, 0, niceness)
}
