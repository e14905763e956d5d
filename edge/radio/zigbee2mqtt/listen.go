package zigbee2mqtt

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"logis/edge/radio/mqtt"
)

// receive sorts a message the moment it comes; nothing here waits.
func (s *session) receive(m mqtt.Message) {
	m.Number = s.arrived.Add(1)
	limit := maxMessage
	if m.Topic == s.topic("bridge/devices") || m.Topic == s.topic("bridge/groups") {
		limit = maxDeviceList
	}
	switch {
	case len(m.Payload) > limit:
		s.stats.Oversized.Add(1)
	case m.Topic == s.topic("bridge/logging"):
		s.logged(m.Payload)
	case strings.HasPrefix(m.Topic, s.topic("bridge/response/")):
		var answer response
		if json.Unmarshal(m.Payload, &answer) != nil {
			s.stats.Malformed.Add(1)
			return
		}
		s.requests.Resolve(answer.Transaction, answer)
	default:
		s.inbox.Put(m.Topic, m, len(m.Payload), s.now())
	}
}

// listen subscribes and handles one message after another.
func (s *session) listen(ctx context.Context) error {
	err := s.link.Subscribe(ctx, s.topic("bridge/state"), s.topic("bridge/devices"), s.topic("bridge/groups"),
		s.topic("bridge/logging"), s.topic("bridge/response/+"))
	if err != nil {
		return err
	}
	greet := time.NewTimer(greetTimeout)
	defer greet.Stop()
	for {
		m, ok, wait := s.inbox.Take(s.now())
		if ok {
			if err := s.handle(ctx, m); err != nil {
				return err
			}
			continue
		}
		var due <-chan time.Time
		if wait > 0 {
			due = time.After(wait)
		}
		select {
		case <-s.inbox.Wake():
		case <-due:
		case err := <-s.link.Failed():
			return fmt.Errorf("broker: %w", err)
		case <-greet.C:
			if err := s.greeted(ctx); err != nil {
				return err
			}
			greet.Reset(greetTimeout)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// greeted is what must be so when Zigbee2MQTT has had time to greet. A broker
// that does not keep its list of devices is helped out with the one it sent us
// before.
func (s *session) greeted(ctx context.Context) error {
	if !isClosed(s.awake) {
		return errOffline
	}
	if isClosed(s.ready) {
		return nil
	}
	s.radio.mu.Lock()
	list := s.radio.list
	s.radio.mu.Unlock()
	if list == nil || isClosed(s.listed) {
		return errSilent
	}
	return s.takeList(ctx, list)
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// handle takes in one message.
func (s *session) handle(ctx context.Context, m mqtt.Message) error {
	switch {
	case m.Topic == s.topic("bridge/state"):
		return s.bridgeState(ctx, m.Payload)
	case m.Topic == s.topic("bridge/devices") && len(m.Payload) == 0:
		return nil // somebody cleared what the broker retained
	case m.Topic == s.topic("bridge/devices") && !isClosed(s.awake):
		s.list = m.Payload
		return nil
	case m.Topic == s.topic("bridge/devices"):
		return s.takeList(ctx, m.Payload)
	case m.Topic == s.topic("bridge/groups"):
		return s.takeGroups(ctx, m.Payload)
	}
	s.mu.Lock()
	u, isState := s.topics[m.Topic]
	if !isState {
		u = s.topics[strings.TrimSuffix(m.Topic, availabilitySuffix)]
	}
	s.mu.Unlock()
	switch {
	case u == nil || len(m.Payload) == 0:
		return nil
	case !isState:
		return s.availability(ctx, u, m.Payload)
	}
	return s.stateMessage(ctx, u, m)
}

// bridgeState hears that Zigbee2MQTT is there, or ends the session when it is not.
func (s *session) bridgeState(ctx context.Context, payload []byte) error {
	online, ok := onlineOf(payload)
	if !ok {
		s.stats.Malformed.Add(1)
		return nil
	}
	if !online {
		return errOffline
	}
	if isClosed(s.awake) {
		return nil
	}
	close(s.awake)
	if s.list == nil {
		return nil
	}
	return s.takeList(ctx, s.list)
}

// onlineOf reads {"state":"online"}, or the bare word older versions send.
func onlineOf(payload []byte) (online, ok bool) {
	var body struct {
		State string `json:"state"`
	}
	if json.Unmarshal(payload, &body) != nil {
		body.State = string(payload)
	}
	return body.State == "online", body.State == "online" || body.State == "offline"
}

// availabilitySuffix is what the topic of a device's availability adds to that
// of its state.
const availabilitySuffix = "/availability"

func (s *session) availability(ctx context.Context, u *unit, payload []byte) error {
	online, ok := onlineOf(payload)
	if !ok {
		s.stats.Malformed.Add(1)
		return nil
	}
	if online && u.reachIs() == unreachable {
		s.recheck(u) // what it is like after its absence
	}
	return u.setReach(ctx, s.sink, online)
}

// stateMessage takes in values, and presses of a remote control, which are not
// repeated: one that the broker kept is over.
func (s *session) stateMessage(ctx context.Context, u *unit, m mqtt.Message) error {
	var values state
	if json.Unmarshal(m.Payload, &values) != nil || values == nil {
		s.stats.Malformed.Add(1)
		return nil
	}
	if err := s.takeFirmware(ctx, u, values); err != nil {
		return err
	}
	u.weigh(s.now())
	doubt, err := u.hear(ctx, s.sink, values, m, s.stats)
	if err != nil {
		return err
	}
	if doubt {
		s.recheck(u)
	}
	if m.Retained {
		return nil
	}
	if action, ok := word(values["action"]); ok && action != "" {
		if err := u.press(ctx, s.sink, action, s.stats); err != nil {
			return err
		}
	}
	if u.sleepy() { // it has just spoken
		return u.setReach(ctx, s.sink, true)
	}
	return nil
}
