// Package radiotest is what every radio must pass: the contract of
// [radio.Radio] as tests, run by each technology on its own devices.
//
//	func TestRadio(t *testing.T) {
//		radiotest.Run(t, func(t *testing.T) radiotest.Rig { … })
//	}
package radiotest

import (
	"testing"
	"time"

	"logis/edge/radio"
)

// Rig is one radio under test and a hand on its devices. The suite asks for a
// new one in every subtest; rigs may share slow things such as a broker, but a
// rig's Radio is its own and does not run yet.
type Rig struct {
	Radio radio.Radio
	// Devices are devices the suite may use: an address for each kind on offer.
	// One of a kind with a writable onOff is required.
	Devices map[string]string
	// Break makes a device unreachable and Repair undoes it. Both return once it
	// is so; nil leaves out the tests that need them.
	Break, Repair func(address string)
	// Patience bounds every wait for the radio. Zero means DefaultPatience.
	Patience time.Duration
	// Quiet are kinds that tell no value until something happens, such as a
	// sleeping door sensor: their present state is not asked for.
	Quiet []string
}

// DefaultPatience is how long the suite waits for anything to happen.
const DefaultPatience = 10 * time.Second

// Run tests the radio that setup makes. setup may call t.Cleanup, and t.Fatal
// when the rig does not come up.
func Run(t *testing.T, setup func(t *testing.T) Rig) {
	t.Helper()
	for _, c := range []struct {
		name string
		test func(*testing.T, *bench)
	}{
		{"every device is told once per start, described in known terms", tellsDevicesOnce},
		{"a start tells the present state and whether devices can be reached", tellsPresentState},
		{"a second start tells the same devices again", tellsDevicesAgain},
		{"an order is confirmed by a report that names it before Act returns", confirmsOrders},
		{"orders for many devices at once each get their own confirmation", takesOrdersAtOnce},
		{"what fades is confirmed when it is there", fades},
		{"what cannot be done is refused without trying", refusesTheImpossible},
		{"an unreachable device gives an error and no confirmation, and works again when repaired", survivesBreakage},
		{"Act returns when its context ends", actHonoursContext},
		{"Act is refused while the radio does not run", refusesWhileStopped},
		{"Run returns nil when its context ends and tells nothing afterwards", stopsCleanly},
		{"Run stops while the sink blocks", stopsWhileSinkBlocks},
		{"a device can be read", reads},
	} {
		t.Run(c.name, func(t *testing.T) {
			rig := setup(t)
			c.test(t, newBench(t, rig))
		})
	}
}
