package mqttdiscovery

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"logis/edge/radio"
	"logis/edge/radio/gate"
	"logis/edge/radio/inbox"
	"logis/edge/radio/mqtt"
	"logis/edge/radio/turns"
)

// session is one connection to the broker and what was learnt on it.
type session struct {
	radio   *Radio
	sink    *gate.Gate
	link    *mqtt.Link
	inbox   *inbox.Inbox[string, mqtt.Message]
	stats   *Stats
	desk    *turns.Desk
	over    <-chan struct{} // closed when the session ends
	arrived atomic.Uint64   // messages, as the connection delivered them

	// These are listen's alone.
	announced map[string]announced // by topic
	agenda    agenda
	follows   follows

	mu    sync.Mutex
	units map[string]*unit // by id
}

var errSessionOver = errors.New("the connection to the broker ended")

func (r *Radio) newSession(life context.Context, sink radio.Sink) *session {
	return &session{
		radio: r, sink: gate.New(life, sink), stats: &r.stats, over: life.Done(),
		inbox: inbox.New[string, mqtt.Message](inbox.Counts{Coalesced: &r.stats.Coalesced, Dropped: &r.stats.Dropped}),
		desk:  turns.NewDesk(life.Done(), errSessionOver), announced: map[string]announced{}, units: map[string]*unit{},
		agenda: newAgenda(), follows: newFollows(),
	}
}

// receive takes a message in the moment it comes; nothing here waits.
func (s *session) receive(m mqtt.Message) {
	m.Number = s.arrived.Add(1)
	limit := maxMessage
	if _, _, ok := s.radio.options.announcement(m.Topic); ok {
		limit = maxConfig
	}
	if len(m.Payload) > limit || len(m.Topic) > maxTopic {
		s.stats.Oversized.Add(1)
		return
	}
	s.inbox.Put(m.Topic, m, len(m.Payload), s.now())
}

// listen subscribes and handles one message after another, and what is due.
func (s *session) listen(ctx context.Context) error {
	prefix := s.radio.options.Prefix
	if err := s.link.Subscribe(ctx, prefix+"/+/+/config", prefix+"/+/+/+/config"); err != nil {
		return err
	}
	s.radio.attach(s)
	for {
		m, ok, wait := s.inbox.Take(s.now())
		if ok {
			if err := s.handle(ctx, m); err != nil {
				return err
			}
			continue
		}
		due, err := s.attend(ctx)
		if err != nil {
			return err
		}
		if wait == 0 || due > 0 && due < wait {
			wait = due
		}
		if err := s.pause(ctx, wait); err != nil {
			return err
		}
	}
}

// pause returns when there may be something to do: at once when a message comes,
// after wait at the latest if that is not 0.
func (s *session) pause(ctx context.Context, wait time.Duration) error {
	var timer <-chan time.Time
	if wait > 0 {
		t := time.NewTimer(wait)
		defer t.Stop()
		timer = t.C
	}
	select {
	case <-s.inbox.Wake():
	case <-timer:
	case err := <-s.link.Failed():
		return fmt.Errorf("broker: %w", err)
	case <-ctx.Done():
		return ctx.Err()
	}
	return nil
}

// handle takes in one message: an announcement, or what a device says. While
// messages come one after the other, what is due is attended to between them.
func (s *session) handle(ctx context.Context, m mqtt.Message) error {
	if component, object, ok := s.radio.options.announcement(m.Topic); ok {
		s.announce(m.Topic, component, object, m.Payload)
	}
	r := newReading(m.Topic, m.Payload)
	for _, u := range s.follows.of(m.Topic) {
		if err := s.deliver(ctx, u, r, m); err != nil {
			return err
		}
	}
	_, err := s.attend(ctx)
	return err
}

// deliver hands a message to a device that follows its topic.
func (s *session) deliver(ctx context.Context, u *unit, r *reading, m mqtt.Message) error {
	resets, err := u.hear(ctx, s.sink, r, m, s.stats)
	if err != nil {
		return err
	}
	for at, after := range resets {
		s.agenda.set(appointment{u, resetDue, at}, s.now().Add(after))
	}
	for _, d := range u.all() {
		if d.expires > 0 && u.heardOf(d) == m.Number {
			s.agenda.set(appointment{u, expiryDue, place{address: d.Address}}, s.now().Add(d.expires))
		}
	}
	if !m.Retained {
		if err := u.press(ctx, s.sink, r); err != nil {
			return err
		}
	}
	return u.tellReach(ctx, s.sink, false)
}

// attend does what is due and returns how long until the next is; 0 if nothing
// is planned.
func (s *session) attend(ctx context.Context) (time.Duration, error) {
	for {
		a, wait, ok := s.agenda.next(s.now())
		if !ok {
			return wait, nil
		}
		var err error
		switch a.what {
		case settleDue:
			err = s.settle(ctx, a.unit)
		case reachDue:
			err = a.unit.tellReach(ctx, s.sink, true)
		case resetDue:
			err = a.unit.reset(ctx, s.sink, a.at)
		case expiryDue:
			err = a.unit.expire(ctx, s.sink, a.at.address)
		}
		if err != nil {
			return 0, err
		}
	}
}

// farewell tells that nothing can be reached any more.
func (s *session) farewell(ctx context.Context, sink radio.Sink) error {
	s.mu.Lock()
	units := make([]*unit, 0, len(s.units))
	for _, u := range s.units {
		units = append(units, u)
	}
	s.mu.Unlock()
	for _, u := range units {
		if err := u.lose(ctx, sink); err != nil {
			return err
		}
	}
	return nil
}

func (s *session) now() time.Time { return s.radio.options.Now() }

func (s *session) unitOf(id string) *unit {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.units[id]
}
