//go:build !linux

package privatepg

import "syscall"

// dieWithParent does nothing: only Linux has a signal for the parent's death.
func dieWithParent(*syscall.SysProcAttr) {}
