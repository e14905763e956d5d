package rules

import (
	"testing"
	"time"

	"logis/domain"
	"logis/domain/thing"
	"logis/edge/outbox"
	"logis/edge/radio"
)

// hall is a gateway with a motion sensor, a light and a lock, and rules about them.
type hall struct {
	*rig
	motion, light, lock domain.DeviceID
	bundle              domain.Bundle
}

func newHall(t *testing.T, heard bool) *hall {
	t.Helper()
	m := &machine{id: "one"}
	m.boot.Store(int64(time.Minute))
	home, gateway := domain.HomeID{1}, domain.GatewayID{2}
	id := func(address string) domain.DeviceID { return outbox.DeviceID(gateway, radioName+"/"+address) }
	h := &hall{
		rig: start(t, t.TempDir(), home, gateway, m, heard), motion: id("motion"), light: id("light"), lock: id("lock"),
		bundle: domain.Bundle{Home: home, Gateway: gateway, Version: 5, Profile: domain.Profile{TimeZone: "UTC"}},
	}
	h.settle()
	return h
}

// settle lets the devices tell how they are, until what they tell is news.
func (h *hall) settle() {
	h.t.Helper()
	for address, kind := range map[string]string{"motion": "motion-sensor", "light": "light", "lock": "lock"} {
		h.must(h.sink.Device(h.t.Context(), radio.Device{Address: address, Kind: kind}))
	}
	h.says("motion", "occupancy", "false", domain.CommandID{})
	h.says("light", "onOff", "false", domain.CommandID{})
	h.pass(time.Minute)
}

func (h *hall) says(address, property string, value thing.Value, cause domain.CommandID) {
	h.t.Helper()
	h.must(h.sink.Report(h.t.Context(), radio.Report{Address: address, Values: map[string]thing.Value{property: value}, Cause: cause}))
}

// moves lets somebody come, after the hall was empty, and returns the commands that
// rules gave.
func (h *hall) moves() int {
	h.t.Helper()
	h.says("motion", "occupancy", "false", domain.CommandID{})
	h.given = nil
	h.says("motion", "occupancy", "true", domain.CommandID{})
	h.must(h.giveActs(h.t.Context()))
	return len(h.given)
}

// pass lets time pass by the boot clock, with what comes due in it.
func (h *hall) pass(d time.Duration) {
	h.t.Helper()
	h.machine.boot.Add(int64(d))
	h.must(h.endWaits(h.t.Context()))
	h.must(h.giveActs(h.t.Context()))
}

// onMotion is a rule that does something when somebody comes.
func (h *hall) onMotion(id byte, actions ...domain.Action) domain.Rule {
	return domain.Rule{ID: domain.RuleID{15: id}, Version: 4, Enabled: true, Document: domain.RuleDocument{
		Triggers: []domain.Trigger{{Property: &domain.PropertyTrigger{Device: h.motion, Property: "occupancy", To: "true"}}},
		Actions:  actions,
	}}
}

func (h *hall) lightIs(on bool) domain.Action {
	return domain.Action{Command: &domain.CommandAction{Device: h.light, Set: map[string]thing.Value{"onOff": thing.Bool(on)}}}
}

// run brings rules in a bundle of their own: they are the bundle's once it is
// installed.
func (h *hall) run(rules ...domain.Rule) {
	h.t.Helper()
	h.bundle.Version++
	h.bundle.Rules = rules
	b := h.bundle
	b.Rules = append([]domain.Rule(nil), rules...)
	h.bring(b)
}

func (h *hall) restart() {
	h.t.Helper()
	h.stop()
	h.again()
}

// again starts the agent on what is on the disk.
func (h *hall) again() {
	h.t.Helper()
	h.rig = start(h.t, h.dir, h.bundle.Home, h.bundle.Gateway, h.machine, true)
	h.settle()
}
