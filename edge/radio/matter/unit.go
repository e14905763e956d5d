package matter

import (
	"context"
	"maps"
	"reflect"
	"slices"
	"sync"

	"logis/domain/thing"
	"logis/edge/radio"
	"logis/edge/radio/turns"
)

// unit is one node during one connection: what it says, what the agent was told
// of it, and whose turn it is.
type unit struct {
	id    uint64
	voice *voice

	turns sync.Map // address -> *turn, for devices that were ordered something

	mu      sync.Mutex // held across calls of the sink, so that its facts keep their order
	base    string     // begins the addresses of its devices
	devices []*device
	told    map[place]thing.Value
	reach   map[string]bool
	holding map[place]thing.Value // what an order wants to hear: it tells that itself
	event   map[uint16]uint64     // number of the last event of each switch
}

// turnOf returns the turn of a device, the same whatever else becomes of it.
func (u *unit) turnOf(address string) *turns.Turn {
	t, _ := u.turns.LoadOrStore(address, turns.New())
	return t.(*turns.Turn) //nolint:forcetypeassert // nothing else is stored
}

// place is a property of a device.
type place struct{ address, property string }

func newUnit(id uint64) *unit {
	return &unit{
		id: id, voice: newVoice(), told: map[place]thing.Value{},
		reach: map[string]bool{}, holding: map[place]thing.Value{}, event: map[uint16]uint64{},
	}
}

// become gives the unit its devices and tells what is new of them. It returns
// those it has no more.
func (u *unit) become(ctx context.Context, sink radio.Sink, base string, devices []*device) (lost []string, err error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	before := map[string]radio.Device{}
	for _, d := range u.devices {
		before[d.Address] = d.Device
	}
	u.base, u.devices = base, devices
	u.voice.care(devices)
	for _, d := range devices {
		was, known := before[d.Address]
		delete(before, d.Address)
		if known && reflect.DeepEqual(was, d.Device) {
			continue
		}
		if err := sink.Device(ctx, d.Device); err != nil {
			return nil, err
		}
	}
	for address := range before {
		delete(u.reach, address)
		maps.DeleteFunc(u.told, func(at place, _ thing.Value) bool { return at.address == address })
	}
	return slices.Sorted(maps.Keys(before)), nil
}

// reaches tells whether the unit's devices can be reached, where that is new, and
// everything about those that now can.
func (u *unit) reaches(ctx context.Context, sink radio.Sink, stats *Stats) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	said, available, _ := u.voice.present()
	for _, d := range u.devices {
		reachable := available && d.reachable(said)
		if was, known := u.reach[d.Address]; !known || was != reachable {
			if err := sink.Reach(ctx, d.Address, reachable); err != nil {
				return err
			}
			u.reach[d.Address] = reachable
		}
		if reachable {
			if err := u.tellDevice(ctx, sink, d, nil, stats); err != nil {
				return err
			}
		}
	}
	return nil
}

// reachable reports whether a bridge says that the device behind it is there.
func (d *device) reachable(said attributes) bool {
	if !d.bridged {
		return true
	}
	reachable, ok := flag(said[path{d.endpoint, clusterBridged, attributeReachable}])
	return reachable || !ok
}

// isReachable reports whether the agent was told that the device can be reached.
func (u *unit) isReachable(address string) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.reach[address]
}

// tell tells what an attribute makes new.
func (u *unit) tell(ctx context.Context, sink radio.Sink, p path, stats *Stats) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, d := range u.devices {
		if u.reach[d.Address] {
			if err := u.tellDevice(ctx, sink, d, &p, stats); err != nil {
				return err
			}
		}
	}
	return nil
}

// tellDevice tells what is new of a device: what an attribute says, or all. It is
// called under mu.
func (u *unit) tellDevice(ctx context.Context, sink radio.Sink, d *device, about *path, stats *Stats) error {
	fresh := map[string]thing.Value{}
	for property, b := range d.bindings {
		if about != nil && !contains(b.paths, *about) {
			continue
		}
		v, ok := u.voice.value(b)
		if !ok {
			continue
		}
		if !d.fits(property, v) {
			stats.Unfit.Add(1)
			continue
		}
		at := place{d.Address, property}
		if wanted, held := u.holding[at]; held && b.confirms(wanted, v) {
			continue
		}
		if u.told[at] != v {
			fresh[property] = v
		}
	}
	return u.report(ctx, sink, radio.Report{Address: d.Address, Values: fresh})
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

// hold leaves it to an order to tell what it wants to hear.
func (u *unit) hold(address string, wants map[string]thing.Value) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for property, v := range wants {
		u.holding[place{address, property}] = v
	}
}

// release ends a hold: it tells the order's own report and then what was said
// differently since.
func (u *unit) release(ctx context.Context, sink radio.Sink, d *device, r radio.Report, wants map[string]thing.Value, stats *Stats) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	for property := range wants {
		delete(u.holding, place{d.Address, property})
	}
	if err := u.report(ctx, sink, r); err != nil {
		return err
	}
	if !u.reach[d.Address] {
		return nil
	}
	return u.tellDevice(ctx, sink, d, nil, stats)
}

// tellAll reports values a device was asked for.
func (u *unit) tellAll(ctx context.Context, sink radio.Sink, r radio.Report) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.report(ctx, sink, r)
}
