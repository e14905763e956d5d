package main

import (
	"context"
	"time"

	"logis/bench/rig"
	"logis/dispatch"
	"logis/domain"
	"logis/domain/thing"
	"logis/eventstore"
)

const (
	ruleCount   = 50  // in the home; each of them asks about every report
	ruleReports = 100 // in one append
	ruleAppends = 300 // of each home
)

// benchRules measures what rules take of an append of reports: two homes take turns,
// one without rules and one with fifty, all triggered by each report and silenced by
// their conditions.
func benchRules(ctx context.Context, s *stand) error {
	if err := s.migrate(ctx); err != nil {
		return err
	}
	fleet, err := rig.NewFleet(ctx, s.dsn, 2, 2)
	if err != nil {
		return err
	}
	defer fleet.Close()
	rules := &clocked{Reactor: dispatch.Rules{}}
	store := eventstore.New(fleet.Pool, eventstore.Options{
		Catalog: fleet.Tables.Catalog, Projection: fleet.Tables, Reactors: []eventstore.Reactor{rules},
	})
	homes := []*asked{newAsked(store, fleet, 0), newAsked(store, fleet, 1)}
	if err := homes[1].automate(ctx, domain.PersonActor(fleet.Owner)); err != nil {
		return err
	}
	for _, h := range homes { // brings states and statements into memory
		if err := h.tell(ctx, &stopwatch{}); err != nil {
			return err
		}
	}
	without, with, asking := &stopwatch{}, &stopwatch{}, &stopwatch{}
	for range ruleAppends {
		if err := homes[0].tell(ctx, without); err != nil {
			return err
		}
		rules.took = 0
		if err := homes[1].tell(ctx, with); err != nil {
			return err
		}
		asking.add(rules.took)
	}
	return s.reportRules(without, with, asking)
}

func (s *stand) reportRules(without, with, asking *stopwatch) error {
	each, share := asking.at(0.5), 100*asking.at(0.5)/with.at(0.5)
	rate := ruleReports * ruleCount / each * 1000
	err := s.report(figure{
		Name: "rule_share_percent", Value: round(share), Unit: "% of an append", Goal: "< 15", OK: share < 15,
		Detail: map[string]any{
			"rules": ruleCount, "asked": ruleCount, "reports": ruleReports,
			"append_p50_ms": round(with.at(0.5)), "append_without_rules_p50_ms": round(without.at(0.5)), "rules_ms": round(each),
		},
	})
	if err != nil {
		return err
	}
	return s.report(figure{
		Name: "rule_evaluations_per_s", Value: round(rate), Unit: "1/s", Goal: ">= 1000000", OK: rate >= 1_000_000,
		Detail: map[string]any{"rules": ruleCount, "evaluations": ruleAppends * ruleReports * ruleCount},
	})
}

// clocked measures the time that a reactor takes.
type clocked struct {
	eventstore.Reactor
	took time.Duration
}

func (c *clocked) React(ctx context.Context, tx *eventstore.Tx, ev *domain.RecordedEvent) error {
	start := time.Now()
	err := c.Reactor.React(ctx, tx, ev)
	c.took += time.Since(start)
	return err
}

// asked is a home whose first device tells.
type asked struct {
	store   *eventstore.Store
	home    domain.HomeID
	gateway domain.GatewayID
	device  domain.DeviceID
	said    int64
}

func newAsked(store *eventstore.Store, fleet *rig.Fleet, n int) *asked {
	return &asked{store: store, home: fleet.Gateways[n].Home, gateway: fleet.Gateways[n].ID, device: fleet.Devices[n][0]}
}

func (a *asked) append(ctx context.Context, events []domain.Event) error {
	return a.store.Append(ctx, []domain.HomeID{a.home}, func(ctx context.Context, tx *eventstore.Tx) error {
		for _, ev := range events {
			if ev.OccurredAt.IsZero() {
				ev.OccurredAt = tx.Now()
			}
			if _, err := tx.Record(ctx, a.home, ev); err != nil {
				return err
			}
		}
		return nil
	})
}

func (a *asked) automate(ctx context.Context, owner domain.Actor) error {
	var events []domain.Event
	for range ruleCount {
		events = append(events, domain.Event{
			Entity: eventstore.NewID[domain.RuleKind](time.Now()).Entity(), Actor: owner,
			Fact: domain.RuleEdited{Document: domain.RuleDocument{
				Triggers:  []domain.Trigger{{Property: &domain.PropertyTrigger{Device: a.device, Property: "occupancy"}}},
				Condition: &domain.Condition{Mode: &domain.ModeTest{Is: []domain.Mode{domain.ModeAway}}},
			}},
		})
	}
	return a.append(ctx, events)
}

// tell appends reports, each of which differs from the one before.
func (a *asked) tell(ctx context.Context, taken *stopwatch) error {
	told := make([]domain.Event, ruleReports)
	for i := range told {
		a.said++
		told[i] = domain.Event{
			Entity: a.device.Entity(), Actor: domain.GatewayActor,
			Edge: domain.EdgeRef{Gateway: a.gateway, Epoch: 1, Seq: a.said},
			Fact: domain.DeviceReported{Values: map[string]thing.Value{"occupancy": thing.Bool(a.said%2 == 0)}},
		}
	}
	start := time.Now()
	err := a.append(ctx, told)
	taken.add(time.Since(start))
	return err
}
