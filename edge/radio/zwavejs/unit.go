package zwavejs

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"sync"

	"logis/domain/thing"
	"logis/edge/radio"
	"logis/edge/radio/turns"
)

// unit is one node during one connection: what is known of it, what the agent
// was told, and whose turn it is.
type unit struct {
	node int
	turn *turns.Turn

	mu      sync.Mutex // held across calls of the sink, so that its facts keep their order
	listed  listed
	devices []*device
	raw     map[valueID]json.RawMessage // what the server said last of the values that mean something
	told    map[place]thing.Value
	holding map[place]bool   // properties an order sets: events about them wait
	mute    map[valueID]bool // values the device turned out not to answer for
	stirred bool             // an event about what is held said something new, or a reading was dropped
	orders  int              // holds begun and ended
	status  int
	reach   reach
	asking  bool         // it will be asked soon
	silence int          // readings in a row that it did not answer in time
	held    map[int]bool // buttons that are held
}

// place is a property of a device.
type place struct{ address, property string }

// reach is whether the agent was told that a unit can be reached.
type reach int

const (
	reachUnknown reach = iota
	reachable
	unreachable
)

func newUnit(node int) *unit {
	return &unit{
		node: node, turn: turns.New(),
		raw: map[valueID]json.RawMessage{}, told: map[place]thing.Value{}, holding: map[place]bool{},
		mute: map[valueID]bool{}, held: map[int]bool{},
	}
}

// deviceAt returns the device of the address, nil if there is none.
func (u *unit) deviceAt(address string) *device {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, d := range u.devices {
		if d.Address == address {
			return d
		}
	}
	return nil
}

// all returns the unit's devices.
func (u *unit) all() []*device {
	u.mu.Lock()
	defer u.mu.Unlock()
	return slices.Clone(u.devices)
}

// state returns how the unit is: whether it sleeps most of the time, its status,
// and whether it was told to be in reach.
func (u *unit) state() (sleepy bool, status int, r reach) {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.listed.sleepy(), u.status, u.reach
}

// setStatus notes what the server says of the unit's status.
func (u *unit) setStatus(status int) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.status = status
}

// certain reports whether a value said in an event is the device's own word: it
// is a sensor's, or of a device that cannot be asked.
func (u *unit) certain(b *binding) bool {
	return !b.hopeful || !b.asked || u.listed.sleepy() || slices.ContainsFunc(b.reads, func(id valueID) bool { return u.mute[id] })
}

// known returns what the server said last of a value. It is called under mu.
func (u *unit) known(id valueID) json.RawMessage { return u.raw[id] }

// hear takes in a value the server said: new ones go to sink, but for those an
// order holds back. What may be Z-Wave JS's hope is not told; doubt says that the
// device should be asked.
func (u *unit) hear(ctx context.Context, sink radio.Sink, id valueID, text json.RawMessage, stats *Stats) (doubt bool, err error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.raw[id] = text
	for _, d := range u.devices {
		fresh := map[string]thing.Value{}
		for property, b := range d.bindings {
			if !slices.Contains(b.reads, id) {
				continue
			}
			v, ok := b.decode(u.known)
			at := place{d.Address, property}
			switch {
			case !ok || u.told[at] == v:
			case !fits(d.model, property, v):
				stats.Unfit.Add(1)
			case u.holding[at]:
				u.stirred = true
			case u.certain(&b):
				fresh[property] = v
			default:
				doubt = true
			}
		}
		if err := u.report(ctx, sink, radio.Report{Address: d.Address, Values: fresh}); err != nil {
			return doubt, err
		}
	}
	return doubt, nil
}

// tellKnown tells what the server remembers of values that cannot be asked for.
func (u *unit) tellKnown(ctx context.Context, sink radio.Sink, stats *Stats) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, d := range u.devices {
		values := map[string]thing.Value{}
		for property, b := range d.bindings {
			if v, ok := b.decode(u.known); ok && u.certain(&b) {
				if fits(d.model, property, v) {
					values[property] = v
				} else {
					stats.Unfit.Add(1)
				}
			}
		}
		if err := u.report(ctx, sink, radio.Report{Address: d.Address, Values: values}); err != nil {
			return err
		}
	}
	return nil
}

