package main

import (
	"context"
	"time"

	"logis/bench/rig"
	"logis/domain"
	"logis/domain/thing"
	"logis/eventstore"
)

const rebuildEvents = 300_000

// benchRebuild measures making a home's rows again from its log, against reading
// the same events with a plain SELECT.
func benchRebuild(ctx context.Context, s *stand) error {
	if err := s.migrate(ctx); err != nil {
		return err
	}
	fleet, err := rig.NewFleet(ctx, s.dsn, 1, 50)
	if err != nil {
		return err
	}
	defer fleet.Close()
	if err := fillHome(ctx, fleet, rebuildEvents); err != nil {
		return err
	}
	home := fleet.Gateways[0].Home
	if _, err := fleet.Pool.Exec(ctx, `VACUUM ANALYZE events`); err != nil {
		return err
	}
	plain, events, err := plainSelect(ctx, fleet, home)
	if err != nil {
		return err
	}
	start := time.Now()
	result, err := fleet.Tables.Rebuild(ctx, fleet.Pool, home, nil)
	if err != nil {
		return err
	}
	rate := float64(result.Events) / time.Since(start).Seconds()
	return s.report(figure{
		Name: "rebuild_ratio", Value: round(rate / plain), Unit: "ratio", Goal: ">= 0.30", OK: rate/plain >= 0.30 && result.Same(),
		Detail: map[string]any{
			"events": events, "rebuild_events_per_s": round(rate), "select_events_per_s": round(plain), "same": result.Same(),
		},
	})
}

// fillPage is how many reports fillHome writes in one append.
const fillPage = 1000

// fillHome writes reports of all devices.
func fillHome(ctx context.Context, fleet *rig.Fleet, events int) error {
	g := fleet.Gateways[0]
	record := func(ctx context.Context, tx *eventstore.Tx, ev domain.Event, err error) error {
		if err != nil {
			return err
		}
		ev.Edge = domain.EdgeRef{Gateway: g.ID, Epoch: 1, Seq: tx.Home(g.Home).Gateways[g.ID].Cursor + 1}
		_, err = tx.Record(ctx, g.Home, ev)
		return err
	}
	err := fleet.Store.Append(ctx, []domain.HomeID{g.Home}, func(ctx context.Context, tx *eventstore.Tx) error {
		for _, id := range fleet.Devices[0] {
			ev, err := tx.Home(g.Home).Register(g.ID, id, domain.DeviceRegistered{Address: id.String(), Kind: "dimmable-light"})
			if err := record(ctx, tx, ev, err); err != nil {
				return err
			}
		}
		return nil
	})
	for n := 0; n < events && err == nil; n += fillPage {
		err = fleet.Store.Append(ctx, []domain.HomeID{g.Home}, func(ctx context.Context, tx *eventstore.Tx) error {
			for i := range fillPage {
				id := fleet.Devices[0][i%len(fleet.Devices[0])]
				ev, err := tx.Home(g.Home).Report(g.ID, id, map[string]thing.Value{
					"onOff": thing.Bool((n/fillPage+i)%2 == 0), "currentLevel": thing.Number(float64((n/fillPage + i) % 101)),
				}, domain.CommandID{})
				if err := record(ctx, tx, ev, err); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return err
}

// plainSelect reads the whole log of the home and does nothing with it.
func plainSelect(ctx context.Context, fleet *rig.Fleet, home domain.HomeID) (float64, int, error) {
	start := time.Now()
	rows, err := fleet.Pool.Query(ctx, `
		SELECT seq, recorded_at, occurred_at, event_id, entity, gateway_id, edge_seq, causation, correlation,
		       edge_epoch, schema, flags, type, actor, model, data, hash
		FROM events WHERE home_id = $1 ORDER BY seq`, [16]byte(home))
	if err != nil {
		return 0, 0, err
	}
	defer rows.Close()
	count := 0
	for rows.Next() {
		_ = rows.RawValues()
		count++
	}
	return float64(count) / time.Since(start).Seconds(), count, rows.Err()
}
