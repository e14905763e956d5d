package zigbee2mqtt

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"logis/domain/thing"
	"logis/edge/radio"
)

// plan is an order in the terms of Zigbee2MQTT.
type plan struct {
	payload []byte
	frames  int                    // it takes on the air, at most
	wants   map[string]thing.Value // what confirms it
	alive   probe                  // what confirms it when it wants nothing
	// once says that it must not happen late or twice: the device must answer
	// before it is sent.
	once bool
}

// makePlan checks that the device can do what is ordered. Its errors wrap
// radio.ErrRefused; told are the values the device told last.
func makePlan(d *device, order radio.Order, told map[string]thing.Value) (plan, error) {
	set := map[string]any{}
	p := plan{wants: order.Set}
	if order.Action != "" {
		a, ok := d.actions[order.Action]
		if !ok {
			return p, fmt.Errorf("%w: the device cannot %s", radio.ErrRefused, order.Action)
		}
		set, p.wants, p.alive = a.set, a.wants, a.alive
		p.once = d.model.Actions[order.Action].Class.AtMostOnce()
	}
	for _, property := range slices.Sorted(maps.Keys(order.Set)) {
		b, ok := d.bindings[property]
		if !ok || b.encode == nil {
			return p, fmt.Errorf("%w: the device cannot set %s", radio.ErrRefused, property)
		}
		if err := b.encode(order.Set[property], set); err != nil {
			return p, fmt.Errorf("%w: %s: %w", radio.ErrRefused, property, err)
		}
	}
	if order.Set["onOff"] == "false" && order.Set["currentLevel"] != "" {
		return p, fmt.Errorf("%w: a lamp takes no level while it is turned off", radio.ErrRefused)
	}
	if len(set) == 0 {
		return p, fmt.Errorf("%w: the order asks for nothing", radio.ErrRefused)
	}
	p.frames = len(set)
	completeColor(set, told)
	over(set, order.Transition)
	payload, err := json.Marshal(set)
	if err != nil {
		return p, fmt.Errorf("%w: %w", radio.ErrRefused, err)
	}
	p.payload = payload
	return p, nil
}

// completeColor adds what a colour needs besides the half that was ordered: the
// other half as it is, or a full colour.
func completeColor(set map[string]any, told map[string]thing.Value) {
	color, ok := set["color"].(map[string]any)
	if !ok {
		return
	}
	for part, rest := range map[string]struct {
		property string
		value    float64
	}{"hue": {"currentHue", 0}, "saturation": {"currentSaturation", 100}} {
		if _, ok := color[part]; ok {
			continue
		}
		color[part] = rest.value
		if f, ok := told[rest.property].Float(); ok {
			color[part] = f
		}
	}
}

// moves reports whether a motor has to run before the plan is confirmed.
func (p *plan) moves(d *device) bool {
	for property := range p.wants {
		if b := d.bindings[property]; b.moves {
			return true
		}
	}
	return false
}

// hopeful reports whether a value the plan wants is taken from state messages:
// the one Zigbee2MQTT sends on an order tells its hope and must not count.
func (p *plan) hopeful(d *device) bool {
	for property := range p.wants {
		if b := d.bindings[property]; b.probe.exists() && b.probe.decode == nil {
			return true
		}
	}
	return false
}
