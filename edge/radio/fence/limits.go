package fence

import (
	"time"

	"logis/domain"
)

// Bounds of what one radio may take of the agent.
const (
	// rateLimit is how many reports and signals of one radio go through in a
	// second, on the long run: five times what 200 devices tell. Confirmations of
	// orders are not counted.
	rateLimit = 250
	// maxBurst is how many may come at once: a radio that starts tells of each device
	// of the largest home what it says and whether it is there.
	maxBurst = 2 * domain.MaxDevices
	// maxTelling bounds the calls of one radio that wait for the disk: the others'
	// stand behind no more than these.
	maxTelling = 8
	// maxHanging bounds the calls that do not come back. At that number the radio is
	// ended, and before its next start some must have come back.
	maxHanging = 8
	// actGrace is how long a call may take to come back after its context ended.
	actGrace = 2 * time.Second
	// stopGrace is the same for Run, which has connections to close.
	stopGrace = 5 * time.Second
	// maxKnown bounds the devices of one radio; a home has no more.
	maxKnown = domain.MaxDevices
	// maxSerials bounds the hardware remembered, so that what comes back elsewhere is
	// noticed.
	maxSerials = 2 * domain.MaxDevices
	// maxAddress bounds an address, in bytes; it becomes part of an id.
	maxAddress = 128
)
