package zigbee2mqtt

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"logis/edge/radio"
	"logis/edge/radio/gate"
	"logis/edge/radio/inbox"
	"logis/edge/radio/mqtt"
	"logis/edge/radio/requests"
	"logis/edge/radio/turns"
)

// session is one connection to Zigbee2MQTT and what was learnt on it.
type session struct {
	radio    *Radio
	sink     *gate.Gate
	link     *mqtt.Link
	inbox    *inbox.Inbox[string, mqtt.Message]
	requests *requests.Requests[response]
	stats    *Stats
	desk     *turns.Desk
	reads    chan struct{}   // a token for each read under way
	rereads  chan *unit      // units to be read soon
	awake    chan struct{}   // closed when Zigbee2MQTT says it is online
	listed   chan struct{}   // closed when its devices are known
	ready    chan struct{}   // closed when it has answered, and orders may come
	over     <-chan struct{} // closed when the session ends
	arrived  atomic.Uint64   // messages, as the connection delivered them

	// listen's alone:
	list      []byte // a device list that came before Zigbee2MQTT said it is online
	groupList []byte // the last list of groups, nil: none came

	meaningless uint64 // devices of the last list that expose nothing with a meaning here

	mu      sync.Mutex
	units   map[string]*unit // by IEEE address
	topics  map[string]*unit // by the topic of their state messages
	names   map[*unit]string // friendly names, for what must not wait for a unit
	watched map[*unit]chan<- string
	groups  map[string]*group // by address
}

var (
	errSessionOver = errors.New("the connection to Zigbee2MQTT ended")
	errOffline     = errors.New("Zigbee2MQTT is offline")
	errSilent      = errors.New("Zigbee2MQTT tells no devices or does not answer; is it 2.7.0 or newer?")
)

// Run connects to the broker, finds the devices and tells sink what they say. It
// returns nil when ctx ends, and an error when the broker or Zigbee2MQTT goes
// away; every device is told to be out of reach then.
func (r *Radio) Run(ctx context.Context, sink radio.Sink) error {
	life, end := context.WithCancel(ctx)
	defer end()
	s := r.newSession(life, sink)
	var err error
	if s.link, err = mqtt.Dial(ctx, r.options.link(), s.receive); err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	defer s.link.Close()
	err = s.run(life)
	r.attach(nil)
	end()
	s.sink.Close()
	if ctx.Err() != nil {
		return nil
	}
	return errors.Join(err, s.farewell(ctx, sink))
}

func (r *Radio) newSession(life context.Context, sink radio.Sink) *session {
	return &session{
		radio: r, sink: gate.New(life, sink),
		awake: make(chan struct{}), listed: make(chan struct{}), ready: make(chan struct{}), over: life.Done(),
		inbox:    inbox.New[string, mqtt.Message](inbox.Counts{Coalesced: &r.stats.Coalesced, Dropped: &r.stats.Dropped}),
		requests: requests.New[response](rand.Text() + "-"), stats: &r.stats,
		desk: turns.NewDesk(life.Done(), errSessionOver), reads: make(chan struct{}, maxReads), rereads: make(chan *unit, maxUnits),
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
	group.Go(func() error { return s.shakeHands(ctx) })
	for range maxReads / 2 { // the other half is for people
		group.Go(func() error { return s.reread(ctx) })
	}
	return group.Wait()
}

// shakeHands waits until Zigbee2MQTT answers: it says that it is online before it
// listens. Orders wait for that.
func (s *session) shakeHands(ctx context.Context) error {
	for _, first := range []chan struct{}{s.awake, s.listed} {
		select {
		case <-first:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	for {
		try, cancel := context.WithTimeout(ctx, handshakeWait)
		_, err := s.request(try, "health_check", map[string]any{})
		if errors.Is(err, mqtt.ErrNobody) {
			<-try.Done()
		}
		cancel()
		switch {
		case err == nil || errors.Is(err, errBridge): // any answer will do
			close(s.ready)
			return nil
		case ctx.Err() != nil:
			return ctx.Err()
		case !errors.Is(err, errNoReply) && !errors.Is(err, mqtt.ErrNobody):
			return err
		}
	}
}

// await returns once Zigbee2MQTT listens. Its errors wrap radio.ErrRefused.
func (s *session) await(ctx context.Context) error {
	var err error
	select {
	case <-s.ready:
		return nil
	case <-s.over:
		err = errSessionOver
	case <-ctx.Done():
		err = ctx.Err()
	}
	return fmt.Errorf("%w: Zigbee2MQTT does not answer yet: %w", radio.ErrRefused, err)
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

func (s *session) unitOf(ieee string) *unit {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.units[ieee]
}

// recheck has a unit asked soon, unless it waits for that already.
func (s *session) recheck(u *unit) {
	if !u.wantAsking() {
		return
	}
	select {
	case s.rereads <- u:
	default: // as many wait as there may be units; one that left makes room
		u.doneAsking()
	}
}

func (s *session) reread(ctx context.Context) error {
	select {
	case <-s.ready:
	case <-ctx.Done():
		return ctx.Err()
	}
	for {
		select {
		case u := <-s.rereads:
			u.beginAsking()
			err := s.refresh(ctx, u)
			if u.doneAsking() {
				s.recheck(u)
			}
			if err != nil {
				return err
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
