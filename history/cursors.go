package history

import (
	"slices"
	"sync"

	"logis/domain"
)

// Bounds of the states that films left behind, of all homes together.
const (
	maxCursors       = 64
	maxCursorDevices = 20_000 // at about 2 KiB each
)

// cursors keeps the states where films ended, the newest last. Each has one owner:
// who takes one may fold it on.
type cursors struct {
	mu      sync.Mutex
	held    []*domain.Home
	devices int
}

// take removes and returns the furthest state of a home between two events, both
// included; nil when there is none.
func (c *cursors) take(home domain.HomeID, from, to domain.Seq) *domain.Home {
	c.mu.Lock()
	defer c.mu.Unlock()
	best := -1
	for i, state := range c.held {
		if state.ID == home && state.Seq >= from && state.Seq <= to && (best < 0 || state.Seq > c.held[best].Seq) {
			best = i
		}
	}
	if best < 0 {
		return nil
	}
	return c.remove(best)
}

// put keeps a state that nobody else uses any more.
func (c *cursors) put(state *domain.Home) {
	state.TakeChanges()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.held = append(c.held, state)
	c.devices += len(state.Devices)
	for len(c.held) > maxCursors || c.devices > maxCursorDevices {
		c.remove(0)
	}
}

func (c *cursors) remove(i int) *domain.Home {
	state := c.held[i]
	c.held = slices.Delete(c.held, i, i+1)
	c.devices -= len(state.Devices)
	return state
}
