package dispatch_test

import (
	"context"
	"testing"
	"time"

	"logis/dispatch"
	"logis/domain"
	"logis/domain/thing"
	"logis/eventstore"
	"logis/migrations/pgtest"
	"logis/projections"
)

// BenchmarkAppendWithRules is what rules add to an append of 100 reports of a motion
// sensor: none, fifty that wait for it, and of these ten only. All stay silent.
func BenchmarkAppendWithRules(b *testing.B) {
	for _, c := range []struct {
		name           string
		rules, touched int
	}{{"no rules", 0, 0}, {"50 rules, 10 touched", 50, 10}, {"50 rules, 50 touched", 50, 50}} {
		b.Run(c.name, func(b *testing.B) { benchmarkAppend(b, c.rules, c.touched) })
	}
}

func benchmarkAppend(b *testing.B, rules, touched int) {
	b.Helper()
	const reports = 100
	catalog, err := thing.Standard()
	if err != nil {
		b.Fatal(err)
	}
	store := eventstore.New(pgtest.New(b), eventstore.Options{
		Catalog: catalog, Projection: projections.Tables{Catalog: catalog}, Reactors: []eventstore.Reactor{dispatch.Rules{}},
	})
	home, gateway := eventstore.NewID[domain.HomeKind](time.Now()), eventstore.NewID[domain.GatewayKind](time.Now())
	motion, plug := eventstore.NewID[domain.DeviceKind](time.Now()), eventstore.NewID[domain.DeviceKind](time.Now())
	created, joined := domain.FoundHome(home, domain.PersonID{1}, "UTC")
	events := []domain.Event{created, joined, {Entity: gateway.Entity(), Actor: domain.SystemActor, Fact: domain.GatewayEnrolled{}}}
	for i := range rules {
		trigger := &domain.PropertyTrigger{Device: plug, Property: "onOff", To: "true"}
		if i < touched {
			trigger = &domain.PropertyTrigger{Device: motion, Property: "occupancy"}
		}
		events = append(events, domain.Event{
			Entity: eventstore.NewID[domain.RuleKind](time.Now()).Entity(), Actor: domain.SystemActor,
			Fact: domain.RuleEdited{Document: domain.RuleDocument{
				Triggers:  []domain.Trigger{{Property: trigger}},
				Condition: &domain.Condition{Mode: &domain.ModeTest{Is: []domain.Mode{domain.ModeAway}}},
			}},
		})
	}
	err = store.Found(b.Context(), home, func(ctx context.Context, tx *eventstore.Tx) error { return recordAll(ctx, tx, home, events) })
	if err != nil {
		b.Fatal(err)
	}
	said := int64(0)
	for b.Loop() {
		err := store.Append(b.Context(), []domain.HomeID{home}, func(ctx context.Context, tx *eventstore.Tx) error {
			told := make([]domain.Event, reports)
			for i := range told {
				said++
				told[i] = domain.Event{
					Entity: motion.Entity(), Actor: domain.GatewayActor, OccurredAt: tx.Now(),
					Edge: domain.EdgeRef{Gateway: gateway, Epoch: 1, Seq: said},
					Fact: domain.DeviceReported{Values: map[string]thing.Value{"occupancy": thing.Bool(said%2 == 0)}},
				}
			}
			return recordAll(ctx, tx, home, told)
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/reports, "µs/report")
}

func recordAll(ctx context.Context, tx *eventstore.Tx, home domain.HomeID, events []domain.Event) error {
	for _, ev := range events {
		if _, err := tx.Record(ctx, home, ev); err != nil {
			return err
		}
	}
	return nil
}
