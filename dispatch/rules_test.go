package dispatch_test

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"logis/dispatch"
	"logis/domain"
	"logis/domain/rule"
	"logis/domain/rule/ruletest"
	"logis/domain/thing"
	"logis/eventstore"
	"logis/migrations/pgtest"
	"logis/projections"
)

// living is a made-up home in a real store, at a time of the test's choice.
type living struct {
	*ruletest.Life
	store  *eventstore.Store
	tables projections.Tables
	now    time.Time
}

func newLiving(t *testing.T, seed uint64) *living {
	t.Helper()
	catalog, err := thing.Standard()
	if err != nil {
		t.Fatal(err)
	}
	l := &living{
		Life: ruletest.New(seed), tables: projections.Tables{Catalog: catalog},
		now: time.Date(2026, 10, 24, 22, 0, 0, 0, time.UTC), // soon clocks are set back
	}
	pool := pgtest.New(t)
	queue, err := dispatch.NewQueue(pool, replica, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	l.store = eventstore.New(pool, eventstore.Options{
		Catalog: catalog, Projection: l.tables, Reactors: dispatch.Reactors(), Jobs: queue,
		Now: func() time.Time { return l.now }, MaxCachedDevices: 1, // now and then the state comes from its rows
	})
	err = l.store.Found(t.Context(), l.Home, func(ctx context.Context, tx *eventstore.Tx) error {
		for _, ev := range l.Found() {
			if _, err := tx.Record(ctx, l.Home, ev); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// live lets steps happen, and before each of them what had come due.
func (l *living) live(t *testing.T, steps int) {
	t.Helper()
	for range steps {
		err := l.store.Append(t.Context(), []domain.HomeID{l.Home}, func(ctx context.Context, tx *eventstore.Tx) error {
			home := tx.Home(l.Home)
			record := func(ev domain.Event) (*domain.RecordedEvent, error) { return tx.Record(ctx, l.Home, ev) }
			if err := rule.EndWaits(home, domain.GatewayID{}, tx.Now(), record); err != nil {
				return err
			}
			ev, after := l.Step(home)
			l.now = l.now.Add(after)
			_, err := record(ev)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// line is what must be the same wherever rules run.
func line(ev *domain.RecordedEvent) string {
	return fmt.Sprintf("%d %s %s by %s after %d of %d: %s", ev.Seq, ev.Fact.EventType(), ev.Entity, ev.Actor, ev.Causation, ev.Correlation, ev.Data)
}

// The same rules over the same history come to the same events in the append, on
// real PostgreSQL, and in memory: every firing, every wait, every command's id.
func TestRulesDoTheSameInTheAppendAndInMemory(t *testing.T) {
	t.Parallel()
	const homes, steps = 6, 300
	firings := 0
	for seed := range uint64(homes) {
		l := newLiving(t, seed)
		l.live(t, steps)
		var log []*domain.RecordedEvent
		if err := eventstore.Scan(t.Context(), l.store.Pool(), l.Home, 0, 0, func(ev *domain.RecordedEvent) error {
			log = append(log, ev)
			if _, fired := ev.Fact.(domain.RuleFired); fired {
				firings++
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		run := &rule.Run{Home: domain.NewHome(l.Home, l.tables.Catalog)}
		run.Seen = func(ev *domain.RecordedEvent) {
			if int(ev.Seq) > len(log) || line(ev) != line(log[ev.Seq-1]) {
				t.Fatalf("seed %d: in memory\n%s\nin the log\n%s", seed, line(ev), line(log[min(int(ev.Seq), len(log))-1]))
			}
		}
		for int(run.Home.Seq) < len(log) {
			ev := log[run.Home.Seq]
			var err error
			if _, waited := ev.Fact.(domain.RuleWaitEnded); waited {
				err = rule.EndWaits(run.Home, run.At, ev.RecordedAt, func(follows domain.Event) (*domain.RecordedEvent, error) {
					return run.Record(follows, ev.RecordedAt)
				})
			} else {
				_, err = run.Record(ev.Event, ev.RecordedAt)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		rebuilt, err := l.tables.Rebuild(t.Context(), l.store.Pool(), l.Home, nil)
		if err != nil || !rebuilt.Same() || rebuilt.Events != domain.Seq(len(log)) {
			t.Errorf("seed %d: rebuilt %+v (%v)", seed, rebuilt, err)
		}
	}
	if firings < homes*steps/20 {
		t.Errorf("only %d firings: this proves little", firings)
	}
}

// P-4: a server that begins to run, and a state that is loaded again, fire nothing
// that had fired, and nothing whose time is long over.
func TestARuleThatFiredDoesNotFireAgainBecauseAServerBegins(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := eventstore.NewID[domain.RuleKind](time.Now())
	doc := domain.RuleDocument{
		Triggers: []domain.Trigger{{Property: &domain.PropertyTrigger{Device: b.lamp, Property: "onOff", FromUnknown: true}}},
		Actions: []domain.Action{
			{Delay: &domain.DelayAction{MS: 1}},
			{Command: &domain.CommandAction{Device: b.lamp, Set: on()}},
		},
	}
	record := func(ev domain.Event) {
		t.Helper()
		if err := b.record(t, func(*domain.Home, time.Time) ([]domain.Event, error) { return []domain.Event{ev}, nil }); err != nil {
			t.Fatal(err)
		}
	}
	record(domain.Event{Entity: id.Entity(), Actor: domain.SystemActor, Fact: domain.RuleEdited{Document: doc}})
	record(domain.Event{
		Entity: b.lamp.Entity(), Actor: domain.GatewayActor, OccurredAt: time.Now(), Edge: domain.EdgeRef{Gateway: b.gateway, Epoch: 1, Seq: 10},
		Fact: domain.DeviceReported{Values: on()},
	})
	// The dispatcher ends the wait by itself; the command has the rule as its actor.
	requested := func() []*domain.Command {
		t.Helper()
		all, err := projections.Commands(t.Context(), b.pool, projections.CommandFilter{Home: b.home, Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	for len(requested()) == 0 {
		if t.Context().Err() != nil {
			t.Fatal("the wait never ended")
		}
	}
	for n := range 5 {
		b.store = b.server(t, fmt.Sprintf("restarted%d", n))
		record(domain.Event{Entity: b.home.Entity(), Actor: domain.SystemActor, Fact: domain.HomeRenamed{}})
	}
	all := requested()
	if len(all) != 1 || all[0].Actor != domain.RuleActor(id) || all[0].Depth != 1 {
		t.Errorf("%d commands: %+v", len(all), all[0])
	}
}
