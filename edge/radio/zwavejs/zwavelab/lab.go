package zwavelab

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"

	"logis/edge/radio/radiolab"
)

// Node is a simulated node.
type Node struct {
	ID   int    `json:"id"`   // from 2; 1 is the controller
	Kind string `json:"kind"` // a profile of profiles.mjs
}

// Options say what a lab is made of.
type Options struct {
	// Nodes are interviewed before Run returns.
	Nodes []Node
	// Home is the number of the network; 0 makes one up that is always the same.
	Home uint32
	// Modules is the folder npm installed Z-Wave JS into; "" is the one beside this
	// source file.
	Modules string
	// Log gets the output of the program; nil keeps only its last words, for errors.
	Log io.Writer
}

// defaultHome is the number of the network of a lab that asks for no other.
const defaultHome = 0x7e570001

// Lab is a running Z-Wave home.
type Lab struct {
	URL string // "ws://127.0.0.1:port"

	options Options
	port    int
	dir     string // what the driver remembers
	process *radiolab.Process

	mu      sync.Mutex
	orders  io.WriteCloser // the program's standard input
	next    int
	answers map[int]chan answer
}

// Run starts a lab. It returns once every node is interviewed, or an error that
// says what is missing and how to get it. The lab runs until Close; ctx bounds
// only the start.
func Run(ctx context.Context, options Options) (lab *Lab, err error) {
	if options.Modules == "" {
		options.Modules = besideSource("node_modules")
	}
	if options.Home == 0 {
		options.Home = defaultHome
	}
	if _, err := os.Stat(filepath.Join(options.Modules, "@zwave-js", "server")); err != nil {
		return nil, fmt.Errorf("missing Z-Wave JS: run npm ci --ignore-scripts in %s: %w", filepath.Dir(options.Modules), err)
	}
	l := &Lab{options: options}
	if l.dir, err = os.MkdirTemp("", "zwavelab-"); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, l.Close())
		}
	}()
	if l.port, err = radiolab.FreePort(); err != nil {
		return nil, err
	}
	l.URL = fmt.Sprintf("ws://127.0.0.1:%d", l.port)
	return l, l.StartServer(ctx)
}

// StartServer starts the program and waits until every node is interviewed.
// After it left it finds its nodes again, as they are when they are made.
func (l *Lab) StartServer(ctx context.Context) error {
	node, err := exec.LookPath("node")
	if err != nil {
		return fmt.Errorf("node is not installed: %w", err)
	}
	nodes := l.options.Nodes
	if nodes == nil {
		nodes = []Node{}
	}
	config, err := json.Marshal(map[string]any{"home": l.options.Home, "port": l.port, "cache": l.dir, "nodes": nodes})
	if err != nil {
		return err
	}
	cmd := exec.Command(node, "home.mjs", string(config))
	cmd.Dir = filepath.Dir(l.options.Modules)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	l.mu.Lock()
	l.orders, l.answers = stdin, map[int]chan answer{}
	l.mu.Unlock()
	var log io.Writer = &listener{lab: l}
	if l.options.Log != nil {
		log = io.MultiWriter(log, l.options.Log)
	}
	if l.process, err = radiolab.Launch(cmd, log); err != nil {
		return err
	}
	if err := l.process.Await(ctx, "Z-Wave JS", l.process.Said("READY")); err != nil {
		return err
	}
	if len(nodes) == 0 {
		return nil
	}
	return l.process.Await(ctx, "the interviews", l.process.Said("INTERVIEWED"))
}

// KillServer ends the program without a word.
func (l *Lab) KillServer() { l.process.Kill() }

// Freeze stops the program where it is, as a machine that hangs does.
func (l *Lab) Freeze() error { return l.process.Freeze() }

// Thaw lets a frozen program go on.
func (l *Lab) Thaw() error { return l.process.Thaw() }

// Close stops the lab and removes its files. Closing twice is harmless.
func (l *Lab) Close() error {
	l.process.Stop()
	return os.RemoveAll(l.dir)
}

func besideSource(name string) string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(file), name)
}
