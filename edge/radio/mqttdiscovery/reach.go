package mqttdiscovery

import (
	"context"
	"maps"
	"slices"
	"strings"

	"logis/edge/radio"
)

// presencesOf returns how a device tells that it is there: as what it mainly is
// does, else as any of its entities. Triggers never say it.
func presencesOf(d *device, refuse func(e *entity, field string, why error)) []*presence {
	entities := slices.DeleteFunc(slices.Clone(d.entities), func(e *entity) bool { return e.component == "device_automation" })
	if d.main != nil {
		entities = []*entity{d.main}
	}
	var all []*presence
	for _, e := range entities {
		a, err := readAvailability(e.fields)
		if err != nil {
			refuse(e, "availability", err)
			a = availability{}
		}
		p := &presence{availability: a}
		if !slices.ContainsFunc(all, func(other *presence) bool { return other.signature() == p.signature() }) {
			all = append(all, p)
		}
	}
	return all
}

// signature is the same for two availabilities that say the same.
func (a *availability) signature() string {
	words := []string{a.mode}
	for _, e := range a.entries {
		source := ""
		if e.template != nil {
			source = e.template.source
		}
		words = append(words, e.topic, e.yes, e.no, source)
	}
	return strings.Join(words, "\x00")
}

// remember takes over what was heard of the device's presence.
func (d *device) remember(was *device) {
	for _, p := range d.presences {
		for _, old := range was.presences {
			if p.signature() == old.signature() {
				p.said, p.last = maps.Clone(old.said), old.last
			}
		}
	}
}

// available reports whether the device says that it is there; known is false
// while it has not said.
func (d *device) available() (is, known bool) {
	known = true
	for _, p := range d.presences {
		there, said := p.available()
		if there && said {
			return true, true
		}
		known = known && said
	}
	return len(d.presences) == 0, known
}

// tellReach tells which of the unit's devices can be reached, where that is new.
// Those that have not said are left alone, until they are overdue.
func (u *unit) tellReach(ctx context.Context, sink radio.Sink, overdue bool) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, d := range u.devices {
		is, known := d.available()
		if !known && !overdue {
			continue
		}
		if err := u.setReach(ctx, sink, d.Address, is && !u.silent[d.Address]); err != nil {
			return err
		}
	}
	return nil
}

// setReach tells whether a device can be reached, if that is new. It is called
// under mu.
func (u *unit) setReach(ctx context.Context, sink radio.Sink, address string, available bool) error {
	if was, told := u.reach[address]; told && was == available {
		return nil
	}
	if err := sink.Reach(ctx, address, available); err != nil {
		return err
	}
	u.reach[address] = available
	u.stir()
	return nil
}

// expire takes it that a device is gone because it said nothing for too long.
func (u *unit) expire(ctx context.Context, sink radio.Sink, address string) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if !slices.ContainsFunc(u.devices, func(d *device) bool { return d.Address == address }) {
		return nil
	}
	u.silent[address] = true
	return u.setReach(ctx, sink, address, false)
}

// lose tells that none of the unit's devices can be reached any more.
func (u *unit) lose(ctx context.Context, sink radio.Sink) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, d := range u.devices {
		if err := u.setReach(ctx, sink, d.Address, false); err != nil {
			return err
		}
	}
	return nil
}

// reachable reports whether the device was told to be in reach.
func (u *unit) reachable(address string) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.reach[address]
}
