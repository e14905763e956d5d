package zwavejs

import (
	"context"
	"math"
	"strconv"

	"logis/domain/thing"
	"logis/edge/radio"
	"logis/edge/radio/press"
)

// pressed is the event that makes a device a button.
const pressed = press.Pressed

// Keys of a central scene: what was done to a button.
const (
	keyPressed = iota
	keyReleased
	keyHeld
	keyPressedTwice // and so on, up to five times
	keyPressedFive  = keyPressedTwice + 3
)

// scene tells what was done to one of the unit's buttons. A button that is held
// says so again and again; once is told.
func (u *unit) scene(ctx context.Context, sink radio.Sink, args valueArgs, stats *Stats) error {
	f, ok := finite(args.Value)
	id, sound := args.id()
	position, err := strconv.Atoi(id.key.text)
	if !sound || id.property != word("scene") || err != nil || position < 0 || position > math.MaxUint8 ||
		!ok || f < keyPressed || f > keyPressedFive || f != math.Trunc(f) {
		stats.Unmapped.Add(1)
		return nil
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	fields := map[string]int{"position": position}
	signal := radio.Signal{Event: pressed}
	switch key := int(f); key {
	case keyReleased:
		signal.Event = press.Released
		if !u.held[position] {
			return nil // it was held before we came
		}
	case keyHeld:
		signal.Event = press.Held
		if u.held[position] {
			return nil
		}
	case keyPressed:
		fields["count"] = 1
	default:
		fields["count"] = key - keyPressedTwice + 2
	}
	u.held[position] = signal.Event == press.Held
	for _, d := range u.devices {
		if !d.buttons {
			continue
		}
		if signal.Data, err = thing.Of(fields); err != nil {
			return err
		}
		signal.Address = d.Address
		return sink.Signal(ctx, signal)
	}
	stats.Unmapped.Add(1)
	return nil
}
