package simulated

import (
	"context"
	"fmt"
	"slices"
	"time"

	"logis/domain/thing"
	"logis/edge/radio"
)

// joinAfter is how long the simulated person takes to press a new device's button
// once the home is open to it.
const joinAfter = 3 * time.Second

var _ radio.Pairer = (*Home)(nil)

// Pair opens the home: one new device comes in if it stays open long enough.
func (h *Home) Pair(_ context.Context, window time.Duration) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case h.air == nil:
		return fmt.Errorf("%w: the radio does not run", radio.ErrRefused)
	case h.closeDoor != nil:
		h.closeDoor()
	}
	var open context.Context
	open, h.closeDoor = context.WithTimeout(h.air.ctx, window)
	h.air.busy.Add(1)
	go h.awaitNewcomer(open, h.air)
	return nil
}

// awaitNewcomer lets a device in, unless the door closes first.
func (h *Home) awaitNewcomer(open context.Context, a *air) {
	defer a.busy.Done()
	pressed := time.NewTimer(joinAfter)
	defer pressed.Stop()
	select {
	case <-open.Done():
		return
	case <-pressed.C:
	}
	d, err := h.newcomer()
	if err != nil {
		return // the home is full: nobody comes in
	}
	if d.take(a.ctx) != nil {
		return
	}
	defer d.release()
	_ = h.introduceOne(a.ctx, a.sink, d) // an error is the end of Run, which tells it
}

// newcomer makes one more device, of the kind whose turn it is.
func (h *Home) newcomer() (*device, error) {
	catalog, err := thing.Standard()
	if err != nil {
		return nil, err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	number := len(h.devices) + 1
	if number > MaxDevices {
		return nil, fmt.Errorf("the home has %d devices", MaxDevices)
	}
	p := plans(number)[number-1]
	d, err := newDevice(number, p, h.options.Seed, catalog)
	if err != nil {
		return nil, err
	}
	d.faults.slow = h.options.Slow
	h.devices = append(h.devices, d)
	h.byName[d.Address] = d
	return d, nil
}

// all returns the devices there are now.
func (h *Home) all() []*device {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.devices)
}
