package main

import (
	"bytes"
	"context"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"
	"golang.org/x/sync/errgroup"

	"logis/access"
	"logis/bench/rig"
	"logis/domain"
	"logis/domain/thing"
	"logis/wire"
	"logis/wire/wiretest"
)

const (
	fanoutHomes  = 200
	fanoutEach   = 5  // sockets of each home
	fanoutRounds = 10 // reports of each home, one a second

	revokedPersons = 10
	revokedEach    = 50 // sockets of each: the most one person may have
	revokedLimit   = 2 * time.Second
)

// follow opens a live socket of a home and waits for its welcome.
func follow(ctx context.Context, r *rig.Rig, home domain.HomeID, token string) (*websocket.Conn, error) {
	conn, _, err := websocket.Dial(ctx, r.Socket()+"/api/v1/homes/"+home.String()+"/live", &websocket.DialOptions{ //nolint:bodyclose // the library closes it
		HTTPHeader: http.Header{"Cookie": {"__Host-logis=" + token}, "Origin": {r.URL()}},
	})
	if err != nil {
		return nil, err
	}
	conn.SetReadLimit(1 << 22)
	_, _, err = conn.Read(ctx)
	return conn, err
}

// audience is homes whose gateways are connected and whose members listen.
type audience struct {
	fleet   *rig.Fleet
	sockets []*wiretest.Socket
	next    []int64
	conns   [][]*websocket.Conn
}

func (a *audience) close() {
	for i := range a.conns {
		for _, conn := range a.conns[i] {
			_ = conn.CloseNow()
		}
	}
	for _, socket := range a.sockets {
		socket.Cut()
	}
	a.fleet.Close()
}

// newAudience makes homes with one lamp and one member each, who follows theirs on
// several screens.
func (s *stand) newAudience(ctx context.Context, r *rig.Rig) (*audience, error) {
	fleet, err := rig.NewFleet(ctx, s.dsn, fanoutHomes, 1)
	if err != nil {
		return nil, err
	}
	a := &audience{fleet: fleet}
	who := access.New(fleet.Store, nil)
	for n := range fanoutHomes {
		socket, next, err := fleet.Register(ctx, r.Socket(), n)
		if err != nil {
			return a, err
		}
		go swallow(ctx, socket)
		a.sockets, a.next = append(a.sockets, socket), append(a.next, next)
		token, err := member(ctx, fleet, who, fleet.Gateways[n].Home)
		if err != nil {
			return a, err
		}
		conns := make([]*websocket.Conn, fanoutEach)
		for i := range conns {
			if conns[i], err = follow(ctx, r, fleet.Gateways[n].Home, token); err != nil {
				return a, err
			}
		}
		a.conns = append(a.conns, conns)
	}
	return a, nil
}

// swallow reads what the server says to a gateway, so that it can go on.
func swallow(ctx context.Context, socket *wiretest.Socket) {
	for {
		if _, err := wiretest.Next[*wire.Ack](ctx, socket); err != nil {
			return
		}
	}
}

// benchFanout measures from a report's leaving its gateway to each of the screens
// that follow the home having it, while 200 homes report once a second.
func benchFanout(ctx context.Context, s *stand) error {
	r, _, err := s.server(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = r.Stop() }()
	a, err := s.newAudience(ctx, r)
	if a != nil {
		defer a.close()
	}
	if err != nil {
		return err
	}
	wait(ctx, settle)
	taken := &stopwatch{}
	sent := make([]atomic.Int64, fanoutHomes)
	begin := time.Now()
	readers, readersCtx := errgroup.WithContext(ctx)
	for n := range fanoutHomes {
		for _, conn := range a.conns[n] {
			readers.Go(func() error { return a.hear(readersCtx, conn, &sent[n], begin, taken) })
		}
	}
	pace := time.NewTicker(time.Second / fanoutHomes)
	defer pace.Stop()
	for round := range fanoutRounds {
		for n := range fanoutHomes {
			<-pace.C
			sent[n].Store(int64(time.Since(begin)))
			if err := a.report(ctx, n, round); err != nil {
				return err
			}
		}
	}
	if err := readers.Wait(); err != nil {
		return err
	}
	p99 := taken.at(0.99)
	return s.report(figure{
		Name: "live_fanout_p99_ms", Value: round(p99), Unit: "ms", Goal: "<= 200", OK: p99 <= 200,
		Detail: map[string]any{
			"p50_ms": round(taken.at(0.5)), "sockets": fanoutHomes * fanoutEach, "homes": fanoutHomes, "heard": len(taken.taken),
		},
	})
}

