package zwavejs

import (
	"logis/domain/thing"
)

// sense maps what the part measures and notices. Values of a node whose endpoints
// are devices of their own belong to the part of their endpoint.
func (p *part) sense() {
	for _, v := range p.values {
		b := binding{reads: []valueID{v.id}}
		ok := false
		switch v.id.class {
		case classMultilevelSensor:
			ok = measured(&b, v)
		case classMeter:
			ok = metered(&b, v)
		case classNotification:
			ok = noticed(&b, v)
		case classBinarySensor:
			ok = sensed(&b, v)
		case classBattery:
			ok = charged(&b, v)
		case classCentralScene:
			p.buttons = p.buttons || v.id.property == word("scene")
		}
		if ok && p.kind == "thermostat" && b.property == "temperature" {
			b.property = "localTemperature"
		}
		if ok {
			p.bind(b)
		}
	}
}

// quantity says what a number that a device measures is here, by its type and
// unit. Another unit is another thing.
type quantity struct {
	property string
	unit     string
	digits   int
	convert  func(float64) float64
}

func take(b *binding, v value, all []quantity) bool {
	for _, q := range all {
		if q.unit != v.Metadata.Unit {
			continue
		}
		if q.convert == nil {
			q.convert = same
		}
		b.property, b.decode = q.property, readNumber(v.id, q.digits, q.convert)
		return v.Metadata.Type == "number"
	}
	return false
}

// measured maps a multilevel sensor, by its type.
func measured(b *binding, v value) bool {
	tens := func(f float64) float64 { return f * 10 }
	inches := func(f float64) float64 { return f * 33.8639 }
	thousandth := func(f float64) float64 { return f / 1000 }
	return take(b, v, map[int][]quantity{
		1: {{"temperature", "°C", 2, nil}, {"temperature", "°F", 2, celsius}},
		3: {{"illuminance", "Lux", 0, nil}},
		4: {{"activePower", "W", 2, nil}},
		5: {{"relativeHumidity", "%", 2, nil}},
		8: {{"pressure", "kPa", 1, tens}, {"pressure", "inHg", 1, inches}},
		9: {{"pressure", "kPa", 1, tens}, {"pressure", "inHg", 1, inches}},

		15: {{"voltage", "V", 1, nil}, {"voltage", "mV", 1, thousandth}},
		16: {{"activeCurrent", "A", 3, nil}, {"activeCurrent", "mA", 3, thousandth}},
	}[v.Metadata.Specific.SensorType])
}

// metered maps a meter of electricity; what a home produces is left out.
func metered(b *binding, v value) bool {
	const electric, produced = 1, 2
	if v.Metadata.Specific.MeterType != electric || v.Metadata.Specific.RateType == produced {
		return false
	}
	return take(b, v, []quantity{
		{"cumulativeEnergyImported", "kWh", 4, nil}, {"activePower", "W", 2, nil},
		{"voltage", "V", 1, nil}, {"activeCurrent", "A", 3, nil},
	})
}

// noticed maps the states a notification sensor tells, by its type and what the
// state is called.
func noticed(b *binding, v value) bool {
	const (
		smoke, carbonMonoxide, water, access, home, gas = 1, 2, 5, 6, 7, 18
	)
	const yes, no thing.Value = "true", "false"
	const normal, critical thing.Value = `"normal"`, `"critical"`
	kind := v.Metadata.Specific.NotificationType
	state := v.id.key.text
	var states map[int]thing.Value
	switch {
	case kind == smoke && state == "Sensor status":
		b.property, states = "smokeState", map[int]thing.Value{0: normal, 1: critical, 2: critical}
	case (kind == carbonMonoxide && state == "Sensor status") || (kind == gas && state == "Combustible gas status"):
		b.property, states = "gasState", map[int]thing.Value{0: normal, 1: critical, 2: critical}
	case kind == water && state == "Sensor status":
		b.property, states = "waterLeak", map[int]thing.Value{0: no, 1: yes, 2: yes}
	case kind == access && (state == "Door state (simple)" || state == "Door state"):
		b.property, states = "contact", map[int]thing.Value{22: no, 23: yes}
	case kind == home && state == "Motion sensor status":
		b.property, states = "occupancy", map[int]thing.Value{0: no, 7: yes, 8: yes}
	case kind == home && state == "Cover status":
		b.property, states = "tamper", map[int]thing.Value{0: no, 3: yes}
	default:
		return false
	}
	b.decode = readState(v.id, states)
	return true
}

// sensed maps a binary sensor, by its type.
func sensed(b *binding, v value) bool {
	b.decode = readFlag(v.id, "true", "false")
	switch v.Metadata.Specific.SensorType {
	case 2:
		b.property, b.decode = "smokeState", readFlag(v.id, `"critical"`, `"normal"`)
	case 3, 4:
		b.property, b.decode = "gasState", readFlag(v.id, `"critical"`, `"normal"`)
	case 6:
		b.property = "waterLeak"
	case 8:
		b.property = "tamper"
	case 10: // it says true when the door is open
		b.property, b.decode = "contact", readFlag(v.id, "false", "true")
	case 12:
		b.property = "occupancy"
	default:
		return false
	}
	return true
}

func charged(b *binding, v value) bool {
	switch v.id.property {
	case word("level"):
		b.property, b.decode = "batteryPercent", readNumber(v.id, 0, same)
	case word("isLow"):
		b.property, b.decode = "batteryLow", readFlag(v.id, "true", "false")
	default:
		return false
	}
	return true
}
