package matterlab

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"syscall"

	"logis/edge/radio/radiolab"
)

// possible says why a lab cannot run on this machine.
func possible() error {
	if os.Geteuid() != 0 {
		return fmt.Errorf("%w: a network namespace for Matter's multicast takes root", errImpossible)
	}
	if _, err := exec.LookPath("ip"); err != nil {
		return fmt.Errorf("%w: the virtual cables of Matter's network are made by ip, of iproute2: %w", errImpossible, err)
	}
	return nil
}

// air is a network namespace. A thread of its own lives in it and starts every
// program, which inherits the namespace and dies with the thread.
type air struct {
	work chan func()
	done chan struct{}
}

// newAir makes a namespace with two virtual cables in it.
func newAir() (*air, error) {
	a := &air{work: make(chan func()), done: make(chan struct{})}
	ready := make(chan error, 1)
	go func() {
		defer close(a.done)
		// Never unlocked: the thread is thrown away with its namespace.
		runtime.LockOSThread()
		if err := syscall.Unshare(syscall.CLONE_NEWNET); err != nil {
			// A container's root may not.
			ready <- fmt.Errorf("%w: make a network namespace: %w", errImpossible, err)
			return
		}
		ready <- lay()
		for task := range a.work {
			task()
		}
	}()
	if err := <-ready; err != nil {
		a.close()
		return nil, err
	}
	return a, nil
}

// lay lays the cables.
func lay() error {
	// Nobody else is there whose address could be the same.
	if err := os.WriteFile("/proc/sys/net/ipv6/conf/default/accept_dad", []byte("0"), 0); err != nil {
		return fmt.Errorf("IPv6 in the namespace: %w", err)
	}
	for _, args := range [][]string{
		{"link", "set", "lo", "up"},
		{"link", "add", "matter0", "type", "veth", "peer", "name", "matter1"},
		{"addr", "add", "10.99.0.1/24", "dev", "matter0"},
		{"link", "set", "matter0", "up"},
		{"link", "set", "matter1", "up"},
	} {
		if out, err := exec.Command("ip", args...).CombinedOutput(); err != nil {
			return fmt.Errorf("ip %v: %w: %s", args, err, out)
		}
	}
	return nil
}

// launch starts a program in the namespace.
func (a *air) launch(cmd *exec.Cmd, log io.Writer) (p *radiolab.Process, err error) {
	started := make(chan struct{})
	a.work <- func() {
		p, err = radiolab.Launch(cmd, log)
		close(started)
	}
	<-started
	return p, err
}

// close throws the namespace away; its programs must have left.
func (a *air) close() {
	close(a.work)
	<-a.done
}

// pause stops a program's clock, so to speak; resume lets it go on.
func pause(cmd *exec.Cmd) error  { return cmd.Process.Signal(syscall.SIGSTOP) }
func resume(cmd *exec.Cmd) error { return cmd.Process.Signal(syscall.SIGCONT) }
