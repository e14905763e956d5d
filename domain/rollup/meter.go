package rollup

import "time"

// Energy is the property of a meter that counts kilowatt hours.
const Energy = "cumulativeEnergyImported"

// Meters reports whether a property is a meter's count, which only rises until the
// meter is another one or begins anew.
func Meters(property string) bool { return property == Energy }

const (
	// maxPower is the most a home can draw, in kilowatts: what counts quicker was
	// another meter.
	maxPower = 100
	// leastStretch is the shortest time between two readings that maxPower is held
	// against: meters tell in steps.
	leastStretch = 5 * time.Minute
	// restart is how far a meter must fall to have begun anew: to less than this
	// part of what it stood at. What falls by less corrects itself.
	restart = 0.5
)

// Counted returns what a meter counted between two readings, in kilowatt hours. A
// meter that falls to less than half began anew, at zero. One that jumps by more than
// a home can draw was replaced by one that had counted elsewhere: what it counted
// between the two readings is not known, and nothing is counted.
func Counted(before, after float64, between time.Duration) float64 {
	risen := after - before
	if after < before {
		if after >= before*restart {
			return 0
		}
		risen = after
	}
	if risen > maxPower*max(between, leastStretch).Hours() {
		return 0
	}
	return risen
}
