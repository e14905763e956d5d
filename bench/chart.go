package main

import (
	"context"
	"math/rand/v2"
	"time"

	"logis/bench/rig"
	"logis/domain"
	"logis/domain/rollup"
	"logis/eventstore"
	"logis/projections"
)

// The home of which a chart is asked for: a report of every device each five minutes
// or so, for longer than the chart reaches back.
const (
	chartDevices = 20
	chartDays    = 40
	chartSpan    = 30 * 24 * time.Hour
	chartEvents  = chartDevices * chartDays * 24 * 12
)

// benchChart measures the chart of thirty days of one device, in hours, and what it
// costs to sum the log up for it.
func benchChart(ctx context.Context, s *stand) error {
	if err := s.migrate(ctx); err != nil {
		return err
	}
	fleet, err := rig.NewFleet(ctx, s.dsn, 1, chartDevices)
	if err != nil {
		return err
	}
	defer fleet.Close()
	now := time.Now()
	fleet.Store = eventstore.New(fleet.Pool, eventstore.Options{
		Catalog: fleet.Tables.Catalog, Projection: fleet.Tables, Now: func() time.Time {
			now = now.Add(5 * time.Minute * fillPage / chartDevices)
			return now
		},
	})
	if err := fillHome(ctx, fleet, chartEvents); err != nil {
		return err
	}
	home, rollups := fleet.Gateways[0].Home, projections.NewRollups(fleet.Pool, nil)
	start := time.Now()
	events, err := rollups.Follow(ctx, home, 0)
	if err != nil {
		return err
	}
	summed := time.Since(start)
	if _, err := fleet.Pool.Exec(ctx, `VACUUM ANALYZE rollups`); err != nil {
		return err
	}
	random, points := rand.New(rand.NewPCG(1, 1)), 0
	calendar := rollup.NewCalendar("Europe/Paris")
	watch, err := timed(func() error {
		chart, err := rollups.Points(ctx, projections.Chart{
			Home: home, Cast: []domain.Played{{Device: fleet.Devices[0][random.IntN(chartDevices)]}}, Property: "currentLevel",
			Size: rollup.Hour, From: now.Add(-chartSpan), To: now,
		}, calendar, now)
		points = len(chart)
		return err
	})
	if err != nil {
		return err
	}
	floor, err := timed(func() error {
		_, err := eventstore.HeadOf(ctx, fleet.Pool, home)
		return err
	})
	if err != nil {
		return err
	}
	var size int64
	if err := fleet.Pool.QueryRow(ctx, `SELECT pg_total_relation_size('rollups')`).Scan(&size); err != nil {
		return err
	}
	value := watch.at(0.99)
	return s.report(figure{
		Name: "chart_30_days_p99_ms", Value: round(value), Unit: "ms", Goal: "<= 100", OK: value <= 100,
		Detail: map[string]any{
			"points": points, "p50_ms": round(watch.at(0.5)), "one_row_p99_ms": round(floor.at(0.99)), "devices": chartDevices, "events": events,
			"summed_up_events_per_s": round(float64(events) / summed.Seconds()), "bytes_per_event": round(float64(size) / float64(events)),
		},
	})
}
