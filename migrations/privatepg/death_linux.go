package privatepg

import "syscall"

// dieWithParent makes the kernel end PostgreSQL, without a checkpoint, when the
// supervisor dies.
func dieWithParent(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGQUIT }
