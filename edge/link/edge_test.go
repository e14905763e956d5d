package link_test

import (
	"context"
	"crypto/ed25519"
	"path/filepath"
	"testing"
	"time"

	"logis/domain"
	"logis/domain/thing"
	"logis/edge/clock"
	"logis/edge/identity"
	"logis/edge/link"
	"logis/edge/outbox"
	"logis/edge/radio"
	"logis/wire"
)

// sinceStart is a boot clock made of the time package, so that a synctest bubble
// moves it.
type sinceStart struct{ start time.Time }

func (c sinceStart) Boot() time.Duration { return time.Since(c.start) }
func (c sinceStart) BootID() string      { return "boot" }

// asked keeps the commands a link hands on.
type asked struct {
	commands chan wire.Command
	begun    chan int64
	ended    chan int64
}

func (a *asked) Begin(session int64, _ func(context.Context, wire.Frame) error) { a.begun <- session }

func (a *asked) Go(wire.Go)        {}
func (a *asked) End(session int64) { a.ended <- session }

func (a *asked) Command(_ context.Context, c wire.Command) error {
	a.commands <- c
	return nil
}

// edge is a link with its outbox, running.
type edge struct {
	*link.Link
	t        *testing.T
	identity identity.Identity
	outbox   *outbox.Outbox
	time     *clock.Server
	asked    *asked
	stop     func() // ends it and waits
}

// start runs a link to server with an outbox at path.
func start(t *testing.T, server, path string, change ...func(*link.Options)) *edge {
	t.Helper()
	e := &edge{
		t: t, time: clock.NewServer(sinceStart{time.Now().Add(-time.Hour)}),
		asked: &asked{make(chan wire.Command, 100), make(chan int64, 1000), make(chan int64, 1000)},
		identity: identity.Identity{
			Seed: make([]byte, ed25519.SeedSize), Gateway: domain.GatewayID{1}, Home: domain.HomeID{2},
		},
	}
	box, err := outbox.Open(outbox.Options{Path: path, Gateway: e.identity.Gateway, Time: e.time})
	if err != nil {
		t.Fatal(err)
	}
	e.outbox = box
	o := link.Options{
		Server: server, Identity: e.identity, Outbox: box, Time: e.time, Commands: e.asked, Agent: "test",
		ReconnectMax: 10 * time.Millisecond,
	}
	for _, f := range change {
		f(&o)
	}
	e.Link = link.New(o)
	e.run()
	return e
}

func (e *edge) run() {
	boxCtx, stopBox := context.WithCancel(context.Background())
	ctx, stopLink := context.WithCancel(context.Background())
	ended := make(chan error, 2)
	go func() { ended <- e.outbox.Run(boxCtx) }()
	go func() {
		ended <- e.Run(ctx)
		stopBox()
	}()
	e.stop = func() {
		e.t.Helper()
		stopLink()
		for range 2 {
			if err := <-ended; err != nil {
				e.t.Error(err)
			}
		}
		e.stop = func() {}
	}
	e.t.Cleanup(func() { e.stop() })
}

func file(t *testing.T) string {
	t.Helper()
	return filepath.Join(t.TempDir(), "outbox.db")
}

// tell describes a lamp once and reports n values of it.
func (e *edge) tell(n int) {
	e.t.Helper()
	sink := e.outbox.Sink("sim")
	if err := sink.Device(e.t.Context(), radio.Device{Address: "lamp", Kind: "dimmable-light"}); err != nil {
		e.t.Fatal(err)
	}
	for i := range n {
		values := map[string]thing.Value{"currentLevel": thing.Number(float64(i % 100))}
		if err := sink.Report(e.t.Context(), radio.Report{Address: "lamp", Values: values}); err != nil {
			e.t.Fatal(err)
		}
	}
}
