// Package gate ends what a radio tells when its connection ends.
package gate

import (
	"context"
	"errors"
	"sync"

	"logis/edge/radio"
)

// Gate stands between a session and the agent's sink. It lets facts through as
// long as the session lives and none after it: orders and reads that outlive
// their connection have nothing to tell any more.
type Gate struct {
	sink radio.Sink
	life context.Context //nolint:containedctx // the session's: its calls end with it

	mu     sync.Mutex
	closed bool
	inside sync.WaitGroup // calls under way
}

var _ radio.Sink = (*Gate)(nil)

// ErrClosed is what a closed gate answers.
var ErrClosed = errors.New("the connection ended")

// New returns a gate to sink that lives as long as life.
func New(life context.Context, sink radio.Sink) *Gate { return &Gate{sink: sink, life: life} }

// pass runs one call of the sink. Its context ends with the session too, so that
// a sink that blocks cannot hold Run.
func (g *Gate) pass(ctx context.Context, call func(context.Context) error) error {
	g.mu.Lock()
	if g.closed {
		g.mu.Unlock()
		return ErrClosed
	}
	g.inside.Add(1)
	g.mu.Unlock()
	defer g.inside.Done()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(g.life, cancel)()
	return call(ctx)
}

// Close lets no further call through and waits until those inside have left.
func (g *Gate) Close() {
	g.mu.Lock()
	g.closed = true
	g.mu.Unlock()
	g.inside.Wait()
}

// Device implements radio.Sink.
func (g *Gate) Device(ctx context.Context, d radio.Device) error {
	return g.pass(ctx, func(ctx context.Context) error { return g.sink.Device(ctx, d) })
}

// Removed implements radio.Sink.
func (g *Gate) Removed(ctx context.Context, address string) error {
	return g.pass(ctx, func(ctx context.Context) error { return g.sink.Removed(ctx, address) })
}

// Report implements radio.Sink.
func (g *Gate) Report(ctx context.Context, r radio.Report) error {
	return g.pass(ctx, func(ctx context.Context) error { return g.sink.Report(ctx, r) })
}

// Signal implements radio.Sink.
func (g *Gate) Signal(ctx context.Context, s radio.Signal) error {
	return g.pass(ctx, func(ctx context.Context) error { return g.sink.Signal(ctx, s) })
}

// Reach implements radio.Sink.
func (g *Gate) Reach(ctx context.Context, address string, available bool) error {
	return g.pass(ctx, func(ctx context.Context) error { return g.sink.Reach(ctx, address, available) })
}
