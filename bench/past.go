package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"time"

	"logis/bench/rig"
	"logis/domain"
	"logis/eventstore"
	"logis/history"
)

// The home whose past is asked for. LOGIS_BENCH_EVENTS makes its log longer: the
// goal is told for five million events, which take minutes to write.
const (
	pastDevices  = 200
	pastEvents   = 1_000_000
	pastInstants = 500
)

// benchHomeAt measures showing a large home at random instants, by both clocks, and
// a film that goes on.
func benchHomeAt(ctx context.Context, s *stand) error {
	if err := s.migrate(ctx); err != nil {
		return err
	}
	fleet, err := rig.NewFleet(ctx, s.dsn, 1, pastDevices)
	if err != nil {
		return err
	}
	defer fleet.Close()
	events, err := pastLength()
	if err != nil {
		return err
	}
	// An event each second, from now on: the reports of days are written in minutes.
	now := time.Now()
	fleet.Store = eventstore.New(fleet.Pool, eventstore.Options{
		Catalog: fleet.Tables.Catalog, Projection: fleet.Tables, Now: func() time.Time {
			now = now.Add(fillPage * time.Second)
			return now
		},
	})
	if err := fillHome(ctx, fleet, events); err != nil {
		return err
	}
	if _, err := fleet.Pool.Exec(ctx, `VACUUM ANALYZE events`); err != nil {
		return err
	}
	p := pastStand{past: history.New(fleet.Store, nil), fleet: fleet, home: fleet.Gateways[0].Home}
	start := time.Now()
	if err := p.past.Keep(ctx); err != nil {
		return err
	}
	kept := time.Since(start)
	took, err := p.measure(ctx)
	if err != nil {
		return err
	}
	var snapshots, size int64
	err = fleet.Pool.QueryRow(ctx, `SELECT count(*), pg_total_relation_size('snapshots') FROM snapshots`).Scan(&snapshots, &size)
	if err != nil {
		return err
	}
	value := took[0].at(0.99)
	return s.report(figure{
		Name: "home_at_p99_ms", Value: round(value), Unit: "ms", Goal: "<= 100", OK: value <= 100,
		Detail: map[string]any{
			"events": p.head.Seq, "devices": pastDevices, "p50_ms": round(took[0].at(0.5)), "true_at_p99_ms": round(took[1].at(0.99)),
			"film_page_p99_ms": round(took[2].at(0.99)), "one_row_p99_ms": round(took[3].at(0.99)), "one_row_p50_ms": round(took[3].at(0.5)),
			"snapshots": snapshots, "snapshot_bytes_per_event": round(float64(size) / float64(p.head.Seq)),
			"keep_events_per_s": round(float64(p.head.Seq) / kept.Seconds()),
		},
	})
}

// pastLength returns how many reports to write.
func pastLength() (int, error) {
	text, ok := os.LookupEnv("LOGIS_BENCH_EVENTS")
	if !ok {
		return pastEvents, nil
	}
	events, err := strconv.Atoi(text)
	if err != nil {
		return 0, fmt.Errorf("LOGIS_BENCH_EVENTS: %w", err)
	}
	return events, nil
}

// pastStand is a home whose past is asked for.
type pastStand struct {
	past  *history.Past
	fleet *rig.Fleet
	home  domain.HomeID
	head  eventstore.Head
}

// measure asks for what was known, for what was true, for the next page of a film
// and, as the floor of such a time on this machine, for one row.
func (p *pastStand) measure(ctx context.Context) (took [4]*stopwatch, err error) {
	if p.head, err = eventstore.HeadOf(ctx, p.fleet.Pool, p.home); err != nil {
		return took, err
	}
	began, err := p.beginning(ctx)
	if err != nil {
		return took, err
	}
	random := rand.New(rand.NewPCG(1, 1))
	from := p.head.Seq / 2
	for i, call := range []func() error{
		func() error {
			_, err := p.past.At(ctx, p.home, 1+domain.Seq(random.Int64N(int64(p.head.Seq))))
			return err
		},
		func() error {
			at := began.Add(time.Duration(random.Int64N(int64(p.head.RecordedAt.Sub(began)))))
			_, err := p.past.TrueAt(ctx, p.home, at, p.head.Seq)
			return err
		},
		func() error {
			from = (from + history.MaxFilm) % p.head.Seq // from the beginning again
			return p.past.Film(ctx, p.home, from, history.MaxFilm, func(history.Frame) error { return nil })
		},
		func() error {
			_, err := eventstore.HeadOf(ctx, p.fleet.Pool, p.home)
			return err
		},
	} {
		if took[i], err = timed(call); err != nil {
			return took, err
		}
	}
	return took, nil
}

// timed makes many calls.
func timed(call func() error) (*stopwatch, error) {
	watch := &stopwatch{}
	for range pastInstants {
		start := time.Now()
		if err := call(); err != nil {
			return nil, err
		}
		watch.add(time.Since(start))
	}
	return watch, nil
}

// beginning returns when the first event was recorded.
func (p *pastStand) beginning(ctx context.Context) (at time.Time, err error) {
	err = p.fleet.Pool.QueryRow(ctx, `SELECT recorded_at FROM events WHERE home_id = $1 AND seq = 1`, [16]byte(p.home)).Scan(&at)
	return at, err
}
