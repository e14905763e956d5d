package domain

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"logis/domain/thing"
)

// last returns the newest event of the command's life so far: what its next
// event follows from.
func (c *Command) last() Seq {
	return max(c.Requested.Seq, c.Sent.Seq, c.Delivered.Seq)
}

// follow returns the event that carries fact, caused by the command so far.
func (c *Command) follow(fact Fact, actor Actor) Event {
	return Event{
		Entity: c.Device.Entity(), Actor: actor,
		Causation: c.last(), Correlation: c.Correlation, Fact: fact,
	}
}

func (c *Command) end(outcome Outcome, fact CommandEnded, actor Actor) Event {
	fact.Command, fact.Outcome = c.ID, outcome
	return c.follow(fact, actor)
}

// SendCommand decides whether a replica may write the command to the session it
// holds. It returns command.sent, or the final event when it is too late, or
// nothing when there is nothing to send: the command has ended, its gateway is
// connected elsewhere, or it may not be sent twice.
func (h *Home) SendCommand(id CommandID, replica string, now time.Time) (Event, bool) {
	c, ok := h.Commands[id]
	if !ok {
		return Event{}, false
	}
	if !c.Deadline.IsZero() && !now.Before(c.Deadline) {
		return h.CloseOverdue(id, now)
	}
	g, ok := h.Gateways[c.Gateway]
	if !ok || !g.Connected || g.Replica != replica || !c.sendable(g.Session) {
		return Event{}, false
	}
	return c.follow(CommandSent{Command: id, Session: g.Session}, SystemActor), true
}

// sendable reports whether the command may be sent on the session: at most once
// on each, and only if nobody can have it yet when its class says at most once.
func (c *Command) sendable(session int64) bool {
	if c.Class.AtMostOnce() || c.Local {
		return c.Status == Requested
	}
	return c.Sends == 0 || c.Session != session
}

// RefuseCommand decides on a command whose sender may no longer command here.
// There is nothing to record when it is on its way already.
func (h *Home) RefuseCommand(id CommandID, reason string) (Event, bool) {
	c, ok := h.Commands[id]
	if !ok || c.Status != Requested {
		return Event{}, false
	}
	return c.end(Rejected, CommandEnded{Reason: reason}, SystemActor), true
}

// MayOpen decides, at the last moment, whether a gateway may carry out a command it
// holds: the answer is empty, or why not. What it does follows in its result.
func (h *Home) MayOpen(gateway GatewayID, id CommandID, now time.Time) (denied string) {
	c, ok := h.Commands[id]
	switch {
	case !ok || c.Gateway != gateway || !c.Open():
		return "not_open"
	case h.Gateways[gateway] == nil || c.Session != h.Gateways[gateway].Session:
		return "stale_session"
	case !c.Deadline.IsZero() && !now.Before(c.Deadline):
		return "deadline"
	}
	return ""
}

// FailSend decides what follows when a sent command certainly did not leave: a
// command that is sent at most once has failed, any other waits for the next
// session.
func (h *Home) FailSend(id CommandID, reason string) (Event, bool) {
	c, ok := h.Commands[id]
	if !ok || !c.Class.AtMostOnce() || c.Status != Sent {
		return Event{}, false
	}
	return c.end(Failed, CommandEnded{Reason: reason}, SystemActor), true
}

// CloseOverdue returns the final event of a command whose deadline has passed.
func (h *Home) CloseOverdue(id CommandID, now time.Time) (Event, bool) {
	c, ok := h.Commands[id]
	if !ok {
		return Event{}, false
	}
	outcome, over := c.Overdue(now)
	if !over {
		return Event{}, false
	}
	reason := "deadline"
	if outcome == Unknown {
		reason = "no_answer"
	}
	return c.end(outcome, CommandEnded{Reason: reason}, SystemActor), true
}

// CancelCommand withdraws a command that was not sent. It refuses with Conflict.
func (h *Home) CancelCommand(id CommandID, actor Actor) (Event, error) {
	c, ok := h.Commands[id]
	if !ok {
		return Event{}, Errorf(Conflict, "the command has ended")
	}
	if c.Status != Requested {
		return Event{}, Errorf(Conflict, "the command is already on its way")
	}
	return c.end(Cancelled, CommandEnded{}, actor), nil
}

