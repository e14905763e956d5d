// Package turns lets the orders for one device happen one after the other, and few
// at once in a whole radio.
package turns

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"logis/edge/radio"
)

// Bounds of orders. What comes on top is refused: it would be late.
const (
	MaxOrders  = 32 // under way in one radio
	MaxWaiting = 4  // for one device, besides the one under way
)

// ErrBusy says that too many orders wait already.
var ErrBusy = errors.New("too much is under way")

// Turn is whose order is with a device.
type Turn struct {
	taken   chan struct{}
	waiting atomic.Int32
}

// New returns a turn that nobody has.
func New() *Turn { return &Turn{taken: make(chan struct{}, 1)} }

// Desk is where the orders of one connection of a radio take their turns.
type Desk struct {
	orders chan struct{} // a token for each order under way
	over   <-chan struct{}
	why    error
}

// NewDesk returns a desk that is closed, with why, once over is.
func NewDesk(over <-chan struct{}, why error) *Desk {
	return &Desk{orders: make(chan struct{}, MaxOrders), over: over, why: why}
}

// Take waits until no other order has any of the turns, and few are under way.
// Several turns are to be in one order everywhere, so that two orders never wait for
// each other. Its errors are radio.ErrRefused, with ErrBusy, the desk's reason or
// that of ctx.
func (d *Desk) Take(ctx context.Context, turns ...*Turn) (release func(), err error) {
	crowded := false
	slots := make([]chan struct{}, 0, len(turns)+1)
	for _, t := range turns {
		crowded = t.waiting.Add(1) > MaxWaiting || crowded
		slots = append(slots, t.taken)
	}
	defer func() {
		for _, t := range turns {
			t.waiting.Add(-1)
		}
	}()
	if crowded {
		return nil, fmt.Errorf("%w: %w", radio.ErrRefused, ErrBusy)
	}
	slots = append(slots, d.orders)
	taken := 0
	release = func() {
		for _, slot := range slots[:taken] {
			<-slot
		}
	}
	for _, slot := range slots {
		select {
		case slot <- struct{}{}:
			taken++
		case <-d.over:
			err = d.why
		case <-ctx.Done():
			err = ctx.Err()
		}
		if err != nil {
			release()
			return nil, fmt.Errorf("%w: waiting for its turn: %w", radio.ErrRefused, err)
		}
	}
	return release, nil
}
