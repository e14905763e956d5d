package local

import "time"

// Limits of clients.
const (
	// MaxClients bounds the paired clients of one gateway: every phone and panel of a
	// large household.
	MaxClients = 20
	// clientRate and clientBurst bound what one client may ask, in points per second
	// and at once: a request is a point, the list of all devices is listCost.
	clientRate  = 20
	clientBurst = 60
	listCost    = 5
	// strangerRate and strangerBurst bound the requests of all who are not paired.
	strangerRate  = 10
	strangerBurst = 40
	// maxName bounds the name of a client, in characters.
	maxName = 80
)

// Limits of pairing.
const (
	// pairingLife is how long a code is good: time to walk to the gateway's screen.
	pairingLife = 2 * time.Minute
	// maxTries bounds the wrong codes of one pairing: 5 of 100,000,000.
	maxTries = 5
	// pairingPeriod lies between two pairings in the long run, after pairingBurst at
	// once: whoever guesses codes gets few.
	pairingPeriod = 2 * time.Minute
	pairingBurst  = 3
)

// Limits of one request.
const (
	maxBody           = 64 << 10 // bytes: as in the cloud
	maxHeader         = 16 << 10 // bytes of a request's header
	readHeaderTimeout = 5 * time.Second
	readTimeout       = 15 * time.Second
	writeTimeout      = 30 * time.Second
	idleTimeout       = 2 * time.Minute
	workTimeout       = 10 * time.Second // for the work on one request; a disk may be slow
	maxInFlight       = 32               // requests worked on at once; more get 503
	maxConns          = 128              // open connections, live sockets among them
	writeBuffer       = 64 << 10         // bytes that wait in the machine for a slow reader
	maxConnsOfAddress = 32               // of them from one address: nobody fills the door alone
	stopGrace         = 2 * time.Second  // for requests under way when the agent stops
)

// Limits of live sockets.
const (
	// maxSockets bounds the live sockets, and maxSocketsOfClient those of one client.
	maxSockets         = 32
	maxSocketsOfClient = 8
	// liveQueue is how many frames a socket may be behind before it is cut.
	liveQueue = 64
	// maxNews bounds the changes that wait to be told; past it every socket is cut and
	// begins anew.
	maxNews = 4096
	// livePulse is the time between two signs of life on a quiet socket.
	livePulse = 15 * time.Second
	// liveRecheck is how often it is looked whether clients are still paired and the
	// cloud can be reached.
	liveRecheck = time.Second
	// liveWriteLimit bounds the writing of one frame.
	liveWriteLimit = 10 * time.Second
	// maxInbound bounds what a live socket may send, in bytes: nothing is awaited.
	maxInbound = 512
)

// Close codes of the live socket; they are those of the cloud's.
const (
	closeGoingAway = 1001 // the agent stops
	closeFault     = 1011 // a fault of ours
	closeUnpaired  = 4401 // the client was removed
	closeSlow      = 4429 // the client reads too slowly
)

// Waits before the door is opened again after it could not be: doubled each time,
// up to the longest.
const (
	listenWait    = time.Second
	maxListenWait = time.Minute
)
