package rules

import (
	"testing"
	"time"

	"logis/domain"
	"logis/domain/thing"
	"logis/edge/outbox"
	"logis/edge/radio"
)

// ring is a gateway with a lamp and two rules about it that undo each other.
type ring struct {
	*rig
	lamp   domain.DeviceID
	bundle domain.Bundle
	now    time.Duration
}

func newRing(t *testing.T) *ring {
	t.Helper()
	m := &machine{id: "one"}
	m.boot.Store(int64(time.Minute))
	home, gateway := domain.HomeID{1}, domain.GatewayID{2}
	r := &ring{rig: start(t, t.TempDir(), home, gateway, m, true), lamp: outbox.DeviceID(gateway, radioName+"/lamp")}
	r.settle()
	turn := func(id byte, on thing.Value) domain.Rule {
		return domain.Rule{ID: domain.RuleID{15: id}, Version: 4, Enabled: true, Document: domain.RuleDocument{
			Triggers: []domain.Trigger{{Property: &domain.PropertyTrigger{Device: r.lamp, Property: "onOff", To: on}}},
			Actions: []domain.Action{{Command: &domain.CommandAction{
				Device: r.lamp, Set: map[string]thing.Value{"onOff": thing.Bool(on == "false")},
			}}},
		}}
	}
	r.bundle = domain.Bundle{
		Home: home, Gateway: gateway, Version: 5, Profile: domain.Profile{TimeZone: "UTC"},
		Rules: []domain.Rule{turn(1, "true"), turn(2, "false")},
	}
	r.again()
	return r
}

// again brings the rules in a bundle of their own: they are the bundle's once it is
// installed.
func (r *ring) again() {
	r.t.Helper()
	r.bundle.Version++
	b := r.bundle
	b.Rules = append([]domain.Rule(nil), b.Rules...)
	r.bring(b)
}

// settle lets the lamp tell how it is, until what it tells is news.
func (r *ring) settle() {
	r.t.Helper()
	r.must(r.sink.Device(r.t.Context(), radio.Device{Address: "lamp", Kind: "light"}))
	r.says("false", domain.CommandID{})
	r.machine.boot.Add(int64(time.Minute))
}

func (r *ring) says(on thing.Value, cause domain.CommandID) {
	r.t.Helper()
	r.must(r.sink.Report(r.t.Context(), radio.Report{Address: "lamp", Values: map[string]thing.Value{"onOff": on}, Cause: cause}))
}

// press turns the lamp on by hand, and returns how often rules moved it then.
func (r *ring) press() int {
	r.t.Helper()
	r.machine.boot.Add(int64(2 * time.Minute))
	r.says("false", domain.CommandID{})
	r.given = nil
	r.says("true", domain.CommandID{})
	for moves := 0; ; moves++ {
		r.must(r.giveActs(r.t.Context()))
		if len(r.given) == moves {
			return moves
		}
		c := r.given[moves]
		r.says(c.Set["onOff"], c.ID)
		r.must(r.box.Finish(r.t.Context(), outbox.Result{Command: c.ID, Device: r.lamp, Outcome: domain.Succeeded}))
	}
}

func (r *ring) restart() {
	r.t.Helper()
	r.stop()
	r.rig = start(r.t, r.dir, r.bundle.Home, r.bundle.Gateway, r.machine, true)
	r.settle()
}

// C-9: a rule that was cut out of a loop stays so until a person lets it go on: an
// agent that starts, or a bundle of before, does not.
func TestARuleThatWasCutStaysCutUntilAPersonLetsItGoOn(t *testing.T) {
	t.Parallel()
	r := newRing(t)
	if moves := r.press(); moves < 2 {
		t.Fatalf("the rules moved the lamp %d times: they do not fight", moves)
	}
	stays := func(after string) {
		t.Helper()
		if moves := r.press(); moves > 1 {
			t.Errorf("%s, they moved it %d times", after, moves)
		}
	}
	stays("after the loop")
	r.restart()
	stays("after a start")
	r.again()
	stays("after a bundle of a cloud that had not heard of it")
	r.restart()
	stays("after another start")
	for i := range r.bundle.Rules {
		r.bundle.Rules[i].Resumed = 9
	}
	r.again()
	r.restart()
	if moves := r.press(); moves < 2 {
		t.Errorf("after a person let it go on, they moved it %d times", moves)
	}
	stays("after the second loop")
}
