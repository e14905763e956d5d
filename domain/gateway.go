package domain

import (
	"slices"
	"strings"
	"time"

	"logis/domain/thing"
)

// Freshness is how old a report may be and still count as news (safety.md P-4).
const Freshness = 30 * time.Second

// Hello is what a gateway says of itself when it connects.
type Hello struct {
	Gateway GatewayID
	Outbox  string // id of its outbox database
	Acked   int64  // last edge_seq the cloud acknowledged to it
	Seq     Seq    // newest head of this home it was told of …
	Hash    Hash   // … and its hash
	Version string
	Replica string // the server that holds the session
	Session int64  // newer than any before
}

// Connect decides on a gateway's hello. A gateway that remembers more of the
// log than there is makes it record home.history_regressed first.
func (h *Home) Connect(hello Hello) ([]Event, error) {
	g, ok := h.Gateways[hello.Gateway]
	if !ok {
		return nil, Errorf(NotFound, "there is no such gateway")
	}
	if hello.Session <= g.Session {
		return nil, Errorf(Conflict, "a newer session exists")
	}
	epoch := g.Epoch
	if g.Outbox != hello.Outbox {
		epoch++
	}
	events := []Event{{
		Entity: g.ID.Entity(), Actor: GatewayActor, Fact: GatewayConnected{
			Session: hello.Session, Replica: hello.Replica, Epoch: epoch,
			Outbox: hello.Outbox, Version: hello.Version,
		},
	}}
	same := g.Outbox == hello.Outbox
	if hello.Seq > h.Seq || (hello.Seq == h.Seq && hello.Hash != h.Hash) || (same && hello.Acked > g.Cursor) {
		regressed := HistoryRegressed{WitnessedSeq: hello.Seq, WitnessedHash: hello.Hash.String(), EdgeSeq: g.Cursor}
		if same {
			regressed.EdgeSeq = max(hello.Acked, g.Cursor)
		}
		events = append(events, Event{Entity: g.ID.Entity(), Actor: SystemActor, Fact: regressed})
	}
	return events, nil
}

// Disconnect decides on the end of a session; there is nothing to record when a
// newer one has taken its place.
func (h *Home) Disconnect(gateway GatewayID, session int64, reason string) (Event, bool) {
	g, ok := h.Gateways[gateway]
	if !ok || !g.Connected || g.Session != session {
		return Event{}, false
	}
	return Event{
		Entity: gateway.Entity(), Actor: SystemActor,
		Fact: GatewayDisconnected{Session: session, Reason: reason},
	}, true
}

// Current refuses with Conflict when the session is not the newest of its
// gateway: only the newest may speak.
func (h *Home) Current(gateway GatewayID, session int64) error {
	if g, ok := h.Gateways[gateway]; !ok || g.Session != session || !g.Connected {
		return Errorf(Conflict, "this session is not the newest of its gateway")
	}
	return nil
}

// Place reports whether the outbox entries from..to are the next ones of their
// gateway. They are not fresh when they were recorded before; the error says
// that entries are missing in between.
func (h *Home) Place(gateway GatewayID, from, to int64) (fresh bool, err error) {
	cursor := h.Gateways[gateway].Cursor
	switch {
	case from < 1 || to < from:
		return false, InvalidInput(Fault{"seq", "must count from 1 upwards"})
	case to <= cursor:
		return false, nil
	case from > cursor+1:
		return false, Errorf(Conflict, "entry %d came, %d was expected", from, cursor+1)
	}
	return true, nil
}

// Register decides on a device a gateway knows.
func (h *Home) Register(from GatewayID, id DeviceID, fact DeviceRegistered) (Event, error) {
	model, err := h.catalog.Describe(fact.Kind, fact.Capabilities)
	if err != nil {
		return Event{}, InvalidInput(Fault{"kind", "or its capabilities are not known here"})
	}
	if d, ok := h.Devices[id]; !ok && len(h.Devices) >= MaxDevices {
		return Event{}, Errorf(Overloaded, "the home has %d devices, the most there can be", len(h.Devices))
	} else if ok && !d.Removed && (d.Address != fact.Address || d.Gateway != from) {
		return Event{}, Errorf(Conflict, "the device has another address or gateway")
	}
	return Event{Entity: id.Entity(), Actor: GatewayActor, Model: model.ID, Fact: fact}, nil
}

// MaxDevices bounds the devices of one home.
const MaxDevices = 2000

