package rig

import (
	"context"
	"errors"
	"net"
	"path/filepath"
	"strings"
	"time"
)

// Rig is a running server with what belongs to it.
type Rig struct {
	Binaries Binaries
	Dir      string
	Log      *Log
	Server   *Process
	Addr     string // host:port of the server
	lines    <-chan string
}

// Options choose what a rig runs on.
type Options struct {
	// Dir holds everything; it must exist.
	Dir string
	// Binaries to run; built into Dir when empty.
	Binaries Binaries
	// Database is the URL of a PostgreSQL; "" lets the server start its own.
	Database string
	// ServerArgs are further flags of the server.
	ServerArgs []string
}

// readyLine is what the server prints once it serves.
const readyLine = "/enter#"

// Start starts a server on a free port and waits until it serves. It returns the
// rig and the one-time link.
func Start(ctx context.Context, o Options) (*Rig, string, error) {
	r := &Rig{Binaries: o.Binaries, Dir: o.Dir, Log: &Log{}}
	if r.Binaries.Server == "" {
		var err error
		if r.Binaries, err = Build(ctx, o.Dir); err != nil {
			return nil, "", err
		}
	}
	addr, err := FreeAddr()
	if err != nil {
		return nil, "", err
	}
	r.Addr = addr
	env := []string{"LOGIS_ADDR=" + addr, "LOGIS_DATA=" + filepath.Join(o.Dir, "data"), "DATABASE_URL=" + o.Database}
	r.Server = NewProcess("server", r.Log, env, r.Binaries.Server, append([]string{"run"}, o.ServerArgs...)...)
	r.lines = r.Server.Lines()
	link, err := r.StartServer(ctx)
	if err != nil {
		return nil, "", errors.Join(err, r.Stop())
	}
	return r, link, nil
}

// startTimeout bounds how long a server may take to serve.
const startTimeout = 90 * time.Second

// StartServer starts the server, again if it was killed, and returns the link it
// prints.
func (r *Rig) StartServer(ctx context.Context) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	for len(r.lines) > 0 {
		<-r.lines // of the run before
	}
	if err := r.Server.Start(); err != nil {
		return "", err
	}
	line, err := r.Server.WaitLine(ctx, r.lines, readyLine)
	return strings.TrimSpace(line), err
}

// URL is the server's base address for HTTP.
func (r *Rig) URL() string { return "http://" + r.Addr }

// Socket is the server's base address for WebSockets.
func (r *Rig) Socket() string { return "ws://" + r.Addr }

// Stop stops the server.
func (r *Rig) Stop() error {
	if r.Server == nil {
		return nil
	}
	return r.Server.Stop()
}

// FreeAddr returns a loopback address nobody listens on.
func FreeAddr() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}
