package main

import (
	"context"
	"time"

	"logis/bench/rig"
	"logis/wire/wiretest"
)

// settle is how long memory may take to settle after a change.
const settle = 5 * time.Second

// benchIdle measures what one connected, silent gateway costs the server in
// resident memory, its home's state in the cache included.
func benchIdle(ctx context.Context, s *stand) error {
	const most = 5000
	if err := s.migrate(ctx); err != nil {
		return err
	}
	fleet, err := rig.NewFleet(ctx, s.dsn, most, 0)
	if err != nil {
		return err
	}
	defer fleet.Close()
	for _, count := range []int{1000, most} {
		if err := idleMemory(ctx, s, fleet, count); err != nil {
			return err
		}
	}
	return nil
}

func idleMemory(ctx context.Context, s *stand, fleet *rig.Fleet, count int) error {
	r, _, err := s.server(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = r.Stop() }()
	// Connect and let go a few first: code and pools that the first use brings in
	// are not what one more gateway costs.
	for n := range 50 {
		socket, err := fleet.Gateways[n].Connect(ctx, r.Socket())
		if err != nil {
			return err
		}
		socket.Close()
	}
	wait(ctx, settle)
	before, err := r.Server.RSS()
	if err != nil {
		return err
	}
	sockets := make([]*wiretest.Socket, 0, count)
	defer func() {
		for _, socket := range sockets {
			socket.Cut()
		}
	}()
	pace := time.NewTicker(6 * time.Millisecond) // below the server's handshake limit
	defer pace.Stop()
	for n := range count {
		<-pace.C
		socket, err := fleet.Gateways[n].Connect(ctx, r.Socket())
		if err != nil {
			return err
		}
		sockets = append(sockets, socket)
	}
	wait(ctx, settle)
	after, err := r.Server.RSS()
	if err != nil {
		return err
	}
	each := float64(after-before) / float64(count) / 1024
	name := "gateway_idle_kib/1000"
	if count != 1000 {
		name = "gateway_idle_kib/5000"
	}
	return s.report(figure{
		Name: name, Value: round(each), Unit: "KiB", Goal: "<= 32", OK: each <= 32,
		Detail: map[string]any{"before_mib": before >> 20, "after_mib": after >> 20, "gateways": count},
	})
}
