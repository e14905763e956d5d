package main

import (
	"context"
	"time"

	"logis/bench/rig"
	"logis/dispatch"
	"logis/domain"
	"logis/domain/thing"
	"logis/eventstore"
	"logis/history"
	"logis/history/whatif"
)

// What is tried: a rule over a month.
const (
	backtestEvents = 50_000
	backtestSpan   = 30 * 24 * time.Hour
	backtestBatch  = 20 // reports in one append, at one time
)

// benchBacktest measures trying a rule over a month in which it fired now and then:
// the state before, every event, and what it would have done.
func benchBacktest(ctx context.Context, s *stand) error {
	if err := s.migrate(ctx); err != nil {
		return err
	}
	fleet, err := rig.NewFleet(ctx, s.dsn, 1, 40)
	if err != nil {
		return err
	}
	defer fleet.Close()
	rule, start, err := fillMonth(ctx, fleet)
	if err != nil {
		return err
	}
	home := fleet.Gateways[0].Home
	if _, err := fleet.Pool.Exec(ctx, `VACUUM ANALYZE events`); err != nil {
		return err
	}
	head, err := eventstore.HeadOf(ctx, fleet.Pool, home)
	if err != nil {
		return err
	}
	window := whatif.Window{Home: home, After: start, To: head.Seq}
	begun := time.Now()
	result, err := whatif.Run(ctx, history.New(fleet.Store, nil), window, []whatif.Tested{rule})
	if err != nil {
		return err
	}
	took := time.Since(begun)
	begun = time.Now()
	other := rule
	other.Version, other.Document.Condition = 0, nil
	both, err := whatif.Run(ctx, history.New(fleet.Store, nil), window, []whatif.Tested{rule}, []whatif.Tested{other})
	if err != nil {
		return err
	}
	ok := took < 5*time.Second && result.Full && result.Did > 0 && result.Differ == 0
	return s.report(figure{
		Name: "backtest_seconds", Value: round(took.Seconds()), Unit: "s", Goal: "< 5", OK: ok,
		Detail: map[string]any{
			"days": int(backtestSpan.Hours() / 24), "events": result.Events, "events_per_s": round(float64(result.Events) / took.Seconds()),
			"did": result.Did, "would": result.Would, "differ": result.Differ,
			"two_versions_seconds": round(time.Since(begun).Seconds()), "two_versions_would": both.Would,
		},
	})
}

// fillMonth writes a month of reports: half of the devices are motion sensors, and a
// rule turns on a lamp when one sees somebody, unless the lamp is bright. It returns
// the rule and the event before the month.
func fillMonth(ctx context.Context, fleet *rig.Fleet) (whatif.Tested, domain.Seq, error) {
	g, now := fleet.Gateways[0], time.Now()
	store := eventstore.New(fleet.Pool, eventstore.Options{
		Catalog: fleet.Tables.Catalog, Projection: fleet.Tables, Reactors: []eventstore.Reactor{dispatch.Rules{}},
		Now: func() time.Time { return now },
	})
	ids := fleet.Devices[0]
	lamp, bright := ids[0], 80.0
	tested := whatif.Tested{Rule: eventstore.NewID[domain.RuleKind](now), Document: domain.RuleDocument{
		Triggers:  []domain.Trigger{{Property: &domain.PropertyTrigger{Device: ids[1], Property: "occupancy", To: "true"}}},
		Condition: &domain.Condition{Property: &domain.PropertyTest{Device: lamp, Property: "currentLevel", Below: &bright}},
		Actions:   []domain.Action{{Command: &domain.CommandAction{Device: lamp, Set: map[string]thing.Value{"onOff": "true"}}}},
	}}
	change := func(do func(home *domain.Home, record func(domain.Event, error) error) error) error {
		return store.Append(ctx, []domain.HomeID{g.Home}, func(ctx context.Context, tx *eventstore.Tx) error {
			return do(tx.Home(g.Home), func(ev domain.Event, err error) error {
				if err != nil {
					return err
				}
				if ev.Actor == domain.GatewayActor {
					ev.Edge = domain.EdgeRef{Gateway: g.ID, Epoch: 1, Seq: tx.Home(g.Home).Gateways[g.ID].Cursor + 1}
					ev.OccurredAt = now
				}
				_, err = tx.Record(ctx, g.Home, ev)
				return err
			})
		})
	}
	var start domain.Seq
	err := change(func(home *domain.Home, record func(domain.Event, error) error) error {
		for i, id := range ids {
			kind := []string{"dimmable-light", "motion-sensor"}[i%2]
			if err := record(home.Register(g.ID, id, domain.DeviceRegistered{Address: id.String(), Kind: kind})); err != nil {
				return err
			}
		}
		edited := domain.Event{Entity: tested.Rule.Entity(), Actor: domain.PersonActor(fleet.Owner), Fact: domain.RuleEdited{Document: tested.Document}}
		err := record(edited, nil)
		start, tested.Version = home.Seq, home.Seq
		return err
	})
	for n := 0; n < backtestEvents && err == nil; n += backtestBatch {
		now = now.Add(backtestSpan * backtestBatch / backtestEvents)
		err = change(func(home *domain.Home, record func(domain.Event, error) error) error {
			for i := range backtestBatch {
				turn := (n + i) / len(ids)
				at := (n + i) % len(ids)
				values := map[string]thing.Value{"onOff": thing.Bool(turn%3 == 0), "currentLevel": thing.Number(float64(turn % 101))}
				if at%2 == 1 {
					values = map[string]thing.Value{"occupancy": thing.Bool(turn%2 == 0)}
				}
				if err := record(home.Report(g.ID, ids[at], values, domain.CommandID{})); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return tested, start, err
}
