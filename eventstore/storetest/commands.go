package storetest

import (
	"context"
	"time"

	"logis/domain"
	"logis/domain/thing"
)

func requestCommand(ctx context.Context, t *turn) error {
	d, _, model := t.speaker()
	if d == nil {
		return nil
	}
	events, err := t.home.RequestCommand(t.request(d, model), t.now)
	return t.record(ctx, err, events...)
}

// act tells of a command given at the gateway itself.
func act(ctx context.Context, t *turn) error {
	d, g, model := t.speaker()
	if d == nil {
		return nil
	}
	ev, err := t.home.Act(g.ID, "client-1", t.request(d, model), t.now)
	return t.tell(ctx, g, 0, err, ev)
}

// request is a possible one for the device.
func (t *turn) request(d *domain.Device, model *thing.Model) domain.CommandRequest {
	request := domain.CommandRequest{
		Command: newID[domain.CommandKind](t.random), Device: d.ID, Actor: domain.PersonActor(t.Owner),
	}
	if names := model.ActionNames(); len(names) > 0 && t.random.IntN(2) == 0 {
		request.Action = names[t.random.IntN(len(names))]
		if schema := model.Actions[request.Action].Input; schema != nil {
			request.Input = value(t.random, *schema)
		}
	} else {
		request.Set = values(t.random, model, true)
	}
	return request
}

func sendCommand(ctx context.Context, t *turn) error {
	c := pick(t, t.home.Commands)
	if c == nil {
		return nil
	}
	ev, ok := t.home.SendCommand(c.ID, Replica, t.now)
	if ok && t.random.IntN(8) == 0 {
		if ev, ok = t.home.RefuseCommand(c.ID, "forbidden"); !ok {
			ev, ok = t.home.FailSend(c.ID, "session_gone")
		}
	}
	if !ok {
		return nil
	}
	return t.record(ctx, nil, ev)
}

func deliverCommand(ctx context.Context, t *turn) error {
	c := pick(t, t.home.Commands)
	if c == nil || t.home.Gateways[c.Gateway] == nil {
		return nil
	}
	ev, err := t.home.Deliver(c.Gateway, c.ID)
	return t.tell(ctx, t.home.Gateways[c.Gateway], 0, err, ev)
}

// endCommand ends an open command by the edge's result, or tells one that comes
// too late.
func endCommand(ctx context.Context, t *turn) error {
	c := pick(t, t.home.Commands)
	if c == nil || t.home.Gateways[c.Gateway] == nil {
		return nil
	}
	outcomes := domain.Outcomes()
	result := domain.Result{Command: c.ID, Outcome: outcomes[t.random.IntN(len(outcomes))], Reason: cutText(t.random)}
	if t.random.IntN(6) == 0 {
		result.Command = newID[domain.CommandKind](t.random)
	}
	if d := t.home.Devices[c.Device]; d != nil && result.Outcome == domain.Unknown {
		if model, err := t.home.Model(d); err == nil {
			result.Observed = values(t.random, model, false)
		}
	}
	ev, err := t.home.EndCommand(c.Gateway, c.Device, result)
	return t.tell(ctx, t.home.Gateways[c.Gateway], 0, err, ev)
}

func cancelCommand(ctx context.Context, t *turn) error {
	c := pick(t, t.home.Commands)
	if c == nil {
		return nil
	}
	ev, err := t.home.CancelCommand(c.ID, domain.PersonActor(t.Owner))
	return t.record(ctx, err, ev)
}

// farAhead is beyond every deadline that people choose.
const farAhead = 48 * time.Hour

func closeCommand(ctx context.Context, t *turn) error {
	c := pick(t, t.home.Commands)
	if c == nil {
		return nil
	}
	ev, ok := t.home.CloseOverdue(c.ID, t.now.Add(farAhead))
	if !ok {
		return nil
	}
	return t.record(ctx, nil, ev)
}