// CancelAsked withdraws what was asked for with a token and was not sent, the oldest
// first. What was sent goes on: nobody can call it back.
func (h *Home) CancelAsked(token EntityID, actor Actor) []Event {
	var asked []*Command
	for _, c := range h.Commands {
		if c.Token == token && c.Status == Requested {
			asked = append(asked, c)
		}
	}
	slices.SortFunc(asked, func(a, b *Command) int { return cmp.Compare(a.Requested.Seq, b.Requested.Seq) })
	events := make([]Event, len(asked))
	for i, c := range asked {
		events[i] = c.end(Cancelled, CommandEnded{Reason: "token_ended"}, actor)
	}
	return events
}

// Deliver records that the edge agent has the command and means to do it; a late
// answer when the command has ended before. A command this log does not know to
// be sent is believed: a backup may have been restored. It refuses with NotFound
// a command of another gateway.
func (h *Home) Deliver(from GatewayID, id CommandID) (Event, error) {
	c, ok := h.Commands[id]
	switch {
	case !ok:
		return late(from.Entity(), CommandAnsweredLate{Command: id, Outcome: Outcome(Delivered)}), nil
	case c.Gateway != from:
		return Event{}, Errorf(NotFound, "this gateway has no such command")
	}
	return c.follow(CommandDelivered{Command: id}, GatewayActor), nil
}

// late keeps an answer to a command that is not open, or never was.
func late(about EntityID, fact CommandAnsweredLate) Event {
	return Event{Entity: about, Actor: GatewayActor, Fact: fact}
}

// Result is what the edge says a command came to.
type Result struct {
	Command  CommandID
	Outcome  Outcome // Succeeded, Failed, Rejected, Expired, Superseded or Unknown
	Reason   string
	Observed map[string]thing.Value
}

// EndCommand records the edge's result: the final event, or a late answer when
// the command has ended before. Of what was observed only what the device's model
// knows is kept: the outcome must get through. It refuses with Invalid what is no
// outcome of an edge and with NotFound a command of another gateway.
func (h *Home) EndCommand(from GatewayID, device DeviceID, r Result) (Event, error) {
	if r.Outcome == Cancelled || !slices.Contains(Outcomes(), r.Outcome) {
		return Event{}, InvalidInput(Fault{"outcome", "must be succeeded, failed, rejected, expired, superseded or unknown"})
	}
	c, ok := h.Commands[r.Command]
	switch {
	case !ok:
		about := from.Entity()
		if d, ok := h.Devices[device]; ok && d.Gateway == from {
			about = device.Entity()
		}
		return late(about, CommandAnsweredLate{Command: r.Command, Outcome: r.Outcome, Reason: r.Reason}), nil
	case c.Gateway != from:
		return Event{}, Errorf(NotFound, "this gateway has no such command")
	}
	ended := CommandEnded{Reason: r.Reason, Observed: h.observed(c.Device, r.Observed)}
	return c.end(r.Outcome, ended, GatewayActor), nil
}

// observed returns the values that are possible for the device.
func (h *Home) observed(id DeviceID, values map[string]thing.Value) map[string]thing.Value {
	d, ok := h.Devices[id]
	if !ok || len(values) == 0 {
		return nil
	}
	model, err := h.Model(d)
	if err != nil {
		return nil // of a device nobody can describe nothing is possible
	}
	possible := maps.Clone(values)
	maps.DeleteFunc(possible, func(name string, v thing.Value) bool { return checkValue(model, name, v) != "" })
	if len(possible) == 0 {
		return nil
	}
	return possible
}

// Waiting returns the open commands a gateway should get on its present session,
// in the order they were requested.
func (h *Home) Waiting(gateway GatewayID) []*Command {
	g, ok := h.Gateways[gateway]
	if !ok {
		return nil
	}
	var waiting []*Command
	for _, c := range h.Commands {
		if c.Gateway == gateway && c.sendable(g.Session) {
			waiting = append(waiting, c)
		}
	}
	slices.SortFunc(waiting, func(a, b *Command) int { return cmp.Compare(a.Requested.Seq, b.Requested.Seq) })
	return waiting
}
