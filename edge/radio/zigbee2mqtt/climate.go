package zigbee2mqtt

import (
	"fmt"

	"logis/domain/thing"
)

// Attributes of the thermostat cluster.
const (
	attributeCooling    = 0x0011
	attributeHeating    = 0x0012
	attributeSystemMode = 0x001c
)

// climate maps thermostats and radiator valves, and air conditioners if they
// have all that the kind promises.
func (p *part) climate(e expose) {
	p.kind = "thermostat"
	if f, ok := e.feature("local_temperature"); ok {
		p.bind(binding{property: "localTemperature", decode: readNumber(f.Property, 2), get: getKey(f)})
	}
	for _, name := range []string{"occupied_heating_setpoint", "current_heating_setpoint"} {
		if f, ok := e.feature(name); ok {
			p.bind(p.setpoint(f, "occupiedHeatingSetpoint", attributeHeating))
		}
	}
	cooling, cools := e.feature("occupied_cooling_setpoint")
	if cools {
		p.bind(p.setpoint(cooling, "occupiedCoolingSetpoint", attributeCooling))
	}
	if f, ok := e.feature("system_mode"); ok {
		b := choice(f, "systemMode", systemModes())
		b.probe = p.where.probe(clusterThermostat, decodeSystemMode, attributeSystemMode)
		p.bind(b)
	}
	fan, blows := e.feature("fan_mode")
	if blows {
		p.bind(choice(fan, "fanMode", map[string]string{
			"off": "off", "low": "low", "medium": "medium", "high": "high", "auto": "auto",
		}))
	}
	power, switches := p.ownState(e)
	if switches {
		p.bind(p.onOff(power))
	}
	if _, heats := p.bindings["occupiedHeatingSetpoint"]; heats && cools && blows && switches {
		p.kind = "air-conditioner"
	}
}

// systemModes are the modes of a thermostat, by Zigbee2MQTT's word.
func systemModes() map[string]string {
	return map[string]string{"off": "off", "heat": "heat", "cool": "cool", "auto": "auto", "dry": "dry", "fan_only": "fanOnly"}
}

func decodeSystemMode(a attributes) (thing.Value, bool) {
	modes := map[int64]thing.Value{0: `"off"`, 1: `"auto"`, 3: `"cool"`, 4: `"heat"`, 7: `"fanOnly"`, 8: `"dry"`}
	mode, ok := modes[a[attributeSystemMode]]
	return mode, ok
}

// setpoint binds a wanted temperature.
func (p *part) setpoint(f expose, property string, attribute uint16) binding {
	return binding{
		property: property,
		decode:   readNumber(f.Property, 2),
		encode:   writeNumber(f, same),
		probe:    p.where.probe(clusterThermostat, decodeHundredths(attribute), attribute),
		get:      getKey(f),
		matches:  within(0.25), // devices round to half or quarter degrees
	}
}

// choice binds an enum; words maps what Zigbee2MQTT says to what the model says.
func choice(f expose, property string, words map[string]string) binding {
	back := map[thing.Value]string{}
	for _, said := range f.texts() {
		if ours, ok := words[said]; ok {
			back[thing.Text(ours)] = said
		}
	}
	return binding{
		property: property,
		decode: func(s state) (thing.Value, bool) {
			said, _ := word(s[f.Property])
			ours, ok := words[said]
			return thing.Text(ours), ok
		},
		encode: func(v thing.Value, into map[string]any) error {
			said, ok := back[v]
			if !ok {
				return fmt.Errorf("this device has no %s %s", property, v)
			}
			into[f.Property] = said
			return nil
		},
		get: getKey(f),
	}
}
