package ziglab

import "syscall"

// diesWithParent has the kernel end the program when ours is killed, so that a
// test that times out leaves nothing behind.
func diesWithParent() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}
