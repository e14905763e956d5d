package domain

import (
	"bytes"
	"slices"

	"logis/domain/thing"
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
		return TriggerKey{DeviceReported{}.EventType(), t.Property.Device.Entity(), t.Property.Property}, true
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

// Triggers returns the triggers of active rules that wait for key, in the order of
// the rules' ids. It takes no time when the home has no rules.
func (h *Home) Triggers(key TriggerKey) []TriggerRef {
	if len(h.Rules) == 0 {
		return nil
	}
	if h.triggers == nil {
		h.indexTriggers()
	}
	return h.triggers[key]
}

func (h *Home) indexTriggers() {
	h.triggers = map[TriggerKey][]TriggerRef{}
	for _, r := range h.SortedRules() {
		if !r.Active() {
			continue
		}
		for i, t := range r.Document.Triggers {
			if key, ok := t.key(); ok {
				h.triggers[key] = append(h.triggers[key], TriggerRef{Rule: r, Trigger: i})
			}
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
	values    []formerValue
	available Availability
	crossed   []TriggerRef // triggers with hysteresis that went over their threshold
	wait      Wait         // that ended
	command   *Command     // that ended
}

type formerValue struct {
	name     string
	reported Reported
}

// FormerValue returns what the device of the last event had reported before it. ok
// is false when no rule asks for the property, or the event did not move it.
func (h *Home) FormerValue(name string) (was Reported, ok bool) {
	for _, v := range h.before.values {
		if v.name == name {
			return v.reported, true
		}
	}
	return Reported{}, false
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
		if len(h.Triggers(TriggerKey{fact.EventType(), ev.Entity, name})) == 0 {
			continue
		}
		var was Reported
		if p, ok := t.Properties[name]; ok {
			was = p.Reported
		}
		h.before.values = append(h.before.values, formerValue{name, was})
	}
}

// cross moves the triggers with hysteresis after a report.
func (h *Home) cross(ev *RecordedEvent, t *Twin) {
	h.before.values = slices.DeleteFunc(h.before.values, func(v formerValue) bool {
		return t.Properties[v.name].Reported.Seq != ev.Seq // overtaken
	})
	for _, v := range h.before.values {
		now := t.Properties[v.name].Reported.Value
		for _, ref := range h.Triggers(TriggerKey{ev.Fact.EventType(), ev.Entity, v.name}) {
			trigger := ref.Rule.Document.Triggers[ref.Trigger].Property
			if trigger.Hysteresis == 0 {
				continue
			}
			run := h.Runs[ref.Rule.ID]
			was := run != nil && slices.Contains(run.High, ref.Trigger)
			is := trigger.beyond(now, was)
			if is == was {
				continue
			}
			run = h.runOf(ref.Rule.ID, ev.Seq)
			if is {
				run.High = append(run.High, ref.Trigger)
				slices.Sort(run.High) // a report's values come in no order
				h.before.crossed = append(h.before.crossed, ref)
			} else {
				run.High = slices.DeleteFunc(run.High, func(i int) bool { return i == ref.Trigger })
			}
		}
	}
}

// beyond reports whether v is beyond the threshold, or, when it was, not yet back
// by as much as the hysteresis.
func (t *PropertyTrigger) beyond(v thing.Value, was bool) bool {
	f, ok := v.Float()
	if !ok {
		return false
	}
	back := 0.0
	if was {
		back = t.Hysteresis
	}
	return (t.Above == nil || f > *t.Above-back) && (t.Below == nil || f < *t.Below+back)
}

// seeHigh finds which of a rule's thresholds are crossed already: what is so when a
// rule begins does not trigger it.
func (h *Home) seeHigh(r *Rule) {
	for i, t := range r.Document.Triggers {
		if t.Property == nil || t.Property.Hysteresis == 0 {
			continue
		}
		if t.Property.beyond(h.reported(t.Property.Device, t.Property.Property), false) {
			run := h.runOf(r.ID, h.Seq)
			if !slices.Contains(run.High, i) {
				run.High = append(run.High, i)
			}
		}
	}
}
