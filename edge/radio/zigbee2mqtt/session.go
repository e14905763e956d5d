package zigbee2mqtt

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"logis/edge/radio"
)

// session is one connection to Zigbee2MQTT and what was learnt on it.
type session struct {
	radio    *Radio
	sink     *gate
	link     *link
	inbox    *inbox
	requests *requests
	stats    *Stats
	orders   chan struct{}   // a token for each order under way
	reads    chan struct{}   // a token for each read under way
	rereads  chan *unit      // units to be read soon
	over     <-chan struct{} // closed when the session ends
	arrived  atomic.Uint64   // messages, as the connection delivered them

	// Of listen's goroutine alone:
	online bool   // Zigbee2MQTT is
	list   []byte // a device list that came before Zigbee2MQTT said it is online

	mu      sync.Mutex
	units   map[string]*unit // by IEEE address
	topics  map[string]*unit // by the topic of their state messages
	names   map[*unit]string // friendly names, for what must not wait for a unit
	watched map[*unit]chan<- string
}

var (
	errSessionOver = errors.New("the connection to Zigbee2MQTT ended")
	errOffline     = errors.New("Zigbee2MQTT is offline")       //nolint:staticcheck // a name
	errSilent      = errors.New("Zigbee2MQTT tells no devices") //nolint:staticcheck // a name
)

// Run connects to the broker, finds the devices and tells sink what they say. It
// returns nil when ctx ends, and an error when the broker or Zigbee2MQTT goes
// away; every device is told to be out of reach then.
func (r *Radio) Run(ctx context.Context, sink radio.Sink) error {
	life, end := context.WithCancel(ctx)
	defer end()
	s := r.newSession(life, sink)
	var err error
	if s.link, err = dial(ctx, r.options, s.receive); err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	defer s.link.close()
	err = s.run(life)
	r.attach(nil)
	end()
	s.sink.close()
	if ctx.Err() != nil {
		return nil
	}
	return errors.Join(err, s.farewell(ctx, sink))
}

func (r *Radio) newSession(life context.Context, sink radio.Sink) *session {
	return &session{
		radio: r, sink: &gate{sink: sink, life: life}, over: life.Done(),
		inbox: newInbox(&r.stats), requests: newRequests(rand.Text() + "-"), stats: &r.stats,
		orders: make(chan struct{}, maxOrders), reads: make(chan struct{}, maxReads), rereads: make(chan *unit, maxUnits),
		units: map[string]*unit{}, topics: map[string]*unit{}, names: map[*unit]string{}, watched: map[*unit]chan<- string{},
	}
}

// attach makes s what Act, Read and Pair use.
func (r *Radio) attach(s *session) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.session = s
}

func (s *session) run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return s.listen(ctx) })
	for range maxReads / 2 { // the other half is for people
		group.Go(func() error { return s.reread(ctx) })
	}
	return group.Wait()
}

// farewell tells that nothing can be reached any more.
func (s *session) farewell(ctx context.Context, sink radio.Sink) error {
	s.mu.Lock()
	units := slices.Collect(maps.Values(s.units))
	s.mu.Unlock()
	for _, u := range units {
		if err := u.setReach(ctx, sink, false); err != nil {
			return err
		}
	}
	return nil
}

func (s *session) now() time.Time { return s.radio.options.Now() }

func (s *session) topic(rest string) string { return s.radio.options.BaseTopic + "/" + rest }

// receive sorts a message the moment it comes; nothing here waits.
func (s *session) receive(m message) {
	m.number = s.arrived.Add(1)
	limit := maxMessage
	if m.topic == s.topic("bridge/devices") {
		limit = maxDeviceList
	}
	switch {
	case len(m.payload) > limit:
		s.stats.Oversized.Add(1)
	case m.topic == s.topic("bridge/logging"):
		s.logged(m.payload)
	case strings.HasPrefix(m.topic, s.topic("bridge/response/")):
		if !s.requests.resolve(m.payload) {
			s.stats.Malformed.Add(1)
		}
	default:
		s.inbox.put(m, s.now())
	}
}

// listen subscribes and handles one message after another.
func (s *session) listen(ctx context.Context) error {
	err := s.link.subscribe(ctx, s.topic("bridge/state"), s.topic("bridge/devices"),
		s.topic("bridge/logging"), s.topic("bridge/response/+"))
	if err != nil {
		return err
	}
	greet := time.NewTimer(greetTimeout)
	defer greet.Stop()
	for {
		m, ok, wait := s.inbox.take(s.now())
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
		case <-s.inbox.wake:
		case <-due:
		case err := <-s.link.failed:
			return fmt.Errorf("broker: %w", err)
		case <-greet.C:
			if err := s.greeted(ctx); err != nil {
				return err
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// greeted is what must be so when Zigbee2MQTT has had time to greet. A broker
// that does not keep its list of devices is helped out with the one it sent us
// before.
func (s *session) greeted(ctx context.Context) error {
	s.radio.mu.Lock()
	attached, list := s.radio.session == s, s.radio.list
	s.radio.mu.Unlock()
	switch {
	case attached:
		return nil
	case !s.online:
		return errOffline
	case list == nil:
		return errSilent
	}
	return s.takeList(ctx, list)
}

// handle takes in one message.
func (s *session) handle(ctx context.Context, m message) error {
	switch {
	case m.topic == s.topic("bridge/state"):
		return s.bridgeState(ctx, m.payload)
	case m.topic == s.topic("bridge/devices") && len(m.payload) == 0:
		return nil // somebody cleared what the broker retained
	case m.topic == s.topic("bridge/devices") && !s.online:
		s.list = m.payload
		return nil
	case m.topic == s.topic("bridge/devices"):
		return s.takeList(ctx, m.payload)
	}
	s.mu.Lock()
	u, isState := s.topics[m.topic]
	if !isState {
		u = s.topics[strings.TrimSuffix(m.topic, availabilitySuffix)]
	}
	s.mu.Unlock()
	switch {
	case u == nil || len(m.payload) == 0:
		return nil
	case !isState:
		return s.availability(ctx, u, m.payload)
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
	if s.online = online; !online {
		return errOffline
	}
	if s.list == nil {
		return nil
	}
	list := s.list
	s.list = nil
	return s.takeList(ctx, list)
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
	return u.setReach(ctx, s.sink, online)
}

// stateMessage takes in values, and presses of a remote control, which are not
// repeated: one that the broker kept is over.
func (s *session) stateMessage(ctx context.Context, u *unit, m message) error {
	var values state
	if json.Unmarshal(m.payload, &values) != nil || values == nil {
		s.stats.Malformed.Add(1)
		return nil
	}
	if err := u.hear(ctx, s.sink, values, m, s.stats); err != nil {
		return err
	}
	if m.retained {
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

func (s *session) unitOf(ieee string) *unit {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.units[ieee]
}

// recheck has a unit read again soon; if too many wait, it is told by its next
// message instead.
func (s *session) recheck(u *unit) {
	select {
	case s.rereads <- u:
	default:
	}
}

func (s *session) reread(ctx context.Context) error {
	for {
		select {
		case u := <-s.rereads:
			if err := s.refresh(ctx, u); err != nil {
				return err
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
