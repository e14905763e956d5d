package simulated

import (
	"context"
	"fmt"
	"maps"
	"math"
	"time"

	"logis/domain"
	"logis/domain/thing"
	"logis/edge/radio"
)

// fadeStep is the shortest time between two things a lamp says on its way.
const fadeStep = 250 * time.Millisecond

// way is how a lamp goes to what was ordered.
type way struct {
	from, to map[string]float64     // what it goes through
	began    map[string]thing.Value // what is so from the first step on
	end      map[string]thing.Value // what it says when it is there
	steps    int
	pause    time.Duration // before each step
}

// Fade has a lamp go step by step to what is ordered; see [radio.Fader]. What is no
// lamp, and one that misbehaves, does it at once.
func (h *Home) Fade(ctx context.Context, order radio.Order) (arrived func(context.Context) error, err error) {
	d, air, err := h.begin(order.Address)
	if err != nil {
		return nil, err
	}
	defer air.busy.Done()
	if !h.fades(d, order) {
		return nil, h.Act(ctx, order)
	}
	if why := d.check(order); why != "" {
		return nil, fmt.Errorf("%w: %s", radio.ErrRefused, why)
	}
	ctx, cancel := air.join(ctx)
	defer cancel()
	if err := d.take(ctx); err != nil {
		return nil, err
	}
	defer d.release()
	if err := h.tarry(ctx, d); err != nil {
		return nil, err
	}
	if late(ctx) {
		return nil, context.DeadlineExceeded
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := h.note(order); err != nil {
		return nil, fmt.Errorf("%w: %w", radio.ErrFailed, err)
	}
	w := d.way(order)
	return func(ctx context.Context) error { return h.walk(ctx, order, w) }, nil
}

func (h *Home) fades(d *device, order radio.Order) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return domain.Fades(d.model, order.Set) && !d.faults.lies && !d.faults.jams
}

// way returns how the device goes from where it is. A lamp that is turned on begins
// dark, and one that is turned off remembers how bright it was.
func (d *device) way(order radio.Order) way {
	w := way{from: map[string]float64{}, to: map[string]float64{}, began: map[string]thing.Value{}, end: d.effect(order)}
	w.steps = max(1, min(radio.FadeSteps, int(order.Transition/fadeStep)))
	w.pause = order.Transition / time.Duration(w.steps)
	for name, value := range order.Set {
		to, isNumber := value.Float()
		from, known := d.values[name].Float()
		if isNumber && known {
			w.from[name], w.to[name] = from, to
		}
	}
	const level = "currentLevel"
	bright, dims := d.values[level].Float()
	switch on, told := order.Set["onOff"]; {
	case !told || !dims || on == d.values["onOff"]:
	case on == thing.Bool(true):
		w.began["onOff"], w.from[level] = on, 0
		if _, ordered := w.to[level]; !ordered {
			w.to[level], w.end[level] = bright, d.values[level]
		}
	default:
		w.from[level], w.to[level], w.end[level] = bright, 0, d.values[level]
	}
	return w
}

// at returns what the device says at a step; the last one is its end.
func (w *way) at(step int) map[string]thing.Value {
	if step == w.steps {
		return w.end
	}
	values := maps.Clone(w.began)
	for name, from := range w.from {
		share := float64(step) / float64(w.steps)
		values[name] = thing.Number(math.Round(from + (w.to[name]-from)*share))
	}
	return values
}

// walk takes the device along its way until it is there or ctx ends: then it stays
// where it is.
func (h *Home) walk(ctx context.Context, order radio.Order, w way) error {
	d, air, err := h.begin(order.Address)
	if err != nil {
		return err
	}
	defer air.busy.Done()
	ctx, cancel := air.join(ctx)
	defer cancel()
	timer := time.NewTimer(w.pause)
	defer timer.Stop()
	for step := 1; ; step++ {
		select {
		case <-timer.C:
		case <-ctx.Done():
			return ctx.Err()
		}
		if err := h.step(ctx, air, d, order, w.at(step)); err != nil || step == w.steps {
			return err
		}
		timer.Reset(w.pause)
	}
}

// step makes values true and tells them.
func (h *Home) step(ctx context.Context, air *air, d *device, order radio.Order, values map[string]thing.Value) error {
	if err := d.take(ctx); err != nil {
		return err
	}
	defer d.release()
	h.mu.Lock()
	absent := d.faults.absent
	if !absent {
		maps.Copy(d.values, values)
	}
	h.mu.Unlock()
	if absent {
		return errNoAnswer
	}
	return air.sink.Report(ctx, radio.Report{Address: d.Address, Values: values, Cause: order.Command})
}
