package simulated

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"logis/domain/thing"
	"logis/edge/radio"
)

// errNoAnswer is what a vanished device gives: nobody knows what it did.
var errNoAnswer = errors.New("the device does not answer")

// Act carries out one order; see [radio.Radio].
func (h *Home) Act(ctx context.Context, order radio.Order) error {
	d, air, err := h.begin(order.Address)
	if err != nil {
		return err
	}
	defer air.busy.Done()
	if why := d.check(order); why != "" {
		return fmt.Errorf("%w: %s", radio.ErrRefused, why)
	}
	ctx, cancel := air.join(ctx)
	defer cancel()
	if err := d.take(ctx); err != nil {
		return err
	}
	defer d.release()
	if err := h.tarry(ctx, d); err != nil {
		return err
	}
	if late(ctx) {
		return context.DeadlineExceeded
	}
	told, err := h.actuate(d, order)
	if len(told) > 0 {
		report := radio.Report{Address: d.Address, Values: told, Cause: order.Command}
		if err != nil {
			report.Cause = [16]byte{} // it moved, but not as ordered
		}
		if failed := air.sink.Report(ctx, report); failed != nil {
			return failed
		}
	}
	return err
}

// Read makes a device tell its values now; see [radio.Reader].
func (h *Home) Read(ctx context.Context, address string) (map[string]thing.Value, error) {
	d, air, err := h.begin(address)
	if err != nil {
		return nil, err
	}
	defer air.busy.Done()
	ctx, cancel := air.join(ctx)
	defer cancel()
	if err := d.take(ctx); err != nil {
		return nil, err
	}
	defer d.release()
	if err := h.tarry(ctx, d); err != nil {
		return nil, err
	}
	h.mu.Lock()
	values := d.present(d.values)
	h.mu.Unlock()
	if len(values) == 0 {
		return values, nil
	}
	return values, air.sink.Report(ctx, radio.Report{Address: address, Values: values})
}

// begin finds the device and keeps Run from ending before the caller is done.
func (h *Home) begin(address string) (*device, *air, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	d, ok := h.byName[address]
	switch {
	case !ok:
		return nil, nil, fmt.Errorf("%w: there is no device %q", radio.ErrRefused, address)
	case h.air == nil:
		return nil, nil, fmt.Errorf("%w: the radio does not run", radio.ErrRefused)
	}
	h.air.busy.Add(1)
	return d, h.air, nil
}

// join returns a context that ends with the order's or with Run's.
func (a *air) join(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(a.ctx, cancel)
	return ctx, func() { stop(); cancel() }
}

// tarry takes the time the device takes, and fails if it is not there.
func (h *Home) tarry(ctx context.Context, d *device) error {
	h.mu.Lock()
	f := d.faults
	h.mu.Unlock()
	if f.slow > 0 {
		timer := time.NewTimer(f.slow)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
		}
	}
	if f.absent {
		return errNoAnswer
	}
	return ctx.Err()
}

// late reports whether the deadline of ctx has passed, even if its timer has not
// had a chance to run: the process may have been stopped for a while.
func late(ctx context.Context) bool {
	deadline, ok := ctx.Deadline()
	return ok && !time.Now().Before(deadline)
}

// actuate changes what is really the case and returns what the device tells.
func (h *Home) actuate(d *device, order radio.Order) (map[string]thing.Value, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if d.faults.jams {
		told := d.jammed()
		maps.Copy(d.values, told)
		return told, fmt.Errorf("%w: the device is jammed", radio.ErrFailed)
	}
	told := d.effect(order)
	if d.faults.lies {
		return d.present(told), nil
	}
	if err := h.note(order); err != nil {
		return nil, fmt.Errorf("%w: %w", radio.ErrFailed, err)
	}
	maps.Copy(d.values, told)
	return told, nil
}
