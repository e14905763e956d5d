package matter

import (
	"context"
	"encoding/json"

	"logis/domain/thing"
	"logis/edge/radio"
	"logis/edge/radio/press"
)

// Events of the switch cluster.
const (
	eventLatched       = 0
	eventInitialPress  = 1
	eventLongPress     = 2
	eventShortRelease  = 3
	eventLongRelease   = 4
	eventMultiComplete = 6
)

// Features of the switch cluster.
const (
	featureLatching   = 1 << 0
	featureRelease    = 1 << 2
	featureMultiPress = 1 << 4
)

// maxPressCount is the most presses in a row that the model counts.
const maxPressCount = 10

// pressOf gives an event of a switch its meaning. A switch tells one press in
// several events, the more the better it is; the last of them is the press.
func pressOf(e nodeEvent, features uint64) (event string, data thing.Value, ok bool) {
	position, count := "newPosition", 1
	switch e.Event {
	case eventLatched:
		event = press.Pressed
	case eventInitialPress:
		event, ok = press.Pressed, features&(featureRelease|featureMultiPress) == 0
	case eventShortRelease:
		event, position = press.Pressed, "previousPosition"
		ok = features&featureMultiPress == 0
	case eventLongPress:
		event, count = press.Held, 0
	case eventLongRelease:
		event, position, count = press.Released, "previousPosition", 0
	case eventMultiComplete:
		event, position = press.Pressed, "previousPosition"
		presses, told := whole(e.Data["totalNumberOfPressesCounted"])
		if count = int(min(presses, maxPressCount)); !told || count == 0 {
			return "", "", false // given up halfway
		}
	default:
		return "", "", false
	}
	if !ok && (e.Event == eventInitialPress || e.Event == eventShortRelease) {
		return "", "", false
	}
	data, ok = pressData(e.Data[position], count)
	return event, data, ok
}

// pressData is what the signal of a press carries.
func pressData(position json.RawMessage, count int) (thing.Value, bool) {
	const most = 255
	n, ok := whole(position)
	if !ok || n > most {
		return "", false
	}
	fields := map[string]int{"position": int(n)}
	if count > 0 {
		fields["count"] = count
	}
	v, err := thing.Of(fields)
	return v, err == nil
}

// press tells the events of a switch. One that the server tells twice is told
// once.
func (u *unit) press(ctx context.Context, sink radio.Sink, endpoint uint16, events []nodeEvent, stats *Stats) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	said, _, _ := u.voice.present()
	features, _ := whole(said[path{endpoint, clusterSwitch, attributeFeatures}])
	for _, d := range u.devices {
		if d.endpoint != endpoint || !d.presses {
			continue
		}
		for _, e := range events {
			if e.Number != 0 && e.Number == u.event[endpoint] {
				continue
			}
			u.event[endpoint] = e.Number
			event, data, ok := pressOf(e, features)
			if !ok {
				stats.Unmapped.Add(1)
				continue
			}
			if err := sink.Signal(ctx, radio.Signal{Address: d.Address, Event: event, Data: data}); err != nil {
				return err
			}
		}
	}
	return nil
}
