package api

import (
	"context"

	"logis/access"
	"logis/domain"
	"logis/eventstore"
)

// wayBack is how a change is undone.
type wayBack struct {
	types   []string      // events of these types after it changed the same again
	action  access.Action // that the caller must be allowed
	guarded bool          // the caller must have proved lately who they are
	called  bool          // it cannot be undone without the name of then
	do      undo
}

// undo records what brings back what was.
type undo func(context.Context, *eventstore.Tx, *view, then) error

// then is the home before a change, and the change.
type then struct {
	home  *domain.Home
	names map[domain.EntityID]string
	ev    *domain.RecordedEvent
}

// name is what the thing that was changed was called.
func (t then) name() string { return t.names[t.ev.Entity] }

// by is an event of the caller about the thing that was changed.
func (t then) by(ctx context.Context, fact domain.Fact) domain.Event {
	return domain.Event{Entity: t.ev.Entity, Actor: principal(ctx).Actor(), Fact: fact}
}

// record records a fact about the thing that was changed, with the name it had when
// it is one that brings a name.
func (t then) record(ctx context.Context, tx *eventstore.Tx, fact domain.Fact, named bool) error {
	return t.tell(ctx, tx, t.by(ctx, fact), named)
}

func (t then) tell(ctx context.Context, tx *eventstore.Tx, ev domain.Event, named bool) (err error) {
	if name := t.names[ev.Entity]; named && name != "" {
		_, err = tx.RecordNamed(ctx, t.home.ID, ev, name)
	} else {
		_, err = tx.Record(ctx, t.home.ID, ev)
	}
	return err
}

// wayBackOf returns how a change is undone.
func wayBackOf(was then) (wayBack, error) {
	w := wayBack{types: []string{was.ev.Fact.EventType()}, action: access.EditHome}
	switch was.ev.Fact.(type) {
	case domain.HomeRenamed, domain.RoomRenamed, domain.DeviceRenamed:
		return w.rename()
	case domain.RuleRenamed, domain.SceneRenamed, domain.ModeRenamed:
		w.action = access.EditRules
		return w.rename()
	case domain.DevicePlaced, domain.RoomRemoved:
		return w.room(was)
	case domain.HomeModeChanged, domain.ModeRemoved, domain.HomeLocated, domain.PolicyEdited:
		return w.setting(was)
	case domain.RuleEdited, domain.RuleEnabled, domain.RuleDisabled, domain.RuleRemoved:
		w.action = access.EditRules
		return w.rule(was)
	case domain.SceneEdited, domain.SceneRemoved:
		w.action = access.EditRules
		return w.scene(was)
	case domain.MemberChanged, domain.MemberRemoved, domain.MemberLeft:
		w.action = access.ManageMembers
		return w.member(was)
	}
	return w, cannot("this is no change that can be undone")
}

// also adds types of events that change the same.
func (w wayBack) also(facts ...domain.Fact) wayBack {
	for _, f := range facts {
		w.types = append(w.types, f.EventType())
	}
	return w
}

// rename gives back a name. The event says whose.
func (w wayBack) rename() (wayBack, error) {
	w.called = true
	w.do = func(ctx context.Context, tx *eventstore.Tx, _ *view, was then) error {
		return was.record(ctx, tx, was.ev.Fact, true)
	}
	return w, nil
}

// stands reports whether the home still has what the change was about. Of what was
// removed the way back itself says whether it can come again.
func (t then) stands(home *domain.Home) bool {
	there := true
	switch t.ev.Fact.(type) {
	case domain.RoomRenamed:
		_, there = home.Rooms[domain.RoomID(t.ev.Entity)]
	case domain.DeviceRenamed, domain.DevicePlaced:
		d, ok := home.Devices[domain.DeviceID(t.ev.Entity)]
		there = ok && !d.Removed
	case domain.ModeRenamed:
		there = home.HasMode(domain.OwnMode(domain.ModeID(t.ev.Entity)))
	case domain.SceneRenamed, domain.SceneEdited:
		_, there = home.Scenes[domain.SceneID(t.ev.Entity)]
	case domain.RuleRenamed, domain.RuleEdited, domain.RuleEnabled, domain.RuleDisabled:
		_, there = home.Rules[domain.RuleID(t.ev.Entity)]
	case domain.MemberChanged:
		_, there = home.Members[domain.PersonID(t.ev.Entity)]
	}
	return there
}
