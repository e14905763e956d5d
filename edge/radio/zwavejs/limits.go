package zwavejs

import "time"

// Every bound of this package. What is over a limit is left out and counted in
// Stats; nothing grows without one.
const (
	// schema is the newest version of the server's messages this package was tried
	// with, oldestSchema the first that tells errors by name.
	schema       = 50
	oldestSchema = 32

	// maxDump bounds the first answer, all nodes and values, in bytes: a node with
	// many settings takes 200 kB, and a network has 232 of them or far smaller ones.
	maxDump = 48 << 20
	// maxFrame bounds every other frame, in bytes: one node at most.
	maxFrame = 4 << 20
	// maxNodeID is the highest number a node can have, on long range.
	maxNodeID = 4000
	// maxUnits bounds the nodes of one radio. Networks have 232, and long-range
	// ones are not seen larger yet.
	maxUnits = 1024
	// maxValues bounds what one node may tell; many settings are values, too.
	maxValues = 4096
	// maxParts bounds the endpoints of one node that become devices of their own.
	maxParts = 16
	// maxName bounds names and descriptions, in bytes.
	maxName = 256
	// maxValueText bounds the JSON of one value, in bytes: what is kept are numbers
	// and words.
	maxValueText = 512
	// maxCapabilities is what the models allow beyond a kind.
	maxCapabilities = 8

	// maxReads bounds reads under way: a Z-Wave network carries a few dozen frames
	// a second, one after the other.
	maxReads = 4
	// maxSilence is how often in a row a device that is there and did not answer in
	// time is asked once more.
	maxSilence = 3

	// connectTimeout bounds connecting and the server's first words.
	connectTimeout = 10 * time.Second
	// dumpTimeout bounds the wait for all nodes and values, on a busy Raspberry Pi.
	dumpTimeout = time.Minute
	// writeTimeout bounds the writing of one frame; a server that does not read for
	// so long is gone.
	writeTimeout = 5 * time.Second
	// pingPeriod lies between two pings, and pongTimeout is how long an answer may
	// take: a server that is stopped breaks no connection.
	pingPeriod  = 15 * time.Second
	pongTimeout = 10 * time.Second

	// orderTimeout bounds an order whose context has no earlier end.
	orderTimeout = 2 * time.Minute
	// requestTimeout bounds a request to the server: Z-Wave JS tries for a minute
	// to reach a device.
	requestTimeout = 90 * time.Second
	// answerWait is how long a device may take to answer one read; a lock on
	// batteries listens once a second.
	answerWait = 10 * time.Second
	// tryingTime is how long Z-Wave JS tries to deliver one frame: three attempts
	// of 20 s. It cannot be told to stop.
	tryingTime = time.Minute
	// convergeWait is how long a device that answers may go on saying something
	// else than ordered before the order has failed. What moves by a motor may
	// take until its deadline.
	convergeWait = 10 * time.Second

	// maxPairing is the longest window for new devices.
	maxPairing = 5 * time.Minute
	// maxComplaint bounds a reason of the server that goes into an error, in bytes.
	maxComplaint = 300
)
