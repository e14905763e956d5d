package main

import (
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"logis/bench/rig"
	"logis/domain"
	"logis/domain/thing"
	"logis/edge"
	"logis/edge/identity"
	"logis/edge/outbox"
	"logis/edge/radio"
	"logis/eventstore"
	"logis/wire"
	"logis/wire/wiretest"
)

const (
	motionCount   = 300
	motionRules   = 50                      // in the home, of which one is about the motion
	motionPause   = 2100 * time.Millisecond // a relay is moved thirty times a minute at most …
	motionHomes   = 50                      // … and so the homes take turns
	motionDevices = 100
)

// benchMotion measures the time from a report of motion to the command for the lamp
// leaving the server, by a rule that runs in the cloud.
func benchMotion(ctx context.Context, s *stand) error {
	r, _, err := s.server(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = r.Stop() }()
	fleet, err := rig.NewFleet(ctx, s.dsn, motionHomes, 2)
	if err != nil {
		return err
	}
	defer fleet.Close()
	taken, cold := &stopwatch{}, &stopwatch{}
	homes := make([]*moving, motionHomes)
	for n := range homes {
		h := &moving{devices: fleet.Devices[n]}
		if h.socket, h.next, err = fleet.Register(ctx, r.Socket(), n); err != nil {
			return err
		}
		defer h.socket.Cut() //nolint:gocritic // all of them stay until the measurement ends
		if err := h.automate(ctx, fleet, fleet.Gateways[n].Home); err != nil {
			return err
		}
		homes[n] = h
		if err := h.move(ctx, cold); err != nil { // brings states and statements into memory
			return err
		}
	}
	for i := range motionCount {
		if err := homes[i%motionHomes].move(ctx, taken); err != nil {
			return err
		}
		wait(ctx, motionPause/motionHomes+time.Duration(rand.IntN(20))*time.Millisecond)
	}
	return s.report(figure{
		Name: "motion_to_light_p99_ms", Value: round(taken.at(0.99)), Unit: "ms", Goal: "< 30", OK: taken.at(0.99) < 30,
		Detail: map[string]any{"p50_ms": round(taken.at(0.5)), "motions": motionCount, "homes": motionHomes, "rules_in_home": motionRules},
	})
}

// moving is a home whose first device is the motion and whose second one the lamp.
type moving struct {
	devices []domain.DeviceID
	socket  *wiretest.Socket
	next    int64
	on      bool
}

// automate makes the rules: one about the motion, the others about times of day. They
// are written beside the server, as another one of its kind would: asked one by one,
// the first home would have fallen asleep before the last one is ready.
func (h *moving) automate(ctx context.Context, fleet *rig.Fleet, home domain.HomeID) error {
	var events []domain.Event
	for n := range motionRules {
		doc := domain.RuleDocument{
			Triggers: []domain.Trigger{{Time: &domain.TimeTrigger{At: fmt.Sprintf("03:%02d", n)}}},
			Actions:  []domain.Action{{Notify: &domain.NotifyAction{}}},
		}
		if n == 0 {
			doc = domain.RuleDocument{
				Triggers: []domain.Trigger{{Property: &domain.PropertyTrigger{Device: h.devices[0], Property: "onOff", FromUnknown: true}}},
				Actions:  []domain.Action{{Command: &domain.CommandAction{Device: h.devices[1], Set: map[string]thing.Value{"onOff": "true"}}}},
			}
		}
		events = append(events, domain.Event{
			Entity: eventstore.NewID[domain.RuleKind](time.Now()).Entity(), Actor: domain.PersonActor(fleet.Owner),
			Fact: domain.RuleEdited{Document: doc},
		})
	}
	return (&asked{store: fleet.Store, home: home}).append(ctx, events)
}

// move tells motion and waits for the command.
func (h *moving) move(ctx context.Context, taken *stopwatch) error {
	ctx, cancel := context.WithTimeout(ctx, arrivalTimeout)
	defer cancel()
	h.on = !h.on
	start := time.Now()
	report := wiretest.Report(h.devices[0], start, map[string]thing.Value{"onOff": thing.Bool(h.on)})
	if err := h.socket.Write(ctx, wire.Entries{First: h.next, Entries: []wire.Entry{report}}); err != nil {
		return err
	}
	command, err := wiretest.Next[*wire.Command](ctx, h.socket)
	if err != nil {
		return err
	}
	taken.add(time.Since(start))
	result := wire.Entry{Kind: wire.KindResult, Command: command.ID, Device: command.Device, Outcome: domain.Succeeded}
	err = h.socket.Write(ctx, wire.Entries{First: h.next + 1, Entries: []wire.Entry{result}})
	h.next += 2
	return err
}

