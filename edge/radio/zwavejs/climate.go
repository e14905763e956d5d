package zwavejs

import (
	"fmt"
	"math"
	"strconv"

	"logis/domain/thing"
)

// Types of set points.
const (
	setpointHeating = 1
	setpointCooling = 2
)

// thermostat maps thermostats and radiator valves.
func (p *part) thermostat() bool {
	mode, hasMode := p.find(classThermostatMode, "mode", name{})
	heating, hasHeating := p.find(classSetpoint, "setpoint", number(setpointHeating))
	if !hasMode && !hasHeating {
		return false
	}
	p.kind = "thermostat"
	if hasMode {
		p.bind(choice(mode, "systemMode", map[int]string{0: "off", 1: "heat", 2: "cool", 3: "auto", 6: "fanOnly", 8: "dry"}))
	}
	if hasHeating {
		p.bind(setpoint(heating, "occupiedHeatingSetpoint"))
	}
	if cooling, ok := p.find(classSetpoint, "setpoint", number(setpointCooling)); ok {
		p.bind(setpoint(cooling, "occupiedCoolingSetpoint"))
	}
	if fan, ok := p.find(classFanMode, "mode", name{}); ok {
		p.bind(choice(fan, "fanMode", map[int]string{0: "auto", 1: "low", 3: "high", 5: "medium"}))
	}
	return true
}

// setpoint binds a wanted temperature, in the device's own unit.
func setpoint(v value, property string) binding {
	toCelsius, fromCelsius := same, same
	if v.Metadata.Unit == "°F" {
		toCelsius, fromCelsius = celsius, fahrenheit
	}
	return binding{
		property: property, reads: []valueID{v.id}, hopeful: true,
		matches: within(0.3), // devices round to half a degree, of Fahrenheit too
		decode:  readNumber(v.id, 2, toCelsius),
		encode: func(wanted thing.Value, into *sets) error {
			f, ok := wanted.Float()
			if !ok {
				return fmt.Errorf("%s is not a number", wanted)
			}
			own := math.Round(fromCelsius(f)*10) / 10
			if v.Metadata.Min != nil && own < *v.Metadata.Min || v.Metadata.Max != nil && own > *v.Metadata.Max {
				return fmt.Errorf("this device takes %s to %s %s", limit(v.Metadata.Min), limit(v.Metadata.Max), v.Metadata.Unit)
			}
			into.put(v.id, own)
			return nil
		},
	}
}

func limit(f *float64) string {
	if f == nil {
		return "any"
	}
	return strconv.FormatFloat(*f, 'f', -1, 64)
}

// choice binds a number that stands for a word; a device offers some of them.
func choice(v value, property string, words map[int]string) binding {
	states, back := map[int]thing.Value{}, map[thing.Value]int{}
	for n, text := range words {
		states[n] = thing.Text(text)
		if _, offered := v.Metadata.States[strconv.Itoa(n)]; offered || v.Metadata.States == nil {
			back[thing.Text(text)] = n
		}
	}
	return binding{
		property: property, reads: []valueID{v.id}, hopeful: true,
		decode: readState(v.id, states),
		encode: func(wanted thing.Value, into *sets) error {
			n, ok := back[wanted]
			if !ok {
				return fmt.Errorf("this device has no %s %s", property, wanted)
			}
			into.put(v.id, n)
			return nil
		},
	}
}
