package rule_test

import (
	"testing"

	"logis/domain"
	"logis/domain/rule"
	"logis/domain/thing"
)

// A rule whose triggers are gone from under it brings the engine to fall while it is
// asked: those before it and those after it fire all the same.
func TestAFaultAmongTheRulesThatAreAskedLeavesTheOthersAlone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	first := h.rule(1, doc(when(motion, "occupancy", "true")))
	broken := h.rule(2, doc(when(motion, "occupancy", "true")))
	last := h.rule(3, doc(when(motion, "occupancy", "true")))
	h.report(motion, "occupancy", "false")
	h.Home.Rules[broken].Document.Triggers = nil
	h.report(motion, "occupancy", "true")
	h.wantFired(first, 1, "before it")
	h.wantFired(broken, 0, "itself")
	h.wantFired(last, 1, "after it")
	if h.Home.Runs[broken].Failed.Seq == 0 {
		t.Error("nobody learns of the fault")
	}
}

// A report of several values asks the rules in the order of their ids, whatever the
// order in which they wait for them, and does not stir what the home keeps.
func TestRulesAreAskedInTheirOrderWhateverAReportCarries(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for n, name := range map[byte]string{1: "currentLevel", 2: "onOff", 3: "currentLevel", 4: "onOff"} {
		h.rule(n, doc(domain.Trigger{Property: &domain.PropertyTrigger{Device: lamp, Property: name, FromUnknown: true}},
			domain.Action{Notify: &domain.NotifyAction{Person: owner}}))
	}
	for round := range 2 {
		on, level := thing.Bool(round == 0), thing.Value([]string{"10", "20"}[round])
		ev := h.told(h.Home.Report(gateway, lamp, map[string]thing.Value{"onOff": on, "currentLevel": level}, domain.CommandID{}))
		var order []byte
		for _, follows := range h.log[ev.Seq:] {
			if _, fired := follows.Fact.(domain.RuleFired); fired {
				order = append(order, follows.Entity[15])
			}
		}
		if string(order) != "\x01\x02\x03\x04" {
			t.Errorf("round %d: they fire as %v", round, order)
		}
	}
}

// Most reports move no rule to do anything: asking then leaves nothing to be cleared
// away, however many rules there are.
//
//nolint:paralleltest // it counts allocations
func TestAskingRulesThatStaySilentAllocatesNothing(t *testing.T) {
	h := newHouse(t)
	fifty(h, 50)
	h.report(lamp, "onOff", "true")
	h.report(motion, "occupancy", "false")
	ev := h.report(motion, "occupancy", "true")
	if n := testing.AllocsPerRun(100, func() {
		if decided := rule.React(h.Home, ev, domain.GatewayID{}); len(decided) != 0 {
			t.Errorf("they do %v", decided)
		}
	}); n != 0 {
		t.Errorf("%v allocations for 50 rules, want none", n)
	}
}
