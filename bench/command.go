package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sort"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"logis/bench/rig"
	"logis/domain"
	"logis/wire"
	"logis/wire/wiretest"
)

// pressure is one situation in which a command must be quick.
type pressure struct {
	name     string
	commands float64 // per second; 0: one after the other, with a pause
	count    int
	reports  float64 // per second beside
	perFrame int     // of the reports
	goal     float64 // p99 in milliseconds
}

const commandHomes = 50

// benchCommand measures the time from the beginning of an API call to the
// command's frame at the edge, alone and under load, with the bare commit of one
// row beside it.
func benchCommand(ctx context.Context, s *stand) error {
	r, link, err := s.server(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = r.Stop() }()
	fleet, err := rig.NewFleet(ctx, s.dsn, commandHomes, ingestDevices)
	if err != nil {
		return err
	}
	defer fleet.Close()
	app, err := rig.SignIn(ctx, r.URL(), link)
	if err != nil {
		return err
	}
	for _, p := range []pressure{
		{"idle", 0, 200, 0, 0, 12},
		{"5_per_s", 5, 200, 0, 0, 12},
		{"20_per_s", 20, 300, 0, 0, 12},
		{"100_per_s", 100, 1000, 0, 0, 12},
		{"5000_reports", 20, 300, 5000, 10, 12},
	} {
		if err := measureCommands(ctx, s, fleet, r, app, p); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
	}
	half, err := halfOfIngest(ctx, s, fleet, r)
	if err != nil {
		return err
	}
	return measureCommands(ctx, s, fleet, r, app, pressure{"half_ingest", 20, 300, half, ingestFrame, 25})
}

// halfOfIngest finds half the rate at which this server takes reports when
// nothing else goes on.
func halfOfIngest(ctx context.Context, s *stand, fleet *rig.Fleet, r *rig.Rig) (float64, error) {
	load, err := startLoad(ctx, fleet, r.Socket(), ingestFrame, 0)
	if err != nil {
		return 0, err
	}
	wait(ctx, 2*time.Second)
	before, start := load.acked.Load(), time.Now()
	wait(ctx, 5*time.Second)
	rate := float64(load.acked.Load()-before) / time.Since(start).Seconds()
	fmt.Fprintf(s.log, "  ingest %.0f reports/s\n", rate)
	return rate / 2, load.stop()
}

func measureCommands(ctx context.Context, s *stand, fleet *rig.Fleet, r *rig.Rig, app *rig.App, p pressure) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	listening := fleet
	var load *load
	if p.reports > 0 {
		// Half of the homes report, the others are commanded: what is measured is the
		// crowd, not the lock of a home.
		var loaded *rig.Fleet
		loaded, listening = fleet.Split(commandHomes / 2)
		var err error
		if load, err = startLoad(ctx, loaded, r.Socket(), p.perFrame, p.reports); err != nil {
			return err
		}
	}
	arrivals := newArrivals()
	for n := range listening.Gateways {
		socket, next, err := listening.Register(ctx, r.Socket(), n)
		if err != nil {
			return err
		}
		defer socket.Cut() //nolint:gocritic // all of them stay until the measurement ends
		go arrivals.listen(ctx, socket, next)
	}
	m := &measurement{fleet: listening, app: app, arrivals: arrivals, pressure: p}
	if err := m.run(ctx); err != nil {
		return err
	}
	cancel()
	if load != nil {
		if err := load.stop(); err != nil {
			return err
		}
	}
	return s.report(figure{
		Name: "command_to_frame_p99_ms/" + p.name, Value: round(m.taken.at(0.99)), Unit: "ms",
		Goal: fmt.Sprintf("<= %v", p.goal), OK: m.taken.at(0.99) <= p.goal,
		Detail: map[string]any{
			"p50_ms": round(m.taken.at(0.5)), "answered_p50_ms": round(m.answered.at(0.5)), "answered_p99_ms": round(m.answered.at(0.99)),
			"bare_commit_p50_ms": round(m.bare.at(0.5)), "bare_commit_p99_ms": round(m.bare.at(0.99)),
			"commands": p.count, "commands_per_s": p.commands, "reports_per_s": round(p.reports),
		},
	})
}

// measurement is one situation while it is measured.
type measurement struct {
	fleet    *rig.Fleet // of the homes that are commanded
	app      *rig.App
	arrivals *arrivals
	pressure pressure

	answered, taken, bare stopwatch
}

// idlePause lies between two commands of an idle server: whatever the last one
// left behind is done.
const idlePause = 50 * time.Millisecond

