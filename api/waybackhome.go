package api

import (
	"context"

	"logis/access"
	"logis/domain"
	"logis/eventstore"
)

// room brings back where a device stood, or a room with the devices that stood in it.
func (w wayBack) room(was then) (wayBack, error) {
	if _, placed := was.ev.Fact.(domain.DevicePlaced); placed {
		d, ok := was.home.Devices[domain.DeviceID(was.ev.Entity)]
		if !ok {
			return w, cannot("it was not placed anywhere before")
		}
		w.do = func(ctx context.Context, tx *eventstore.Tx, v *view, was then) error {
			if _, there := v.home.Rooms[d.Room]; !there && !d.Room.IsZero() {
				return cannot("the room it was in is gone")
			}
			return was.record(ctx, tx, domain.DevicePlaced{Room: d.Room}, false)
		}
		return w, nil
	}
	w, w.do = w.also(domain.RoomAdded{}), restoreRoom
	return w, nil
}

func restoreRoom(ctx context.Context, tx *eventstore.Tx, v *view, was then) error {
	id := domain.RoomID(was.ev.Entity)
	_, there := v.home.Rooms[id]
	switch n := len(v.home.Rooms); {
	case there:
		return cannot("the room is back already")
	case n >= maxRooms:
		return domain.Errorf(domain.Conflict, "the home has %d rooms, the most there can be", n)
	}
	if err := was.record(ctx, tx, domain.RoomAdded{}, true); err != nil {
		return err
	}
	for _, d := range ordered(was.home.Devices) {
		now, ok := v.home.Devices[d.ID]
		if d.Room != id || !ok || now.Removed || !now.Room.IsZero() { // it was placed elsewhere since
			continue
		}
		if err := v.record(ctx, tx, d.ID.Entity(), principal(ctx), domain.DevicePlaced{Room: id}); err != nil {
			return err
		}
	}
	return nil
}

// setting brings back how the home was set: what devices and rules go by.
func (w wayBack) setting(was then) (wayBack, error) {
	w.action = access.EditRules
	profile := was.home.Profile
	switch was.ev.Fact.(type) {
	case domain.HomeModeChanged:
		w.action = access.CommandDevice
		w.do = func(ctx context.Context, tx *eventstore.Tx, v *view, was then) error {
			ev, _, err := v.home.ChangeMode(was.home.Mode(), principal(ctx).Actor())
			if err != nil {
				return cannot("the mode it was set to is gone")
			}
			return was.tell(ctx, tx, ev, false)
		}
	case domain.ModeRemoved:
		w, w.do = w.also(domain.ModeAdded{}), restoreMode
	case domain.HomeLocated:
		if profile.Place == nil {
			return w, cannot("nobody had said before where the home is")
		}
		w.do = func(ctx context.Context, tx *eventstore.Tx, v *view, _ then) error {
			return v.locate(ctx, tx, *profile.Place)
		}
	case domain.PolicyEdited:
		w.guarded = true // what was forbidden may be allowed then
		w.do = func(ctx context.Context, tx *eventstore.Tx, v *view, _ then) error {
			err := v.forbid(ctx, tx, append([]domain.Clause{}, profile.Policy.Clauses...))
			if domain.CodeOf(err) == domain.Invalid {
				return cannot("it names devices or modes that are gone")
			}
			return err
		}
	}
	return w, nil
}

func restoreMode(ctx context.Context, tx *eventstore.Tx, v *view, was then) error {
	switch n := len(v.home.Profile.Modes); {
	case v.home.HasMode(domain.OwnMode(domain.ModeID(was.ev.Entity))):
		return cannot("the mode is back already")
	case n >= domain.MaxModes:
		return domain.Errorf(domain.Conflict, "the home has %d modes of its own, the most there can be", n)
	}
	return was.record(ctx, tx, domain.ModeAdded{}, true)
}

// member gives a member back the role they had, by the rules for giving it now.
// Nobody is brought back who left: they come by an invitation, of their own will.
func (w wayBack) member(was then) (wayBack, error) {
	m, ok := was.home.Members[domain.PersonID(was.ev.Entity)]
	if _, changed := was.ev.Fact.(domain.MemberChanged); !changed || !ok {
		return w, cannot("whoever left a home comes back by an invitation: make one")
	}
	w = w.also(domain.MemberRemoved{}, domain.MemberLeft{}, domain.MemberErased{}, domain.MemberJoined{})
	w.guarded = true
	w.do = func(ctx context.Context, tx *eventstore.Tx, v *view, was then) error {
		if err := mayTake(ctx, v, m.Person, m.Role); err != nil {
			return err
		}
		ev, err := v.home.ChangeMember(m.Person, m.Role, m.Scope, principal(ctx).Actor(), tx.Now())
		if domain.CodeOf(err) == domain.Invalid {
			return cannot("what they had then has ended, or is about rooms and devices that are gone")
		}
		if err != nil {
			return err
		}
		return was.tell(ctx, tx, ev, false)
	}
	return w, nil
}
