package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
)

// namespaceVariable marks the program that was started again in a namespace of its own.
const namespaceVariable = "CRASH_NAMESPACE"

// inOwnNamespace starts this program again in a mount namespace of its own, so that it may
// mount a small file system which goes away with it, and returns that program's exit
// status. It uses a user namespace where the user is not allowed otherwise, and returns
// false where that is not allowed either.
func inOwnNamespace() (code int, ok bool) {
	if os.Getenv(namespaceVariable) != "" {
		return 0, false
	}
	self, err := os.Executable()
	if err != nil {
		return 0, false
	}
	for _, user := range []bool{false, true} {
		cmd := exec.Command(self, os.Args[1:]...)
		cmd.Stdin, cmd.Stdout, cmd.Stderr = nil, os.Stdout, os.Stderr
		cmd.Env = append(os.Environ(), namespaceVariable+"=1")
		cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS}
		if user {
			cmd.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
			cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
			cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}
		}
		if err := cmd.Start(); err != nil {
			continue
		}
		return follow(cmd), true
	}
	return 0, false
}

// follow passes signals on and returns the exit status.
func follow(cmd *exec.Cmd) int {
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for {
		select {
		case s := <-signals:
			_ = cmd.Process.Signal(s) // it may just have ended
		case err := <-ended:
			var exit *exec.ExitError
			switch {
			case err == nil:
				return 0
			case errors.As(err, &exit) && exit.ExitCode() > 0:
				return exit.ExitCode()
			}
			fmt.Fprintln(os.Stderr, "crash:", err)
			return 1
		}
	}
}

// mountSmall mounts a file system in memory that is seen by this run alone.
func mountSmall(dir string, size int) error {
	if os.Getenv(namespaceVariable) != "1" {
		return errors.New("mounts would be seen by others")
	}
	if err := syscall.Mount("none", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("keep mounts private: %w", err)
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%d,mode=0700", size)); err != nil {
		return fmt.Errorf("mount a small file system: %w", err)
	}
	return nil
}

func unmount(dir string) error {
	if err := syscall.Unmount(dir, 0); err != nil {
		return fmt.Errorf("unmount %s: %w", dir, err)
	}
	return nil
}

func freeBytes(dir string) (uint64, error) {
	var st syscall.Statfs_t
	if err := syscall.Statfs(dir, &st); err != nil {
		return 0, fmt.Errorf("look up free space: %w", err)
	}
	return st.Bavail * uint64(st.Bsize), nil
}

// isLinux says that processes can be looked up below /proc.
const isLinux = true
