package zigbee2mqtt

import (
	"context"
	"sync"

	"logis/edge/radio"
)

// gate stands between a session and the agent's sink. It lets facts through as
// long as the session lives and none after it: orders and reads that outlive
// their connection have nothing to tell any more.
type gate struct {
	sink radio.Sink
	life context.Context //nolint:containedctx // the session's: its calls end with it

	mu     sync.Mutex
	closed bool
	inside sync.WaitGroup // calls under way
}

// pass runs one call of the sink. Its context ends with the session too, so that
// a sink that blocks cannot hold Run.
func (g *gate) pass(ctx context.Context, call func(context.Context) error) error {
	g.mu.Lock()
	if g.closed {
		g.mu.Unlock()
		return errSessionOver
	}
	g.inside.Add(1)
	g.mu.Unlock()
	defer g.inside.Done()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(g.life, cancel)()
	return call(ctx)
}

// close lets no further call through and waits until those inside have left.
func (g *gate) close() {
	g.mu.Lock()
	g.closed = true
	g.mu.Unlock()
	g.inside.Wait()
}

// Device implements radio.Sink.
func (g *gate) Device(ctx context.Context, d radio.Device) error {
	return g.pass(ctx, func(ctx context.Context) error { return g.sink.Device(ctx, d) })
}

// Removed implements radio.Sink.
func (g *gate) Removed(ctx context.Context, address string) error {
	return g.pass(ctx, func(ctx context.Context) error { return g.sink.Removed(ctx, address) })
}

// Report implements radio.Sink.
func (g *gate) Report(ctx context.Context, r radio.Report) error {
	return g.pass(ctx, func(ctx context.Context) error { return g.sink.Report(ctx, r) })
}

// Signal implements radio.Sink.
func (g *gate) Signal(ctx context.Context, s radio.Signal) error {
	return g.pass(ctx, func(ctx context.Context) error { return g.sink.Signal(ctx, s) })
}

// Reach implements radio.Sink.
func (g *gate) Reach(ctx context.Context, address string, available bool) error {
	return g.pass(ctx, func(ctx context.Context) error { return g.sink.Reach(ctx, address, available) })
}
