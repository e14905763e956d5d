package radiolab

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"time"
)

// stopTimeout is how long a program may take to leave after SIGINT; then it is
// killed. Many save their state on the way out.
const stopTimeout = 5 * time.Second

// Process is one program of a laboratory while it runs. A nil Process has left.
type Process struct {
	cmd  *exec.Cmd
	tail *tail
	done chan struct{} // closed once it has left
}

// Launch starts a program in a process group of its own; extra gets its output
// besides the tail.
func Launch(cmd *exec.Cmd, extra io.Writer) (*Process, error) {
	p := &Process{cmd: cmd, tail: &tail{}, done: make(chan struct{})}
	var out io.Writer = p.tail
	if extra != nil {
		out = io.MultiWriter(p.tail, extra)
	}
	cmd.Stdout, cmd.Stderr = out, out
	cmd.SysProcAttr = diesWithParent()
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", cmd.Path, err)
	}
	go func() {
		_ = cmd.Wait()
		close(p.done)
	}()
	return p, nil
}

// Stop asks the program to leave and waits until it has.
func (p *Process) Stop() {
	if p == nil {
		return
	}
	_ = p.cmd.Process.Signal(os.Interrupt)
	select {
	case <-p.done:
	case <-time.After(stopTimeout):
	}
	p.Kill() // it, or what it started and left behind
}

// Kill ends the program and all it started, without a word, and waits until it
// has left.
func (p *Process) Kill() {
	if p == nil {
		return
	}
	killGroup(p.cmd.Process)
	<-p.done
}

// Freeze stops the program where it is, as a machine that hangs does.
func (p *Process) Freeze() error { return freeze(p.cmd.Process) }

// Thaw lets a frozen program go on.
func (p *Process) Thaw() error { return thaw(p.cmd.Process) }

// Done returns a channel that closes once the program has left.
func (p *Process) Done() <-chan struct{} { return p.done }

// Tail returns the end of what the program has said, for error messages.
func (p *Process) Tail() string { return p.tail.String() }

// Said returns a check for Await: has the program said this?
func (p *Process) Said(words string) func() error { return p.tail.contains(words) }

// Await polls until ready returns nil, the program leaves or ctx ends. A real
// program tells nobody when it is ready.
func (p *Process) Await(ctx context.Context, what string, ready func() error) error {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		err := ready()
		if err == nil {
			return nil
		}
		select {
		case <-tick.C:
		case <-p.done:
			return fmt.Errorf("%s: it left: %s", what, p.tail)
		case <-ctx.Done():
			return fmt.Errorf("%s: %w: %s", what, errors.Join(ctx.Err(), err), p.tail)
		}
	}
}

// FreePort asks the kernel for a port of the loopback that nobody uses now.
func FreePort() (int, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	port := listener.Addr().(*net.TCPAddr).Port //nolint:forcetypeassert // a tcp listener has a tcp address
	return port, listener.Close()
}
