package mqttdiscovery

import (
	"fmt"
	"slices"

	"logis/domain/thing"
)

// climate maps thermostats, and air conditioners if they have all that the kind
// promises.
func (p *part) climate(e *entity) {
	f := e.fields
	unit := f.payload("temperature_unit", "C")
	if unit != "C" && unit != "F" {
		p.refuse(e, "temperature_unit", errUnfit)
		return
	}
	p.bind(&binding{property: "localTemperature", sources: p.source(e, "current_temperature_topic", "current_temperature_template",
		numeric(2, celsiusOf(unit)))})
	modes := f.texts("modes")
	if len(modes) == 0 {
		modes = []string{"auto", "off", "cool", "heat", "dry", "fan_only"}
	}
	heating := "occupiedHeatingSetpoint"
	if slices.Contains(modes, "cool") && !slices.Contains(modes, "heat") {
		heating = "occupiedCoolingSetpoint"
	}
	p.setpoint(e, heating, "temperature", unit)
	p.setpoint(e, "occupiedHeatingSetpoint", "temperature_low", unit)
	p.setpoint(e, "occupiedCoolingSetpoint", "temperature_high", unit)
	p.choice(e, "systemMode", "mode", modes, map[string]string{
		"off": "off", "heat": "heat", "cool": "cool", "auto": "auto", "heat_cool": "auto", "dry": "dry", "fan_only": "fanOnly",
	})
	p.choice(e, "fanMode", "fan_mode", f.texts("fan_modes"), map[string]string{
		"off": "off", "low": "low", "medium": "medium", "high": "high", "auto": "auto",
	})
	if !p.has("occupiedHeatingSetpoint") && !p.has("occupiedCoolingSetpoint") && !p.has("systemMode") {
		return
	}
	p.kind = "thermostat"
	p.power(e)
	if p.has("occupiedHeatingSetpoint") && p.has("occupiedCoolingSetpoint") && p.has("fanMode") && p.has("onOff") {
		p.kind = "air-conditioner"
	}
}

// power binds the switch of a climate device.
func (p *part) power(e *entity) {
	on, off := e.fields.payload("payload_on", "ON"), e.fields.payload("payload_off", "OFF")
	b := &binding{property: "onOff", sources: p.source(e, "power_state_topic", "power_state_template", word(map[string]thing.Value{on: "true", off: "false"}))}
	if c, ok := p.command(e, "power_command_topic", "power_command_template"); ok {
		b.encode = c.choice(map[thing.Value]string{"true": on, "false": off})
	}
	p.bind(b)
}

// setpoint binds a wanted temperature.
func (p *part) setpoint(e *entity, property, field, unit string) {
	b := &binding{
		property: property,
		sources:  p.source(e, field+"_state_topic", field+"_state_template", numeric(2, celsiusOf(unit))),
		matches:  within(0.25), // devices round to half or quarter degrees
	}
	if c, ok := p.command(e, field+"_command_topic", field+"_command_template"); ok {
		lowest, highest := e.fields.number("min_temp", -273), e.fields.number("max_temp", 1000)
		b.encode = func(v thing.Value, o *batch) error {
			celsius, err := numberOf(v)
			if err != nil {
				return err
			}
			wanted := ofCelsius(unit)(celsius)
			if wanted < lowest || wanted > highest {
				return fmt.Errorf("this device takes %v to %v", lowest, highest)
			}
			return c.send(o, decimal(wanted), nil)
		}
	}
	p.bind(b)
}

// choice binds an enum; words maps what devices say to what the model says.
func (p *part) choice(e *entity, property, field string, offered []string, words map[string]string) {
	said, back := map[string]thing.Value{}, map[thing.Value]string{}
	for device, ours := range words {
		if slices.Contains(offered, device) {
			said[device] = thing.Text(ours)
			if back[thing.Text(ours)] == "" || device == ours {
				back[thing.Text(ours)] = device
			}
		}
	}
	b := &binding{property: property, sources: p.source(e, field+"_state_topic", field+"_state_template", word(said))}
	if c, ok := p.command(e, field+"_command_topic", field+"_command_template"); ok && len(back) > 0 {
		b.encode = c.choice(back)
	}
	if len(said) > 0 {
		p.bind(b)
	}
}

func celsiusOf(unit string) func(float64) float64 {
	switch unit {
	case "F", "°F":
		return func(f float64) float64 { return (f - 32) * 5 / 9 }
	case "K":
		return func(f float64) float64 { return f - 273.15 }
	}
	return asIs
}

func ofCelsius(unit string) func(float64) float64 {
	if unit == "F" {
		return func(f float64) float64 { return f*9/5 + 32 }
	}
	return asIs
}
