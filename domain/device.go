package domain

import (
	"maps"
	"slices"
	"strings"

	"logis/domain/thing"
)

// Bounds of what a gateway may say of a device. What it says stands in the log
// and in the home's state for good.
const (
	MaxDevices          = 2000 // of one home, removed ones included
	maxAddress          = 200  // bytes
	maxAttributes       = 32   // a radio knows about ten
	maxAttributeName    = 64   // bytes
	maxAttributeContent = 256  // bytes
)

// Register decides on a device a gateway knows. It refuses with Invalid, with
// Overloaded when the home is full, and with Conflict when the id stands for
// another device.
func (h *Home) Register(from GatewayID, id DeviceID, fact DeviceRegistered) (Event, error) {
	model, err := h.catalog.Describe(fact.Kind, fact.Capabilities)
	if err != nil {
		return Event{}, InvalidInput(Fault{"kind", "or its capabilities are not known here"})
	}
	if faults := checkRegistration(fact); len(faults) > 0 {
		return Event{}, InvalidInput(faults...)
	}
	if d, ok := h.Devices[id]; !ok && len(h.Devices) >= MaxDevices {
		return Event{}, Errorf(Overloaded, "the home has %d devices, the most there can be", len(h.Devices))
	} else if ok && !d.Removed && (d.Address != fact.Address || d.Gateway != from) {
		return Event{}, Errorf(Conflict, "the device has another address or gateway")
	}
	return Event{Entity: id.Entity(), Actor: GatewayActor, Model: model.ID, Fact: fact}, nil
}

func checkRegistration(fact DeviceRegistered) []Fault {
	var faults []Fault
	if fact.Address == "" || len(fact.Address) > maxAddress {
		faults = append(faults, Fault{"address", "must be 1 to 200 bytes long"})
	}
	if len(fact.Attributes) > maxAttributes {
		return append(faults, Fault{"attributes", "must be at most 32"})
	}
	for _, name := range slices.Sorted(maps.Keys(fact.Attributes)) {
		if len(name) > maxAttributeName || len(fact.Attributes[name]) > maxAttributeContent {
			faults = append(faults, Fault{"attributes." + name, "must have a name of at most 64 and a text of at most 256 bytes"})
		}
	}
	return faults
}

// Report decides on values a device told. cause names the command they answer;
// it is only believed of an open command for the same device. It refuses with
// NotFound and Invalid.
func (h *Home) Report(from GatewayID, id DeviceID, values map[string]thing.Value, cause CommandID) (Event, error) {
	model, err := h.modelOf(from, id)
	if err != nil {
		return Event{}, err
	}
	if len(values) == 0 {
		return Event{}, InvalidInput(Fault{"values", "must not be empty"})
	}
	if faults := checkValues(model, values); len(faults) > 0 {
		return Event{}, InvalidInput(faults...)
	}
	ev := Event{Entity: id.Entity(), Actor: GatewayActor, Model: model.ID, Fact: DeviceReported{Values: values}}
	if c, ok := h.Commands[cause]; ok && c.Device == id {
		ev.Causation, ev.Correlation = c.last(), c.Correlation
	}
	return ev, nil
}

// checkValues returns what is wrong with values a device told, by name.
func checkValues(model *thing.Model, values map[string]thing.Value) []Fault {
	var faults []Fault
	for name, value := range values {
		if why := checkValue(model, name, value); why != "" {
			faults = append(faults, Fault{"values." + name, why})
		}
	}
	slices.SortFunc(faults, func(a, b Fault) int { return strings.Compare(a.Field, b.Field) })
	return faults
}

func checkValue(model *thing.Model, name string, value thing.Value) string {
	p, ok := model.Properties[name]
	if !ok {
		return "is not a property of this device"
	}
	return p.Check(value)
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

// modelOf returns the model of a device that speaks through the gateway. It is
// asked for with every report, so the home keeps the answer.
func (h *Home) modelOf(from GatewayID, id DeviceID) (*thing.Model, error) {
	d, ok := h.Devices[id]
	if !ok || d.Removed || d.Gateway != from {
		return nil, Errorf(NotFound, "this gateway has no such device")
	}
	if model, ok := h.models[id]; ok {
		return model, nil
	}
	model, err := h.Model(d)
	if err != nil {
		return nil, Wrap(Internal, "the device has no model", err)
	}
	h.models[id] = model
	return model, nil
}
