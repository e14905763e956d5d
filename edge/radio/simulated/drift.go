package simulated

import (
	"math"

	"logis/domain/thing"
)

// What the simulated home is like, in the units of the models.
const (
	applianceWatts = 60
	houseWatts     = 320
	mainsVolts     = 230
	stepHours      = 30.0 / 3600 // simulated time between two reports of a sensor
)

// atRest returns the value a property has when the home starts; "" for a
// property this simulation does not know, which a test rules out.
func atRest(property string) thing.Value {
	switch property {
	case "onOff", "occupancy", "waterLeak", "tamper", "batteryLow", "privacyMode", "streaming":
		return thing.Bool(false)
	case "contact":
		return thing.Bool(true) // closed
	case "currentHue", "currentSaturation", "currentPositionLiftPercentage",
		"activePower", "activeCurrent", "cumulativeEnergyImported":
		return thing.Number(0)
	case "smokeState", "gasState":
		return thing.Text("normal")
	}
	if number, ok := usual(property); ok {
		return thing.Number(number)
	}
	return map[string]thing.Value{
		"lockState":  thing.Text("locked"),
		"valveState": thing.Text("open"),
		"systemMode": thing.Text("heat"),
		"fanMode":    thing.Text("auto"),
		"sleepStage": thing.Text("away"),
	}[property]
}

// usual returns the number around which a property lies.
func usual(property string) (float64, bool) {
	number, ok := map[string]float64{
		"currentLevel": 60, "colorTemperatureMireds": 370,
		"temperature": 19.5, "localTemperature": 20, "relativeHumidity": 45,
		"pressure": 1013, "illuminance": 300,
		"occupiedHeatingSetpoint": 21, "occupiedCoolingSetpoint": 25,
		"batteryPercent": 96, "linkQuality": 140, "voltage": mainsVolts,
		"heartRate": 58, "breathingRate": 14,
	}[property]
	return number, ok
}

// drift moves the values a device tells by itself one step and returns them;
// none for a device that only speaks when asked. The properties are visited in
// order, so that the same seed gives the same home.
func (d *device) drift() map[string]thing.Value {
	told := map[string]thing.Value{}
	for _, name := range d.model.PropertyNames() {
		if value := d.step(name); value != "" {
			told[name] = value
		}
	}
	return told
}

// drifts reports whether drift would move anything.
func (d *device) drifts() bool {
	for name := range d.model.Properties {
		switch name {
		case "temperature", "localTemperature", "relativeHumidity", "pressure", "illuminance",
			"occupancy", "activePower", "heartRate":
			return true
		}
	}
	return false
}

// step returns the next value of a property, "" if it does not move by itself.
func (d *device) step(name string) thing.Value {
	switch name {
	case "temperature", "relativeHumidity", "pressure":
		return d.wander(name, 0.1, 10)
	case "illuminance":
		return d.wander(name, 10, 1)
	case "linkQuality":
		return d.wander(name, 2, 1)
	case "voltage":
		return d.wander(name, 0.5, 10)
	case "heartRate", "breathingRate":
		return d.wander(name, 1, 1)
	case "localTemperature":
		return d.towardsSetPoint()
	case "occupancy":
		if d.rng.IntN(3) > 0 {
			return d.values[name]
		}
		return thing.Bool(d.values[name] != thing.Bool(true))
	case "batteryPercent":
		return thing.Number(round(math.Max(1, d.number(name)-0.01), 100))
	case "activePower":
		return d.power()
	case "activeCurrent":
		return thing.Number(round(d.number("activePower")/mainsVolts, 1000))
	case "cumulativeEnergyImported":
		return thing.Number(round(d.number(name)+d.number("activePower")*stepHours/1000, 10000))
	}
	return ""
}

// wander takes a random step that leans back to the usual value.
func (d *device) wander(name string, stride, parts float64) thing.Value {
	middle, _ := usual(name)
	now := d.number(name)
	next := now + stride*d.rng.NormFloat64() + (middle-now)*0.02
	return thing.Number(math.Max(0, round(next, parts)))
}

// towardsSetPoint lets a heated or cooled room come a tenth of the way to what
// is wanted.
func (d *device) towardsSetPoint() thing.Value {
	wanted := d.number("occupiedHeatingSetpoint")
	if d.values["systemMode"] == thing.Text("cool") && d.values["occupiedCoolingSetpoint"] != "" {
		wanted = d.number("occupiedCoolingSetpoint")
	}
	if d.values["systemMode"] == thing.Text("off") {
		wanted = 17
	}
	now := d.number("localTemperature")
	return thing.Number(round(now+(wanted-now)*0.1+0.02*d.rng.NormFloat64(), 100))
}

func (d *device) power() thing.Value {
	switch d.values["onOff"] {
	case "":
		return thing.Number(round(houseWatts+40*d.rng.NormFloat64(), 1))
	case thing.Bool(true):
		return thing.Number(round(applianceWatts+2*d.rng.NormFloat64(), 10))
	}
	return thing.Number(0)
}

func (d *device) number(name string) float64 {
	f, _ := d.values[name].Float()
	return f
}

// round keeps so many parts of a unit: 10 for one decimal.
func round(f, parts float64) float64 { return math.Round(f*parts) / parts }
