package api

import "time"

// Limits of one request. The timeouts belong into the http.Server.
const (
	// maxBody bounds a request's body, in bytes.
	maxBody = 64 << 10
	// MaxHeader bounds a request's header, in bytes.
	MaxHeader = 16 << 10
	// ReadHeaderTimeout bounds how long a header may take to arrive.
	ReadHeaderTimeout = 5 * time.Second
	// ReadTimeout bounds how long a whole request may take to arrive.
	ReadTimeout = 15 * time.Second
	// WriteTimeout bounds reading a request and writing its answer together.
	WriteTimeout = 60 * time.Second
	// IdleTimeout bounds how long a connection may wait for its next request.
	IdleTimeout = 2 * time.Minute
	// exportTimeout bounds the writing of one file, and pieceTimeout that of a piece
	// of it: a reader who takes nothing for so long is gone.
	exportTimeout = 15 * time.Minute
	pieceTimeout  = 30 * time.Second
	// workTimeout bounds the work on one request: below WriteTimeout, so that the
	// refusal still reaches the app.
	workTimeout = 20 * time.Second
	// readyLimit bounds how long /readyz waits for the database.
	readyLimit = 2 * time.Second
	// maxDepth bounds how deep JSON in a body may be nested.
	maxDepth = 32
	// maxExponent bounds the exponent of a number in a body, upwards and
	// downwards: what float64 can hold.
	maxExponent = 308
	// maxName bounds a name, in characters, and minName is the least.
	maxName = 80
	minName = 1
	// maxFaults bounds the faults named in one answer.
	maxFaults = 100
)

// Limits of what there can be.
const (
	// maxHomes bounds the homes one person belongs to.
	maxHomes = 50
	// maxRooms bounds the rooms of one home.
	maxRooms = 200
)

// Limits of callers.
const (
	// maxExports bounds the files that are written at once; more get 503. Each holds a
	// place among the requests for minutes.
	maxExports = 8
	// maxInFlight bounds the requests worked on at once; more get 503.
	maxInFlight = 256
	// maxWalks bounds the requests that walk along a log at once, with up to 10 MB in
	// memory each; more get 503.
	maxWalks = 8
	// personRate and personBurst bound the requests of one person, per second and
	// at once; more get 429. A page needs about ten.
	personRate  = 100
	personBurst = 300
	// addressRate and addressBurst bound the requests of one address that is not
	// signed in.
	addressRate  = 10
	addressBurst = 50
	// maxCallers bounds the callers whose rates are remembered, twice over.
	maxCallers = 10_000
)

// checkPart bounds the events one check walks along: about half a second.
const checkPart = 20_000

// Limits of live sockets.
const (
	// maxSockets bounds what one person follows at once: a socket or a stream of one
	// home is one, a connection of several homes is one and one for each home.
	maxSockets = 50
	// maxLive bounds the live sockets of one server, at about 30 KiB each.
	maxLive = 20_000
	// liveQueue is how many pages of news a socket may be behind before it is
	// closed with closeSlow.
	liveQueue = 64
	// livePulse is the time between two signs of life on a socket, and how soon an
	// app can tell that the line is dead.
	livePulse = 15 * time.Second
	// livePoll is how often a log is looked at although nobody told that it grew.
	livePoll = time.Second
	// liveRecheck is how often the rights of open sockets are asked again.
	liveRecheck = time.Second
	// livePage bounds the events in one page of news.
	livePage = 500
	// maxWished bounds the devices, the rooms and the types of one filter.
	maxWished = 100
	// maxInbound bounds what may come over the socket of one home, in bytes: nothing is awaited.
	maxInbound = 512
	// maxAsked bounds one frame of an app over the connection of several homes, in bytes: the largest
	// command, and its filter.
	maxAsked = 16 << 10
	// idleLimit is how long a connection of several homes may follow none.
	idleLimit = 10 * time.Second
	// liveGoodbye is how long a stopping server waits for sockets to close in good
	// order; then it hangs up.
	liveGoodbye = 3 * time.Second
	// writeLimit bounds the writing of one page to a live socket.
	writeLimit = 10 * time.Second
)

// feedPause is the least time between two pages of one home: what happens
// meanwhile shares a page.
const feedPause = 5 * time.Millisecond

// Close codes of the live socket.
const (
	closeRestart   = 1012 // the server stops: come back after a moment
	closeFault     = 1011 // a fault of ours: come back
	closeIdle      = 4408 // no home is followed over the connection
	closeSignedOut = 4401 // the session, the token or the membership has ended
	closeChanged   = 4403 // what the app may see has changed: begin again
	closeSlow      = 4429 // the app reads too slowly: resume after the last seq
)