// benchMotionLocal measures the time from a sensor telling its radio of motion to
// the lamp's radio getting the order, by a rule at the gateway, its cloud unplugged.
func benchMotionLocal(ctx context.Context, s *stand) error {
	dir, err := os.MkdirTemp(s.dir, "motion-")
	if err != nil {
		return err
	}
	air := &air{ready: make(chan radio.Sink, 1), orders: make(chan time.Time, 1)}
	if err := air.settle(dir); err != nil {
		return err
	}
	agent, err := edge.New(edge.Options{Dir: dir, Radios: []radio.Radio{air}})
	if err != nil {
		return err
	}
	running, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- agent.Run(running) }()
	taken, bare := &stopwatch{}, &stopwatch{}
	err = air.measure(ctx, agent, dir, taken, bare)
	stop()
	if err := errors.Join(err, <-ended); err != nil {
		return err
	}
	return s.report(figure{
		Name: "motion_to_light_local_p99_ms", Value: round(taken.at(0.99)), Unit: "ms", Goal: "< 10", OK: taken.at(0.99) < 10,
		Detail: map[string]any{
			"p50_ms": round(taken.at(0.5)), "motions": motionCount, "devices": motionDevices, "rules": motionDevices / 2, "cloud": "unplugged",
			"bare_syncs_p50_ms": round(bare.at(0.5)), "bare_syncs_p99_ms": round(bare.at(0.99)), "syncs": localSyncs,
		},
	})
}

// air is a radio whose first half of devices are motion sensors, and each turns on
// the lamp in the second half.
type air struct {
	ready  chan radio.Sink
	orders chan time.Time
}

func (a *air) Name() string { return "air" }

func (a *air) Run(ctx context.Context, sink radio.Sink) error {
	for n := range motionDevices / 2 {
		for _, kind := range []string{"motion-sensor", "light"} {
			if err := sink.Device(ctx, radio.Device{Address: fmt.Sprint(kind, n), Kind: kind}); err != nil {
				return err
			}
		}
		if err := sink.Report(ctx, motion(n, false)); err != nil {
			return err
		}
	}
	a.ready <- sink
	<-ctx.Done()
	return nil
}

func motion(n int, seen bool) radio.Report {
	return radio.Report{Address: fmt.Sprint("motion-sensor", n), Values: map[string]thing.Value{"occupancy": thing.Bool(seen)}}
}

func (a *air) Act(context.Context, radio.Order) error {
	a.orders <- time.Now()
	return nil
}

// settle writes down who the gateway is, and the rules it was given before its cloud
// went away.
func (a *air) settle(dir string) error {
	path := filepath.Join(dir, "identity.json")
	id, err := identity.Load(path)
	if err != nil {
		return err
	}
	id.Gateway, id.Home, id.Server = domain.GatewayID{1}, domain.HomeID{2}, "ws://127.0.0.1:1"
	b := domain.Bundle{Home: id.Home, Gateway: id.Gateway, Version: 1, Profile: domain.Profile{TimeZone: "UTC"}}
	device := func(kind string, n int) domain.DeviceID {
		return outbox.DeviceID(id.Gateway, "air/"+fmt.Sprint(kind, n))
	}
	for n := range motionDevices / 2 {
		b.Rules = append(b.Rules, domain.Rule{ID: domain.RuleID{15: byte(n + 1)}, Version: 1, Enabled: true, Document: domain.RuleDocument{
			Triggers: []domain.Trigger{{Property: &domain.PropertyTrigger{Device: device("motion-sensor", n), Property: "occupancy", To: "true"}}},
			Actions:  []domain.Action{{Command: &domain.CommandAction{Device: device("light", n), Set: map[string]thing.Value{"onOff": "true"}}}},
		}})
	}
	_, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		return err
	}
	signed, err := wire.SignBundle(key, &b)
	if err != nil {
		return err
	}
	text, err := json.Marshal(signed)
	if err != nil {
		return err
	}
	return errors.Join(id.Save(path), os.WriteFile(filepath.Join(dir, "rules.json"), text, 0o600))
}

func (a *air) measure(ctx context.Context, agent *edge.Agent, dir string, taken, bare *stopwatch) error {
	var sink radio.Sink
	select {
	case sink = <-a.ready:
	case <-ctx.Done():
		return ctx.Err()
	}
	if n := len(agent.Status(ctx).Rules.Rules); n != motionDevices/2 {
		return fmt.Errorf("%d rules run", n)
	}
	for i := range motionCount {
		n := i % (motionDevices / 2)
		start := time.Now()
		if err := sink.Report(ctx, motion(n, true)); err != nil {
			return err
		}
		select {
		case at := <-a.orders:
			taken.add(at.Sub(start))
		case <-time.After(arrivalTimeout):
			return errors.New("the lamp got no order")
		}
		if err := errors.Join(sink.Report(ctx, motion(n, false)), bareSyncs(dir, bare)); err != nil {
			return err
		}
		wait(ctx, localPause)
	}
	return nil
}
