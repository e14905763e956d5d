package domain

import (
	"slices"
	"time"
)

// maxStints bounds the devices that did one thing one after the other: each stays in
// the home's state for good.
const maxStints = 50

// What a device does in the home, its role, goes on when the device is replaced: the
// fridge's chart is whole whatever plug it hangs on. A role has the id of the first
// device that played it.

// Stint is that a device took a role over.
type Stint struct {
	Device DeviceID  `json:"device"`
	From   time.Time `json:"from"`
}

// Played is the time in which a device played a role. From is zero for the first
// device, To for the present one.
type Played struct {
	Device   DeviceID
	From, To time.Time
}

// RoleOf returns the role that a device plays, or played last: its own, if it replaced
// nothing.
func (h *Home) RoleOf(id DeviceID) DeviceID {
	if d, ok := h.Devices[id]; ok && !d.Role.IsZero() {
		return d.Role
	}
	return id
}

// Cast returns the devices that played a role, in their order. One that nobody knows
// was played by the device of its id alone.
func (h *Home) Cast(role DeviceID) []Played {
	cast := []Played{{Device: role}}
	if d, ok := h.Devices[role]; ok {
		for _, s := range d.Stints {
			cast[len(cast)-1].To = s.From
			cast = append(cast, Played{Device: s.Device, From: s.From})
		}
	}
	for i := range cast {
		if left := h.left(cast[i]); !left.IsZero() && (cast[i].To.IsZero() || left.Before(cast[i].To)) {
			cast[i].To = left
		}
	}
	return cast
}

// left returns when a device gave up a role for another one; zero when it did not.
func (h *Home) left(p Played) (at time.Time) {
	for _, d := range h.Devices {
		for _, s := range d.Stints {
			if s.Device == p.Device && s.From.After(p.From) && (at.IsZero() || s.From.Before(at)) {
				at = s.From
			}
		}
	}
	return at
}

// Replace decides that another device does from now on what a device did. It refuses
// with NotFound, with Invalid a device that cannot take its place, and with Conflict a
// role that was taken over too often.
func (h *Home) Replace(id, by DeviceID, actor Actor) (Event, error) {
	d, ok := h.Devices[id]
	if !ok {
		return Event{}, Errorf(NotFound, "there is no such device")
	}
	role := h.RoleOf(id)
	cast := h.Cast(role)
	newer, ok := h.Devices[by]
	switch {
	case !ok || newer.Removed:
		return Event{}, InvalidInput(Fault{"by", "is not a device of this home"})
	case by == id || cast[len(cast)-1].Device == by:
		return Event{}, InvalidInput(Fault{"by", "must be another device"})
	case cast[len(cast)-1].Device != id:
		return Event{}, Errorf(Conflict, "this device was replaced already")
	case !h.shares(d, newer):
		return Event{}, InvalidInput(Fault{"by", "must be able to do something that the device does"})
	case len(cast) > maxStints:
		return Event{}, Errorf(Conflict, "it was replaced %d times, the most that can be", maxStints)
	}
	return Event{Entity: id.Entity(), Actor: actor, Fact: DeviceReplaced{By: by}}, nil
}

// shares reports whether two devices have a property in common.
func (h *Home) shares(a, b *Device) bool {
	one, err := h.Model(a)
	other, errOther := h.Model(b)
	return err == nil && errOther == nil && slices.ContainsFunc(one.PropertyNames(), func(name string) bool {
		_, ok := other.Properties[name]
		return ok
	})
}

// replace folds that a device gave its role to another one.
func (h *Home) replace(ev *RecordedEvent, d *Device, fact DeviceReplaced) {
	by, ok := h.Devices[fact.By]
	role, known := h.Devices[h.RoleOf(d.ID)]
	if !ok || !known {
		return
	}
	role.Stints = append(role.Stints, Stint{Device: by.ID, From: ev.RecordedAt})
	by.Role, by.Revision = role.ID, ev.Seq
	mark(&h.changes.Devices, by.ID)
	mark(&h.changes.Devices, role.ID)
}
