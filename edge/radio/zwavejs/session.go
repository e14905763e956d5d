package zwavejs

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"logis/edge/radio"
	"logis/edge/radio/gate"
	"logis/edge/radio/inbox"
	"logis/edge/radio/requests"
	"logis/edge/radio/turns"
)

// session is one connection to the server and what was learnt on it.
type session struct {
	radio    *Radio
	life     context.Context //nolint:containedctx // ends with the session; orders outlive calls, not it
	sink     *gate.Gate
	link     *link
	home     string // begins the address of every node
	inbox    *inbox.Inbox[any, letter]
	requests *requests.Requests[frame]
	stats    *Stats
	desk     *turns.Desk
	reads    chan struct{}      // a token for each read under way
	rereads  chan *unit         // units to be read soon
	windows  chan time.Duration // how long to let new nodes in

	mu      sync.Mutex
	units   map[int]*unit            // by number of the node
	follows map[int]map[valueID]bool // which values of a node mean something here
}

var (
	errSessionOver = errors.New("the connection to the Z-Wave JS server ended")
	errRestarted   = errors.New("the Z-Wave JS driver started anew")
)

// Run connects to the server, finds the devices and tells sink what they say. It
// returns nil when ctx ends, and an error when the server goes away; every device
// is told to be out of reach then.
func (r *Radio) Run(ctx context.Context, sink radio.Sink) error {
	l, err := dial(ctx, r.options)
	if err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	defer l.close()
	life, end := context.WithCancel(ctx)
	defer end()
	s := r.newSession(life, sink, l)
	err = s.run(life)
	r.attach(nil)
	end()
	s.sink.Close()
	if ctx.Err() != nil {
		return nil
	}
	return errors.Join(err, s.farewell(ctx, sink))
}

func (r *Radio) newSession(life context.Context, sink radio.Sink, l *link) *session {
	return &session{
		radio: r, life: life, sink: gate.New(life, sink), link: l, home: fmt.Sprintf("%08x", l.hello.HomeID),
		inbox: inbox.New[any, letter](inbox.Counts{Coalesced: &r.stats.Coalesced, Dropped: &r.stats.Dropped}), requests: requests.New[frame](""), stats: &r.stats,
		desk: turns.NewDesk(life.Done(), errSessionOver), reads: make(chan struct{}, maxReads),
		rereads: make(chan *unit, maxUnits), windows: make(chan time.Duration, 1),
		units: map[int]*unit{}, follows: map[int]map[valueID]bool{},
	}
}

func (s *session) run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return s.link.read(ctx, s.receive) })
	group.Go(func() error { return s.listen(ctx) })
	group.Go(func() error { return s.keepAlive(ctx) })
	group.Go(func() error { return s.letIn(ctx) })
	for range maxReads / 2 { // the other half is for people
		group.Go(func() error { return s.reread(ctx) })
	}
	return group.Wait()
}

func (s *session) keepAlive(ctx context.Context) error {
	tick := time.NewTicker(pingPeriod)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			if err := s.link.ping(ctx); err != nil {
				return err
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
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

// address returns the address of a node: the network's own number and the node's.
func (s *session) address(node int) string { return s.home + "-" + strconv.Itoa(node) }

func (s *session) unit(node int) *unit {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.units[node]
}

func (s *session) unitAt(address string) *unit {
	s.mu.Lock()
	defer s.mu.Unlock()
	for node, u := range s.units {
		if s.address(node) == address {
			return u
		}
	}
	return nil
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
	for {
		select {
		case u := <-s.rereads:
			u.doneAsking() // what is said from now on may ask again
			if err := s.refresh(ctx, u); err != nil {
				return err
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