// Report decides on values a device told. cause names the command they answer,
// if any.
func (h *Home) Report(from GatewayID, id DeviceID, values map[string]thing.Value, cause CommandID) (Event, error) {
	model, err := h.modelOf(from, id)
	if err != nil {
		return Event{}, err
	}
	if len(values) == 0 {
		return Event{}, InvalidInput(Fault{"values", "must not be empty"})
	}
	var faults []Fault
	for name, value := range values {
		if p, ok := model.Properties[name]; !ok {
			faults = append(faults, Fault{"values." + name, "is not a property of this device"})
		} else if why := p.Check(value); why != "" {
			faults = append(faults, Fault{"values." + name, why})
		}
	}
	if len(faults) > 0 {
		slices.SortFunc(faults, func(a, b Fault) int { return strings.Compare(a.Field, b.Field) })
		return Event{}, InvalidInput(faults...)
	}
	ev := Event{Entity: id.Entity(), Actor: GatewayActor, Model: model.ID, Fact: DeviceReported{Values: values}}
	if c, ok := h.Commands[cause]; ok {
		ev.Causation, ev.Correlation = c.last(), c.Correlation
	}
	return ev, nil
}

// Present decides on a device's present state, told on connecting. There is
// nothing to record when it is what the twin holds already and no backlog will
// follow that could overwrite it.
func (h *Home) Present(id DeviceID, ref EdgeRef, values map[string]thing.Value) (ev Event, news bool, err error) {
	ev, err = h.Report(ref.Gateway, id, values, CommandID{})
	if err != nil {
		return Event{}, false, err
	}
	g := h.Gateways[ref.Gateway]
	news = g == nil || ref.Newer(EdgeRef{Epoch: g.Epoch, Seq: g.Cursor})
	for name, value := range values {
		news = news || h.reported(id, name) != value
	}
	ev.Edge, ev.Flags = ref, Snapshot
	return ev, news, nil
}

// reported returns the value the device last told, "" when it never did.
func (h *Home) reported(id DeviceID, name string) thing.Value {
	if t, ok := h.Twins[id]; ok && t.Properties[name] != nil {
		return t.Properties[name].Reported.Value
	}
	return ""
}

// Signal decides on something that happened at a device.
func (h *Home) Signal(from GatewayID, id DeviceID, name string, data thing.Value) (Event, error) {
	model, err := h.modelOf(from, id)
	if err != nil {
		return Event{}, err
	}
	affordance, ok := model.Events[name]
	if !ok {
		return Event{}, InvalidInput(Fault{"event", "is not one this device tells"})
	}
	if affordance.Data != nil {
		if why := affordance.Data.Check(data); why != "" {
			return Event{}, InvalidInput(Fault{"data", why})
		}
	} else if data != "" {
		return Event{}, InvalidInput(Fault{"data", "must be left out"})
	}
	return Event{
		Entity: id.Entity(), Actor: GatewayActor, Model: model.ID,
		Fact: DeviceSignalled{Event: name, Data: data},
	}, nil
}

// Unregister decides on a device that left its gateway for good.
func (h *Home) Unregister(from GatewayID, id DeviceID) (Event, error) {
	if _, err := h.modelOf(from, id); err != nil {
		return Event{}, err
	}
	return Event{Entity: id.Entity(), Actor: GatewayActor, Fact: DeviceRemoved{}}, nil
}

// Reach decides on whether the gateway can reach a device.
func (h *Home) Reach(from GatewayID, id DeviceID, available bool) (Event, error) {
	model, err := h.modelOf(from, id)
	if err != nil {
		return Event{}, err
	}
	return Event{
		Entity: id.Entity(), Actor: GatewayActor, Model: model.ID,
		Fact: DeviceAvailabilityChanged{Available: available},
	}, nil
}

// ReachNews reports whether the twin does not yet say so.
func (h *Home) ReachNews(id DeviceID, available bool) bool {
	t, ok := h.Twins[id]
	return !ok || t.Available.Seq == 0 || t.Available.Is != available
}

// modelOf returns the model of a device that speaks through the gateway.
func (h *Home) modelOf(from GatewayID, id DeviceID) (*thing.Model, error) {
	d, ok := h.Devices[id]
	if !ok || d.Removed || d.Gateway != from {
		return nil, Errorf(NotFound, "this gateway has no such device")
	}
	model, err := h.Model(d)
	if err != nil {
		return nil, Errorf(Internal, "the device has no model: %w", err)
	}
	return model, nil
}
