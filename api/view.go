package api

import (
	"bytes"
	"context"
	"maps"
	"slices"

	"logis/access"
	"logis/domain"
	"logis/domain/thing"
	"logis/eventstore"
)

// list is an answer of many things.
type list[T any] struct {
	Items []T `json:"items" nullable:"false" doc:"The things."`
}

// view shows a home, as of one event, in the shapes of the contract.
type view struct {
	home  *domain.Home
	names map[domain.EntityID]string
	// people has the names of persons who act; a missing one is not known or erased.
	people map[domain.PersonID]string
	// permit is whose eyes it is seen with, where they were given less than all.
	permit *access.Permit
	// wish is what of the home somebody wants to hear of, beside what they may.
	wish wish
	// past says that events of the past are shown, not what happens now.
	past bool
}

// present returns a view of the home as of its head, from one snapshot. Names
// are read after it: they may be newer, never older.
func (s *Server) present(ctx context.Context, id domain.HomeID) (view, error) {
	home, err := s.options.Tables.Picture(ctx, s.options.Store.Pool(), id)
	if err != nil {
		return view{}, err
	}
	names, err := eventstore.Names(ctx, s.options.Store.Pool(), id, 0)
	return view{home: home, names: names, permit: narrow(ctx)}, err
}

// named returns the name of a part of the home, or what to call it without one.
func (v view) named(id domain.EntityID, otherwise string) string {
	if name, ok := v.names[id]; ok {
		return name
	}
	return otherwise
}

// ordered returns the values of m in the order of their keys: ids of version 7
// are the oldest first.
func ordered[K any, V any](m map[domain.ID[K]]V) []V {
	ids := inOrder(m)
	values := make([]V, len(ids))
	for i, id := range ids {
		values[i] = m[id]
	}
	return values
}

// inOrder returns the keys of m in order.
func inOrder[K any, V any](m map[domain.ID[K]]V) []domain.ID[K] {
	return slices.SortedFunc(maps.Keys(m), func(a, b domain.ID[K]) int { return bytes.Compare(a[:], b[:]) })
}

// all turns things into their shapes.
func all[T, U any](things []T, shape func(T) U) []U {
	shapes := make([]U, 0, len(things))
	for _, thing := range things {
		shapes = append(shapes, shape(thing))
	}
	return shapes
}

func (v view) rooms() []Room {
	return all(slices.DeleteFunc(ordered(v.home.Rooms), func(r *domain.Room) bool { return !v.seesRoom(r.ID) }), v.room)
}

func (v view) gateways() []Gateway {
	if !v.everywhere() {
		return []Gateway{}
	}
	return all(ordered(v.home.Gateways), v.gateway)
}

func (v view) devices() []Device { return all(v.remaining(), v.device) }

// twins returns one for each device: a device that never spoke has an empty one.
func (v view) twins() []Twin {
	return all(v.remaining(), func(d *domain.Device) Twin { return v.twin(d.ID) })
}

// remaining returns the devices that are seen and were not removed.
func (v view) remaining() []*domain.Device {
	return slices.DeleteFunc(ordered(v.home.Devices), func(d *domain.Device) bool { return d.Removed || !v.sees(d) })
}

// find finds a device that is seen and was not removed.
func (v view) find(id domain.DeviceID) (*domain.Device, error) {
	d, ok := v.home.Devices[id]
	if !ok || d.Removed || !v.sees(d) {
		return nil, domain.Errorf(domain.NotFound, "there is no such device")
	}
	return d, nil
}

func (v view) room(r *domain.Room) Room {
	return Room{ID: r.ID, Name: v.named(r.ID.Entity(), "Room"), Revision: r.Revision}
}

func (v view) gateway(g *domain.Gateway) Gateway {
	return Gateway{
		ID: g.ID, Name: v.named(g.ID.Entity(), "Gateway"), Connected: g.Connected, Revoked: g.Revoked, Since: Instant{g.Since},
		Suspended: textOrNull(string(g.Suspended)), KeyEnds: instant(g.KeyEnds),
		Version: g.Version, Session: g.Session, Epoch: g.Epoch, Cursor: g.Cursor,
		KeyFingerprint: g.KeyFingerprint, Configuration: configurationOf(g.Configuration), Revision: g.Revision,
	}
}

