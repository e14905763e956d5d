package rule

import (
	"slices"

	"logis/domain"
)

// match reports whether the event makes the trigger happen, and why not.
func match(home *domain.Home, ref domain.TriggerRef, ev *domain.RecordedEvent) Reason {
	t := &ref.Rule.Document.Triggers[ref.Trigger]
	why := NotTriggered
	switch fact := ev.Fact.(type) {
	case domain.DeviceReported:
		why = matchProperty(home, ref, t.Property)
	case domain.DeviceSignalled:
		if t.Signal.Data == "" || t.Signal.Data == fact.Data {
			why = Fires
		}
	case domain.DeviceAvailabilityChanged:
		why = matchAvailability(home, t.Device, ev, fact)
	case domain.GatewayConnected, domain.GatewayDisconnected, domain.RuleFired:
		why = Fires
	case domain.MemberPresenceChanged:
		why = matchPresence(home, t.Presence, ev, fact)
	case domain.HomeModeChanged:
		if t.Mode.To == "" || t.Mode.To == fact.Mode {
			why = Fires
		}
	}
	return why
}

func matchProperty(home *domain.Home, ref domain.TriggerRef, t *domain.PropertyTrigger) Reason {
	was, now, moved := home.Moved(t.Property)
	if !moved {
		return NotTriggered
	}
	var begins bool
	switch {
	case t.Hysteresis > 0:
		begins = home.Crossed(ref) && (t.From == "" || was.Value == t.From)
	case was.Seq == 0:
		begins = matchesValue(t, now)
	default:
		began := t.To == "" && t.Above == nil && t.Below == nil || !matchesValue(t, was)
		begins = was.Value != now.Value && matchesValue(t, now) && began && (t.From == "" || was.Value == t.From)
	}
	switch {
	case begins && was.Seq == 0 && !t.FromUnknown:
		return FirstValue
	case begins && (was.Seq != 0 || t.From == ""):
		return Fires
	}
	return NotTriggered
}

func matchesValue(t *domain.PropertyTrigger, r *domain.Reported) bool {
	return (t.To == "" || r.Value == t.To) && within(r.Value, t.Above, t.Below)
}

// holds reports whether the value of a trigger goes on matching.
func holds(home *domain.Home, ref domain.TriggerRef) bool {
	t := ref.Rule.Document.Triggers[ref.Trigger].Property
	if t == nil {
		return false
	}
	if run, ok := home.Runs[ref.Rule.ID]; ok && t.Hysteresis > 0 {
		return slices.Contains(run.High, ref.Trigger)
	}
	r, ok := reported(home, t.Device, t.Property)
	return ok && matchesValue(t, r)
}

// matchAvailability takes the first that is known of a device for no change.
func matchAvailability(home *domain.Home, t *domain.DeviceTrigger, ev *domain.RecordedEvent, fact domain.DeviceAvailabilityChanged) Reason {
	twin, ok := home.Twins[domain.DeviceID(ev.Entity)]
	was := home.FormerAvailability()
	switch {
	case !ok || twin.Available.Seq != ev.Seq || fact.Available != (t.Change == "back"):
		return NotTriggered
	case was.Seq == 0:
		return FirstValue
	case was.Is == fact.Available:
		return NotTriggered
	}
	return Fires
}

func matchPresence(home *domain.Home, t *domain.PresenceTrigger, ev *domain.RecordedEvent, fact domain.MemberPresenceChanged) Reason {
	if !t.Person.IsZero() && t.Person.Entity() != ev.Entity {
		return NotTriggered
	}
	others := false
	for id, m := range home.Members {
		others = others || id.Entity() != ev.Entity && m.Presence.Is
	}
	happens := false
	switch t.Change {
	case "arrives":
		happens = fact.Present
	case "leaves":
		happens = !fact.Present
	case "first_arrives":
		happens = fact.Present && !others
	case "last_leaves":
		happens = !fact.Present && !others
	}
	if !happens {
		return NotTriggered
	}
	return Fires
}

// depthOf returns how many rules in a row led to the event, and the last of them.
func depthOf(home *domain.Home, ev *domain.RecordedEvent) (depth int, by domain.RuleID) {
	by, _ = ev.Actor.Rule()
	switch fact := ev.Fact.(type) {
	case domain.RuleFired:
		return fact.Depth, by
	case domain.HomeModeChanged:
		return fact.Depth, by
	case domain.RuleWaitEnded:
		return home.EndedWait().Depth, by
	}
	if ev.Causation == 0 {
		return 0, by
	}
	for _, c := range home.Commands {
		if c.Depth > 0 && c.Device.Entity() == ev.Entity && slices.Contains([]domain.Seq{c.Requested.Seq, c.Sent.Seq, c.Delivered.Seq}, ev.Causation) {
			by, _ = c.Actor.Rule()
			return c.Depth, by
		}
	}
	return 0, by
}
