package matter

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"time"
)

// listen tells the agent one thing after another.
func (s *session) listen(ctx context.Context) error {
	for {
		t, events, ok, wait := s.inbox.take(s.now())
		if ok {
			if err := s.handle(ctx, t, events); err != nil {
				return err
			}
			continue
		}
		var due <-chan time.Time
		if wait > 0 {
			due = time.After(wait)
		}
		select {
		case <-s.inbox.wake:
		case <-due:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (s *session) handle(ctx context.Context, t topic, events []nodeEvent) error {
	switch {
	case t.unit == nil:
		return s.allListed(ctx)
	case t.path == path{}:
		return s.takeNode(ctx, t.unit)
	case t.path.cluster == clusterSwitch:
		return t.unit.press(ctx, s.sink, t.path.endpoint, events, s.stats)
	case t.path.cluster == clusterBridged:
		return t.unit.reaches(ctx, s.sink, s.stats)
	}
	return t.unit.tell(ctx, s.sink, t.path, s.stats)
}

// takeNode takes in a node as it was described last, or takes leave of it.
func (s *session) takeNode(ctx context.Context, u *unit) error {
	said, available, gone := u.voice.present()
	if gone {
		s.inbox.forget(u)
		maps.DeleteFunc(s.owners, func(_ string, owner *unit) bool { return owner == u })
		return s.become(ctx, u, u.base, nil)
	}
	base, displaced := s.baseOf(u, hardware(said))
	n := node{id: u.id, available: available, attributes: said}
	if err := s.become(ctx, u, base, mapNode(s.radio.catalog, n, base, s.stats)); err != nil {
		return err
	}
	if err := u.reaches(ctx, s.sink, s.stats); err != nil {
		return err
	}
	if displaced != nil {
		return s.takeNode(ctx, displaced)
	}
	return nil
}

// baseOf returns what the addresses of a unit's devices begin with. When two nodes
// carry the same id, which makers should not but do, or one was let in twice, the
// one that was let in last has it; displaced had it so far.
func (s *session) baseOf(u *unit, id string) (base string, displaced *unit) {
	if id == "" {
		return byNode(s.link.info.Fabric, u.id), nil
	}
	owner := s.owners[id]
	switch {
	case owner == nil || owner == u:
	case owner.id > u.id:
		return id + "@" + strconv.FormatUint(u.id, 10), nil
	default:
		displaced = owner
	}
	s.owners[id] = u
	return id, displaced
}

// become gives a unit its devices, and tells which it has no more.
func (s *session) become(ctx context.Context, u *unit, base string, devices []*device) error {
	lost, err := u.become(ctx, s.sink, base, devices)
	if err != nil {
		return err
	}
	s.mu.Lock()
	for _, d := range devices {
		s.places[d.Address] = found{u, d}
	}
	lost = slices.DeleteFunc(lost, func(address string) bool { return s.places[address].unit != u })
	for _, address := range lost {
		delete(s.places, address)
	}
	s.mu.Unlock()
	for _, d := range devices {
		s.radio.remember(d.Address)
	}
	for _, address := range lost {
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

// allListed is what follows the first list of nodes: devices of an earlier
// connection that it does not have are gone, and orders may come. A list that
// could not be read whole, has a node without endpoints, or is that of another
// fabric, says nothing of who is gone.
func (s *session) allListed(ctx context.Context) error {
	sure := s.whole && s.radio.sameFabric(s.link.info.Fabric)
	s.mu.Lock()
	for _, u := range s.units {
		said, _, _ := u.voice.present()
		sure = sure && len(endpoints(said)) > 0
	}
	present := maps.Clone(s.places)
	s.mu.Unlock()
	if sure {
		for _, address := range s.radio.addresses() {
			if _, ok := present[address]; ok {
				continue
			}
			if err := s.remove(ctx, address); err != nil {
				return err
			}
		}
	}
	close(s.listed)
	return nil
}

// deviceAt returns who is at an address, nil if nobody is.
func (s *session) deviceAt(address string) (*unit, *device) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.places[address]
	return f.unit, f.device
}

func (r *Radio) remember(address string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.known[address] = true
}

func (r *Radio) forget(address string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.known, address)
}

// addresses returns the known addresses in order.
func (r *Radio) addresses() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Sorted(maps.Keys(r.known))
}

// sameFabric reports whether the fabric is that of the connection before.
func (r *Radio) sameFabric(fabric uint64) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	same := r.fabric == fabric
	r.fabric = fabric
	return same
}
