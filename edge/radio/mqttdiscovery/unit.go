package mqttdiscovery

import (
	"context"
	"slices"
	"sync"
	"time"

	"logis/domain/thing"
	"logis/edge/radio"
	"logis/edge/radio/mqtt"
	words "logis/edge/radio/press"
	"logis/edge/radio/turns"
)

// unit is one announced device during one connection: what is known of it, what
// the agent was told, and whose turn it is.
type unit struct {
	id        string
	announced map[string][]*entity // by topic; listen's alone
	dirty     time.Time            // since when it announces something new; listen's alone
	turn      *turns.Turn

	mu      sync.Mutex // held across calls of the sink, so that its facts keep their order
	devices []*device
	said    map[place]saying
	told    map[place]thing.Value
	holding map[place]bool    // properties an order sets: messages about them wait
	heard   map[string]uint64 // the last message of a device, by address
	silent  map[string]bool   // devices that said nothing for too long
	reach   map[string]bool   // what was told
	news    chan struct{}     // closed at the next message
	button  int               // held last, or lastHeld
}

// place is a property of a device.
type place struct{ address, property string }

// saying is the last value said of a property.
type saying struct {
	value  thing.Value
	number uint64 // of its message
	count  uint64 // how often one was said
}

func newUnit(id string) *unit {
	return &unit{
		id: id, announced: map[string][]*entity{}, turn: turns.New(), news: make(chan struct{}), button: lastHeld,
		said: map[place]saying{}, told: map[place]thing.Value{}, holding: map[place]bool{},
		heard: map[string]uint64{}, silent: map[string]bool{}, reach: map[string]bool{},
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

// adopt makes the unit have these devices and returns those it had. What was
// heard of their presence stays.
func (u *unit) adopt(devices []*device) (before []*device) {
	u.mu.Lock()
	defer u.mu.Unlock()
	before = u.devices
	for _, d := range devices {
		for _, was := range before {
			if was.Address == d.Address {
				d.remember(was)
			}
		}
	}
	u.devices = devices
	return before
}

// forget drops what is known of a device that is removed.
func (u *unit) forget(address string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	delete(u.reach, address)
	delete(u.heard, address)
	delete(u.silent, address)
	for at := range u.told {
		if at.address == address {
			delete(u.told, at)
			delete(u.said, at)
		}
	}
}

// hear takes in a message: new values go to sink, but for those an order holds
// back. It returns the values that end by themselves, and after how long.
func (u *unit) hear(ctx context.Context, sink radio.Sink, r *reading, m mqtt.Message, stats *Stats) (resets map[place]time.Duration, err error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	resets = map[place]time.Duration{}
	for _, d := range u.devices {
		for _, p := range d.presences {
			p.hear(r)
		}
		fresh := map[string]thing.Value{}
		for property, b := range d.bindings {
			v, ok := b.decode(r)
			if !ok {
				continue
			}
			if !b.hidden && !fits(d.model, property, v) {
				stats.Unfit.Add(1)
				continue
			}
			at := place{d.Address, property}
			u.heard[d.Address] = m.Number
			delete(u.silent, d.Address)
			u.said[at] = saying{v, m.Number, u.said[at].count + 1}
			if b.reset > 0 && v == "true" {
				resets[at] = b.reset
			}
			if !b.hidden && !u.holding[at] && b.worthTelling(u.told[at], v) {
				fresh[property] = v
			}
		}
		if err := u.report(ctx, sink, radio.Report{Address: d.Address, Values: fresh}); err != nil {
			return nil, err
		}
	}
	u.stir()
	return resets, nil
}

// stir wakes who waits for the unit. It is called under mu.
func (u *unit) stir() {
	close(u.news)
	u.news = make(chan struct{})
}

// decode returns the value a message tells of the property.
func (b *binding) decode(r *reading) (thing.Value, bool) {
	for _, s := range b.sources {
		if matches(s.topic, r.topic) {
			if v, ok := s.read(r); ok && v != "" {
				return v, true
			}
		}
	}
	return "", false
}

// fits reports whether a value is one the model allows.
func fits(m *thing.Model, property string, v thing.Value) bool {
	p, ok := m.Properties[property]
	return ok && p.Check(v) == ""
}

func (u *unit) heardOf(d *device) uint64 {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.heard[d.Address]
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

// reset ends a value that the device does not tell the end of.
func (u *unit) reset(ctx context.Context, sink radio.Sink, at place) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.told[at] != "true" {
		return nil
	}
	return u.report(ctx, sink, radio.Report{Address: at.address, Values: map[string]thing.Value{at.property: "false"}})
}

// press tells what a message says was done to a button.
func (u *unit) press(ctx context.Context, sink radio.Sink, r *reading) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, d := range u.devices {
		for i := range d.presses {
			g, ok := d.presses[i].hear(r)
			switch {
			case !ok || g.event == "": // nothing, or the first half of a press
				continue
			case g.event == words.Held:
				u.button = g.position
			case g.event == words.Released && g.position == lastHeld:
				if g.position = u.button; g.position == lastHeld {
					continue // let go of a button held before we came
				}
			}
			if err := sink.Signal(ctx, radio.Signal{Address: d.Address, Event: g.event, Data: g.data()}); err != nil {
				return err
			}
			break // one message is one press
		}
	}
	return nil
}