// canAsk reports whether the device itself can be asked for a property.
func (u *unit) canAsk(b *binding) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return b.asked && !slices.ContainsFunc(b.reads, func(id valueID) bool { return u.mute[id] })
}

// cannotAsk notes that the device does not answer for a value.
func (u *unit) cannotAsk(id valueID) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.mute[id] = true
}

// wantAsking reports whether the unit has yet to be queued for asking, and takes
// it that it is now.
func (u *unit) wantAsking() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	wanted := !u.asking
	u.asking = true
	return wanted
}

// doneAsking says that the unit may be queued again.
func (u *unit) doneAsking() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.asking = false
}

// askAgain reports whether a unit that is there and did not answer in time should
// be asked once more.
func (u *unit) askAgain() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.silence++
	return u.silence <= maxSilence
}

// heard notes that the unit answered.
func (u *unit) heard() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.silence = 0
}

// report tells values, if there are any, and remembers them. It is called under
// mu.
func (u *unit) report(ctx context.Context, sink radio.Sink, r radio.Report) error {
	if len(r.Values) == 0 {
		return nil
	}
	if err := sink.Report(ctx, r); err != nil {
		return err
	}
	for property, v := range r.Values {
		u.told[place{r.Address, property}] = v
	}
	return nil
}

// tell reports values a device answered, but for those an order holds.
func (u *unit) tell(ctx context.Context, sink radio.Sink, r radio.Report) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	r.Values = maps.Clone(r.Values)
	maps.DeleteFunc(r.Values, func(property string, _ thing.Value) bool { return u.holding[place{r.Address, property}] })
	return u.report(ctx, sink, r)
}

// setReach tells that the unit can be reached or not, if that is new.
func (u *unit) setReach(ctx context.Context, sink radio.Sink, available bool) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	now := unreachable
	if available {
		now = reachable
	}
	if u.reach == now {
		return nil
	}
	for _, d := range u.devices {
		if err := sink.Reach(ctx, d.Address, available); err != nil {
			return err
		}
	}
	u.reach = now
	return nil
}

// hold keeps events about what an order changes from being told until release.
func (u *unit) hold(address string, properties []string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.stirred = false
	u.orders++
	for _, property := range properties {
		u.holding[place{address, property}] = true
	}
}

// ordered returns a number that changes whenever an order begins or ends.
func (u *unit) ordered() int {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.orders
}

// tellWhole reports a reading that began when ordered returned the number, unless
// an order ran meanwhile: what is read in several frames, such as a colour, would
// be half of before it and half of after it. It reports whether it did; if not,
// the unit has to be asked again, after the order.
func (u *unit) tellWhole(ctx context.Context, sink radio.Sink, r radio.Report, began int) (bool, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if len(u.holding) > 0 {
		u.stirred = true // release will see to it
		return true, nil
	}
	if u.orders != began {
		return false, nil
	}
	return true, u.report(ctx, sink, r)
}

// release ends a hold and tells the order's own report. doubt says that the unit
// may be otherwise than the device answered.
func (u *unit) release(ctx context.Context, sink radio.Sink, r radio.Report, properties []string) (doubt bool, err error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.orders++
	for _, property := range properties {
		delete(u.holding, place{r.Address, property})
	}
	doubt, u.stirred = u.stirred, false
	return doubt, u.report(ctx, sink, r)
}

// last returns the values told of a device.
func (u *unit) last(address string) map[string]thing.Value {
	u.mu.Lock()
	defer u.mu.Unlock()
	values := map[string]thing.Value{}
	for at, v := range u.told {
		if at.address == address {
			values[at.property] = v
		}
	}
	return values
}
