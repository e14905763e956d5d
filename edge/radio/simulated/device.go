package simulated

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"time"

	"logis/domain/thing"
	"logis/edge/radio"
)

// device is one simulated device. Its turn must be held to change it, so that
// its reports leave in the order in which things happened; the home's lock
// guards the fields.
type device struct {
	radio.Device
	model  *thing.Model
	rng    *rand.Rand
	values map[string]thing.Value
	faults faults
	turn   chan struct{} // holds one token while the device is at rest
}

// faults are the ways a device misbehaves.
type faults struct {
	slow   time.Duration
	lies   bool
	jams   bool
	absent bool
}

func newDevice(number int, p plan, seed uint64, catalog *thing.Catalog) (*device, error) {
	model, err := catalog.Describe(p.kind, p.capabilities)
	if err != nil {
		return nil, fmt.Errorf("simulated %s: %w", p.name, err)
	}
	d := &device{
		Device: radio.Device{
			Address: fmt.Sprintf("sim%04d", number), Kind: p.kind, Capabilities: p.capabilities,
			Attributes: map[string]string{
				"manufacturer": "Logis", "model": "Simulated " + p.kind,
				"serial": fmt.Sprintf("S%06d", number), "firmware": "1.0.0",
			},
			Name: p.name, Room: p.room,
		},
		model:  model,
		rng:    rand.New(rand.NewPCG(seed, uint64(number))), //nolint:gosec // a simulation repeats itself on purpose
		values: map[string]thing.Value{},
		turn:   make(chan struct{}, 1),
	}
	for name, p := range model.Properties {
		if d.values[name] = atRest(name); d.values[name] == "" {
			d.values[name] = least(p.Schema)
		}
	}
	d.turn <- struct{}{}
	return d, nil
}

// least returns the first value a schema allows, for what this simulation does not
// know.
func least(s thing.Schema) thing.Value {
	switch {
	case len(s.Enum) > 0:
		return s.Enum[0]
	case s.Type == "boolean":
		return thing.Bool(false)
	case s.Minimum != nil:
		return thing.Number(*s.Minimum)
	case s.Type == "string":
		return thing.Text("-")
	}
	return thing.Number(0)
}

// check reports in words why the device cannot do what is ordered, or "".
func (d *device) check(order radio.Order) string {
	for name, value := range order.Set {
		p, ok := d.model.Properties[name]
		if !ok || p.ReadOnly {
			return name + " cannot be set"
		}
		if why := p.Check(value); why != "" {
			return name + " " + why
		}
	}
	if order.Action == "" {
		if len(order.Set) == 0 {
			return "there is nothing to do"
		}
		return ""
	}
	if _, ok := d.model.Actions[order.Action]; !ok {
		return order.Action + " is not an action of this device"
	}
	return ""
}

// effect returns the values the order leads to and the device then tells. An
// action that leaves nothing to tell, such as identify, returns none.
func (d *device) effect(order radio.Order) map[string]thing.Value {
	told := map[string]thing.Value{}
	maps.Copy(told, order.Set)
	maps.Copy(told, d.model.Actions[order.Action].Desires)
	switch order.Action {
	case "unlockDoor":
		told["lockState"] = thing.Text("unlocked")
	case "openValve":
		told["valveState"] = thing.Text("open")
	case "stopMotion":
		told["currentPositionLiftPercentage"] = d.values["currentPositionLiftPercentage"]
	}
	if on, ok := told["onOff"]; ok && d.values["activePower"] != "" {
		told["activePower"] = thing.Number(0)
		if on == thing.Bool(true) {
			told["activePower"] = thing.Number(applianceWatts)
		}
	}
	return told
}

// jammed returns what a device tells that was hindered half way, if anything.
func (d *device) jammed() map[string]thing.Value {
	if _, ok := d.values["lockState"]; ok {
		return map[string]thing.Value{"lockState": thing.Text("notFullyLocked")}
	}
	return nil
}

// present returns the values the device has of those in names.
func (d *device) present(names map[string]thing.Value) map[string]thing.Value {
	values := map[string]thing.Value{}
	for name := range names {
		values[name] = d.values[name]
	}
	return values
}
