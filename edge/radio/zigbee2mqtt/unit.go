package zigbee2mqtt

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"logis/domain/thing"
	"logis/edge/radio"
	"logis/edge/radio/mqtt"
	words "logis/edge/radio/press"
	"logis/edge/radio/turns"
)

// unit is one piece of Zigbee hardware during one connection: what is known of
// it, what the agent was told, and whose turn it is.
type unit struct {
	ieee string
	turn *turns.Turn

	mu      sync.Mutex // held across calls of the sink, so that its facts keep their order
	listed  listed
	devices []*device
	said    map[place]saying // the last value of each property in a state message
	told    map[place]thing.Value
	holding map[place]bool // properties an order sets: state messages about them wait
	mute    map[place]bool // properties the device turned out not to have where they should be
	news    chan struct{}  // closed at the next state message
	reach   reach
	answers bool // it answered the last question on this connection
	asking  bool // it will be asked soon, or is being asked …
	again   bool // … and what came meanwhile has to be asked about, too
	button  int  // held last, or lastHeld

	followers []*group          // it is a member of
	hopeUntil time.Time         // Zigbee2MQTT may tell hopes of it until then …
	hoped     bool              // … and that is not over
	update    map[string]string // what is shown of its firmware
}

// place is a property of a device.
type place struct{ address, property string }

// saying is a value in a state message, and when that message arrived.
type saying struct {
	value  thing.Value
	number uint64
}

// reach is whether the agent was told that a unit can be reached.
type reach int

const (
	reachUnknown reach = iota
	reachable
	unreachable
)

func newUnit(ieee string) *unit {
	return &unit{
		ieee: ieee, turn: turns.New(), news: make(chan struct{}), button: lastHeld,
		said: map[place]saying{}, told: map[place]thing.Value{}, holding: map[place]bool{}, mute: map[place]bool{},
	}
}

func (u *unit) network() uint16 {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.listed.Network
}

func (u *unit) sleepy() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.listed.sleepy()
}

func (u *unit) name() string {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.listed.Name
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

// hear takes in a state message: new values go to sink, but for those an order
// holds back. What could be asked of a device that does not answer is hearsay and
// not told; doubt says that there was some, and that it should be asked.
func (u *unit) hear(ctx context.Context, sink radio.Sink, s state, m mqtt.Message, stats *Stats) (doubt bool, err error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, d := range u.devices {
		fresh := map[string]thing.Value{}
		for property, b := range d.bindings {
			v, ok := b.decode(s)
			if !ok {
				continue
			}
			if !fits(d.model, property, v) {
				stats.Unfit.Add(1)
				continue
			}
			at := place{d.Address, property}
			u.said[at] = saying{v, m.Number}
			switch {
			case u.holding[at] || !b.worthTelling(u.told[at], v):
			case b.probe.exists() && !u.mute[at] && (!u.answers || u.hoped) && !u.listed.sleepy():
				doubt = true
			default:
				fresh[property] = v
			}
		}
		if err := u.report(ctx, sink, radio.Report{Address: d.Address, Values: fresh}); err != nil {
			return doubt, err
		}
	}
	close(u.news)
	u.news = make(chan struct{})
	return doubt, nil
}

// hope has state messages doubted until a time.
func (u *unit) hope(until time.Time) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.hopeUntil = until
}

// weigh notes whether what is said now may be a hope.
func (u *unit) weigh(now time.Time) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.hoped = now.Before(u.hopeUntil)
}

// canAsk reports whether the device itself can be asked for a property.
func (u *unit) canAsk(at place, b *binding) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return b.probe.exists() && !u.mute[at]
}

// cannotAsk notes that the device does not have a property where it should be.
func (u *unit) cannotAsk(at place) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.mute[at] = true
}

// answered notes whether the device answered a question.
func (u *unit) answered(it bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.answers = it
}

// wantAsking reports whether the unit has yet to be queued for asking, and takes
// it that it is now.
func (u *unit) wantAsking() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	wanted := !u.asking
	u.asking, u.again = true, !wanted
	return wanted
}

// beginAsking says that the unit is asked from now on: what it is like after this is
// not in its answers.
func (u *unit) beginAsking() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.again = false
}

// doneAsking says that the unit may be queued again, and reports whether it must.
func (u *unit) doneAsking() (again bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.asking = false
	return u.again
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
	for _, g := range u.followers {
		if err := g.heard(ctx, sink, r); err != nil {
			return err
		}
	}
	return nil
}

// tell reports values a device answered; cause is the order they confirm, if any.
func (u *unit) tell(ctx context.Context, sink radio.Sink, r radio.Report) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.report(ctx, sink, r)
}

// press tells a signal of the unit's remote control.
func (u *unit) press(ctx context.Context, sink radio.Sink, action string, stats *Stats) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, d := range u.devices {
		p, ok := d.presses[action]
		switch {
		case !ok:
			continue
		case p.event == "": // the first half of a press
			return nil
		case p.event == words.Held:
			u.button = p.position
		case p.event == words.Released && p.position == lastHeld:
			if p.position = u.button; p.position == lastHeld {
				return nil // let go of a button held before we came
			}
		}
		return sink.Signal(ctx, radio.Signal{Address: d.Address, Event: p.event, Data: p.data()})
	}
	stats.Unmapped.Add(1)
	return nil
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
		for _, g := range u.followers {
			if err := g.reached(ctx, sink, d.Address, now); err != nil {
				return err
			}
		}
	}
	u.reach = now
	return nil
}

func (u *unit) reachIs() reach {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.reach
}

// hold keeps state messages about what an order wants from being told until
// release.
func (u *unit) hold(address string, wants map[string]thing.Value) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for property := range wants {
		u.holding[place{address, property}] = true
	}
}

// release ends a hold: it tells the order's own report and then what state
// messages that arrived later than the given number said differently. What they said before it is
// older than the device's answer, and what they said of the wanted value may be
// Zigbee2MQTT's hope.
func (u *unit) release(ctx context.Context, sink radio.Sink, r radio.Report, wants map[string]thing.Value, since uint64) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	for property := range wants {
		delete(u.holding, place{r.Address, property})
	}
	if err := u.report(ctx, sink, r); err != nil {
		return err
	}
	later := map[string]thing.Value{}
	for property, wanted := range wants {
		at := place{r.Address, property}
		if s := u.said[at]; s.number > since && s.value != wanted && s.value != u.told[at] {
			later[property] = s.value
		}
	}
	return u.report(ctx, sink, radio.Report{Address: r.Address, Values: later})
}

// basic returns a probe of the cluster every Zigbee device has.
func (u *unit) basic() probe {
	u.mu.Lock()
	defer u.mu.Unlock()
	return endpoints{all: u.listed.Endpoints}.probe(clusterBasic, nil, 0)
}

// saidSince returns a value said in a state message that arrived after the one
// with the given number, and what to wait for if there is none yet.
func (u *unit) saidSince(at place, number uint64) (v thing.Value, ok bool, news <-chan struct{}) {
	u.mu.Lock()
	defer u.mu.Unlock()
	s := u.said[at]
	return s.value, s.number > number, u.news
}

// last returns the values told of a device.
func (u *unit) last(address string) map[string]thing.Value {
	u.mu.Lock()
	defer u.mu.Unlock()
	values := map[string]thing.Value{}
	for at, v := range maps.All(u.told) {
		if at.address == address {
			values[at.property] = v
		}
	}
	return values
}
