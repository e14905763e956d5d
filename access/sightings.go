package access

import (
	"slices"
	"time"
)

// When two machines with one key are noticed.
const (
	// CloneWindow is the time in which turns are counted.
	CloneWindow = 10 * time.Minute
	// CloneTurns is after how many turns a gateway is suspended. The link of a
	// gateway that was pushed out waits half a minute at least, so two machines
	// need two minutes for them.
	CloneTurns = 3
	// maxSightings bounds what is kept of a gateway: turns beyond CloneTurns tell
	// nothing more, and a machine that starts over and over is not a clone.
	maxSightings = 8
)

// sighting is that a running agent spoke for a gateway, after another had.
type sighting struct {
	Machine string    `json:"machine"` // the agent's process
	At      time.Time `json:"at"`
}

// sight adds that a machine spoke, and reports whether two take turns: CloneTurns
// changes within CloneWindow, the last back to one that spoke before. An agent
// that starts anew is another each time and never comes back.
func sight(seen []sighting, machine string, now time.Time) (after []sighting, cloned bool) {
	if n := len(seen); n > 0 && seen[n-1].Machine == machine {
		return seen, false
	}
	seen = slices.Clone(seen)
	for len(seen) > 1 && (now.Sub(seen[1].At) >= CloneWindow || len(seen) >= maxSightings) {
		seen = seen[1:]
	}
	back := slices.ContainsFunc(seen, func(s sighting) bool { return s.Machine == machine })
	seen = append(seen, sighting{machine, now})
	return seen, back && len(seen) > CloneTurns
}
