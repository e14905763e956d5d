package matter

import "time"

// Every bound of this package. What is over a limit is left out and counted in
// Stats; nothing grows without one.
const (
	// maxFrame bounds one message of the server, in bytes. The longest describes
	// all nodes: about 30 kB each.
	maxFrame = 64 << 20
	// maxNodes bounds the nodes of one fabric that are taken on.
	maxNodes = 1024
	// maxParts bounds the endpoints of one node that become devices. A bridge for
	// a whole home has some two hundred.
	maxParts = 256
	// maxName bounds a name and other text about a device, in bytes.
	maxName = 256
	// maxUniqueID bounds the part of an address that the hardware gives, in bytes:
	// Matter allows 32 characters.
	maxUniqueID = 64
	// maxCapabilities is what the models allow beyond a kind.
	maxCapabilities = 8
	// maxValue bounds the JSON of one attribute that is kept, in bytes. Those used
	// here take some twenty.
	maxValue = 4 << 10

	// maxPresses bounds the events of one switch that wait to be told.
	maxPresses = 8
	// tellBurst and tellRate bound how often one attribute, or one switch, is told:
	// at once, and per second after that. Of what comes faster the newest counts.
	tellBurst = 20
	tellRate  = 10

	// maxDetails bounds what is quoted of the server's words, in bytes.
	maxDetails = 200

	// connectTimeout bounds connecting and the server's first message.
	connectTimeout = 10 * time.Second
	// listTimeout bounds the wait for the description of all nodes.
	listTimeout = 30 * time.Second
	// sendTimeout bounds writing one message to the server.
	sendTimeout = 5 * time.Second
	// pingPeriod is how often the server is asked whether it is there; it has as
	// long to answer.
	pingPeriod = 15 * time.Second

	// orderTimeout bounds an order whose context has no earlier end.
	orderTimeout = 2 * time.Minute
	// answerTimeout is how long a device may take to answer a read before an order
	// that must not happen late.
	answerTimeout = 5 * time.Second
	// readTimeout bounds other reads: a device that sleeps answers when it wakes.
	readTimeout = 30 * time.Second
	// convergeWait is how long a device that answers may go on saying something
	// else than ordered before the order has failed. What moves by a motor may take
	// until its deadline.
	convergeWait = 10 * time.Second
	// timedTimeout is how long after its announcement a device takes a command that
	// must be announced, in milliseconds in the request.
	timedTimeout = 5 * time.Second
	// identifyFor is how long a device shows itself.
	identifyFor = 5 * time.Second
	// commissionTimeout bounds letting a device in: it is searched, attested and
	// told its network, on a slow one in a minute.
	commissionTimeout = 3 * time.Minute
)
