package domain

import (
	"cmp"
	"fmt"
	"time"
)

func (h *Home) applyGateway(ev *RecordedEvent) {
	id := GatewayID(ev.Entity)
	if fact, ok := ev.Fact.(GatewayEnrolled); ok {
		h.Gateways[id] = &Gateway{
			ID: id, Revision: ev.Seq, KeyFingerprint: fact.KeyFingerprint, Since: ev.RecordedAt,
		}
		mark(&h.changes.Gateways, id)
		return
	}
	g, ok := h.Gateways[id]
	if !ok {
		return
	}
	mark(&h.changes.Gateways, id)
	g.Revision = ev.Seq
	switch fact := ev.Fact.(type) {
	case GatewayConnected:
		if g.Outbox != fact.Outbox {
			g.Cursor = 0
		}
		g.Connected, g.Since, g.Session, g.Replica = true, ev.RecordedAt, fact.Session, fact.Replica
		g.Outbox, g.Epoch, g.Version, g.RunsRules = fact.Outbox, fact.Epoch, fact.Version, fact.RunsRules
	case GatewayDisconnected:
		if g.Session == fact.Session && g.Connected {
			g.Connected, g.Since, g.Replica = false, ev.RecordedAt, ""
		}
	case GatewayKeyCertified:
		g.KeyFingerprint, g.KeyEnds, g.Suspended = fact.KeyFingerprint, time.UnixMilli(fact.EndsMS).UTC(), ""
	case GatewaySuspended:
		g.Connected, g.Suspended, g.Since, g.Replica = false, fact.Reason, ev.RecordedAt, ""
	case GatewayRevoked:
		g.Connected, g.Revoked, g.Since, g.Replica = false, true, ev.RecordedAt, ""
	case GatewayGapRecorded:
		g.Cursor = max(g.Cursor, fact.To)
	case HistoryRegressed:
		g.Cursor = max(g.Cursor, fact.EdgeSeq)
	default:
		g.configure(ev)
	}
}

func (h *Home) applyDevice(ev *RecordedEvent) {
	id := DeviceID(ev.Entity)
	mark(&h.changes.Devices, id)
	if fact, ok := ev.Fact.(DeviceRegistered); ok {
		h.register(ev, id, fact)
		return
	}
	d, ok := h.Devices[id]
	if !ok {
		return
	}
	d.Revision = ev.Seq
	switch fact := ev.Fact.(type) {
	case DevicePlaced:
		d.Room = fact.Room
	case DeviceRemoved:
		d.Removed = true
	case DeviceReplaced:
		h.replace(ev, d, fact)
	}
}

func (h *Home) register(ev *RecordedEvent, id DeviceID, fact DeviceRegistered) {
	d, ok := h.Devices[id]
	if !ok {
		d = &Device{ID: id, Since: ev.RecordedAt}
		h.Devices[id] = d
	}
	if d.Gateway != ev.Edge.Gateway {
		if t, ok := h.Twins[id]; ok {
			t.forgetOrder()
			mark(&h.changes.Twins, id)
		}
	}
	delete(h.models, id)
	d.Revision, d.Gateway, d.Address, d.Removed = ev.Seq, ev.Edge.Gateway, fact.Address, false
	d.Kind, d.Capabilities, d.Attributes = fact.Kind, fact.Capabilities, fact.Attributes
}

// twin returns the device's twin. A new one is part of the home once it is
// touched: an event that changes nothing leaves nothing.
func (h *Home) twin(id DeviceID) *Twin {
	if t, ok := h.Twins[id]; ok {
		return t
	}
	return &Twin{Device: id}
}

func (h *Home) applyTwin(ev *RecordedEvent) {
	t := h.twin(DeviceID(ev.Entity))
	changed := false
	switch fact := ev.Fact.(type) {
	case DeviceReported:
		h.watch(ev, t, fact)
		changed = t.report(ev, fact)
		h.watched(ev)
	case DeviceSignalled:
		changed = t.signal(ev, fact)
	case DeviceAvailabilityChanged:
		h.before.available = t.Available
		changed = t.reach(ev, fact)
	}
	if changed {
		h.touch(t, ev.Seq)
	}
}

func (h *Home) touch(t *Twin, seq Seq) {
	if t.Revision == 0 {
		h.Twins[t.Device] = t
	}
	t.Revision = seq
	mark(&h.changes.Twins, t.Device)
}

// applyCommand folds a turn in a command's life. Only an open command has one: an
// event about any other means that it would end twice.
func (h *Home) applyCommand(ev *RecordedEvent) error {
	step := Step{Seq: ev.Seq, At: ev.RecordedAt}
	switch fact := ev.Fact.(type) {
	case CommandRequested:
		if _, ok := h.Commands[fact.Command]; ok {
			return fmt.Errorf("home %s: event %d begins a command that is open", h.ID, ev.Seq)
		}
		h.begin(ev, fact)
		h.pace(ev, fact)
		return nil
	case CommandSent:
		return h.advance(ev, fact.Command, func(c *Command) {
			c.Status, c.Sent, c.Session, c.Sends = Sent, step, fact.Session, c.Sends+1
		})
	case CommandDelivered:
		return h.advance(ev, fact.Command, func(c *Command) {
			c.Status, c.Delivered = Delivered, step
		})
	case CommandEnded:
		return h.advance(ev, fact.Command, func(c *Command) {
			c.Status, c.Ended, c.Reason, c.Observed = Status(fact.Outcome), step, fact.Reason, fact.Observed
			delete(h.Commands, c.ID)
			h.before.command = c
			if t := h.twin(c.Device); t.settle(c) {
				h.touch(t, ev.Seq)
			}
		})
	}
	return nil
}

func (h *Home) advance(ev *RecordedEvent, id CommandID, turn func(*Command)) error {
	c, ok := h.Commands[id]
	if !ok {
		return fmt.Errorf("home %s: event %d is about a command that is not open", h.ID, ev.Seq)
	}
	turn(c)
	h.markCommand(c)
	return nil
}

func (h *Home) begin(ev *RecordedEvent, fact CommandRequested) {
	c := &Command{
		ID: fact.Command, Device: DeviceID(ev.Entity), Gateway: fact.Gateway, Class: fact.Class,
		Set: fact.Set, Action: fact.Action, Input: fact.Input, Desires: fact.Set,
		Actor: ev.Actor, Status: Requested, Requested: Step{Seq: ev.Seq, At: ev.RecordedAt},
		Correlation: cmp.Or(ev.Correlation, ev.Seq), Depth: fact.Depth, TransitionMS: fact.TransitionMS, Token: fact.Token,
	}
	if fact.DeadlineMS != 0 {
		c.Deadline = time.UnixMilli(fact.DeadlineMS).UTC()
	}
	if fact.Action != "" {
		c.Desires = fact.Desires
	}
	if fact.Local {
		c.Local, c.Status, c.Delivered = true, Delivered, c.Requested
	}
	h.Commands[c.ID] = c
	h.markCommand(c)
	if len(c.Desires) > 0 {
		t := h.twin(c.Device)
		t.desire(ev, c)
		h.touch(t, ev.Seq)
	}
}
