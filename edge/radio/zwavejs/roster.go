package zwavejs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

var errDump = errors.New("the Z-Wave JS server's list of nodes makes no sense")

// takeDump takes in all nodes: tells their devices, has them read, and tells
// which are gone. A node that cannot be used is counted.
func (s *session) takeDump(ctx context.Context, text json.RawMessage) error {
	var dump struct {
		State struct {
			Nodes []json.RawMessage `json:"nodes"`
		} `json:"state"`
	}
	if err := json.Unmarshal(text, &dump); err != nil {
		return fmt.Errorf("%w: %w", errDump, err)
	}
	if len(dump.State.Nodes) > maxUnits+1 { // the controller is one of them
		return fmt.Errorf("%w: %d nodes", errDump, len(dump.State.Nodes))
	}
	present, legible, whole := map[string]bool{}, true, false
	for _, text := range dump.State.Nodes {
		l, err := parseListed(text)
		if err != nil {
			s.stats.Refused.Add(1)
			legible = false
			continue
		}
		present[s.address(l.NodeID)] = true
		whole = whole || l.Controller
		if err := s.takeNode(ctx, l); err != nil {
			return err
		}
	}
	// A node that cannot be read may be any, and a list without the controller is
	// not whole: none has left then.
	if !legible || !whole {
		return nil
	}
	for _, address := range s.radio.gone(s.home, present) {
		if err := s.remove(ctx, address); err != nil {
			return err
		}
	}
	return nil
}

// takeNode takes in a node that is ready: tells new and changed devices and has
// them read. The controller is no device.
func (s *session) takeNode(ctx context.Context, l listed) error {
	if l.Controller || !l.Ready {
		return nil
	}
	s.stats.Malformed.Add(l.malformed)
	devices, err := mapListed(s.radio.catalog, &l, s.address(l.NodeID))
	if err != nil {
		s.stats.Refused.Add(1)
		return nil
	}
	u := s.unit(l.NodeID)
	if u == nil && len(devices) == 0 {
		return nil
	}
	if u == nil {
		u = newUnit(l.NodeID)
	}
	before := u.all()
	s.follow(l.NodeID, devices)
	if err := s.introduce(ctx, before, devices); err != nil {
		return err
	}
	if !s.enlist(u) {
		s.stats.Refused.Add(1)
		return nil
	}
	u.adopt(l, devices)
	if err := s.dismiss(ctx, before, devices); err != nil {
		return err
	}
	if l.Status == statusDead {
		return u.setReach(ctx, s.sink, false)
	}
	if err := u.tellKnown(ctx, s.sink, s.stats); err != nil {
		return err
	}
	s.recheck(u)
	return nil
}

// adopt makes the unit what the node now is.
func (u *unit) adopt(l listed, devices []*device) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.devices, u.status = devices, l.Status
	clear(u.raw)
	ids := readsOf(devices)
	for _, v := range l.values {
		if ids[v.id] {
			u.raw[v.id] = v.Value
		}
	}
	l.values = nil
	u.listed = l
	// Devices that are new have not been told whether they can be reached.
	u.reach = reachUnknown
}

// readsOf returns the values that mean something to devices.
func readsOf(devices []*device) map[valueID]bool {
	ids := map[valueID]bool{}
	for _, d := range devices {
		for _, b := range d.bindings {
			for _, id := range b.reads {
				ids[id] = true
			}
		}
	}
	return ids
}

// follow notes which values of a node mean something here, so that events about
// all others can be dropped as they come.
func (s *session) follow(node int, devices []*device) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.follows) < maxUnits {
		s.follows[node] = readsOf(devices)
	}
}

// enlist has a unit found by events and orders. It reports false when there are
// too many.
func (s *session) enlist(u *unit) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.units[u.node] == nil && len(s.units) >= maxUnits {
		return false
	}
	s.units[u.node] = u
	return true
}

// introduce tells what is new of a unit's devices.
func (s *session) introduce(ctx context.Context, before, now []*device) error {
	for _, d := range now {
		if slices.ContainsFunc(before, func(was *device) bool { return reflect.DeepEqual(was.Device, d.Device) }) {
			continue
		}
		if err := s.sink.Device(ctx, d.Device); err != nil {
			return err
		}
		s.radio.remember(d.Address)
	}
	return nil
}

// dismiss tells which devices a unit has no more.
func (s *session) dismiss(ctx context.Context, before, now []*device) error {
	for _, was := range before {
		if slices.ContainsFunc(now, func(d *device) bool { return d.Address == was.Address }) {
			continue
		}
		if err := s.remove(ctx, was.Address); err != nil {
			return err
		}
	}
	return nil
}

// lose tells that a node was excluded, with all its devices. What stood on its
// number before this connection goes as well.
func (s *session) lose(ctx context.Context, node int) error {
	s.mu.Lock()
	delete(s.units, node)
	delete(s.follows, node)
	s.mu.Unlock()
	for _, address := range s.radio.of(s.address(node)) {
		if err := s.remove(ctx, address); err != nil {
			return err
		}
	}
	return nil
}

func (s *session) remove(ctx context.Context, address string) error {
	if err := s.sink.Removed(ctx, address); err != nil {
		return err
	}
	s.radio.forget(address)
	return nil
}

// of returns the known addresses of a node.
func (r *Radio) of(node string) []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var all []string
	for address := range r.known {
		if hardware, _, _ := strings.Cut(address, "/"); hardware == node {
			all = append(all, address)
		}
	}
	slices.Sort(all)
	return all
}

// gone returns the known addresses of a network whose nodes are not present.
// Those of another network are on another stick, and may come back with it.
func (r *Radio) gone(home string, present map[string]bool) []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var gone []string
	for address := range r.known {
		hardware, _, _ := strings.Cut(address, "/")
		if strings.HasPrefix(hardware, home+"-") && !present[hardware] {
			gone = append(gone, address)
		}
	}
	slices.Sort(gone)
	return gone
}
