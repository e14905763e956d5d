package wire

import (
	"slices"
	"time"
)

// The protocol versions this build speaks, and the WebSocket subprotocol.
const (
	Version     = 1
	Oldest      = 1
	Subprotocol = "logis-edge"
	Path        = "/edge"
)

// Limits of the socket; docs/limits.md has the reasons.
const (
	MaxEdgeFrame  = 256 << 10 // bytes of a frame from the edge
	MaxCloudFrame = 32 << 10  // bytes of a frame from the cloud
	MaxEntries    = 500       // in one frame
	MaxSnapshot   = 200       // devices in one snapshot frame
	MaxInFlight   = 2000      // entries written and not yet acked

	HelloTimeout = 10 * time.Second // from the challenge to a valid hello
	PingPeriod   = 15 * time.Second // between two pings of the edge
	SilenceLimit = 3 * PingPeriod   // without any frame, the other end is gone
	WriteTimeout = 10 * time.Second // of one frame; a slower peer is cut off
	MaxClockErr  = 2 * time.Second  // beyond it, or without a ping for PingStale, no opening command
	PingStale    = 30 * time.Second
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
	versions := make([]int, 0, 2)
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
	CloseOutOfOrder   CloseCode = 4412 // entries are missing in between
	CloseVersion      CloseCode = 4426 // no common protocol version
	CloseSlow         CloseCode = 4429 // the peer does not read fast enough
	CloseInternal     CloseCode = 1011
)
