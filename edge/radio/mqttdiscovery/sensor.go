package mqttdiscovery

import (
	"slices"
	"strings"
	"time"

	"logis/domain/thing"
	"logis/edge/radio"
)

// sense maps a sensor. It reports whether it has a place in the part.
func (p *part) sense(e *entity) bool {
	var b *binding
	switch e.component {
	case "sensor":
		b = p.measure(e)
	case "binary_sensor":
		b = p.flag(e)
	}
	if b == nil || len(b.sources) == 0 || !p.bind(b) {
		return false
	}
	p.entities = append(p.entities, e)
	return true
}

// measured is a number a device tells.
type measured struct {
	property string
	digits   int     // after the point
	step     float64 // of binding
	units    map[string]func(float64) float64
}

// measures are the numbers that have a meaning here, by device class.
func measures() map[string]measured {
	times := func(f float64) func(float64) float64 { return func(v float64) float64 { return v * f } }
	pressure := map[string]func(float64) float64{
		"hPa": asIs, "mbar": asIs, "Pa": times(0.01), "kPa": times(10), "bar": times(1000), "mmHg": times(1.333224), "inHg": times(33.86389),
	}
	energy := map[string]func(float64) float64{"kWh": asIs, "Wh": times(0.001), "MWh": times(1000)}
	return map[string]measured{
		"battery": {property: "batteryPercent", units: map[string]func(float64) float64{"%": asIs}},
		"temperature": {property: "temperature", digits: 2, units: map[string]func(float64) float64{
			"°C": asIs, "C": asIs, "°F": celsiusOf("F"), "F": celsiusOf("F"), "K": celsiusOf("K"),
		}},
		"humidity":             {property: "relativeHumidity", digits: 2, units: map[string]func(float64) float64{"%": asIs}},
		"pressure":             {property: "pressure", digits: 1, units: pressure},
		"atmospheric_pressure": {property: "pressure", digits: 1, units: pressure},
		"illuminance":          {property: "illuminance", units: map[string]func(float64) float64{"lx": asIs, "lux": asIs}},
		"power":                {property: "activePower", digits: 2, units: map[string]func(float64) float64{"W": asIs, "kW": times(1000), "mW": times(0.001)}},
		"energy":               {property: "cumulativeEnergyImported", digits: 4, units: energy},
		"voltage":              {property: "voltage", digits: 1, units: map[string]func(float64) float64{"V": asIs}},
		"current":              {property: "activeCurrent", digits: 3, units: map[string]func(float64) float64{"A": asIs, "mA": times(0.001)}},
		"linkquality":          {property: "linkQuality", step: linkQualityStep, units: map[string]func(float64) float64{"lqi": asIs}},
	}
}

// measure binds a number; nil if it means nothing here.
func (p *part) measure(e *entity) *binding {
	class, unit := e.fields.text("device_class"), e.fields.text("unit_of_measurement")
	switch {
	case unit == "lqi":
		class = "linkquality"
	case class == "power" && strings.HasSuffix(unit, "Wh"): // what Tasmota says of energies
		class = "energy"
	}
	m, ok := measures()[class]
	convert := m.units[unit]
	if !ok || convert == nil || m.property == "temperature" && e.setting() { // of the chip, not of the room
		return nil
	}
	if m.property == "cumulativeEnergyImported" && !cumulative(e) {
		return nil
	}
	return &binding{
		property: m.property, step: m.step,
		sources: p.source(e, "state_topic", "value_template", numeric(m.digits, convert)),
	}
}

// cumulative reports whether an energy is the whole that was taken in, not that
// of a day, nor what was given back.
func cumulative(e *entity) bool {
	about := []string{
		e.fields.text("name"), strings.ReplaceAll(e.object, "_", " "), strings.ReplaceAll(e.fields.text("value_template"), "_", " "),
	}
	return !mentions(about, "today", "yesterday", "daily", "weekly", "monthly", "yearly", "day", "week", "month", "year", "hour", "last",
		"produced", "returned", "exported", "export", "production", "reactive", "apparent", "tomorrow")
}

// flag binds a binary sensor by its device class.
func (p *part) flag(e *entity) *binding {
	class := e.fields.text("device_class")
	on, off := thing.Value("true"), thing.Value("false")
	property := map[string]string{
		"motion": "occupancy", "occupancy": "occupancy", "presence": "occupancy", "moisture": "waterLeak", "tamper": "tamper", "battery": "batteryLow",
	}[class]
	switch class {
	case "door", "window", "opening", "garage_door": // on is open
		property, on, off = "contact", "false", "true"
	case "smoke":
		property, on, off = "smokeState", `"critical"`, `"normal"`
	case "gas", "carbon_monoxide":
		property, on, off = "gasState", `"critical"`, `"normal"`
	}
	if property == "" {
		return nil
	}
	b := &binding{property: property}
	b.sources = p.source(e, "state_topic", "value_template", word(map[string]thing.Value{
		e.fields.payload("payload_on", "ON"): on, e.fields.payload("payload_off", "OFF"): off,
	}))
	if property == "occupancy" {
		b.reset = seconds(e.fields.number("off_delay", 0))
	}
	return b
}

// seconds makes a duration of what was announced, nothing of nonsense.
func seconds(s float64) time.Duration {
	const longest = 24 * 60 * 60
	if !(s > 0 && s <= longest) {
		return 0
	}
	return time.Duration(s * float64(time.Second))
}

// identify adds the action of showing itself, which nothing confirms.
func (p *part) identify(e *entity) bool {
	c, ok := p.command(e, "command_topic", "command_template")
	if e.component != "button" || e.fields.text("device_class") != "identify" || !ok {
		return false
	}
	payload := e.fields.payload("payload_press", "PRESS")
	p.actions["identify"] = action{encode: func(b *batch) error { return c.send(b, payload, nil) }}
	return true
}

// health reports whether a property says how the hardware is rather than what it
// does; every part of a device tells it.
func health(property string) bool {
	return slices.Contains([]string{"linkQuality", "batteryPercent", "batteryLow", "tamper"}, property)
}

// sensorKind decides what a device without an actuator is.
func (p *part) sensorKind() string {
	return radio.SensorKind(p.has, len(p.presses) > 0)
}
