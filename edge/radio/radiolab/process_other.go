//go:build !linux

package radiolab

import (
	"errors"
	"os"
	"syscall"
)

// diesWithParent is nothing here: only Linux can tie a program to its parent.
func diesWithParent() *syscall.SysProcAttr { return nil }

func killGroup(p *os.Process) { _ = p.Kill() }

func freeze(*os.Process) error { return errors.ErrUnsupported }

func thaw(*os.Process) error { return errors.ErrUnsupported }
