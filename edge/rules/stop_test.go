package rules

import (
	"testing"
	"time"

	"logis/domain"
	"logis/domain/thing"
	"logis/edge/outbox"
)

// fighting are two rules about the light that undo each other.
func (h *hall) fighting(resumed domain.Seq) []domain.Rule {
	turn := func(id byte, on bool) domain.Rule {
		return domain.Rule{ID: domain.RuleID{15: id}, Version: 4, Enabled: true, Resumed: resumed, Document: domain.RuleDocument{
			Triggers: []domain.Trigger{{Property: &domain.PropertyTrigger{Device: h.light, Property: "onOff", To: thing.Bool(on)}}},
			Actions:  []domain.Action{h.lightIs(!on)},
		}}
	}
	return []domain.Rule{turn(1, true), turn(2, false)}
}

// press turns the light on by hand, and returns how often rules moved it then.
func (h *hall) press() int {
	h.t.Helper()
	h.pass(2 * time.Minute)
	h.says("light", "onOff", "false", domain.CommandID{})
	h.given = nil
	h.says("light", "onOff", "true", domain.CommandID{})
	for moves := 0; ; moves++ {
		h.must(h.giveActs(h.t.Context()))
		if len(h.given) == moves {
			return moves
		}
		c := h.given[moves]
		h.says("light", "onOff", c.Set["onOff"], c.ID)
		h.must(h.box.Finish(h.t.Context(), outbox.Result{Command: c.ID, Device: h.light, Outcome: domain.Succeeded}))
	}
}

// C-9: a rule that was cut out of a loop stays so until a person lets it go on: an
// agent that starts, or a bundle of before, does not.
func TestARuleThatWasCutStaysCutUntilAPersonLetsItGoOn(t *testing.T) {
	t.Parallel()
	h := newHall(t, true)
	h.run(h.fighting(0)...)
	if moves := h.press(); moves < 2 {
		t.Fatalf("the rules moved the light %d times: they do not fight", moves)
	}
	stays := func(after string) {
		t.Helper()
		if moves := h.press(); moves > 1 {
			t.Errorf("%s, they moved it %d times", after, moves)
		}
	}
	stays("after the loop")
	h.restart()
	stays("after a start")
	h.run(h.fighting(0)...)
	stays("after a bundle of a cloud that had not heard of it")
	h.restart()
	stays("after another start")
	h.run(h.fighting(9)...)
	h.restart()
	if moves := h.press(); moves < 2 {
		t.Errorf("after a person let it go on, they moved it %d times", moves)
	}
	stays("after the second loop")
}