func (v view) device(d *domain.Device) Device {
	out := Device{
		ID: d.ID, Kind: d.Kind, Model: d.Kind, Capabilities: d.Capabilities, Gateway: d.Gateway,
		Address: d.Address, Attributes: d.Attributes, Revision: d.Revision, Since: Instant{d.Since},
	}
	title := d.Kind
	if model, err := v.home.Model(d); err == nil {
		out.Model, out.Affordances, title = model.ID, affordancesOf(model), model.Title
	}
	out.Name = v.named(d.ID.Entity(), title)
	if room := d.Room; !room.IsZero() {
		out.Room = &room
	}
	return out
}

func (v view) twin(id domain.DeviceID) Twin {
	out := Twin{
		Device: id, Properties: map[string]Property{}, Signals: map[string]Signalled{}, Delta: map[string]thing.Value{},
	}
	t, ok := v.home.Twins[id]
	if !ok {
		return out
	}
	out.Revision, out.Delta = t.Revision, t.Delta()
	if a := t.Available; a.Seq != 0 {
		out.Available = some(Available{Is: a.Is, Since: Instant{a.Since}, Seq: a.Seq})
	}
	for name, p := range t.Properties {
		out.Properties[name] = propertyOf(p)
	}
	for name, signal := range t.Signals {
		out.Signals[name] = Signalled{Data: signal.Data, At: Instant{signal.At}, Seq: signal.Seq}
	}
	return out
}

func propertyOf(p *domain.Property) Property {
	var out Property
	if r := p.Reported; r.Seq != 0 {
		out.Reported = some(Reported{
			Value: r.Value, At: Instant{r.At}, Since: Instant{r.Since}, Seq: r.Seq, Cause: seqOrNull(r.Cause),
		})
	}
	if d := p.Desired; d.Version != 0 {
		out.Desired = some(Desired{
			Value: d.Value, Version: d.Version, Command: d.Command, At: Instant{d.At}, Open: d.Open,
		})
	}
	return out
}

func (v view) profile(p domain.PersonID) Home {
	out := Home{
		ID: v.home.ID, Name: v.named(v.home.ID.Entity(), "Home"), TimeZone: v.home.Profile.TimeZone,
		Revision: v.home.Profile.Revision, Since: Instant{v.home.Profile.Since},
		Head: Head{Seq: v.home.Seq, Hash: v.home.Hash.String()},
	}
	if m, ok := v.home.Members[p]; ok {
		out.Role = m.Role
	}
	return out
}

func (v view) command(c *domain.Command) Command {
	return Command{
		ID: c.ID, Device: c.Device, Gateway: c.Gateway, Class: c.Class, Set: c.Set, Action: textOrNull(c.Action),
		Input: c.Input, Actor: v.actor(c.Actor, c.Gateway), Status: c.Status, Reason: textOrNull(c.Reason),
		Observed: c.Observed, Deadline: instant(c.Deadline), Requested: stepOf(c.Requested),
		Sent: stepOrNull(c.Sent), Delivered: stepOrNull(c.Delivered), Ended: stepOrNull(c.Ended),
		Sends: c.Sends, Local: c.Local, Correlation: c.Correlation, Transition: c.TransitionMS,
	}
}

func stepOf(s domain.Step) Step { return Step{Seq: s.Seq, At: Instant{s.At}} }

func stepOrNull(s domain.Step) orNull[Step] {
	if s.Seq == 0 {
		return orNull[Step]{}
	}
	return some(stepOf(s))
}

func (v view) event(row *eventstore.Row) Event {
	out := Event{
		Seq: row.Seq, ID: row.ID, Type: row.Type, Entity: row.Entity,
		OccurredAt: Instant{row.OccurredAt}, RecordedAt: Instant{row.RecordedAt},
		Actor: v.actor(row.Actor, row.Edge.Gateway), Causation: seqOrNull(row.Causation),
		Correlation: seqOrNull(row.Correlation), Model: textOrNull(row.Model),
		Historic: row.Flags.Has(domain.Historic), Inferred: row.Flags.Has(domain.Inferred),
		Snapshot: row.Flags.Has(domain.Snapshot), Data: row.Data, Words: textOrNull(row.Words),
		Hash: row.Hash.String(),
	}
	if e := row.Edge; !e.Gateway.IsZero() {
		out.Edge = some(Edge{Gateway: e.Gateway, Epoch: e.Epoch, Seq: e.Seq})
	}
	return out
}
