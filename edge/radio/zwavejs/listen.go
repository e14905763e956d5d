package zwavejs

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// letter is an event in the inbox. Its key says what it is about: a newer one
// with the same key may replace it.
type letter struct {
	key any
	event
	id valueID // of the value it is about
	valueArgs
}

// receive sorts a frame the moment it comes; nothing here waits.
func (s *session) receive(text []byte) {
	var f frame
	if json.Unmarshal(text, &f) != nil {
		s.stats.Malformed.Add(1)
		return
	}
	switch f.Type {
	case "result":
		s.requests.Resolve(f.MessageID, f)
	case "event":
		var l letter
		if json.Unmarshal(f.Event, &l.event) != nil || l.NodeID < 0 || l.NodeID > maxNodeID {
			s.stats.Malformed.Add(1)
			return
		}
		if s.label(&l) {
			s.inbox.Put(l.key, l, len(f.Event), s.now())
		}
	}
}

// about is the key of letters that are not about one value.
type about struct {
	node int
	what string
}

// valueKey is the key of letters about one value.
type valueKey struct {
	node int
	id   valueID
}

// label gives a letter its key. It reports false for events that mean nothing
// here; they are most, and not even counted.
func (s *session) label(l *letter) bool {
	switch l.Source + "/" + l.Name {
	case "driver/driver ready":
		l.key = about{what: "driver"}
	case "controller/node removed":
		var node struct {
			NodeID int `json:"nodeId"`
		}
		if json.Unmarshal(l.Node, &node) != nil || node.NodeID < 1 || node.NodeID > maxNodeID {
			s.stats.Malformed.Add(1)
			return false
		}
		l.NodeID, l.Node = node.NodeID, nil
		l.key = about{l.NodeID, "life"}
	case "controller/grant security classes", "controller/validate dsk and enter pin":
		l.key = about{what: "inclusion"}
	case "node/ready", "node/dead", "node/alive", "node/sleep", "node/wake up":
		l.key = about{l.NodeID, "life"}
	case "node/notification":
		l.key = about{l.NodeID, "notification"}
	case "node/value updated", "node/value added", "node/value removed", "node/value notification":
		return s.labelValue(l)
	default:
		return false
	}
	return true
}

// labelValue does the same for an event about a value.
func (s *session) labelValue(l *letter) bool {
	if json.Unmarshal(l.Args, &l.valueArgs) != nil {
		s.stats.Malformed.Add(1)
		return false
	}
	id, ok := l.valueArgs.id()
	if !ok {
		s.stats.Malformed.Add(1)
		return false
	}
	l.id, l.Args = id, nil
	s.mu.Lock()
	follows, known := s.follows[l.NodeID]
	s.mu.Unlock()
	if l.Name == "value notification" {
		l.key = about{l.NodeID, "scene"}
		return id.class == classCentralScene
	}
	if l.Name == "value removed" {
		l.NewValue = nil
	}
	if len(l.NewValue) > maxValueText {
		s.stats.Malformed.Add(1)
		return false
	}
	l.key = valueKey{l.NodeID, id}
	// Events of a node may come before it has been looked at.
	return follows[id] || !known && (askable(id.class) || id.class == classNotification)
}

// listen greets the server and handles one event after another.
func (s *session) listen(ctx context.Context) error {
	if err := s.greet(ctx); err != nil {
		return err
	}
	for {
		l, ok, wait := s.inbox.Take(s.now())
		if ok {
			if err := s.handle(ctx, l); err != nil {
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
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// greet agrees on the language and takes in all nodes.
func (s *session) greet(ctx context.Context) error {
	ask, cancel := context.WithTimeout(ctx, dumpTimeout)
	defer cancel()
	version := map[string]any{"schemaVersion": min(schema, s.link.hello.MaxSchemaVersion)}
	if _, err := s.request(ask, "set_api_schema", version); err != nil {
		return err
	}
	dump, err := s.request(ask, "start_listening", nil)
	if err != nil {
		return err
	}
	s.link.conn.SetReadLimit(maxFrame)
	s.radio.attach(s) // first: a device may get an order as soon as it is told
	return s.takeDump(ctx, dump)
}

// handle takes in one event.
func (s *session) handle(ctx context.Context, l letter) error {
	switch l.Source + "/" + l.Name {
	case "driver/driver ready":
		return errRestarted // whatever was known may be otherwise
	case "controller/node removed":
		return s.lose(ctx, l.NodeID)
	case "controller/grant security classes", "controller/validate dsk and enter pin":
		return s.answerInclusion(ctx, l.event)
	case "node/ready":
		node, err := parseListed(l.NodeState)
		if err != nil || node.NodeID != l.NodeID {
			s.stats.Refused.Add(1)
			return nil
		}
		return s.takeNode(ctx, node)
	}
	u := s.unit(l.NodeID)
	if u == nil {
		return nil
	}
	switch l.Name {
	case "dead", "alive", "sleep", "wake up":
		return s.statusChanged(ctx, u, l.Name)
	case "notification":
		return s.notified(u, l.event)
	case "value notification":
		if err := u.setReach(ctx, s.sink, true); err != nil {
			return err
		}
		return u.scene(ctx, s.sink, l.valueArgs, s.stats)
	}
	return s.valueSaid(ctx, u, l)
}

func (s *session) statusChanged(ctx context.Context, u *unit, status string) error {
	_, _, before := u.state()
	switch status {
	case "dead":
		u.setStatus(statusDead)
		return u.setReach(ctx, s.sink, false)
	case "alive":
		u.setStatus(statusAlive)
	case "sleep":
		u.setStatus(statusAsleep)
		return nil
	default:
		u.setStatus(statusAwake)
	}
	if before != reachable { // what it is like after its absence
		if err := u.tellKnown(ctx, s.sink, s.stats); err != nil {
			return err
		}
		s.recheck(u)
	}
	return u.setReach(ctx, s.sink, true)
}

// notified hears of something that left no value: that somebody turned a lock by
// hand, that its bolt is jammed. The device is asked how it is.
func (s *session) notified(u *unit, e event) error {
	if e.Class != classNotification {
		s.stats.Unmapped.Add(1)
		return nil
	}
	s.recheck(u)
	return nil
}

func (s *session) valueSaid(ctx context.Context, u *unit, l letter) error {
	doubt, err := u.hear(ctx, s.sink, l.id, l.NewValue, s.stats)
	if err != nil {
		return fmt.Errorf("value of node %d: %w", u.node, err)
	}
	if doubt {
		s.recheck(u)
	}
	if sleepy, _, _ := u.state(); sleepy { // it has just spoken
		return u.setReach(ctx, s.sink, true)
	}
	return nil
}
