package mqttdiscovery

import (
	"fmt"
	"math"

	"logis/domain/thing"
)

// fan maps a fan: a switch with a speed, in the steps of the model.
func (p *part) fan(e *entity) {
	power := p.onOff(e)
	if power.encode == nil {
		return
	}
	p.kind = "switch"
	p.bind(power)
	f := e.fields
	slowest, fastest := f.number("speed_range_min", 1), f.number("speed_range_max", fullPercent)
	c, ok := p.command(e, "percentage_command_topic", "percentage_command_template")
	if !ok || fastest < slowest {
		if presets := f.texts("preset_modes"); len(presets) > 0 {
			p.choice(e, "fanMode", "preset_mode", presets, map[string]string{"low": "low", "medium": "medium", "high": "high", "auto": "auto"})
		}
		return
	}
	speed := func(share float64) float64 { return math.Max(slowest, math.Round(slowest-1+share*(fastest-slowest+1))) }
	speeds := map[thing.Value]float64{`"low"`: speed(1.0 / 3), `"medium"`: speed(2.0 / 3), `"high"`: fastest}
	b := &binding{property: "fanMode"}
	b.sources = p.source(e, "percentage_state_topic", "percentage_value_template", func(said string) (thing.Value, bool) {
		n, ok := parseNumber(said)
		switch {
		case !ok:
			return "", false
		case n.f < slowest:
			return `"off"`, true
		case n.f <= speeds[`"low"`]:
			return `"low"`, true
		case n.f <= speeds[`"medium"`]:
			return `"medium"`, true
		}
		return `"high"`, true
	})
	b.encode = func(v thing.Value, o *batch) error {
		if v == `"off"` {
			return power.encode("false", o)
		}
		at, ok := speeds[v]
		if !ok {
			return fmt.Errorf("this device has no fanMode %s", v)
		}
		return c.send(o, decimal(at), nil)
	}
	// A fan that is switched off is off, whatever speed it remembers.
	for _, s := range power.sources {
		b.sources = append(b.sources, source{s.topic, func(r *reading) (thing.Value, bool) {
			v, ok := s.read(r)
			return `"off"`, ok && v == "false"
		}})
	}
	p.bind(b)
}
