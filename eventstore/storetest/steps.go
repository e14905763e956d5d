package storetest

import (
	"context"
	"fmt"

	"logis/domain"
	"logis/domain/thing"
)

// step is something that happens now and then.
type step struct {
	weight int
	happen func(context.Context, *turn) error
}

// steps are all that can happen, each as often as its weight says.
func steps() []step {
	return []step{
		{50, report(0)}, {6, report(domain.Historic)}, {6, present}, {5, signal}, {5, reach},
		{12, requestCommand}, {4, act}, {9, sendCommand}, {7, deliverCommand}, {8, endCommand}, {2, cancelCommand}, {2, closeCommand},
		{5, registerDevice}, {1, unregisterDevice}, {2, renameDevice}, {2, placeDevice},
		{1, addRoom}, {1, renameRoom}, {1, removeRoom},
		{1, enrolGateway}, {3, connectGateway}, {1, disconnectGateway}, {1, revokeGateway}, {1, recordGap}, {1, stepClock}, {1, refuseEntry},
		{1, configureGateway}, {2, settleConfiguration}, {2, steerGateway}, {3, turnKey},
		{1, inviteMember}, {1, joinMember}, {1, changeMember}, {1, removeMember}, {1, eraseMember}, {1, renameHome},
		{2, editRule}, {3, turnRule}, {3, placeRules}, {8, runRule}, {2, commandByRule}, {3, turnScene}, {3, turnSetting}, {1, turnTest}, {2, turnEnergy},
		{2, turnWebhook}, {1, tellPerson}, {1, lookBack},
	}
}

// speaker returns a device that is there and the gateway it speaks through.
func (t *turn) speaker() (*domain.Device, *domain.Gateway, *thing.Model) {
	d := pick(t, t.home.Devices)
	if d == nil || t.home.Gateways[d.Gateway] == nil {
		return nil, nil, nil
	}
	model, err := t.home.Model(d)
	if err != nil {
		return nil, nil, nil
	}
	return d, t.home.Gateways[d.Gateway], model
}

func report(flags domain.Flags) func(context.Context, *turn) error {
	return func(ctx context.Context, t *turn) error {
		d, g, model := t.speaker()
		if d == nil {
			return nil
		}
		var cause domain.CommandID
		if c := pick(t, t.home.Commands); c != nil && t.random.IntN(2) == 0 {
			cause = c.ID
		}
		ev, err := t.home.Report(g.ID, d.ID, values(t.random, model, false), cause)
		return t.tell(ctx, g, flags, err, ev)
	}
}

// present tells a device's present state as of some entry of the outbox, perhaps
// one that is still to come.
func present(ctx context.Context, t *turn) error {
	d, g, model := t.speaker()
	if d == nil {
		return nil
	}
	ref := domain.EdgeRef{Gateway: g.ID, Epoch: g.Epoch, Seq: g.Cursor + t.random.Int64N(4)}
	ev, news, err := t.home.Present(d.ID, ref, values(t.random, model, false))
	if !news {
		return nil
	}
	ev.OccurredAt = t.when()
	return t.record(ctx, err, ev)
}

func signal(ctx context.Context, t *turn) error {
	d, g, model := t.speaker()
	if d == nil || len(model.Events) == 0 {
		return nil
	}
	names := model.EventNames()
	name := names[t.random.IntN(len(names))]
	var data thing.Value
	if schema := model.Events[name].Data; schema != nil {
		data = value(t.random, *schema)
	}
	ev, err := t.home.Signal(g.ID, d.ID, name, data)
	return t.tell(ctx, g, 0, err, ev)
}

func reach(ctx context.Context, t *turn) error {
	d, g, _ := t.speaker()
	if d == nil {
		return nil
	}
	ev, err := t.home.Reach(g.ID, d.ID, t.random.IntN(3) > 0)
	return t.tell(ctx, g, 0, err, ev)
}

func registerDevice(ctx context.Context, t *turn) error {
	g := pick(t, t.home.Gateways)
	if g == nil || len(t.home.Devices) >= maxDevices {
		return nil
	}
	fact := domain.DeviceRegistered{
		Address: fmt.Sprintf("made-up/%x", t.random.Uint64()), Kind: t.kinds[t.random.IntN(len(t.kinds))].Kind,
		Attributes: map[string]string{"manufacturer": cutText(t.random), "serial": text(t.random)},
	}
	if t.random.IntN(2) == 0 {
		fact.Capabilities = []string{"battery", "link-quality"}
	}
	ev, err := t.home.Register(g.ID, newID[domain.DeviceKind](t.random), fact)
	return t.tell(ctx, g, 0, err, ev)
}

func unregisterDevice(ctx context.Context, t *turn) error {
	d, g, _ := t.speaker()
	if d == nil {
		return nil
	}
	if d.Removed { // it comes back through another gateway
		g = pick(t, t.home.Gateways)
		ev, err := t.home.Register(g.ID, d.ID, domain.DeviceRegistered{Address: d.Address, Kind: d.Kind})
		return t.tell(ctx, g, 0, err, ev)
	}
	ev, err := t.home.Unregister(g.ID, d.ID)
	return t.tell(ctx, g, 0, err, ev)
}

// name records an event by which somebody gives a part of the home a name.
func (t *turn) name(ctx context.Context, part domain.EntityID, fact domain.Fact) error {
	ev := domain.Event{Entity: part, Actor: domain.PersonActor(t.Owner), Fact: fact}
	_, err := t.tx.RecordNamed(ctx, t.Home, ev, text(t.random))
	return err
}

func renameDevice(ctx context.Context, t *turn) error {
	if d := pick(t, t.home.Devices); d != nil {
		return t.name(ctx, d.ID.Entity(), domain.DeviceRenamed{})
	}
	return nil
}

func placeDevice(ctx context.Context, t *turn) error {
	d := pick(t, t.home.Devices)
	if d == nil {
		return nil
	}
	var room domain.RoomID
	if r := pick(t, t.home.Rooms); r != nil {
		room = r.ID
	}
	return t.record(ctx, nil, domain.Event{
		Entity: d.ID.Entity(), Actor: domain.PersonActor(t.Owner), Fact: domain.DevicePlaced{Room: room},
	})
}

func addRoom(ctx context.Context, t *turn) error {
	if len(t.home.Rooms) >= maxRooms {
		return nil
	}
	return t.name(ctx, newID[domain.RoomKind](t.random).Entity(), domain.RoomAdded{})
}

func renameRoom(ctx context.Context, t *turn) error {
	if r := pick(t, t.home.Rooms); r != nil {
		return t.name(ctx, r.ID.Entity(), domain.RoomRenamed{})
	}
	return nil
}

func removeRoom(ctx context.Context, t *turn) error {
	if r := pick(t, t.home.Rooms); r != nil {
		return t.record(ctx, nil, domain.Event{
			Entity: r.ID.Entity(), Actor: domain.PersonActor(t.Owner), Fact: domain.RoomRemoved{},
		})
	}
	return nil
}

func renameHome(ctx context.Context, t *turn) error {
	return t.name(ctx, t.Home.Entity(), domain.HomeRenamed{})
}
