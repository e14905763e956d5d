package matter

import (
	"fmt"
	"maps"
	"slices"

	"logis/domain/thing"
	"logis/edge/radio"
)

// plan is an order in the terms of Matter.
type plan struct {
	steps []step
	tells map[string]thing.Value // properties the order wants, which it tells itself
	wants []want                 // everything that must be heard before it is confirmed
	once  bool                   // it must not happen late or twice
	moves bool                   // a motor has to run before it is confirmed
}

// makePlan checks that the device can do what is ordered. Its errors wrap
// radio.ErrRefused.
func makePlan(d *device, order radio.Order, said attributes) (plan, error) {
	p := plan{tells: order.Set}
	if order.Action != "" {
		if err := p.act(d, order.Action, said); err != nil {
			return p, err
		}
	}
	for _, property := range slices.Sorted(maps.Keys(order.Set)) {
		if err := p.set(d, order.Set, property, said); err != nil {
			return p, err
		}
	}
	if order.Set["onOff"] == "false" && order.Set["currentLevel"] != "" {
		return p, fmt.Errorf("%w: a lamp takes no level while it is turned off", radio.ErrRefused)
	}
	_, white := order.Set["colorTemperatureMireds"]
	_, hue := order.Set["currentHue"]
	_, saturation := order.Set["currentSaturation"]
	if white && (hue || saturation) {
		return p, fmt.Errorf("%w: a lamp has a colour or a colour temperature, not both", radio.ErrRefused)
	}
	if len(p.steps) == 0 {
		return p, fmt.Errorf("%w: the order asks for nothing", radio.ErrRefused)
	}
	for property, value := range p.tells {
		b := d.bindings[property]
		p.moves = p.moves || b.moves
		p.wants = append(p.wants, want{binding: b, value: value, fits: func(v thing.Value) bool { return d.fits(property, v) }})
	}
	return p, nil
}

func (p *plan) act(d *device, name string, said attributes) error {
	a, ok := d.actions[name]
	if !ok {
		return fmt.Errorf("%w: the device cannot %s", radio.ErrRefused, name)
	}
	if a.step.path.cluster == clusterDoorLock && needsPIN(d.endpoint, said) {
		return fmt.Errorf("%w: %w", radio.ErrRefused, errNeedsPIN)
	}
	p.steps = append(p.steps, a.step)
	p.once = d.model.Actions[name].Class.AtMostOnce()
	p.tells = a.wants
	if a.proof != nil {
		p.wants = append(p.wants, want{binding: *a.proof, value: thing.Bool(true), fits: func(thing.Value) bool { return true }})
	}
	return nil
}

func (p *plan) set(d *device, all map[string]thing.Value, property string, said attributes) error {
	b, ok := d.bindings[property]
	if !ok || b.encode == nil {
		return fmt.Errorf("%w: the device cannot set %s", radio.ErrRefused, property)
	}
	if why := d.model.Properties[property].Check(all[property]); why != "" {
		return fmt.Errorf("%w: %s %s", radio.ErrRefused, property, why)
	}
	if property == "onOff" && all["onOff"] == "true" && all["currentLevel"] != "" {
		return nil // the level turns it on
	}
	st, err := b.encode(all[property], said)
	if err != nil {
		return fmt.Errorf("%w: %s: %w", radio.ErrRefused, property, err)
	}
	p.steps = append(p.steps, st)
	return nil
}
