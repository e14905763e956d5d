//go:build !linux

package ziglab

import "syscall"

// diesWithParent is nothing here: only Linux can tie a program to its parent.
func diesWithParent() *syscall.SysProcAttr { return nil }
