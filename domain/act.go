package domain

import (
	"strings"
	"time"
)

// actGrace is how long after the log learnt of a command that was given at the
// gateway its result may take: it stands a few entries behind it.
const actGrace = 10 * time.Minute

// maxClient bounds the id of a paired client, in bytes: a UUID's.
const maxClient = 36

// Act decides on a command that was given at the gateway itself, and that the
// gateway has taken: the log is told, and asks for nothing. It refuses with
// NotFound a device of another gateway, with Invalid what makes no sense for the
// device, and with Conflict an id that is taken.
func (h *Home) Act(from GatewayID, client string, r CommandRequest, now time.Time) (Event, error) {
	r.Actor = LocalActor(client)
	return h.act(from, r, now, isClient(client))
}

// ActByRule decides on a command that a rule, the request's actor, gave at the
// gateway itself. It refuses as Act does.
func (h *Home) ActByRule(from GatewayID, r CommandRequest, now time.Time) (Event, error) {
	_, known := r.Actor.Rule()
	return h.act(from, r, now, known)
}

func (h *Home) act(from GatewayID, r CommandRequest, now time.Time, named bool) (Event, error) {
	model, err := h.modelOf(from, r.Device)
	if err != nil {
		return Event{}, err
	}
	class, desires, faults := Weigh(model, r)
	if !named {
		faults = append(faults, Fault{"client", "must be an id of 1 to 36 letters, digits and hyphens"})
	}
	if len(faults) > 0 {
		return Event{}, InvalidInput(faults...)
	}
	if _, taken := h.Commands[r.Command]; taken || r.Command.IsZero() {
		return Event{}, Errorf(Conflict, "the command's id is taken")
	}
	if len(h.Commands) >= MaxOpenCommands {
		return Event{}, Errorf(Overloaded, "%d commands are waiting in this home, the most there can be", len(h.Commands))
	}
	fact := CommandRequested{
		Command: r.Command, Gateway: from, Class: class, Set: r.Set, Action: r.Action, Input: r.Input,
		DeadlineMS: now.Add(actGrace).UnixMilli(), Local: true, Depth: r.Depth, TransitionMS: r.Transition.Milliseconds(),
	}
	if r.Action != "" {
		fact.Desires = desires
	}
	return Event{
		Entity: r.Device.Entity(), Actor: r.Actor, Causation: r.Causation, Correlation: r.Correlation, Model: model.ID, Fact: fact,
	}, nil
}

// isClient reports whether an id may go into the log. It names no person: what a
// client is called stays at the gateway.
func isClient(id string) bool {
	const allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-"
	return id != "" && len(id) <= maxClient && strings.Trim(id, allowed) == ""
}
