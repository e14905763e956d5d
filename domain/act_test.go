package domain_test

import (
	"testing"
	"time"

	"logis/domain"
)

// act tells of a command given at the gateway, so long ago.
func (h *house) act(id domain.CommandID, ago time.Duration, r domain.CommandRequest) {
	h.Helper()
	r.Command = id
	ev := h.must(h.Act(gateway, "c1", r, h.now))
	ev.OccurredAt = h.now.Add(-ago)
	if ago > 0 {
		ev.Flags |= domain.Historic
	}
	h.told(gateway, ev)
}

func TestWhatWasGivenAtTheGatewayIsKnownAndNotSent(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := commandID(900)
	h.act(id, 0, turnOn)
	c := h.Commands[id]
	if c.Status != domain.Delivered || !c.Local || c.Actor != "local:c1" || !c.Open() {
		t.Errorf("%+v", c)
	}
	if d := h.Twins[lamp].Properties["onOff"].Desired; d.Value != "true" || !d.Open || d.Command != id {
		t.Errorf("desired %+v", d)
	}
	if ev, ok := h.SendCommand(id, "a", h.now); ok {
		t.Errorf("it is sent: %+v", ev)
	}
	h.connect(gateway, "outbox-1", 2)
	if waiting := h.Waiting(gateway); len(waiting) != 0 {
		t.Errorf("%d commands wait for the gateway that has them", len(waiting))
	}
	h.told(gateway, h.must(h.Deliver(gateway, id)))
	h.told(gateway, h.must(h.EndCommand(gateway, lamp, domain.Result{Command: id, Outcome: domain.Succeeded})))
	if _, open := h.Commands[id]; open || h.Twins[lamp].Properties["onOff"].Desired.Open {
		t.Error("its result does not end it")
	}
}

// C-8: what was wanted last counts, wherever, and not what was told last.
func TestOfALocalAndADistantWishTheNewerOneStands(t *testing.T) {
	t.Parallel()
	turnOff := domain.CommandRequest{Device: lamp, Set: set("onOff", "false")}
	h := newHouse(t)
	distant := h.request(turnOn)
	h.act(commandID(901), time.Hour, turnOff)
	if d := h.Twins[lamp].Properties["onOff"].Desired; d.Value != "true" || d.Command != distant {
		t.Errorf("an older wish, told late, stands: %+v", d)
	}
	h.now = h.now.Add(time.Minute)
	h.act(commandID(902), time.Second, turnOff)
	if d := h.Twins[lamp].Properties["onOff"].Desired; d.Value != "false" || d.Command != commandID(902) {
		t.Errorf("the newer wish does not stand: %+v", d)
	}
}

func TestALocalCommandWithoutAnEndIsClosed(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := commandID(903)
	h.act(id, 0, unlockIt)
	if _, over := h.CloseOverdue(id, h.now.Add(9*time.Minute)); over {
		t.Error("it is closed before its result can have come")
	}
	ev, over := h.CloseOverdue(id, h.now.Add(time.Hour))
	if !over || ev.Fact.EventType() != "command.unknown" {
		t.Errorf("%+v", ev)
	}
}

func TestALocalCommandThatMakesNoSenseIsRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	good := turnOn
	good.Command = commandID(904)
	for _, c := range []struct {
		name   string
		from   domain.GatewayID
		client string
		change func(*domain.CommandRequest)
		code   domain.Code
	}{
		{"another gateway's device", domain.GatewayID{99}, "c1", func(*domain.CommandRequest) {}, domain.NotFound},
		{"no client", gateway, "", func(*domain.CommandRequest) {}, domain.Invalid},
		{"a name", gateway, "Ada's phone", func(*domain.CommandRequest) {}, domain.Invalid},
		{"a long client", gateway, "0123456789012345678901234567890123456", func(*domain.CommandRequest) {}, domain.Invalid},
		{"a value that cannot be", gateway, "c1", func(r *domain.CommandRequest) { r.Set = set("onOff", "7") }, domain.Invalid},
		{"no id", gateway, "c1", func(r *domain.CommandRequest) { r.Command = domain.CommandID{} }, domain.Conflict},
	} {
		r := good
		c.change(&r)
		if _, err := h.Act(c.from, c.client, r, h.now); domain.CodeOf(err) != c.code {
			t.Errorf("%s: %v, want %s", c.name, err, c.code)
		}
	}
	h.act(good.Command, 0, turnOn)
	if _, err := h.Act(gateway, "c1", good, h.now); domain.CodeOf(err) != domain.Conflict {
		t.Errorf("an id that is taken: %v", err)
	}
}
