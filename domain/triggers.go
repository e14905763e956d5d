package domain

import (
	"bytes"
	"slices"
)

// TriggerKey is something that rules wait for: an event of a kind, about a thing.
type TriggerKey struct {
	Kind string   // the event's type
	Of   EntityID // zero: whichever it is about
	Name string   // of the property or the device's event
}

// TriggerRef is a trigger of a rule.
type TriggerRef struct {
	Rule    *Rule
	Trigger int
}

// Keys of a trigger; none when only time brings it.
func (t Trigger) key() (TriggerKey, bool) {
	switch {
	case t.Property != nil:
		return reportOf(t.Property.Device, t.Property.Property), true
	case t.Signal != nil:
		return TriggerKey{DeviceSignalled{}.EventType(), t.Signal.Device.Entity(), t.Signal.Event}, true
	case t.Device != nil:
		return TriggerKey{DeviceAvailabilityChanged{}.EventType(), t.Device.Device.Entity(), ""}, true
	case t.Gateway != nil && t.Gateway.Change == "lost":
		return TriggerKey{GatewayDisconnected{}.EventType(), t.Gateway.Gateway.Entity(), ""}, true
	case t.Gateway != nil:
		return TriggerKey{GatewayConnected{}.EventType(), t.Gateway.Gateway.Entity(), ""}, true
	case t.Presence != nil:
		return TriggerKey{MemberPresenceChanged{}.EventType(), EntityID{}, ""}, true
	case t.Mode != nil:
		return TriggerKey{HomeModeChanged{}.EventType(), EntityID{}, ""}, true
	case t.Rule != nil:
		return TriggerKey{RuleFired{}.EventType(), t.Rule.Rule.Entity(), ""}, true
	}
	return TriggerKey{}, false
}

// reportOf is a report of a device's property.
func reportOf(device DeviceID, property string) TriggerKey {
	return TriggerKey{DeviceReported{}.EventType(), device.Entity(), property}
}

// asking is who in the active rules looks at an event.
type asking struct {
	triggers   []TriggerRef // in the order of the rules' ids
	thresholds []threshold  // of triggers and conditions
}

// Triggers returns the triggers of active rules that wait for key, in the order of
// the rules' ids. It takes no time when the home has no rules.
func (h *Home) Triggers(key TriggerKey) []TriggerRef {
	all, _ := h.asking(key)
	return all.triggers
}

func (h *Home) asking(key TriggerKey) (all asking, ok bool) {
	if len(h.Rules) == 0 {
		return all, false
	}
	if h.triggers == nil {
		h.indexTriggers()
	}
	all, ok = h.triggers[key]
	return all, ok
}

func (h *Home) indexTriggers() {
	h.triggers = map[TriggerKey]asking{}
	for _, r := range h.SortedRules() {
		if !r.Active() {
			continue
		}
		for i, t := range r.Document.Triggers {
			if key, ok := t.key(); ok {
				all := h.triggers[key]
				all.triggers = append(all.triggers, TriggerRef{Rule: r, Trigger: i})
				h.triggers[key] = all
			}
		}
		for _, t := range r.thresholds() {
			all := h.triggers[t.of]
			all.thresholds = append(all.thresholds, t)
			h.triggers[t.of] = all
		}
	}
}

// SortedRules returns the rules in the order of their ids, which is that in which
// they were made.
func (h *Home) SortedRules() []*Rule {
	rules := make([]*Rule, 0, len(h.Rules))
	for _, r := range h.Rules {
		rules = append(rules, r)
	}
	slices.SortFunc(rules, func(a, b *Rule) int { return bytes.Compare(a.ID[:], b.ID[:]) })
	return rules
}

// before is what the last event found, where a rule may ask for it. It belongs to
// that event only and is no part of the home's state.
type before struct {
	values    []movedValue
	available Availability
	crossed   []TriggerRef // triggers with hysteresis that went over their threshold
	wait      Wait         // that ended
	command   *Command     // that ended
}

type movedValue struct {
	name       string
	was        Reported
	property   *Property   // as it is now
	thresholds []threshold // that look at it
}

// Moved returns what the device of the last event had reported before it, and now.
// ok is false when no rule asks for the property, or the event did not move it. Both
// are to be read only, and until the next event.
func (h *Home) Moved(name string) (was, now *Reported, ok bool) {
	for i := range h.before.values {
		if v := &h.before.values[i]; v.name == name {
			return &v.was, &v.property.Reported, true
		}
	}
	return nil, nil, false
}

// FormerAvailability returns whether the device of the last event, one about its
// availability, could be reached before.
func (h *Home) FormerAvailability() Availability { return h.before.available }

// Crossed reports whether the last event took a value over the threshold of a
// trigger with hysteresis.
func (h *Home) Crossed(ref TriggerRef) bool { return slices.Contains(h.before.crossed, ref) }

// EndedWait returns the wait that the last event, a rule.wait_ended, ended.
func (h *Home) EndedWait() Wait { return h.before.wait }

// EndedCommand returns the command that the last event ended, which is not among the
// open ones any more; nil when it ended none.
func (h *Home) EndedCommand() *Command { return h.before.command }

// watch keeps what a report is about to replace, for the rules that ask.
func (h *Home) watch(ev *RecordedEvent, t *Twin, fact DeviceReported) {
	if len(h.Rules) == 0 {
		return
	}
	for name := range fact.Values {
		asking, ok := h.asking(TriggerKey{fact.EventType(), ev.Entity, name})
		if !ok {
			continue
		}
		p := t.property(name)
		h.before.values = append(h.before.values, movedValue{name, p.Reported, p, asking.thresholds})
	}
}

// watched moves the thresholds after a report, and forgets what it did not replace.
func (h *Home) watched(ev *RecordedEvent) {
	h.before.values = slices.DeleteFunc(h.before.values, func(v movedValue) bool {
		return v.property.Reported.Seq != ev.Seq // overtaken
	})
	for _, v := range h.before.values {
		h.cross(ev.Seq, v.thresholds, v.property.Reported.Value)
	}
}
