package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"logis/bench/rig"
	"logis/domain"
	"logis/wire"
)

// Of TLS 1.3 each frame is a record of its own: a header of 5 bytes, a type and a
// tag of 16. The figures are without; their details say what it adds.
const tlsRecord = 22

const (
	wirePings    = 3  // periods over which an idle line is watched
	wireCommands = 20 // over which one is averaged
)

// benchWire measures what a real gateway and a real server say to each other: in an
// idle hour, and for one command from the send to the last ack.
func benchWire(ctx context.Context, s *stand) error {
	r, link, err := s.server(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = r.Stop() }()
	app, err := rig.SignIn(ctx, r.URL(), link)
	if err != nil {
		return err
	}
	line, err := rig.NewProxy(r.Addr)
	if err != nil {
		return err
	}
	defer func() { _ = line.Close() }()
	stop, err := s.gateway(ctx, app, line)
	if err != nil {
		return err
	}
	defer stop()
	home, lamp, err := findLamp(ctx, app)
	if err != nil {
		return err
	}
	w := &listener{app: app, line: line, path: "/homes/" + home + "/devices/" + lamp + "/commands", commands: "/homes/" + home + "/commands/"}
	if err := w.idle(ctx, s); err != nil {
		return err
	}
	return w.command(ctx, s)
}

// gateway starts an edge agent with a simulated home that is silent, behind a line.
func (s *stand) gateway(ctx context.Context, app *rig.App, line *rig.Proxy) (stop func(), err error) {
	var homes struct{ Items []struct{ ID string } }
	if err := app.Get(ctx, "/homes", &homes); err != nil {
		return nil, err
	}
	var answer struct{ Claim string }
	if err := app.Post(ctx, "/homes/"+homes.Items[0].ID+"/gateways/claims", rig.NewKey(), map[string]any{}, &answer); err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(s.dir, "edge-")
	if err != nil {
		return nil, err
	}
	agent := rig.NewProcess("edge", &rig.Log{}, []string{"LOGIS_EDGE_CLAIM=" + answer.Claim}, s.binaries.Edge,
		"run", "--with-parent", "--data", dir, "--server", "ws://"+line.Addr(), "--simulated", "--simulated-report-rate", "0")
	if err := agent.Start(); err != nil {
		return nil, err
	}
	return func() { _ = agent.Stop() }, app.ConfirmEdge(ctx, homes.Items[0].ID, dir)
}

// listener listens on a line.
type listener struct {
	app            *rig.App
	line           *rig.Proxy
	path, commands string
}

// mark is what a line had carried at a moment.
type mark struct{ up, down int64 }

func (w *listener) mark() mark {
	up, down := w.line.Carried()
	return mark{up, down}
}

func (m mark) since(before mark) mark { return mark{m.up - before.up, m.down - before.down} }

// quiet waits until the line has carried nothing for d.
func (w *listener) quiet(ctx context.Context, d time.Duration) mark {
	for ctx.Err() == nil {
		before := w.mark()
		wait(ctx, d)
		if w.mark() == before {
			return before
		}
	}
	return w.mark()
}

// next waits until the line carries something, and then until it is quiet again.
func (w *listener) next(ctx context.Context) mark {
	for before := w.mark(); ctx.Err() == nil && w.mark() == before; {
		wait(ctx, 10*time.Millisecond)
	}
	return w.quiet(ctx, time.Second)
}

// idle counts what a few pings and pongs take, and multiplies.
func (w *listener) idle(ctx context.Context, s *stand) error {
	w.quiet(ctx, 2*time.Second)
	before := w.next(ctx) // just after a ping
	start := time.Now()
	after := before
	for range wirePings {
		after = w.next(ctx)
	}
	took := time.Since(start)
	if periods := took.Seconds() / wire.PingPeriod.Seconds(); periods < wirePings-0.5 || periods > wirePings+0.5 {
		return fmt.Errorf("the line carried something %d times in %v: it was not idle", wirePings, took)
	}
	carried := after.since(before)
	periods := int64(time.Hour / wire.PingPeriod)
	hour := float64((carried.up + carried.down) * periods / wirePings)
	return s.report(figure{
		Name: "wire_idle_bytes_per_hour", Value: hour, Unit: "bytes", Goal: "<= 40000", OK: hour <= 40_000,
		Detail: map[string]any{
			"ping_bytes": carried.up / wirePings, "pong_bytes": carried.down / wirePings, "ping_period_s": wire.PingPeriod.Seconds(),
			"periods_watched": wirePings, "tls_adds": 2 * tlsRecord * periods, "without": "TCP and IP headers",
		},
	})
}

// command counts what commands take that are given one after the other, each alone
// on the line. A few fit between two pings; one that does not is not counted.
func (w *listener) command(ctx context.Context, s *stand) error {
	var total mark
	for counted := 0; counted < wireCommands; {
		before := w.quiet(ctx, 500*time.Millisecond)
		var command struct{ ID domain.CommandID }
		body := map[string]any{"set": map[string]any{"onOff": counted%2 == 0}}
		if err := w.app.Post(ctx, w.path, rig.NewKey(), body, &command); err != nil {
			return err
		}
		began := time.Now()
		after := w.quiet(ctx, 500*time.Millisecond)
		var done struct{ Status string }
		if err := w.app.Get(ctx, w.commands+command.ID.String(), &done); err != nil {
			return err
		}
		if done.Status != string(domain.Succeeded) {
			return fmt.Errorf("a command is %s after %v", done.Status, time.Since(began))
		}
		one := after.since(before)
		if counted > 0 && one.up > total.up/int64(counted)+pingMargin {
			continue // a ping came in between
		}
		total.up, total.down = total.up+one.up, total.down+one.down
		counted++
	}
	bytes := float64(total.up+total.down) / wireCommands
	return s.report(figure{
		Name: "wire_command_bytes", Value: round(bytes), Unit: "bytes", Goal: "<= 2000", OK: bytes <= 2000,
		Detail: map[string]any{
			"up": total.up / wireCommands, "down": total.down / wireCommands, "commands": wireCommands, "class": "C",
			"what": "command; delivered, report, result; their acks", "tls_adds_per_record": tlsRecord, "without": "TCP and IP headers",
		},
	})
}

// pingMargin is less than a ping takes, and more than two commands differ, in bytes.
const pingMargin = 25