// run gives the commands. The first of each home are not measured: they bring
// states and statements into memory.
func (m *measurement) run(ctx context.Context) error {
	for n := range m.fleet.Gateways {
		if err := m.command(ctx, n, &stopwatch{}, &stopwatch{}); err != nil {
			return err
		}
	}
	group, ctx := errgroup.WithContext(ctx)
	for i := range m.pressure.count {
		n := rand.IntN(len(m.fleet.Gateways))
		if m.pressure.commands == 0 {
			if err := m.command(ctx, n, &m.answered, &m.taken); err != nil {
				return err
			}
			wait(ctx, idlePause)
		} else {
			group.Go(func() error { return m.command(ctx, n, &m.answered, &m.taken) })
			wait(ctx, time.Duration(float64(time.Second)/m.pressure.commands))
		}
		if i%10 == 0 {
			if err := m.bareCommit(ctx); err != nil {
				return err
			}
		}
	}
	return group.Wait()
}

func (m *measurement) command(ctx context.Context, n int, answered, taken *stopwatch) error {
	device := m.fleet.Devices[n][rand.IntN(len(m.fleet.Devices[n]))]
	path := fmt.Sprintf("/homes/%s/devices/%s/commands", m.fleet.Gateways[n].Home, device)
	var answer struct{ ID domain.CommandID }
	start := time.Now()
	err := m.app.Post(ctx, path, rig.NewKey(), map[string]any{"set": map[string]any{"onOff": rand.IntN(2) == 0}}, &answer)
	if err != nil {
		return err
	}
	answered.add(time.Since(start))
	at, err := m.arrivals.wait(ctx, answer.ID)
	if err == nil {
		taken.add(at.Sub(start))
	}
	return err
}

func (m *measurement) bareCommit(ctx context.Context) error {
	if _, err := m.fleet.Pool.Exec(ctx, `CREATE TABLE IF NOT EXISTS bare (n bigserial PRIMARY KEY, text text)`); err != nil {
		return err
	}
	start := time.Now()
	_, err := m.fleet.Pool.Exec(ctx, `INSERT INTO bare (text) VALUES (repeat('x', 200))`)
	m.bare.add(time.Since(start))
	return err
}

// arrivals remembers when the frame of each command came.
type arrivals struct {
	mu   sync.Mutex
	when map[domain.CommandID]time.Time
	some chan struct{} // closed and replaced at each arrival
}

func newArrivals() *arrivals {
	return &arrivals{when: map[domain.CommandID]time.Time{}, some: make(chan struct{})}
}

// listen takes commands and answers that they succeeded, as a quick edge would.
func (a *arrivals) listen(ctx context.Context, s *wiretest.Socket, next int64) {
	for {
		frame, err := wiretest.Next[*wire.Command](ctx, s)
		if err != nil {
			return
		}
		now := time.Now()
		a.mu.Lock()
		a.when[frame.ID] = now
		close(a.some)
		a.some = make(chan struct{})
		a.mu.Unlock()
		report := wiretest.Report(frame.Device, now, frame.Set)
		report.Cause = frame.ID
		entries := []wire.Entry{report, {Kind: wire.KindResult, Command: frame.ID, Device: frame.Device, Outcome: domain.Succeeded}}
		if err := s.Write(ctx, wire.Entries{First: next, Entries: entries}); err != nil {
			return
		}
		next += int64(len(entries))
	}
}

const arrivalTimeout = 30 * time.Second

func (a *arrivals) wait(ctx context.Context, id domain.CommandID) (time.Time, error) {
	ctx, cancel := context.WithTimeout(ctx, arrivalTimeout)
	defer cancel()
	for {
		a.mu.Lock()
		at, ok := a.when[id]
		some := a.some
		a.mu.Unlock()
		if ok {
			return at, nil
		}
		select {
		case <-some:
		case <-ctx.Done():
			return time.Time{}, fmt.Errorf("command %s did not arrive: %w", id, ctx.Err())
		}
	}
}

// stopwatch collects durations.
type stopwatch struct {
	mu    sync.Mutex
	taken []time.Duration
}

func (w *stopwatch) add(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.taken = append(w.taken, d)
}

// at returns a quantile in milliseconds.
func (w *stopwatch) at(quantile float64) float64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.taken) == 0 {
		return 0
	}
	sort.Slice(w.taken, func(i, j int) bool { return w.taken[i] < w.taken[j] })
	i := min(int(quantile*float64(len(w.taken))), len(w.taken)-1)
	return float64(w.taken[i].Microseconds()) / 1000
}
