//go:build !linux

package matterlab

import (
	"fmt"
	"io"
	"os/exec"

	"logis/edge/radio/radiolab"
)

var errNoLinux = fmt.Errorf("%w: a network namespace for Matter's multicast takes Linux", errImpossible)

// possible says why a lab cannot run on this machine.
func possible() error { return errNoLinux }

type air struct{}

func newAir() (*air, error) { return nil, errNoLinux }

func (*air) launch(*exec.Cmd, io.Writer) (*radiolab.Process, error) { return nil, errNoLinux }

func (*air) close() {}

func pause(*exec.Cmd) error  { return errNoLinux }
func resume(*exec.Cmd) error { return errNoLinux }
