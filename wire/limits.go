package wire

import (
	"slices"
	"time"
)

// The protocol versions this build speaks, and the WebSocket subprotocol.
const (
	Version     = 3
	Oldest      = 1
	Subprotocol = "logis-edge"
	Path        = "/edge"
)

// Limits of the socket.
const (
	// MaxEdgeFrame bounds a frame from the edge, in bytes: MaxEntries reports of
	// 500 bytes, which is long for one.
	MaxEdgeFrame = 256 << 10
	// MaxCloudFrame bounds a frame from the cloud, in bytes: a command with the
	// largest values fits, and a gateway has little memory.
	MaxCloudFrame = 32 << 10
	// MaxEntries bounds the entries of one frame, which commit together.
	MaxEntries = 500
	// MaxSnapshot bounds the devices of one snapshot frame, so that it stays below
	// MaxEdgeFrame.
	MaxSnapshot = 200
	// MaxInFlight bounds the entries written and not yet acked: four full frames
	// keep the line busy while one commits.
	MaxInFlight = 2000

	// HelloTimeout is how long a gateway may take from the challenge to a valid hello.
	HelloTimeout = 10 * time.Second
	// PingPeriod lies between two pings of the edge: often enough for its estimate
	// of the time, and for routers that forget idle connections.
	PingPeriod = 15 * time.Second
	// SilenceLimit is how long an end waits for any frame before it takes the other
	// for gone: two pings may be lost.
	SilenceLimit = 3 * PingPeriod
	// WriteTimeout bounds the writing of one frame; a slower peer is cut off.
	WriteTimeout = 10 * time.Second
	// MaxClockErr is how wrong the edge's estimate of the time may be for an opening
	// command, whose deadline is 10 s by default.
	MaxClockErr = 2 * time.Second
	// GoLimit is how long a gateway that is ready waits for the go: then the nonce is
	// forgotten and nothing was done.
	GoLimit = 3 * time.Second
	// BundleVersion is the first version in which the cloud gives a gateway rules.
	BundleVersion = 2
	// FadeVersion is the first version in which commands have a transition: an older
	// end is not told of it, and its devices go to the values at once.
	FadeVersion = 3
	// MaxBundle bounds a bundle of rules, in bytes: two hundred long ones, and a
	// gateway has little memory.
	MaxBundle = 512 << 10
	// BundlePart is how much of a bundle one frame holds: base64 makes it a third
	// longer, and MaxCloudFrame must hold it.
	BundlePart = 16 << 10
	// NonceBytes is the length of the nonce of a ready frame: not to be guessed.
	NonceBytes = 16
	// AskAgain lies between two questions of a gateway whose key waits for the owner:
	// somebody looks at both.
	AskAgain = 2 * time.Second
	// MaxInstance bounds the name of a running agent, in bytes: twice what agents use.
	MaxInstance = 64
	// PingStale is how old the last answered ping may be for an opening command: one
	// may be lost.
	PingStale = 30 * time.Second
)

// Choose returns the newest version both ends speak.
func Choose(offered []int) (int, bool) {
	best := 0
	for _, v := range offered {
		if v >= Oldest && v <= Version {
			best = max(best, v)
		}
	}
	return best, best != 0
}

// Versions returns what this build speaks, newest first.
func Versions() []int {
	versions := make([]int, 0, Version-Oldest+1)
	for v := Version; v >= Oldest; v-- {
		versions = append(versions, v)
	}
	return slices.Clip(versions)
}

// CloseCode ends a socket; the codes from 4000 on are ours (RFC 6455 7.4.2).
type CloseCode int

// The close codes.
const (
	CloseGoingAway    CloseCode = 1001 // the edge stops
	CloseRestart      CloseCode = 1012 // the server restarts; reconnect after a random wait
	CloseOverloaded   CloseCode = 1013 // try again later
	CloseBadFrame     CloseCode = 4400 // not a frame of this protocol
	CloseUnauthorized CloseCode = 4401 // unknown gateway, wrong signature or claim
	CloseForbidden    CloseCode = 4403 // revoked
	CloseTimeout      CloseCode = 4408 // no hello in time, or silence
	CloseReplaced     CloseCode = 4409 // a newer session of the same gateway
	CloseKeyEnded     CloseCode = 4410 // the key has ended or is suspended: only Renew is answered
	CloseOutOfOrder   CloseCode = 4412 // entries are missing in between
	CloseVersion      CloseCode = 4426 // no common protocol version
	CloseSlow         CloseCode = 4429 // the peer does not read fast enough
	CloseInternal     CloseCode = 1011 // a fault of this end
)
