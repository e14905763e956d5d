package zwavejs

import (
	"slices"

	"logis/domain/thing"
	"logis/edge/radio"
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

// sensorKind decides what a device without an actuator is.
func (p *part) sensorKind() string {
	return radio.SensorKind(p.has, p.buttons)
}
