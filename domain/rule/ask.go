package rule

import (
	"cmp"
	"slices"

	"logis/domain"
)

// question is an event that rules are asked about, with what is the same for each of
// them: most have nothing to do, and that must be found out at next to no cost.
type question struct {
	home  *domain.Home
	ev    *domain.RecordedEvent
	at    domain.GatewayID // where it is asked
	fresh bool             // the event may trigger something
	test  evaluation       // of one condition after the other
}

func questionOf(home *domain.Home, ev *domain.RecordedEvent, at domain.GatewayID) question {
	return question{home: home, ev: ev, at: at, fresh: fresh(ev), test: evaluation{home: home, now: ev.RecordedAt}}
}

// fresh reports whether an event may trigger anything: it is told as it happens.
func fresh(ev *domain.RecordedEvent) bool {
	return ev.Flags&(domain.Historic|domain.Snapshot) == 0 && ev.RecordedAt.Sub(ev.OccurredAt) <= Freshness
}

// refs returns the triggers that wait for the event, those of one rule together.
func refs(home *domain.Home, ev *domain.RecordedEvent) []domain.TriggerRef {
	key := domain.TriggerKey{Kind: ev.Fact.EventType(), Of: ev.Entity}
	switch fact := ev.Fact.(type) {
	case domain.DeviceReported:
		return refsOf(home, key, fact)
	case domain.DeviceSignalled:
		key.Name = fact.Event
	case domain.DeviceAvailabilityChanged, domain.GatewayConnected, domain.GatewayDisconnected, domain.RuleFired:
	case domain.MemberPresenceChanged, domain.HomeModeChanged:
		key.Of = domain.EntityID{}
	default:
		return nil
	}
	return home.Triggers(key)
}

// refsOf returns the triggers that wait for the values of a report. Most often one of
// them at most is waited for, and the triggers stand in their order already.
func refsOf(home *domain.Home, key domain.TriggerKey, report domain.DeviceReported) []domain.TriggerRef {
	var all []domain.TriggerRef
	mixed := false
	for name := range report.Values {
		key.Name = name
		waiting := home.Triggers(key)
		switch {
		case len(waiting) == 0:
		case len(all) == 0:
			all = waiting
		default:
			all, mixed = append(slices.Clip(all), waiting...), true // Clip: what stands there is the home's
		}
	}
	if mixed {
		slices.SortFunc(all, func(a, b domain.TriggerRef) int {
			return cmp.Or(compare(a.Rule.ID, b.Rule.ID), cmp.Compare(a.Trigger, b.Trigger))
		})
	}
	return all
}

func compare(a, b domain.RuleID) int { return slices.Compare(a[:], b[:]) }

// ask adds what rules do to decisions, and returns the triggers that are left: a
// fault of the engine fails its rule, and who comes after it is asked anew.
func (q *question) ask(waiting []domain.TriggerRef, decisions []Decision) (left []domain.TriggerRef, all []Decision) {
	at := 0
	defer func() {
		if recover() != nil {
			left, all = waiting[at+1:], add(decisions, broken(waiting[at].Rule))
		}
	}()
	for at < len(waiting) {
		if why := q.reason(waiting[at]); !rests(waiting[at], why) {
			decisions = add(decisions, q.decide(waiting[at], why))
		}
		at++
	}
	return nil, decisions
}

// add keeps a decision unless there is nothing to do, or the rule fires already.
func add(decisions []Decision, d Decision) []Decision {
	fires := func(o Decision) bool { return o.Rule == d.Rule && !o.holds() }
	if d.idle() || !d.holds() && slices.ContainsFunc(decisions, fires) {
		return decisions
	}
	return append(decisions, d)
}

// reason returns Fires, or why a trigger does not make its rule do anything.
func (q *question) reason(ref domain.TriggerRef) Reason {
	switch {
	case !ref.Rule.Active():
		return Inactive
	case ref.Rule.Gateway != q.at:
		return Elsewhere
	}
	why := match(q.home, ref, q.ev)
	switch {
	case why != Fires:
		return why
	case !q.fresh:
		return TooOld
	case !held(ref) && !q.test.met(ref.Rule):
		return NotMet
	}
	return Fires
}

// held reports whether the value of a trigger must be held.
func held(ref domain.TriggerRef) bool {
	t := ref.Rule.Document.Triggers[ref.Trigger].Property
	return t != nil && t.ForMS > 0
}

// rests reports whether a rule has nothing to do for this reason. Who waits for a
// value to be held must still look whether it is.
func rests(ref domain.TriggerRef, why Reason) bool {
	return why != Fires && (why == Inactive || why == Elsewhere || !held(ref))
}

// decide decides on a trigger.
func (q *question) decide(ref domain.TriggerRef, why Reason) Decision {
	switch {
	case rests(ref, why):
		return decisionOf(ref.Rule, ref.Trigger, why)
	case held(ref):
		return hold(q.home, ref, q.ev, why)
	}
	return fire(q.home, ref, q.ev)
}
