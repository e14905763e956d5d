package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"logis/bench/rig"
	"logis/domain"
	"logis/domain/thing"
	"logis/edge/clock"
	"logis/edge/executor"
	"logis/edge/identity"
	"logis/edge/link"
	"logis/edge/outbox"
	"logis/edge/radio"
	"logis/wire/wiretest"
)

// What a home has to tell that was away for three days.
const (
	backlogDevices = 200
	backlogEntries = 200_000
	backlogWriters = 256              // radios that tell at once: they share transactions
	backlogPaced   = 10 * time.Second // for so long at the pace of a release
)

// benchBacklog measures how fast the backlog of one home gets from its gateway's
// disk into PostgreSQL, at the pace that a release keeps and as fast as it goes.
func benchBacklog(ctx context.Context, s *stand) error {
	r, _, err := s.server(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = r.Stop() }()
	fleet, err := rig.NewFleet(ctx, s.dsn, 1, 0)
	if err != nil {
		return err
	}
	defer fleet.Close()
	b, err := openBacklog(ctx, s, fleet.Gateways[0], r.Socket())
	if err != nil {
		return err
	}
	err = b.measure(ctx, s, fleet)
	return errors.Join(err, b.close())
}

// backlog is a gateway's disk and its way to the cloud.
type backlog struct {
	box   *outbox.Outbox
	link  link.Options
	stop  context.CancelFunc
	ended chan error
}

// measure fills the outbox and drains it, first at the pace of a release.
func (b *backlog) measure(ctx context.Context, s *stand, fleet *rig.Fleet) error {
	if err := b.fill(ctx); err != nil {
		return err
	}
	paced, err := b.drain(ctx, 0, backlogPaced)
	if err != nil {
		return err
	}
	rate, err := b.drain(ctx, 1<<20, 0)
	if err != nil {
		return err
	}
	var stored int64
	err = fleet.Pool.QueryRow(ctx, `
		SELECT count(*) FROM events WHERE type = 'device.reported' AND flags & $1 = 0`, int16(domain.Snapshot)).Scan(&stored)
	if err != nil {
		return err
	}
	if stored != backlogEntries {
		return fmt.Errorf("the log holds %d of %d reports", stored, backlogEntries)
	}
	return s.report(figure{
		Name: "backlog_drain", Value: round(rate), Unit: "reports/s", Goal: fmt.Sprint(">= ", link.MaxPace), OK: rate >= link.MaxPace,
		Detail: map[string]any{
			"entries": backlogEntries, "devices": backlogDevices, "at_the_pace_of_a_release": round(paced), "pace": link.MaxPace,
			"full_outbox": outbox.DefaultMaxRows, "full_outbox_min_at_pace": round(float64(outbox.DefaultMaxRows) / link.MaxPace / 60),
		},
	})
}

func openBacklog(ctx context.Context, s *stand, g *wiretest.Gateway, server string) (*backlog, error) {
	dir, err := os.MkdirTemp(s.dir, "edge-")
	if err != nil {
		return nil, err
	}
	now := clock.NewServer(clock.System())
	now.Hear(now.Boot(), time.Now().UnixMilli())
	box, err := outbox.Open(outbox.Options{Path: filepath.Join(dir, "outbox.db"), Gateway: g.ID, Time: now})
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(ctx)
	b := &backlog{box: box, stop: stop, ended: make(chan error, 1), link: link.Options{
		Server: server, Outbox: box, Time: now, Commands: executor.New(box, nil, now), Agent: "bench",
		Identity: identity.Identity{Seed: g.Key.Seed(), Gateway: g.ID, Home: g.Home, Server: server},
	}}
	go func() { b.ended <- box.Run(ctx) }()
	return b, nil
}

func (b *backlog) close() error {
	b.stop()
	return <-b.ended
}

// fill lets the devices of a home tell what they measure while nobody listens.
func (b *backlog) fill(ctx context.Context) error {
	sink := b.box.Sink("bench")
	for n := range backlogDevices {
		if err := sink.Device(ctx, radio.Device{Address: fmt.Sprint(n), Kind: "temperature-sensor"}); err != nil {
			return err
		}
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(backlogWriters)
	for n := range backlogEntries {
		group.Go(func() error {
			return sink.Report(ctx, radio.Report{
				Address: fmt.Sprint(n % backlogDevices), Values: map[string]thing.Value{"temperature": thing.Number(float64(n%3000) / 10)},
			})
		})
	}
	return group.Wait()
}

// drain connects and returns how many entries per second the cloud recorded, of all
// there are or, after a second's worth that goes at once, in a time.
func (b *backlog) drain(ctx context.Context, pace int, limit time.Duration) (perSecond float64, err error) {
	linked, cancel := context.WithCancel(ctx)
	o := b.link
	o.Pace = pace
	ended := make(chan error, 1)
	go func() { ended <- link.New(o).Run(linked) }()
	defer func() {
		cancel()
		err = errors.Join(err, <-ended)
	}()
	if limit > 0 {
		wait(ctx, 2*time.Second)
	}
	begin, err := b.box.Depth(ctx)
	if err != nil {
		return 0, err
	}
	start := time.Now()
	for {
		wait(ctx, 50*time.Millisecond)
		left, err := b.box.Depth(ctx)
		if err != nil || ctx.Err() != nil {
			return 0, errors.Join(err, ctx.Err())
		}
		if took := time.Since(start); left.Rows == 0 || limit > 0 && took >= limit {
			return float64(begin.Rows-left.Rows) / took.Seconds(), nil
		}
	}
}
