package ziglab

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// stopTimeout is how long a program may take to leave after SIGTERM; then it is
// killed. Zigbee2MQTT saves its state on the way out.
const stopTimeout = 5 * time.Second

// tailBytes is how much of a program's last output is kept for error messages.
const tailBytes = 8 << 10

// process is one of the lab's programs while it runs.
type process struct {
	cmd  *exec.Cmd
	tail *tail
	done chan struct{} // closed once it has left
}

// launch starts a program; extra gets its output besides the tail.
func launch(cmd *exec.Cmd, extra io.Writer) (*process, error) {
	p := &process{cmd: cmd, tail: &tail{}, done: make(chan struct{})}
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

// stop asks the program to leave and waits until it has.
func (p *process) stop() {
	if p == nil {
		return
	}
	_ = p.cmd.Process.Signal(os.Interrupt)
	select {
	case <-p.done:
	case <-time.After(stopTimeout):
		_ = p.cmd.Process.Kill()
		<-p.done
	}
}

// await polls until ready returns nil, the program leaves or ctx ends. A real
// program tells nobody when it is ready.
func (p *process) await(ctx context.Context, what string, ready func() error) error {
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

// tail keeps the end of what is written to it.
type tail struct {
	mu    sync.Mutex
	bytes []byte
}

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.bytes = append(t.bytes, p...)
	if over := len(t.bytes) - tailBytes; over > 0 {
		t.bytes = bytes.Clone(t.bytes[over:])
	}
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.TrimSpace(string(t.bytes))
}

// contains returns a check for process.await: has the program said this?
func (t *tail) contains(words string) func() error {
	return func() error {
		if !strings.Contains(t.String(), words) {
			return fmt.Errorf("has not said %q", words)
		}
		return nil
	}
}
