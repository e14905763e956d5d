package simulated

import (
	"context"
	"time"

	"logis/edge/radio"
)

// maxRate bounds the reports per second: more than one disk takes.
const maxRate = 10_000

// shortestTick is the shortest wait between two rounds of reports; at higher
// rates a round holds several.
const shortestTick = 10 * time.Millisecond

// live lets the sensors speak in turn, so that the whole home tells Rate reports
// per second.
func (h *Home) live(ctx context.Context, sink radio.Sink) error {
	sensors := h.sensors()
	if h.options.Rate == 0 || len(sensors) == 0 {
		<-ctx.Done()
		return nil
	}
	period := max(time.Duration(float64(time.Second)/h.options.Rate), shortestTick)
	ticker := time.NewTicker(period)
	defer ticker.Stop()
	due, next := 0.0, 0
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
		for due += h.options.Rate * period.Seconds(); due >= 1; due-- {
			if err := h.speak(ctx, sink, sensors[next%len(sensors)]); err != nil {
				return err
			}
			next++
		}
	}
}

func (h *Home) sensors() []*device {
	var sensors []*device
	for _, d := range h.all() {
		if d.drifts() {
			sensors = append(sensors, d)
		}
	}
	return sensors
}

// speak lets one sensor tell its next values. One that is busy with an order or
// cannot be reached stays silent this time.
func (h *Home) speak(ctx context.Context, sink radio.Sink, d *device) error {
	select {
	case <-d.turn:
	default:
		return nil
	}
	defer d.release()
	h.mu.Lock()
	if d.faults.absent {
		h.mu.Unlock()
		return nil
	}
	values := d.drift()
	for name, value := range values {
		d.values[name] = value
	}
	h.mu.Unlock()
	return sink.Report(ctx, radio.Report{Address: d.Address, Values: values})
}

// take waits until the device is at rest.
func (d *device) take(ctx context.Context) error {
	select {
	case <-d.turn:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (d *device) release() { d.turn <- struct{}{} }
