package zigbee2mqtt

import (
	"encoding/json"
	"slices"

	"logis/domain/thing"
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
	if ok {
		b.get = getKey(e)
		p.bind(b)
	}
	return ok
}

// sensorBinding says what Logis calls a value that a device measures. A unit
// other than the expected one is another thing: "voltage" in millivolts is that
// of a battery.
func sensorBinding(e expose) (binding, bool) {
	flag := func(property string) (binding, bool) {
		return binding{property: property, decode: readFlag(e.Property, "true", "false")}, e.Type == "binary"
	}
	alarm := func(property string) (binding, bool) {
		return binding{property: property, decode: readFlag(e.Property, `"critical"`, `"normal"`)}, e.Type == "binary"
	}
	measure := func(property, unit string, digits int) (binding, bool) {
		return binding{property: property, decode: readNumber(e.Property, digits)}, e.Type == "numeric" && e.Unit == unit
	}
	switch e.Name {
	case "contact":
		return flag("contact")
	case "occupancy", "presence":
		return flag("occupancy")
	case "water_leak":
		return flag("waterLeak")
	case "tamper":
		return flag("tamper")
	case "battery_low":
		return flag("batteryLow")
	case "smoke":
		return alarm("smokeState")
	case "gas":
		return alarm("gasState")
	case "battery":
		return measure("batteryPercent", "%", 0)
	case "temperature":
		return measure("temperature", "°C", 2)
	case "humidity":
		return measure("relativeHumidity", "%", 2)
	case "pressure":
		return measure("pressure", "hPa", 1)
	case "illuminance":
		return measure("illuminance", "lx", 0)
	case "power":
		return measure("activePower", "W", 2)
	case "energy":
		return measure("cumulativeEnergyImported", "kWh", 4)
	case "voltage":
		return measure("voltage", "V", 1)
	case "current":
		return measure("activeCurrent", "A", 3)
	case "linkquality":
		b, ok := measure("linkQuality", e.Unit, 0)
		b.step = linkQualityStep
		return b, ok
	}
	return binding{}, false
}

// health reports whether a value says how the hardware is rather than what it
// does; every endpoint of a device tells it.
func health(name string) bool {
	return slices.Contains([]string{"linkquality", "battery", "battery_low", "tamper"}, name)
}

// sensorKind decides what a device without an actuator is, by the first of these
// that it tells.
func (p *part) sensorKind() string {
	has := func(property string) bool { _, ok := p.bindings[property]; return ok }
	switch {
	case has("smokeState"):
		return "smoke-alarm"
	case has("gasState"):
		return "gas-alarm"
	case has("waterLeak"):
		return "leak-sensor"
	case has("contact"):
		return "contact-sensor"
	case has("occupancy"):
		return "motion-sensor"
	case len(p.presses) > 0:
		return "button"
	case has("temperature") && has("relativeHumidity"):
		return "climate-sensor"
	case has("temperature"):
		return "temperature-sensor"
	case has("relativeHumidity"):
		return "humidity-sensor"
	case has("illuminance"):
		return "light-sensor"
	case has("activePower") || has("cumulativeEnergyImported"):
		return "meter"
	}
	return ""
}

// capabilityOf returns the capability that has the property, most important
// first where a device has more than fit.
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
