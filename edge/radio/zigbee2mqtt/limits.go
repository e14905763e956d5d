package zigbee2mqtt

import "time"

// Every bound of this package. What is over a limit is left out and counted in
// Stats; nothing grows without one.
const (
	// maxMessage bounds a message of a device, in bytes. A device with 60 values
	// needs 4 kB.
	maxMessage = 64 << 10
	// maxDeviceList bounds bridge/devices, in bytes: 3.5 kB a device, as
	// Zigbee2MQTT reckons. It is the largest message taken from the broker.
	maxDeviceList = 4 << 20
	// maxUnits bounds the hardware devices of one radio. Zigbee coordinators
	// carry 200 to 500.
	maxUnits = 1024
	// maxGroups bounds the groups of one radio; a device belongs to 16 at most.
	maxGroups = 256
	// maxParts bounds the endpoints of one device that become devices of their own.
	maxParts = 16
	// maxFeatures bounds what one device may expose; the richest known has 170.
	maxFeatures = 1024
	// maxName bounds a friendly name, in bytes; it becomes part of topics.
	maxName = 256
	// maxVersion bounds the version of a firmware, in bytes.
	maxVersion = 20
	// packetHead is room for what an MQTT packet holds beside topic and payload.
	packetHead = 64
	// maxCapabilities is what the models allow beyond a kind.
	maxCapabilities = 8

	// maxReads bounds reads under way: the air of one coordinator carries a few
	// dozen frames a second.
	maxReads = 8

	// greetTimeout bounds the wait for Zigbee2MQTT's state and devices.
	greetTimeout = 10 * time.Second
	// handshakeWait is how long Zigbee2MQTT may take to answer before it is asked
	// again; while it starts it does not listen.
	handshakeWait = 500 * time.Millisecond

	// orderTimeout bounds an order whose context has no earlier end.
	orderTimeout = 2 * time.Minute
	// answerWait is how long a device on mains may take to answer one read;
	// Zigbee2MQTT tries twice.
	answerWait = 4 * time.Second
	// sleepyWait is the same for a device that sleeps most of the time: it listens
	// every few seconds.
	sleepyWait = 10 * time.Second
	// requestTimeout bounds a request to Zigbee2MQTT, which tries for up to 35 s to
	// reach a device.
	requestTimeout = time.Minute
	// tryingTime is how long Zigbee2MQTT tries to deliver one frame: 17 s measured
	// for a device out of reach, 20 s for one that hangs. It cannot be told to stop.
	tryingTime = 21 * time.Second
	// convergeWait is how long a device that answers may go on saying something
	// else than ordered before the order has failed. What moves by a motor may
	// take until its deadline.
	convergeWait = 10 * time.Second
	// hopeWait is how long after an order for a group Zigbee2MQTT may still tell what it
	// hopes of the members: each is asked before such a message is told.
	hopeWait = 10 * time.Second
	// toldWait is how long the state message that follows a read may take.
	toldWait = time.Second
	// settleWait is how long retained messages may take to arrive.
	settleWait = 500 * time.Millisecond

	// maxPairing is the longest window Zigbee2MQTT opens.
	maxPairing = 254 * time.Second

	// linkQualityStep is how much the link quality must change to be told; it
	// jitters with every frame.
	linkQualityStep = 16
)
