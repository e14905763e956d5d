package dispatch_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"logis/dispatch"
	"logis/domain"
	"logis/domain/thing"
	"logis/eventstore"
	"logis/migrations/pgtest"
	"logis/projections"
)

// duplex is a home with two gateways that run rules, each with a motion sensor and a
// light. Nobody is at the other end: the test answers offers.
type duplex struct {
	t       *testing.T
	store   *eventstore.Store
	home    domain.HomeID
	rule    domain.RuleID
	gateway [2]domain.GatewayID
	motion  [2]domain.DeviceID
	light   [2]domain.DeviceID
	log     []*domain.RecordedEvent
}

func newDuplex(t *testing.T) *duplex {
	t.Helper()
	catalog, err := thing.Standard()
	if err != nil {
		t.Fatal(err)
	}
	pool := pgtest.New(t)
	queue, err := dispatch.NewQueue(pool, replica, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	d := &duplex{t: t, store: eventstore.New(pool, eventstore.Options{
		Catalog: catalog, Projection: projections.Tables{Catalog: catalog}, Reactors: dispatch.Reactors(), Jobs: queue,
	})}
	now := time.Now()
	d.home, d.rule = eventstore.NewID[domain.HomeKind](now), eventstore.NewID[domain.RuleKind](now)
	created, joined := domain.FoundHome(d.home, domain.PersonID{1}, "UTC")
	events := []domain.Event{created, joined}
	for n := range d.gateway {
		d.gateway[n] = eventstore.NewID[domain.GatewayKind](now)
		d.motion[n], d.light[n] = eventstore.NewID[domain.DeviceKind](now), eventstore.NewID[domain.DeviceKind](now)
		g := d.gateway[n].Entity()
		events = append(events,
			domain.Event{Entity: g, Actor: domain.SystemActor, Fact: domain.GatewayEnrolled{}},
			domain.Event{Entity: g, Actor: domain.SystemActor, Fact: domain.GatewayConnected{Session: 1, Replica: replica, Epoch: 1, Outbox: "o", RunsRules: true}},
			d.told(n, d.motion[n].Entity(), domain.DeviceRegistered{Address: "motion", Kind: "motion-sensor"}, 1),
			d.told(n, d.light[n].Entity(), domain.DeviceRegistered{Address: "light", Kind: "light"}, 2))
	}
	if err := d.store.Found(t.Context(), d.home, func(ctx context.Context, tx *eventstore.Tx) error {
		return recordAll(ctx, tx, d.home, events)
	}); err != nil {
		t.Fatal(err)
	}
	for n := range d.gateway {
		d.moves(n)
	}
	return d
}

func (d *duplex) told(n int, entity domain.EntityID, fact domain.Fact, seq int64) domain.Event {
	return domain.Event{
		Entity: entity, Actor: domain.GatewayActor, OccurredAt: time.Now(), Fact: fact,
		Edge: domain.EdgeRef{Gateway: d.gateway[n], Epoch: 1, Seq: seq},
	}
}

// change records events and keeps all that followed.
func (d *duplex) change(events func(home *domain.Home) []domain.Event) {
	d.t.Helper()
	err := d.store.Append(d.t.Context(), []domain.HomeID{d.home}, func(ctx context.Context, tx *eventstore.Tx) error {
		return recordAll(ctx, tx, d.home, events(tx.Home(d.home)))
	})
	if err != nil {
		d.t.Fatal(err)
	}
	after := domain.Seq(len(d.log))
	err = eventstore.Scan(d.t.Context(), d.store.Pool(), d.home, after, 0, func(ev *domain.RecordedEvent) error {
		d.log = append(d.log, ev)
		return nil
	})
	if err != nil {
		d.t.Fatal(err)
	}
}

// save makes the rule "when this sensor sees somebody, light that one".
func (d *duplex) save(motion, light domain.DeviceID) {
	d.t.Helper()
	d.change(func(*domain.Home) []domain.Event {
		return []domain.Event{{Entity: d.rule.Entity(), Actor: domain.SystemActor, Fact: domain.RuleEdited{Document: domain.RuleDocument{
			Triggers: []domain.Trigger{{Property: &domain.PropertyTrigger{Device: motion, Property: "occupancy", To: "true"}}},
			Actions:  []domain.Action{{Command: &domain.CommandAction{Device: light, Set: on()}}},
		}}}}
	})
}

// moves lets somebody come at a gateway, and returns how often the cloud fired.
func (d *duplex) moves(n int) (fired int) {
	d.t.Helper()
	before := len(d.log)
	for _, seen := range []bool{false, true} {
		d.change(func(home *domain.Home) []domain.Event {
			fact := domain.DeviceReported{Values: map[string]thing.Value{"occupancy": thing.Bool(seen)}}
			return []domain.Event{d.told(n, d.motion[n].Entity(), fact, home.Gateways[d.gateway[n]].Cursor+1)}
		})
	}
	for _, ev := range d.log[before:] {
		if _, is := ev.Fact.(domain.RuleFired); is {
			fired++
		}
	}
	return fired
}

// offered returns whether the newest offer to a gateway holds the rule.
func (d *duplex) offered(n int) (holds bool) {
	for _, ev := range d.log {
		if fact, ok := ev.Fact.(domain.GatewayRulesOffered); ok && ev.Entity == d.gateway[n].Entity() {
			holds = len(fact.Rules) > 0
		}
	}
	return holds
}

// takes answers the newest offer.
func (d *duplex) takes(n int) {
	d.t.Helper()
	d.change(func(home *domain.Home) []domain.Event {
		g := home.Gateways[d.gateway[n]]
		return []domain.Event{d.told(n, g.ID.Entity(), domain.GatewayRulesTaken{Bundle: g.Offer.Seq, Rules: g.Offer.Rules}, g.Cursor+1)}
	})
}

// C-11: of two gateways in a home one runs a rule, or none does and the cloud does; at
// no moment two of the three.
func TestOfTwoGatewaysAndTheCloudOneRunsARule(t *testing.T) {
	t.Parallel()
	d := newDuplex(t)
	check := func(when string, n, fired int, offered [2]bool) {
		t.Helper()
		if got := d.moves(n); got != fired {
			t.Errorf("%s: the cloud fired %d times, want %d", when, got, fired)
		}
		if got := [2]bool{d.offered(0), d.offered(1)}; got != offered {
			t.Errorf("%s: it is offered to %v, want %v", when, got, offered)
		}
	}
	d.save(d.motion[0], d.light[1])
	check("over both", 0, 1, [2]bool{})

	d.save(d.motion[0], d.light[0])
	check("offered to the first", 0, 1, [2]bool{true, false})
	d.takes(0)
	check("run by the first", 0, 0, [2]bool{true, false})

	d.save(d.motion[1], d.light[1])
	check("not given up yet", 1, 0, [2]bool{})
	d.takes(0)
	check("given up, and offered to the second", 1, 1, [2]bool{false, true})
	d.takes(1)
	check("run by the second", 1, 0, [2]bool{false, true})

	d.save(d.motion[0], d.light[1])
	check("over both again, not given up yet", 0, 0, [2]bool{})
	d.takes(1)
	check("over both again", 0, 1, [2]bool{})
}
