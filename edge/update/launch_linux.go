package update

import (
	"os/exec"
	"syscall"
)

// dieWithUs makes the system kill a child whose launcher was killed, so that the
// next launcher finds the folder free. What is in the outbox is safe at every
// instant.
func dieWithUs(child *exec.Cmd) {
	child.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}
