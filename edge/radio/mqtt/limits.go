package mqtt

import "time"

// Every bound of this package.
const (
	// receiveMaximum is how many acknowledged messages the broker may have under
	// way to us.
	receiveMaximum = 64

	// connectTimeout bounds connecting to the broker.
	connectTimeout = 10 * time.Second
	// keepAlive is the MQTT keep-alive: a broker that is silent for half as long
	// again is gone.
	keepAlive = 15 * time.Second
	// maxExpiry bounds how long a broker keeps a message for its receiver.
	maxExpiry = 2 * time.Minute
)