func (a *audience) report(ctx context.Context, n, round int) error {
	lamp := wire.Entry{Kind: wire.KindReport, Device: a.fleet.Devices[n][0], Values: map[string]thing.Value{"onOff": "true"}}
	if round%2 == 1 {
		lamp.Values["onOff"] = "false"
	}
	err := a.sockets[n].Write(ctx, wire.Entries{First: a.next[n], Entries: []wire.Entry{lamp}})
	a.next[n]++
	return err
}

// hear reads one screen's news until all its reports have come. There is one report of
// a home under way at a time.
func (a *audience) hear(ctx context.Context, conn *websocket.Conn, sent *atomic.Int64, begin time.Time, taken *stopwatch) error {
	for heard := 0; heard < fanoutRounds; {
		_, text, err := conn.Read(ctx)
		if err != nil {
			return err
		}
		if many := bytes.Count(text, []byte(`"device.reported"`)); many > 0 {
			taken.add(time.Since(begin) - time.Duration(sent.Load()))
			heard += many
		}
	}
	return nil
}

// benchRevocation measures from the first of ten persons signing out, all at once, to
// the last of their 500 live sockets being closed.
func benchRevocation(ctx context.Context, s *stand) error {
	if err := s.migrate(ctx); err != nil {
		return err
	}
	fleet, err := rig.NewFleet(ctx, s.dsn, 1, 0)
	if err != nil {
		return err
	}
	defer fleet.Close()
	r, _, err := s.server(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = r.Stop() }()
	who, home := access.New(fleet.Store, nil), fleet.Gateways[0].Home
	taken := &stopwatch{}
	var begin atomic.Pointer[time.Time]
	readers, readersCtx := errgroup.WithContext(ctx)
	apps := make([]*rig.App, revokedPersons)
	for i := range apps {
		token, err := member(ctx, fleet, who, home)
		if err != nil {
			return err
		}
		apps[i] = rig.Enter(r.URL(), token)
		for range revokedEach {
			conn, err := follow(ctx, r, home, token)
			if err != nil {
				return err
			}
			readers.Go(func() error { return untilClosed(readersCtx, conn, &begin, taken) })
		}
	}
	wait(ctx, settle)
	now := time.Now()
	begin.Store(&now)
	var leaving errgroup.Group
	for _, app := range apps {
		leaving.Go(func() error { return app.SignOut(ctx) })
	}
	if err := leaving.Wait(); err != nil {
		return err
	}
	if err := readers.Wait(); err != nil {
		return err
	}
	last := taken.at(1)
	return s.report(figure{
		Name: "revocation_last_socket_ms", Value: round(last), Unit: "ms", Goal: "<= 2000", OK: last <= float64(revokedLimit.Milliseconds()),
		Detail: map[string]any{"p50_ms": round(taken.at(0.5)), "sockets": revokedPersons * revokedEach, "persons": revokedPersons},
	})
}

// untilClosed reads a socket until the server closes it.
func untilClosed(ctx context.Context, conn *websocket.Conn, begin *atomic.Pointer[time.Time], taken *stopwatch) error {
	defer func() { _ = conn.CloseNow() }()
	for {
		if _, _, err := conn.Read(ctx); err == nil {
			continue
		} else if ctx.Err() != nil || begin.Load() == nil {
			return err
		}
		taken.add(time.Since(*begin.Load()))
		return nil
	}
}
