package rig

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Process is a program under test. It can be killed, paused and started again.
type Process struct {
	name    string
	program string
	args    []string
	env     []string
	log     *Log

	mu    sync.Mutex
	cmd   *exec.Cmd
	stdin io.WriteCloser
	ended chan struct{}
	lines []chan string // waiting for a line of output
}

// Log keeps the newest output of all programs, for when a run fails.
type Log struct {
	mu    sync.Mutex
	lines []string
}

// maxLogLines bounds what a Log keeps.
const maxLogLines = 2000

// Add keeps a line.
func (l *Log) Add(line string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, line)
	if len(l.lines) > maxLogLines {
		l.lines = append([]string(nil), l.lines[len(l.lines)-maxLogLines/2:]...)
	}
}

// Write keeps the text as a line: a Log is an io.Writer for programs that want one.
func (l *Log) Write(text []byte) (int, error) {
	l.Add(strings.TrimRight(string(text), "\n"))
	return len(text), nil
}

// String returns the lines.
func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(l.lines, "\n")
}

// NewProcess describes a program; Start starts it.
func NewProcess(name string, log *Log, env []string, program string, args ...string) *Process {
	return &Process{name: name, program: program, args: args, env: env, log: log}
}

// Start starts the program. It keeps a pipe to its standard input open, which
// programs that end with their parent watch.
func (p *Process) Start() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	cmd := exec.Command(p.program, p.args...)
	cmd.Env = append(os.Environ(), p.env...)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	reader, writer := io.Pipe()
	cmd.Stdout, cmd.Stderr = writer, writer
	if err := cmd.Start(); err != nil {
		return err
	}
	p.cmd, p.stdin, p.ended = cmd, stdin, make(chan struct{})
	go p.follow(reader)
	go func(ended chan struct{}) {
		err := cmd.Wait()
		_ = writer.Close()
		p.log.Add(fmt.Sprintf("%s: ended: %v", p.name, err))
		close(ended)
	}(p.ended)
	return nil
}

func (p *Process) follow(r io.Reader) {
	scanner := bufio.NewScanner(r)
	scanner.Buffer(nil, 1<<20)
	for scanner.Scan() {
		line := scanner.Text()
		p.log.Add(p.name + ": " + line)
		p.mu.Lock()
		for _, c := range p.lines {
			select {
			case c <- line:
			default:
			}
		}
		p.mu.Unlock()
	}
}

// Lines returns a channel of what the program prints from now on.
func (p *Process) Lines() <-chan string {
	c := make(chan string, 256)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lines = append(p.lines, c)
	return c
}

// WaitLine waits for a line that contains text. Lines must have been asked for
// before the program could print it.
func (p *Process) WaitLine(ctx context.Context, lines <-chan string, text string) (string, error) {
	for {
		select {
		case line := <-lines:
			if strings.Contains(line, text) {
				return line, nil
			}
		case <-p.Ended():
			return "", fmt.Errorf("%s ended before it printed %q\n%s", p.name, text, p.log)
		case <-ctx.Done():
			return "", fmt.Errorf("%s did not print %q: %w\n%s", p.name, text, ctx.Err(), p.log)
		}
	}
}

// PID returns the process id, 0 before Start.
func (p *Process) PID() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd == nil {
		return 0
	}
	return p.cmd.Process.Pid
}

// Ended is closed when the program has ended.
func (p *Process) Ended() <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.ended
}

// Signal sends a signal; a program that has ended is no error.
func (p *Process) Signal(s syscall.Signal) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd == nil {
		return nil
	}
	if err := p.cmd.Process.Signal(s); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	return nil
}

// Kill ends the program as a power cut would, and waits until it is gone.
func (p *Process) Kill() error {
	if p.PID() == 0 {
		return nil
	}
	if err := p.Signal(syscall.SIGKILL); err != nil {
		return err
	}
	<-p.Ended()
	return nil
}

// stopTimeout is how long a program may take to stop before it is killed.
const stopTimeout = 20 * time.Second

// Stop asks the program to end and waits for it.
func (p *Process) Stop() error {
	if p.PID() == 0 {
		return nil
	}
	if err := p.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	timer := time.NewTimer(stopTimeout)
	defer timer.Stop()
	select {
	case <-p.Ended():
		return nil
	case <-timer.C:
		return errors.Join(fmt.Errorf("%s did not stop", p.name), p.Kill())
	}
}

// RSS returns the resident memory of the program in bytes (Linux).
func (p *Process) RSS() (int64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.PID()))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		var kib int64
		if n, _ := fmt.Sscanf(line, "VmRSS: %d kB", &kib); n == 1 {
			return kib << 10, nil
		}
	}
	return 0, errors.New("no VmRSS in the process status")
}

// ticksPerSecond is the unit in which Linux tells processor time.
const ticksPerSecond = 100

// CPU returns the processor time the program has used (Linux).
func (p *Process) CPU() (time.Duration, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.PID()))
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(text), ") ") // the name may hold spaces
	var ignored string
	var user, system int64
	// The fields after the name are state, ten more, and then these two.
	_, err = fmt.Sscan(rest, &ignored, &ignored, &ignored, &ignored, &ignored, &ignored, &ignored, &ignored, &ignored, &ignored, &ignored,
		&user, &system)
	return time.Duration(user+system) * time.Second / ticksPerSecond, err
}
