package partition_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"logis/domain"
	"logis/domain/thing"
	"logis/eventstore"
)

// edit brings a version of a rule, or a new one.
func (h *house) edit(ctx context.Context, id domain.RuleID, doc domain.RuleDocument) (domain.RuleID, error) {
	if id.IsZero() {
		id = eventstore.NewID[domain.RuleKind](h.cloud.world.Now())
	}
	h.tell("rule %s is edited", id)
	return id, h.owns(ctx, id.Entity(), domain.RuleEdited{Document: doc})
}

// owns records what the owner does in an app.
func (h *house) owns(ctx context.Context, entity domain.EntityID, fact domain.Fact) error {
	return h.cloud.store.Append(ctx, []domain.HomeID{h.home}, func(ctx context.Context, tx *eventstore.Tx) error {
		_, err := tx.Record(ctx, h.home, domain.Event{Entity: entity, Actor: domain.PersonActor(h.cloud.owner), Fact: fact})
		return err
	})
}

// runs waits until a version of a rule runs at the gateway, or, if not here, in the
// cloud.
func (h *house) runs(ctx context.Context, id domain.RuleID, here bool) error {
	err := soon(ctx, func() (bool, error) {
		home, err := h.cloud.picture(ctx, h.home)
		if err != nil {
			return false, err
		}
		r := home.Rules[id]
		if !here {
			return r.Gateway.IsZero() && r.Offered.Gateway.IsZero(), nil
		}
		return r.Gateway == h.gateway && r.Placed == r.Version, nil
	})
	if err != nil {
		return fmt.Errorf("rule %s is not where it should be: %w: %+v", id, err, h.agent.Status(ctx).Rules)
	}
	return h.settled(ctx)
}

// darkens is the rule "when the lock is closed, the light goes off".
func (h *house) darkens() domain.RuleDocument {
	return domain.RuleDocument{
		Triggers: []domain.Trigger{{Property: &domain.PropertyTrigger{
			Device: h.device("lock"), Property: "lockState", To: thing.Text("locked"),
		}}},
		Actions: []domain.Action{
			{Command: &domain.CommandAction{Device: h.device("light"), Set: map[string]thing.Value{"onOff": "false"}}},
			{Delay: &domain.DelayAction{MS: 60_000}},
			{Command: &domain.CommandAction{Device: h.device("light"), Set: map[string]thing.Value{"onOff": "true"}}},
		},
	}
}

// lightIs waits until the light is as told.
func (h *house) lightIs(ctx context.Context, on bool) error {
	err := soon(ctx, func() (bool, error) {
		return h.radio.Value(h.radio.Address("light"), "onOff") == thing.Bool(on), nil
	})
	if err != nil {
		return fmt.Errorf("the light is not %v: %w", on, err)
	}
	return nil
}

func (h *house) closes(value thing.Value) error {
	h.tell("by hand: lockState %s", value)
	return h.radio.Change(h.radio.Address("lock"), map[string]thing.Value{"lockState": value})
}

// chain is what a log holds of rules: each event by type, with its causes.
func (c *cloud) chain(ctx context.Context, home domain.HomeID) (map[domain.Seq]eventstore.Row, error) {
	rows, err := c.log(ctx, home)
	all := make(map[domain.Seq]eventstore.Row, len(rows))
	for _, r := range rows {
		fact, decoding := domain.DecodeFact(r.Type, r.Schema, r.Data)
		err = errors.Join(err, decoding)
		r.Fact = fact
		all[r.Seq] = r
	}
	return all, err
}

func TestARuleGoesOnWithoutTheCloudAndIsExplainedAfterwards(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	w := newWorld()
	c := newCloud(t, w)
	h := c.street(t, 1)[0]
	try := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	try(h.closes(thing.Text("unlocked")))
	w.pass(time.Minute)
	id, err := h.edit(ctx, domain.RuleID{}, h.darkens())
	try(err)
	try(h.runs(ctx, id, true))
	try(h.radio.Change(h.radio.Address("light"), map[string]thing.Value{"onOff": "true"}))
	try(h.settled(ctx))
	try(h.cut(ctx))
	w.pass(time.Hour)
	fired := w.Now()
	try(h.closes(thing.Text("locked")))
	try(h.lightIs(ctx, false))
	w.pass(61 * time.Second)
	try(h.lightIs(ctx, true))
	w.pass(time.Hour)
	try(h.mend(ctx))
	rows, err := c.chain(ctx, h.home)
	try(err)
	var proven int
	for _, r := range rows {
		switch r.Fact.(type) {
		case domain.RuleFired:
			if !r.Flags.Has(domain.Historic) || r.OccurredAt.Sub(fired).Abs() > time.Second {
				t.Errorf("fired at %v, flags %v", r.OccurredAt, r.Flags)
			}
			if _, ok := rows[r.Causation].Fact.(domain.DeviceReported); !ok || rows[r.Causation].Entity != h.device("lock").Entity() {
				t.Errorf("the firing follows from %d %T", r.Causation, rows[r.Causation].Fact)
			}
		case domain.DeviceReported:
			command := rows[r.Causation]
			for command.Fact != nil {
				if asked, ok := command.Fact.(domain.CommandRequested); ok && asked.Local {
					root := rows[command.Causation]
					_, begun := root.Fact.(domain.RuleFired)
					_, later := root.Fact.(domain.RuleWaitEnded)
					if !begun && !later || r.Flags.Has(domain.Inferred) || command.Actor != domain.RuleActor(id) {
						t.Errorf("the command follows from %d %T", command.Causation, root.Fact)
					}
					proven++
					break
				}
				command = rows[command.Causation]
			}
		}
	}
	if proven != 2 {
		t.Errorf("%d reports of the light are explained, want 2", proven)
	}
	if n := len(h.radio.Actuations()); n != 2 {
		t.Errorf("%d actuations", n)
	}
}
