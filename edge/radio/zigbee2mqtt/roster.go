package zigbee2mqtt

import (
	"context"
	"maps"
	"reflect"
	"slices"
	"strings"

	"logis/edge/radio"
)

// takeList takes in bridge/devices: tells new and changed devices, follows their
// topics, has the new ones read, and tells which are gone. A list that is not
// JSON changes nothing; an element that cannot be used is counted.
func (s *session) takeList(ctx context.Context, text []byte) error {
	elements, err := splitList(text)
	if err != nil || len(elements) > maxUnits+1 { // the coordinator is one of them
		s.stats.Malformed.Add(1)
		return nil
	}
	present, legible, whole := map[string]bool{}, true, false
	s.meaningless = 0
	var fresh []*unit
	for _, element := range elements {
		d, usable, err := parseListed(element)
		if err != nil {
			s.stats.Refused.Add(1)
			legible = false
		}
		present[d.Address] = true
		whole = whole || d.Type == coordinator
		if !usable {
			continue
		}
		u, isNew, err := s.takeUnit(ctx, d)
		if err != nil {
			return err
		}
		if isNew {
			fresh = append(fresh, u)
		}
	}
	// An element that cannot be read may be any device, and a list without the
	// coordinator is not whole: none has left then.
	if legible && whole {
		if err := s.takeLeave(ctx, present); err != nil {
			return err
		}
	}
	s.radio.mu.Lock()
	s.radio.list = text
	s.radio.mu.Unlock()
	if !isClosed(s.listed) {
		close(s.listed)
		s.radio.attach(s)
	}
	for _, u := range fresh {
		s.recheck(u)
	}
	s.stats.Exposes.Store(s.unmapped())
	s.stats.DevicesLeft.Store(s.meaningless)
	if s.groupList == nil {
		return nil
	}
	return s.takeGroups(ctx, s.groupList)
}

// takeUnit takes in one element of the list.
func (s *session) takeUnit(ctx context.Context, d listed) (u *unit, isNew bool, err error) {
	u = s.unitOf(d.Address)
	if u != nil && reflect.DeepEqual(u.listed, d) { // only this goroutine writes u.listed
		return u, false, nil
	}
	devices, err := mapListed(s.radio.catalog, d, s.radio.options.Mappings...)
	if err != nil {
		s.stats.Refused.Add(1)
		return u, false, nil
	}
	if u == nil && len(devices) == 0 {
		s.meaningless++
		return nil, false, nil
	}
	if u == nil {
		u, isNew = newUnit(d.Address), true
	}
	before := u.all()
	u.mu.Lock()
	was := u.listed.Name
	devices = u.withUpdate(devices)
	u.listed, u.devices = d, devices
	u.mu.Unlock()
	if err := s.introduce(ctx, before, devices); err != nil {
		return u, false, err
	}
	if was != d.Name {
		return u, isNew, s.follow(ctx, u, was, d.Name)
	}
	return u, isNew, nil
}

// unmapped counts the features of all devices that have no meaning here.
func (s *session) unmapped() (n uint64) {
	s.mu.Lock()
	units := slices.Collect(maps.Values(s.units))
	s.mu.Unlock()
	for _, u := range units {
		for _, d := range u.all() {
			n += uint64(d.unmapped) //nolint:gosec // a count
		}
	}
	return n
}

// introduce tells what is new of a unit's devices, and which it has no more.
func (s *session) introduce(ctx context.Context, before, now []*device) error {
	old := map[string]radio.Device{}
	for _, d := range before {
		old[d.Address] = d.Device
	}
	for _, d := range now {
		was, known := old[d.Address]
		delete(old, d.Address)
		if known && reflect.DeepEqual(was, d.Device) {
			continue
		}
		if err := s.sink.Device(ctx, d.Device); err != nil {
			return err
		}
		s.radio.remember(d.Address)
	}
	for _, address := range slices.Sorted(maps.Keys(old)) {
		if err := s.remove(ctx, address); err != nil {
			return err
		}
	}
	return nil
}

// follow moves a unit's subscriptions to its name. The unit is findable by its
// new topics before what they retain can arrive.
func (s *session) follow(ctx context.Context, u *unit, was, now string) error {
	s.mu.Lock()
	s.units[u.ieee], s.topics[s.topic(now)], s.names[u] = u, u, now
	if was != "" {
		delete(s.topics, s.topic(was))
	}
	s.mu.Unlock()
	if was != "" {
		old := []string{s.topic(was), s.topic(was) + availabilitySuffix}
		if err := s.link.Unsubscribe(ctx, old...); err != nil {
			return err
		}
		for _, topic := range old {
			s.inbox.Forget(topic)
		}
	}
	return s.link.Subscribe(ctx, s.topic(now), s.topic(now)+availabilitySuffix)
}

// takeLeave tells which devices the list has no more, of this connection or an
// earlier one.
func (s *session) takeLeave(ctx context.Context, present map[string]bool) error {
	for _, address := range s.radio.gone(present) {
		if err := s.remove(ctx, address); err != nil {
			return err
		}
	}
	s.mu.Lock()
	var left []*unit
	for ieee, u := range s.units {
		if !present[ieee] {
			left = append(left, u)
			delete(s.units, ieee)
			delete(s.topics, s.topic(s.names[u]))
			delete(s.names, u)
		}
	}
	s.mu.Unlock()
	for _, u := range left {
		topics := []string{s.topic(u.name()), s.topic(u.name()) + availabilitySuffix}
		if err := s.link.Unsubscribe(ctx, topics...); err != nil {
			return err
		}
		for _, topic := range topics {
			s.inbox.Forget(topic)
		}
	}
	return nil
}

func (s *session) remove(ctx context.Context, address string) error {
	if err := s.sink.Removed(ctx, address); err != nil {
		return err
	}
	s.radio.mu.Lock()
	defer s.radio.mu.Unlock()
	delete(s.radio.known, address)
	return nil
}

func (r *Radio) remember(address string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.known[address] = true
}

// gone returns the known addresses whose hardware is not present.
func (r *Radio) gone(present map[string]bool) []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var gone []string
	for address := range r.known {
		if !strings.HasPrefix(address, groupPrefix) && !present[address[:addressLength]] {
			gone = append(gone, address)
		}
	}
	slices.Sort(gone)
	return gone
}

// addressLength is that of an IEEE address, "0x" and 16 digits.
const addressLength = 18
