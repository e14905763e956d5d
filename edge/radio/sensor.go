package radio

// SensorKind decides what a device without an actuator is: the kind of the first of
// these properties that it tells, before presses only what warns or watches. "" is
// none of them.
func SensorKind(tells func(property string) bool, presses bool) string {
	switch {
	case tells("smokeState"):
		return "smoke-alarm"
	case tells("gasState"):
		return "gas-alarm"
	case tells("waterLeak"):
		return "leak-sensor"
	case tells("contact"):
		return "contact-sensor"
	case tells("occupancy"):
		return "motion-sensor"
	case presses:
		return "button"
	case tells("temperature") && tells("relativeHumidity"):
		return "climate-sensor"
	case tells("temperature"):
		return "temperature-sensor"
	case tells("relativeHumidity"):
		return "humidity-sensor"
	case tells("illuminance"):
		return "light-sensor"
	case tells("activePower") || tells("cumulativeEnergyImported"):
		return "meter"
	}
	return ""
}
