package chaos

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"logis/bench/rig"
	"logis/domain"
	"logis/domain/thing"
	"logis/wire"
	"logis/wire/wiretest"
)

// scripted is a gateway in this process, outside of everything that is killed.
// Its entry n carries the value n, so that what the log holds can be compared
// with what was sent.
type scripted struct {
	gateway *wiretest.Gateway
	device  domain.DeviceID
	url     string
	log     *rig.Log

	random *rand.Rand // only run uses it

	mu       sync.Mutex
	acked    int64
	sent     int64
	problems []string
}

const (
	scriptedFrame  = 5
	scriptedWindow = 60 // entries sent and not acked
	scriptedWait   = 50 * time.Millisecond
	scriptedBack   = 20 // at most so many entries are told again on connecting
	scriptedAgain  = 25 // one frame of so many is told twice
)

// run connects, sends, and begins again wherever the cloud says it stopped,
// until ctx ends; then it goes on until everything sent is acked or done ends.
func (g *scripted) run(ctx, done context.Context) {
	for done.Err() == nil && !g.finished(ctx) {
		if err := g.session(ctx, done); err != nil {
			g.log.Add(fmt.Sprintf("scripted %s: %v", g.gateway.ID, err))
		}
		pause(done, scriptedWait)
	}
}

func (g *scripted) finished(ctx context.Context) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return ctx.Err() != nil && g.acked == g.sent
}

func (g *scripted) session(ctx, done context.Context) error {
	g.gateway.Acked = g.ackedTo()
	s, err := g.gateway.Connect(done, g.url)
	if err != nil {
		return err
	}
	defer s.Cut()
	// What was acked must be there, whatever happened in between.
	if s.Welcome.Cursor < g.ackedTo() {
		g.problem("entry %d was acked, the log reaches to %d", g.ackedTo(), s.Welcome.Cursor)
		return nil
	}
	acks := make(chan error, 1)
	got := make(chan struct{}, 1)
	go func() { acks <- g.read(done, s, got) }()
	// A gateway may tell again what the log holds already: its disk was put back,
	// or an ack was lost. The cursor drops it.
	next := max(1, s.Welcome.Cursor+1-g.random.Int64N(scriptedBack+1))
	g.ack(s.Welcome.Cursor, s.Welcome.Head)
	for ctx.Err() == nil || next <= g.sentTo() {
		if next > g.ackedTo()+scriptedWindow {
			select {
			case <-got:
				continue
			case err := <-acks:
				return err
			case <-done.Done():
				return nil
			}
		}
		if err := s.Write(done, wire.Entries{First: next, Entries: g.entries(next)}); err != nil {
			return err
		}
		g.send(next + scriptedFrame - 1)
		if g.random.IntN(scriptedAgain) > 0 {
			next += scriptedFrame
		}
		pause(done, time.Millisecond)
	}
	for !g.finished(ctx) {
		select {
		case <-got:
		case err := <-acks:
			return err
		case <-done.Done():
			return nil
		}
	}
	return nil
}

func (g *scripted) read(ctx context.Context, s *wiretest.Socket, got chan struct{}) error {
	for {
		ack, err := wiretest.Next[*wire.Ack](ctx, s)
		if err != nil {
			return err
		}
		g.ack(ack.Cursor, ack.Head)
		select {
		case got <- struct{}{}:
		default:
		}
	}
}

// entries makes the frame that begins at n. The first entry ever registers the
// device.
func (g *scripted) entries(n int64) []wire.Entry {
	entries := make([]wire.Entry, scriptedFrame)
	for i := range entries {
		if number := n + int64(i); number == 1 {
			entries[i] = wire.Entry{Kind: wire.KindDevice, Device: g.device, Address: "chaos/1", Model: "temperature-sensor"}
		} else {
			entries[i] = wiretest.Report(g.device, time.Now(), map[string]thing.Value{"temperature": valueOf(number)})
		}
	}
	return entries
}

// valueOf is what entry n reports.
func valueOf(n int64) thing.Value { return thing.Number(float64(n%3000) / 10) }

func (g *scripted) ackedTo() int64 {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.acked
}

func (g *scripted) sentTo() int64 {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.sent
}

func (g *scripted) send(to int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.sent = max(g.sent, to)
}

func (g *scripted) ack(to int64, head wire.Head) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.sent = max(g.sent, to)
	if to > g.acked {
		g.acked, g.gateway.Head = to, head
	}
}

func (g *scripted) problem(format string, args ...any) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.problems = append(g.problems, fmt.Sprintf("gateway %s: ", g.gateway.ID)+fmt.Sprintf(format, args...))
}

func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
