package zwavejs

import (
	"slices"

	"logis/domain/thing"
)

// capability is what adds a property to a kind.
type capability struct{ name, property string }

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
	}
}

// capabilities returns what the part has beyond its kind, the most important ones
// if there are too many.
func (p *part) capabilities(base *thing.Model) []string {
	var names []string
	if _, ok := base.Events[pressed]; !ok && p.buttons {
		names = append(names, "switch")
	}
	if _, ok := base.Actions["identify"]; !ok && p.actions["identify"].sets != nil {
		names = append(names, "identify")
	}
	for _, c := range capabilities() {
		if _, ok := base.Properties[c.property]; !ok && p.has(c.property) {
			names = append(names, c.name)
		}
	}
	names = names[:min(len(names), maxCapabilities)]
	slices.Sort(names)
	return names
}

// sensorKind decides what a device without an actuator is, by the first of these
// that it tells.
func (p *part) sensorKind() string {
	switch {
	case p.has("smokeState"):
		return "smoke-alarm"
	case p.has("gasState"):
		return "gas-alarm"
	case p.has("waterLeak"):
		return "leak-sensor"
	case p.has("contact"):
		return "contact-sensor"
	case p.has("occupancy"):
		return "motion-sensor"
	case p.buttons:
		return "button"
	case p.has("temperature") && p.has("relativeHumidity"):
		return "climate-sensor"
	case p.has("temperature"):
		return "temperature-sensor"
	case p.has("relativeHumidity"):
		return "humidity-sensor"
	case p.has("illuminance"):
		return "light-sensor"
	case p.has("activePower") || p.has("cumulativeEnergyImported"):
		return "meter"
	}
	return ""
}
