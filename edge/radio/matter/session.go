package matter

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"logis/edge/radio"
	"logis/edge/radio/gate"
	"logis/edge/radio/requests"
	"logis/edge/radio/turns"
)

// session is one connection to the Matter Server and what was learnt on it.
type session struct {
	radio    *Radio
	sink     *gate.Gate
	link     *link
	inbox    *inbox
	requests *requests.Requests[frame]
	stats    *Stats
	desk     *turns.Desk
	listed   chan struct{}   // closed when every node was told
	over     <-chan struct{} // closed when the session ends
	failed   chan error      // why it must end

	owners map[string]*unit // by what the hardware says it is; listen's alone
	whole  bool             // the list of nodes could be read to its end; written before it is looked at
	asked  bool             // the list of nodes has come; read's alone

	mu     sync.Mutex
	units  map[uint64]*unit // by node id
	places map[string]found // by address
}

// found is who is at an address.
type found struct {
	unit   *unit
	device *device
}

var (
	errSessionOver = errors.New("the connection to the Matter Server ended")
	errShutdown    = errors.New("the Matter Server shuts down")
	errSilent      = errors.New("the Matter Server does not list its nodes")
	errList        = errors.New("the Matter Server's list of nodes makes no sense")
)

// Run connects to the server, finds the devices and tells sink what they say. It
// returns nil when ctx ends, and an error when the server goes away; every device
// is told to be out of reach then.
func (r *Radio) Run(ctx context.Context, sink radio.Sink) error {
	life, end := context.WithCancel(ctx)
	defer end()
	l, err := dial(ctx, r.options)
	if err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	defer l.close()
	s := r.newSession(life, sink, l)
	r.attach(s)
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
		radio: r, sink: gate.New(life, sink), link: l, inbox: newInbox(&r.stats), requests: requests.New[frame](""), stats: &r.stats,
		desk: turns.NewDesk(life.Done(), errSessionOver), listed: make(chan struct{}), over: life.Done(), failed: make(chan error, 1),
		owners: map[string]*unit{}, units: map[uint64]*unit{}, places: map[string]found{},
	}
}

func (s *session) run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return s.link.read(ctx, s.receive) })
	group.Go(func() error { return s.listen(ctx) })
	group.Go(func() error { return s.start(ctx) })
	group.Go(func() error { return s.ping(ctx) })
	group.Go(func() error {
		select {
		case err := <-s.failed:
			return err
		case <-ctx.Done():
			return ctx.Err()
		}
	})
	return group.Wait()
}

// startID is the message id of the one request whose answer is not waited for but
// taken in as it comes: what follows it is newer.
const startID = "start"

// start asks for all nodes and whatever happens from then on.
func (s *session) start(ctx context.Context) error {
	if err := s.link.send(ctx, request{ID: startID, Command: "start_listening", Args: map[string]any{}}); err != nil {
		return err
	}
	deadline := time.NewTimer(listTimeout)
	defer deadline.Stop()
	select {
	case <-s.listed:
		return nil
	case <-deadline.C:
		return errSilent
	case <-ctx.Done():
		return ctx.Err()
	}
}

// ping ends the session when the server is there no more without having said so.
func (s *session) ping(ctx context.Context) error {
	tick := time.NewTicker(pingPeriod)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
		wait, cancel := context.WithTimeout(ctx, pingPeriod)
		err := s.link.conn.Ping(wait)
		cancel()
		if err != nil {
			return fmt.Errorf("the Matter Server does not answer: %w", err)
		}
	}
}

// end ends the session for a reason.
func (s *session) end(why error) {
	select {
	case s.failed <- why:
	default: // only the first reason counts
	}
}

// farewell tells that nothing can be reached any more.
func (s *session) farewell(ctx context.Context, sink radio.Sink) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for address, f := range s.places {
		if !f.unit.isReachable(address) {
			continue
		}
		if err := sink.Reach(ctx, address, false); err != nil {
			return err
		}
	}
	return nil
}

func (s *session) now() time.Time { return s.radio.options.Now() }

// receive sorts a message the moment it comes; nothing here waits.
func (s *session) receive(message []byte) {
	f, ok := parseFrame(message)
	switch {
	case !ok:
		s.stats.Malformed.Add(1)
	case f.ID == startID && !s.asked:
		s.asked = true
		s.receiveList(f)
	case f.ID != "":
		s.requests.Resolve(f.ID, f)
	case f.Event == "attribute_updated":
		s.receiveUpdate(f.Data)
	case f.Event == "node_added", f.Event == "node_updated":
		if !s.receiveNode(f.Data) {
			s.stats.Malformed.Add(1)
		}
	case f.Event == "node_removed":
		s.receiveRemoval(f.Data)
	case f.Event == "node_event":
		s.receiveEvent(f.Data)
	case f.Event == "server_shutdown":
		s.end(errShutdown)
	}
}

func (s *session) receiveList(f frame) {
	var list []json.RawMessage
	if f.Code != nil {
		s.end(&serverError{*f.Code, f.Details})
		return
	}
	if json.Unmarshal(f.Result, &list) != nil {
		s.end(errList)
		return
	}
	whole := true
	for _, element := range list {
		if !s.receiveNode(element) {
			s.stats.Malformed.Add(1)
			whole = false
		}
	}
	s.whole = whole
	s.inbox.put(topic{}, s.now())
}

// receiveNode takes in a description, before anything that comes after it.
func (s *session) receiveNode(text []byte) bool {
	n, ok := parseNode(text)
	if !ok {
		return false
	}
	s.mu.Lock()
	u := s.units[n.id]
	if u == nil && len(s.units) < maxNodes {
		u = newUnit(n.id)
		s.units[n.id] = u
	}
	s.mu.Unlock()
	if u == nil {
		s.stats.Refused.Add(1)
		return true
	}
	u.voice.absorb(n)
	s.inbox.put(topic{unit: u}, s.now())
	return true
}

func (s *session) unitOf(id uint64) *unit {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.units[id]
}

func (s *session) receiveUpdate(text []byte) {
	change, ok := parseUpdate(text)
	if !ok {
		s.stats.Malformed.Add(1)
		return
	}
	u := s.unitOf(change.node)
	if u == nil || !s.hear(u, change.path, change.value) {
		s.stats.Unmapped.Add(1)
	}
}

// hear takes in what a device has said itself. It reports whether it was known to
// have such an attribute.
func (s *session) hear(u *unit, p path, value json.RawMessage) bool {
	matters, known := u.voice.hear(p, value)
	if matters || known && p.cluster == clusterBridged && p.attribute == attributeReachable {
		s.inbox.put(topic{u, p}, s.now())
	}
	return known
}

func (s *session) receiveRemoval(text []byte) {
	var id uint64
	if json.Unmarshal(text, &id) != nil {
		s.stats.Malformed.Add(1)
		return
	}
	s.mu.Lock()
	u := s.units[id]
	delete(s.units, id)
	s.mu.Unlock()
	if u != nil {
		u.voice.leave()
		s.inbox.put(topic{unit: u}, s.now())
	}
}

func (s *session) receiveEvent(text []byte) {
	e, ok := parseEvent(text)
	if !ok {
		s.stats.Malformed.Add(1)
		return
	}
	u := s.unitOf(*e.Node)
	if u == nil || e.Cluster != clusterSwitch || !u.voice.describes(path{e.Endpoint, clusterSwitch, 1}) {
		s.stats.Unmapped.Add(1)
		return
	}
	s.inbox.put(topic{u, path{e.Endpoint, clusterSwitch, 0}}, s.now(), e)
}
