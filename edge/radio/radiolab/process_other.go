//go:build !linux

package radiolab

import (
	"os"
	"syscall"
)

// diesWithParent is nothing here: only Linux can tie a program to its parent.
func diesWithParent() *syscall.SysProcAttr { return nil }

func killGroup(p *os.Process) { _ = p.Kill() }
