package zigbee2mqtt

import (
	"encoding/json"
	"slices"

	"logis/domain/thing"
	"logis/edge/radio"
)

// sense maps an expose that stands alone. It reports whether it could.
func (p *part) sense(e expose) bool {
	if e.Name == "identify" {
		return p.identify(e)
	}
	if !e.Access.has(published) {
		return false
	}
	if e.Name == "action" {
		p.presses = parsePresses(e.texts())
		return len(p.presses) > 0
	}
	b, ok := sensorBinding(e)
	if !ok {
		b, ok = p.mapped(e)
	}
	if ok {
		b.get = getKey(e)
		p.bind(b)
	}
	return ok
}

// mapped binds a feature by a mapping that was added.
func (p *part) mapped(e expose) (binding, bool) {
	for _, m := range p.more {
		if m.Expose != e.Name || e.Type != "numeric" {
			continue
		}
		b := binding{property: m.Property, decode: readNumber(e.Property, m.Digits)}
		if e.Access.has(settable) {
			b.encode = writeNumber(e, same)
		}
		return b, true
	}
	return binding{}, false
}

// senseWithin maps a feature of a composite expose, which is told as an object
// under the key. It reports whether it could.
func (p *part) senseWithin(key string, e expose) bool {
	b, ok := sensorBinding(e)
	if !ok || !e.Access.has(published) {
		return false
	}
	read := b.decode
	b.decode = func(s state) (thing.Value, bool) {
		var within state
		if !decodeInto(s[key], &within) {
			return "", false
		}
		return read(within)
	}
	p.bind(b)
	return true
}

// sensorBinding says what Logis calls a value that a device measures.
func sensorBinding(e expose) (binding, bool) {
	if m, ok := measures()[e.Name]; ok {
		// Another unit is another thing: "voltage" in millivolts is that of a battery.
		b := binding{property: m.property, decode: readNumber(e.Property, m.digits), step: m.step}
		return b, e.Type == "numeric" && (e.Unit == m.unit || m.unit == "")
	}
	if property, ok := flags()[e.Name]; ok {
		return binding{property: property, decode: readFlag(e.Property, "true", "false")}, e.Type == "binary"
	}
	if property, ok := alarms()[e.Name]; ok {
		return binding{property: property, decode: readFlag(e.Property, `"critical"`, `"normal"`)}, e.Type == "binary"
	}
	return binding{}, false
}

// measure is a number a device tells.
type measure struct {
	property, unit string
	digits         int     // after the point
	step           float64 // of binding
}

func measures() map[string]measure {
	return map[string]measure{
		"battery":     {property: "batteryPercent", unit: "%"},
		"temperature": {property: "temperature", unit: "°C", digits: 2},
		"humidity":    {property: "relativeHumidity", unit: "%", digits: 2},
		"pressure":    {property: "pressure", unit: "hPa", digits: 1},
		"illuminance": {property: "illuminance", unit: "lx"},
		"power":       {property: "activePower", unit: "W", digits: 2},
		"energy":      {property: "cumulativeEnergyImported", unit: "kWh", digits: 4},
		"voltage":     {property: "voltage", unit: "V", digits: 1},
		"current":     {property: "activeCurrent", unit: "A", digits: 3},
		"linkquality": {property: "linkQuality", step: linkQualityStep},
	}
}

func flags() map[string]string {
	return map[string]string{
		"contact": "contact", "occupancy": "occupancy", "presence": "occupancy",
		"water_leak": "waterLeak", "tamper": "tamper", "battery_low": "batteryLow",
	}
}

func alarms() map[string]string { return map[string]string{"smoke": "smokeState", "gas": "gasState"} }

// health reports whether a value says how the hardware is rather than what it
// does; every endpoint of a device tells it.
func health(name string) bool {
	return slices.Contains([]string{"linkquality", "battery", "battery_low", "tamper"}, name)
}

// sensorKind decides what a device without an actuator is.
func (p *part) sensorKind() string {
	for _, m := range p.more {
		if m.Kind != "" && p.has(m.Property) {
			return m.Kind
		}
	}
	return radio.SensorKind(p.has, len(p.presses) > 0)
}

// capabilities are those that Logis knows and those that were added.
func (p *part) capabilities() []capability {
	all := capabilities()
	for _, m := range p.more {
		all = append(all, capability{m.Capability, m.Property})
	}
	return all
}

// capabilities are all that may add to a kind, most important first: a device may
// have more than fit.
func capabilities() []capability {
	return []capability{
		{"on-off", "onOff"},
		{"level", "currentLevel"},
		{"color-temperature", "colorTemperatureMireds"},
		{"color", "currentHue"},
		{"thermostat", "localTemperature"},
		{"cooling", "occupiedCoolingSetpoint"},
		{"fan", "fanMode"},
		{"contact", "contact"},
		{"occupancy", "occupancy"},
		{"smoke", "smokeState"},
		{"gas", "gasState"},
		{"water-leak", "waterLeak"},
		{"tamper", "tamper"},
		{"battery-low", "batteryLow"},
		{"temperature", "temperature"},
		{"humidity", "relativeHumidity"},
		{"power", "activePower"},
		{"energy", "cumulativeEnergyImported"},
		{"battery", "batteryPercent"},
		{"illuminance", "illuminance"},
		{"pressure", "pressure"},
		{"mains", "voltage"},
		{"link-quality", "linkQuality"},
	}
}

type capability struct{ name, property string }

// decodeInto reads JSON into v and reports whether it could.
func decodeInto(text json.RawMessage, v any) bool {
	return len(text) > 0 && json.Unmarshal(text, v) == nil
}

// fits reports whether a value is one the model allows.
func fits(m *thing.Model, property string, v thing.Value) bool {
	p, ok := m.Properties[property]
	return ok && p.Check(v) == ""
}
