package matterlab

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"logis/edge/radio/radiolab"
)

// URL is where the server of every lab is, by way of its client.
const URL = "ws://matterlab/ws"

// errImpossible is why a lab cannot run on this machine at all.
var errImpossible = errors.New("no Matter lab on this machine")

// Options say what a lab is made of.
type Options struct {
	// Houses are the processes with devices, by their names in houses.mjs.
	Houses []string
	// Modules is the folder npm installed matter.js into; "" is the one beside this
	// source file.
	Modules string
	// Log gets the output of all programs; nil keeps only their last words, for
	// errors.
	Log io.Writer
}

// Lab is a running Matter home. Its methods may be called concurrently, for
// different houses.
type Lab struct {
	options Options
	dir     string // storage of all programs, and the socket
	air     *air

	mu       sync.Mutex
	programs map[string]*program // by house; "server" is the server
}

func (l *Lab) program(name string) *program {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.programs[name]
}

// program is one of the lab's processes.
type program struct {
	*radiolab.Process
	cmd   *exec.Cmd
	stdin io.WriteCloser
	lines *lines
}

const serverName = "server"

// Run starts a lab: its devices, then its server, which lets them in. The lab runs
// until Close; ctx bounds only the start.
func Run(ctx context.Context, options Options) (lab *Lab, err error) {
	if err := possible(); err != nil {
		return nil, err
	}
	if options.Modules == "" {
		options.Modules = filepath.Join(sources(), "node_modules")
	}
	if _, err := os.Stat(filepath.Join(options.Modules, "@matter", "main")); err != nil {
		return nil, fmt.Errorf("missing matter.js: run npm ci --ignore-scripts in %s: %w", filepath.Dir(options.Modules), err)
	}
	l := &Lab{options: options, programs: map[string]*program{}}
	defer func() {
		if err != nil {
			err = errors.Join(err, l.Close())
		}
	}()
	if l.dir, err = os.MkdirTemp("", "matterlab-"); err != nil {
		return nil, err
	}
	if l.air, err = newAir(); err != nil {
		return nil, err
	}
	names := append([]string{serverName}, options.Houses...)
	for _, name := range names {
		if err := l.launch(name); err != nil {
			return nil, err
		}
	}
	for _, name := range names {
		if err := l.await(ctx, name); err != nil {
			return nil, err
		}
	}
	return l, l.commissionAll(ctx)
}

// commissionAll lets every node in, all at once.
func (l *Lab) commissionAll(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	for _, house := range l.options.Houses {
		for _, code := range l.Codes(house) {
			group.Go(func() error {
				if err := l.Ask(ctx, "commission_with_code", map[string]any{"code": code, "network_only": true}, nil); err != nil {
					return fmt.Errorf("let %s in: %w", house, err)
				}
				return nil
			})
		}
	}
	return group.Wait()
}

// Close stops the lab and removes its files. Closing twice is harmless.
func (l *Lab) Close() error {
	for _, p := range l.programs {
		p.Kill() // nothing of it is needed any more
	}
	if l.air != nil {
		l.air.close()
		l.air = nil
	}
	return os.RemoveAll(l.dir)
}

func (l *Lab) socket() string { return filepath.Join(l.dir, "server.sock") }

// Client connects to the server, out of its namespace.
func (l *Lab) Client() *http.Client {
	return &http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", l.socket())
		},
	}}
}

// launch starts the server or a house.
func (l *Lab) launch(name string) error {
	node, err := exec.LookPath("node")
	if err != nil {
		return fmt.Errorf("node is not installed: %w", err)
	}
	storage := filepath.Join(l.dir, name)
	args := []string{filepath.Join(sources(), "home.mjs"), name, storage}
	if name == serverName {
		args = []string{filepath.Join(sources(), "server.mjs"), l.socket(), storage}
	}
	p := &program{cmd: exec.Command(node, args...), lines: &lines{}}
	p.cmd.Dir = sources()
	if p.stdin, err = p.cmd.StdinPipe(); err != nil {
		return err
	}
	var log io.Writer = p.lines
	if l.options.Log != nil {
		log = io.MultiWriter(p.lines, l.options.Log)
	}
	if p.Process, err = l.air.launch(p.cmd, log); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.programs[name] = p
	return nil
}

// await waits until a program is there.
func (l *Lab) await(ctx context.Context, name string) error {
	p := l.program(name)
	return p.Await(ctx, name, p.Said("ALL UP"))
}

// Start starts a house, or the server, after Kill. It has what it stored.
func (l *Lab) Start(ctx context.Context, name string) error {
	if err := l.launch(name); err != nil {
		return err
	}
	return l.await(ctx, name)
}

// Kill ends a house, or the server, without a word.
func (l *Lab) Kill(name string) { l.program(name).Kill() }

// Server is the name of the server, for Kill and Start.
const Server = serverName

// Pause has a house hang: it neither hears nor answers until Resume.
func (l *Lab) Pause(house string) error { return pause(l.program(house).cmd) }

// Resume ends a Pause.
func (l *Lab) Resume(house string) error { return resume(l.program(house).cmd) }

// Codes returns the pairing codes of a house's nodes.
func (l *Lab) Codes(house string) []string {
	var codes []string
	for _, line := range l.program(house).lines.all() {
		if rest, ok := strings.CutPrefix(line, "NODE "); ok {
			_, code, _ := strings.Cut(rest, " ")
			codes = append(codes, code)
		}
	}
	return codes
}

func sources() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Dir(file)
}

// lines keeps what a program says, line by line, up to a bound.
type lines struct {
	mu   sync.Mutex
	text []byte
}

// maxOutput bounds what is kept of a program's output, in bytes.
const maxOutput = 1 << 20

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.text)+len(p) <= maxOutput {
		l.text = append(l.text, p...)
	}
	return len(p), nil
}

func (l *lines) all() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Split(string(l.text), "\n")
}
