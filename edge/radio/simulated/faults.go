package simulated

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"time"

	"logis/domain"
	"logis/domain/thing"
	"logis/edge/radio"
)

// Slow makes a device take d for every order.
func (h *Home) Slow(address string, d time.Duration) {
	h.misbehave(address, func(f *faults) { f.slow = d })
}

// Lie makes a device confirm orders it does not carry out: it tells the value it
// had before.
func (h *Home) Lie(address string, lies bool) {
	h.misbehave(address, func(f *faults) { f.lies = lies })
}

// Jam makes orders fail; a lock stays half way.
func (h *Home) Jam(address string, jams bool) {
	h.misbehave(address, func(f *faults) { f.jams = jams })
}

// Vanish takes a device out of reach, or brings it back. While the radio does
// not run there is nobody to tell: the next start does.
func (h *Home) Vanish(address string, absent bool) error {
	h.misbehave(address, func(f *faults) { f.absent = absent })
	if !h.running() {
		return nil
	}
	return h.happen(address, func(ctx context.Context, sink radio.Sink) error {
		return sink.Reach(ctx, address, !absent)
	})
}

// Press presses a button count times quickly.
func (h *Home) Press(address string, count int) error {
	data, err := thing.Of(map[string]int{"position": 0, "count": count})
	if err != nil {
		return err
	}
	return h.happen(address, func(ctx context.Context, sink radio.Sink) error {
		return sink.Signal(ctx, radio.Signal{Address: address, Event: "multiPressComplete", Data: data})
	})
}

// Change lets something happen in the world, such as a door that opens; the
// device tells the values.
func (h *Home) Change(address string, values map[string]thing.Value) error {
	return h.happen(address, func(ctx context.Context, sink radio.Sink) error {
		h.mu.Lock()
		d := h.byName[address]
		maps.Copy(d.values, values)
		absent := d.faults.absent
		h.mu.Unlock()
		if absent {
			return nil
		}
		return sink.Report(ctx, radio.Report{Address: address, Values: values})
	})
}

func (h *Home) misbehave(address string, change func(*faults)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if d, ok := h.byName[address]; ok {
		change(&d.faults)
	}
}

// happen does what happens at a device in its turn and returns once the sink
// holds it. It refuses an unknown device and while the radio does not run.
func (h *Home) happen(address string, tell func(context.Context, radio.Sink) error) error {
	d, air, err := h.begin(address)
	if err != nil {
		return err
	}
	defer air.busy.Done()
	if err := d.take(air.ctx); err != nil {
		return err
	}
	defer d.release()
	return tell(air.ctx, air.sink)
}

func (h *Home) running() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.air != nil
}

// Actuation is one order a device really carried out.
type Actuation struct {
	Command domain.CommandID `json:"command"`
	Device  string           `json:"device"` // its address
	At      time.Time        `json:"at"`     // true time, whatever the agent believes
}

// maxActuations bounds those kept in memory; the oracle gets all of them.
const maxActuations = 10_000

// Actuations returns the newest orders that were really carried out, oldest first.
func (h *Home) Actuations() []Actuation {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]Actuation(nil), h.acted...)
}

// note keeps an actuation, in the oracle first: a line without an actuation is
// possible when the process dies in between, an actuation without a line is not.
func (h *Home) note(order radio.Order) error {
	a := Actuation{Command: order.Command, Device: order.Address, At: h.options.Now()}
	if h.options.Oracle != nil {
		line, err := json.Marshal(a)
		if err != nil {
			return fmt.Errorf("oracle: %w", err)
		}
		if _, err := h.options.Oracle.Write(append(line, '\n')); err != nil {
			return fmt.Errorf("oracle: %w", err)
		}
	}
	if len(h.acted) >= maxActuations {
		h.acted = h.acted[maxActuations/2:]
	}
	h.acted = append(h.acted, a)
	return nil
}
