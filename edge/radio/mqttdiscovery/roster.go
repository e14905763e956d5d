package mqttdiscovery

import (
	"context"
	"crypto/sha256"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"time"

	"logis/edge/radio"
)

// announced is what stands on one topic of announcements.
type announced struct {
	entities []*entity
	hash     [sha256.Size]byte
}

// announce takes in an announcement, or its end. What cannot be read changes
// nothing.
func (s *session) announce(topic, component, object string, payload []byte) {
	was, known := s.announced[topic]
	if len(payload) == 0 {
		if known {
			delete(s.announced, topic)
			s.move(topic, was.entities, nil)
		}
		return
	}
	now := announced{hash: sha256.Sum256(payload)}
	if known && now.hash == was.hash {
		return
	}
	var err error
	if now.entities, err = parseAnnouncement(component, object, payload); err != nil {
		s.stats.Malformed.Add(1)
		s.radio.complaints.add(fmt.Sprintf("%s %.60s: %v", component, object, err))
		return
	}
	now.entities = slices.DeleteFunc(now.entities, func(e *entity) bool {
		return e.isSoftware() || slices.Contains(s.radio.options.Except, e.about.origin)
	})
	if !known && (len(s.announced) >= maxAnnouncements || !s.roomFor(now.entities)) {
		s.stats.Refused.Add(1)
		return
	}
	s.announced[topic] = now
	s.move(topic, was.entities, now.entities)
}

// roomFor reports whether the devices of the entities are known or may be added.
func (s *session) roomFor(entities []*entity) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range entities {
		if s.units[e.unit] == nil && len(s.units) >= maxUnits {
			return false
		}
	}
	return true
}

// move gives the entities of a topic to their devices, which are looked at again
// when they have said all.
func (s *session) move(topic string, before, now []*entity) {
	touched := map[*unit]bool{}
	for _, e := range before {
		if u := s.unitOf(e.unit); u != nil {
			delete(u.announced, topic)
			touched[u] = true
		}
	}
	for _, e := range now {
		s.mu.Lock()
		u := s.units[e.unit]
		if u == nil {
			u = newUnit(e.unit)
			s.units[e.unit] = u
		}
		s.mu.Unlock()
		u.announced[topic] = append(u.announced[topic], e)
		touched[u] = true
	}
	for u := range touched {
		if u.dirty.IsZero() {
			u.dirty = s.now()
		}
		due := s.now().Add(settleWait)
		if latest := u.dirty.Add(settleLimit); due.After(latest) {
			due = latest
		}
		s.agenda.set(appointment{unit: u, what: settleDue}, due)
	}
}

// settle makes devices of what a device has announced, tells what is new of them
// and follows their topics.
func (s *session) settle(ctx context.Context, u *unit) error {
	u.dirty = time.Time{}
	var entities []*entity
	for _, topic := range slices.Sorted(maps.Keys(u.announced)) {
		entities = append(entities, u.announced[topic]...)
	}
	if over := len(entities) - maxEntities; over > 0 {
		s.stats.Refused.Add(uint64(over))
		entities = entities[:maxEntities]
	}
	devices, refused, err := mapUnit(s.radio.catalog, u.id, entities)
	if err != nil {
		s.stats.Refused.Add(1)
		s.radio.complaints.add(fmt.Sprintf("device %.60s: %v", u.id, err))
		return nil
	}
	for _, words := range refused {
		s.stats.Refused.Add(1)
		s.radio.complaints.add(fmt.Sprintf("device %.60s: %s", u.id, words))
	}
	before := u.adopt(devices)
	if err := s.introduce(ctx, u, before, devices); err != nil {
		return err
	}
	if len(entities) == 0 {
		s.mu.Lock()
		delete(s.units, u.id)
		s.mu.Unlock()
	}
	return s.follow(ctx, u, devices)
}

// introduce tells what is new of a unit's devices, and which it has no more.
func (s *session) introduce(ctx context.Context, u *unit, before, now []*device) error {
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
	}
	for _, address := range slices.Sorted(maps.Keys(old)) {
		u.forget(address)
		if err := s.sink.Removed(ctx, address); err != nil {
			return err
		}
	}
	return nil
}

// follow subscribes to the topics of a unit. All of them again: what the broker
// retains is then told again, for those of its values that are new.
func (s *session) follow(ctx context.Context, u *unit, devices []*device) error {
	topics := map[string]bool{}
	for _, d := range devices {
		for _, topic := range d.topics() {
			topics[topic] = true
		}
	}
	list := slices.Sorted(maps.Keys(topics))
	abandoned := s.follows.set(u, list)
	if err := s.link.Unsubscribe(ctx, abandoned...); err != nil {
		return err
	}
	for _, topic := range abandoned {
		s.inbox.Forget(topic)
	}
	for _, topic := range list {
		if err := s.link.Subscribe(ctx, topic); err != nil {
			if ctx.Err() != nil {
				return err
			}
			// The broker lets us not; whether it is still there, the link says.
			s.stats.Refused.Add(1)
			s.radio.complaints.add(fmt.Sprintf("device %.60s: the broker refuses a topic", u.id))
		}
	}
	if len(devices) > 0 {
		s.agenda.set(appointment{unit: u, what: reachDue}, s.now().Add(availabilityWait))
	}
	return u.tellReach(ctx, s.sink, false)
}
