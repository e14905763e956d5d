package matter

import (
	"encoding/json"
	"math"
	"slices"

	"logis/domain/thing"
)

// Device types that say what the truth value of the boolean state cluster means.
const (
	typeContact = 21
	typeLeak    = 67
)

// bindBoolean binds the boolean state cluster by what the endpoint is.
func bindBoolean(at path, types []uint64) []binding {
	switch {
	case slices.Contains(types, typeContact):
		return []binding{bindFlag("contact", at)}
	case slices.Contains(types, typeLeak):
		return []binding{bindFlag("waterLeak", at)}
	}
	return nil
}

func bindOccupancy(at path) binding {
	return binding{property: "occupancy", paths: []path{at}, decode: func(a attributes) (thing.Value, bool) {
		bits, ok := whole(a[at])
		return thing.Bool(bits&1 == 1), ok
	}}
}

// bindIlluminance binds brightness, which Matter tells as a logarithm; 0 is too
// dark to measure.
func bindIlluminance(at path) binding {
	return binding{property: "illuminance", paths: []path{at}, decode: func(a attributes) (thing.Value, bool) {
		f, ok := number(a[at])
		if f == 0 {
			return "0", ok
		}
		return thing.Number(math.Round(math.Pow(10, (f-1)/10000)*10) / 10), ok
	}}
}

// bindEnergy binds a meter, which tells milliwatt hours in the first field of a
// struct.
func bindEnergy(at path) binding {
	return binding{property: "cumulativeEnergyImported", paths: []path{at}, decode: func(a attributes) (thing.Value, bool) {
		var fields map[string]json.RawMessage
		if json.Unmarshal(a[at], &fields) != nil {
			return "", false
		}
		f, ok := number(fields["0"])
		return thing.Number(math.Round(f/1000) / 1000), ok
	}}
}

// bindBattery binds what a power source tells of its battery: percent, or at
// least whether it is low. A wired one tells nothing.
func bindBattery(e uint16, a attributes) []binding {
	percent, level := path{e, clusterPowerSource, 12}, path{e, clusterPowerSource, 14}
	if _, ok := number(a[percent]); ok {
		return []binding{bindNumber("batteryPercent", percent, 0.5, 1)}
	}
	if _, ok := whole(a[level]); ok {
		return []binding{{property: "batteryLow", paths: []path{level}, decode: func(a attributes) (thing.Value, bool) {
			n, ok := whole(a[level])
			return thing.Bool(n > 0), ok
		}}}
	}
	return nil
}
