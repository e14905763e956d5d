package rule_test

import (
	"testing"

	"logis/domain"
	"logis/domain/rule"
)

// removed removes a rule and returns the home before it, and the event.
func (h *house) removed(id domain.RuleID) (was *domain.Home, seq domain.Seq) {
	h.Helper()
	was = domain.NewHome(homeID, nil)
	for _, ev := range h.log {
		if err := was.Apply(ev); err != nil {
			h.Fatalf("%v", err)
		}
	}
	return was, h.by(id.Entity(), domain.RuleRemoved{}).Seq
}

func (h *house) restore(was *domain.Home, id domain.RuleID, seq domain.Seq) {
	h.Helper()
	events, err := rule.Restore(h.Home, was, id, seq, domain.PersonActor(owner))
	if err != nil {
		h.Fatalf("%v", err)
	}
	for _, ev := range events {
		h.record(ev)
	}
}

// C-11: a gateway that was not heard since a rule was removed may still run it, and
// goes on to when it comes back; one that has answered does not.
func TestARuleThatComesBackRunsWhereItMayStillRun(t *testing.T) {
	t.Parallel()
	for answered, fires := range map[bool]int{false: 0, true: 1} {
		h := newHouse(t)
		id := h.rule(1, doc(when(motion, "occupancy", "true")))
		h.by(id.Entity(), domain.RulePlaced{Gateway: gateway, Version: h.Home.Seq})
		was, seq := h.removed(id)
		if answered {
			offer := h.by(gateway.Entity(), domain.GatewayRulesOffered{})
			h.by(gateway.Entity(), domain.GatewayRulesTaken{Bundle: offer.Seq})
		}
		h.restore(was, id, seq)
		motionSeen(h)
		h.wantFired(id, fires, "in the cloud, answered %v", answered)
		if at := h.Home.Rules[id].Gateway; (at == gateway) == answered {
			t.Errorf("answered %v, it runs at %v", answered, at)
		}
	}
}

// What makes no sense any more, or was cut out of a loop, comes back turned off.
func TestARuleComesBackTurnedOffWhenItMustNotFire(t *testing.T) {
	t.Parallel()
	for name, happens := range map[string]func(h *house, id domain.RuleID) (*domain.Home, domain.Seq){
		"its lamp is gone": func(h *house, id domain.RuleID) (*domain.Home, domain.Seq) {
			was, seq := h.removed(id)
			h.by(lamp.Entity(), domain.DeviceRemoved{})
			return was, seq
		},
		"it went round in a circle": func(h *house, id domain.RuleID) (*domain.Home, domain.Seq) {
			h.record(domain.Event{Entity: id.Entity(), Actor: domain.RuleActor(id), Fact: domain.RuleCut{Reason: domain.CutDepth, Depth: rule.MaxDepth}})
			return h.removed(id)
		},
	} {
		h := newHouse(t)
		id := h.rule(1, doc(when(motion, "occupancy", "true")))
		was, seq := happens(h, id)
		h.restore(was, id, seq)
		if motionSeen(h); h.Home.Rules[id].Active() || h.fired(id) != 0 {
			t.Errorf("%s: it is back as %+v", name, h.Home.Rules[id])
		}
		if _, err := rule.Restore(h.Home, was, id, seq, domain.PersonActor(owner)); domain.CodeOf(err) != domain.Conflict {
			t.Errorf("%s: once more: %v", name, err)
		}
	}
}
