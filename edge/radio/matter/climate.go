package matter

import (
	"fmt"
	"math"

	"logis/domain/thing"
)

// Attributes of the thermostat cluster.
const (
	attributeLocalTemperature = 0
	attributeCooling          = 17
	attributeHeating          = 18
	attributeLeastHeating     = 21
	attributeMostHeating      = 22
	attributeLeastCooling     = 23
	attributeMostCooling      = 24
	attributeSystemMode       = 28
)

// bindThermostat binds thermostats and air conditioners.
func bindThermostat(e uint16, a attributes) []binding {
	at := func(attribute uint32) path { return path{e, clusterThermostat, attribute} }
	var all []binding
	add := func(b binding) {
		if _, ok := a[b.paths[0]]; ok {
			all = append(all, b)
		}
	}
	add(bindNumber("localTemperature", at(attributeLocalTemperature), 0.01, 2))
	add(setpoint("occupiedHeatingSetpoint", at(attributeHeating), at(attributeLeastHeating), at(attributeMostHeating)))
	add(setpoint("occupiedCoolingSetpoint", at(attributeCooling), at(attributeLeastCooling), at(attributeMostCooling)))
	add(choice(bindWord("systemMode", at(attributeSystemMode), systemModes()), systemModes()))
	return all
}

func systemModes() map[uint64]string {
	return map[uint64]string{0: "off", 1: "auto", 3: "cool", 4: "heat", 7: "fanOnly", 8: "dry"}
}

func bindFan(e uint16, a attributes) []binding {
	at := path{e, clusterFan, 0}
	if _, ok := a[at]; !ok {
		return nil
	}
	words := map[uint64]string{0: "off", 1: "low", 2: "medium", 3: "high", 5: "auto"}
	return []binding{choice(bindWord("fanMode", at, words), words)}
}

// choice makes an enum one that can be written.
func choice(b binding, words map[uint64]string) binding {
	b.encode = func(v thing.Value, _ attributes) (step, error) {
		for n, word := range words {
			if thing.Text(word) == v {
				return step{path: b.paths[0], value: n}, nil
			}
		}
		return step{}, fmt.Errorf("this device has no %s %s", b.property, v)
	}
	return b
}

// setpoint binds a wanted temperature, in hundredths of a degree on the wire.
func setpoint(property string, at, least, most path) binding {
	b := bindNumber(property, at, 0.01, 2)
	b.tolerance = 0.25 // devices round to half or quarter degrees
	b.encode = func(v thing.Value, a attributes) (step, error) {
		f, err := limited(v, a, least, most, 0.01)
		return step{path: at, value: math.Round(f * 100)}, err
	}
	return b
}
