package mqtt

import "time"

// Every bound of this package.
const (
	// maxInboxBytes bounds messages received and not looked at yet.
	maxInboxBytes = 8 << 20
	// maxPerTopic bounds messages kept of one topic; the newest replaces the last.
	maxPerTopic = 8
	// maxTopics bounds the topics remembered: a thousand devices have a few each,
	// but whoever may publish can make up more.
	maxTopics = 16384
	// topicBurst and topicRate bound how many messages of one topic are looked
	// at: at once, and per second after that.
	topicBurst = 20
	topicRate  = 10
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
