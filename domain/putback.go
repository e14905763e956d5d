package domain

import (
	"maps"
	"slices"
	"strings"

	"logis/domain/thing"
)

// LeftOut is a device that is not put back as it was, and why.
type LeftOut struct {
	Device DeviceID
	Reason LeaveReason
}

// LeaveReason is why a device is left as it is.
type LeaveReason string

// The reasons.
const (
	LeaveGone     LeaveReason = "gone"     // it does not belong to the home any more
	LeaveGuarded  LeaveReason = "guarded"  // it locks, opens or heats: never from the past
	LeaveAway     LeaveReason = "away"     // it cannot be reached
	LeaveUnknown  LeaveReason = "unknown"  // nothing was known of it then
	LeaveReplaced LeaveReason = "replaced" // it does not take the values of then any more
)

// PutBack returns what is to be asked so that the home is as it was: only values of
// comfort and configuration, only those that differ, and never of a device that
// locks, opens or heats. What cannot be put back, or may not, is told beside it.
func (h *Home) PutBack(then *Home) (settings []SceneSetting, left []LeftOut) {
	for _, id := range slices.SortedFunc(maps.Keys(then.Devices), compareIDs[DeviceKind]) {
		before := then.Devices[id]
		if before.Removed {
			continue
		}
		set, reason := h.valuesBack(id, then.Twins[id])
		switch {
		case reason != "":
			left = append(left, LeftOut{id, reason})
		case len(set) > 0:
			settings = append(settings, SceneSetting{Device: id, Set: set})
		}
	}
	return settings, left
}

func compareIDs[K any](a, b ID[K]) int { return slices.Compare(a[:], b[:]) }

// valuesBack returns the values that bring a device back to what it reported then,
// none when it is so already; or why it is left as it is.
func (h *Home) valuesBack(id DeviceID, then *Twin) (map[string]thing.Value, LeaveReason) {
	d, ok := h.Devices[id]
	if !ok || d.Removed {
		return nil, LeaveGone
	}
	model, err := h.Model(d)
	if err != nil {
		return nil, LeaveReplaced
	}
	if !anySettable(model) {
		return nil, ""
	}
	if guardedModel(model) {
		return nil, LeaveGuarded
	}
	if then == nil {
		return nil, LeaveUnknown
	}
	set := h.differing(id, model, then)
	switch {
	case len(set) == 0:
		return nil, ""
	case len(h.CheckSetting(d, set)) > 0:
		return nil, LeaveReplaced
	case h.away(id):
		return nil, LeaveAway
	}
	return set, ""
}

// differing returns the values of then that can be set and are others now. What was
// off is only turned off: a brightness would turn it on.
func (h *Home) differing(id DeviceID, model *thing.Model, then *Twin) map[string]thing.Value {
	set := map[string]thing.Value{}
	for name, p := range then.Properties {
		known := p.Reported.Seq != 0 && settable(model.Properties[name])
		if known && p.Reported.Value != h.reported(id, name) {
			set[name] = p.Reported.Value
		}
	}
	if power := then.Properties["onOff"]; power != nil && power.Reported.Value == thing.Bool(false) {
		maps.DeleteFunc(set, func(name string, _ thing.Value) bool { return name != "onOff" })
	}
	return set
}

// away reports whether the device is known to be out of reach.
func (h *Home) away(id DeviceID) bool {
	t, ok := h.Twins[id]
	return ok && t.Available.Seq != 0 && !t.Available.Is
}

// settable reports whether a property may be put back to what it was.
func settable(p thing.Property) bool {
	return !p.ReadOnly && (p.Class == thing.Comfort || p.Class == thing.Config)
}

func anySettable(model *thing.Model) bool {
	return guardedModel(model) || slices.ContainsFunc(slices.Collect(maps.Values(model.Properties)), settable)
}

// guardedModel reports whether a device locks, opens or heats, whatever else it can.
func guardedModel(model *thing.Model) bool {
	for _, p := range model.Properties {
		if (!p.ReadOnly && guarded(p.Class)) || strings.HasPrefix(p.Term, "matter:Thermostat.") {
			return true
		}
	}
	for _, a := range model.Actions {
		if guarded(a.Class) {
			return true
		}
	}
	return false
}

// DecidePutBack decides on putting the home back as it was: the event that says so,
// what is then to be asked of each device, and what is left out.
func (h *Home) DecidePutBack(then *Home, actor Actor) (Event, []CommandRequest, []LeftOut, error) {
	settings, left := h.PutBack(then)
	if len(settings) == 0 {
		return Event{}, nil, left, Errorf(Conflict, "there is nothing to put back")
	}
	ev := Event{Entity: h.ID.Entity(), Actor: actor, Fact: HomePutBack{To: then.Seq}}
	return ev, h.requests(settings, 0, actor, 0), left, nil
}
