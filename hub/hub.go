package hub

import (
	"context"
	"crypto/ed25519"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/coder/websocket"
	"golang.org/x/time/rate"

	"logis/access"
	"logis/domain"
	"logis/eventstore"
	"logis/eventstore/wall"
	"logis/wire"
)

// Access is what the hub asks of the room that knows who may.
//
//nolint:interfacebloat // a method for each turn in the life of a gateway's key; tests stand in front of some
type Access interface {
	// Enrol takes a new gateway against a claim; prove is given the claim's secret.
	Enrol(ctx context.Context, claim [16]byte, key ed25519.PublicKey, canRenew bool, prove func(secret [16]byte) bool) (access.Admission, error)
	// Renew certifies a new key of a gateway whose present key signed for it.
	Renew(ctx context.Context, gateway domain.GatewayID, key ed25519.PublicKey, signed func(ed25519.PublicKey) bool) (access.Renewal, error)
	// Recognize returns who said a hello; signed tells whether by a key.
	Recognize(ctx context.Context, gateway domain.GatewayID, signed func(ed25519.PublicKey) bool) (access.Caller, error)
	// NextSession gives a connection of the gateway its number and remembers
	// which server holds it, and which running agent it is.
	NextSession(ctx context.Context, caller access.Caller, replica, instance string) (int64, error)
	// Settle makes the caller's key the gateway's, when the connection is recorded,
	// and returns its certificate.
	Settle(ctx context.Context, tx *eventstore.Tx, caller access.Caller, canRenew bool) (access.Certificate, error)
	// Out returns which gateways whose newest session the server holds may not speak
	// any more, and why.
	Out(ctx context.Context, replica string) (map[domain.GatewayID]error, error)
	// RulesKey returns the key that signs the rules which gateways run.
	RulesKey(ctx context.Context) (ed25519.PrivateKey, error)
}

// Options are what a Hub needs.
type Options struct {
	Store   *eventstore.Store
	Batcher *eventstore.Batcher
	Access  Access
	Replica string // this server
	// Authorize reports whether the command's actor may still do this in the home,
	// as it is now.
	Authorize func(home *domain.Home, c *domain.Command, now time.Time) bool
	Log       *slog.Logger
	// Handshakes bounds the connections let in per second; 0 means 200.
	Handshakes int
	// Elapsed is the time since some moment, which never jumps, for tests and
	// simulated times; nil: this machine's monotonic clock.
	Elapsed func() time.Duration
}

// Hub holds the sessions of the gateways connected to this server.
type Hub struct {
	options  Options
	admit    *rate.Limiter
	clock    *logClock
	mu       sync.Mutex
	sessions map[domain.GatewayID]*session
	closing  bool
	running  sync.WaitGroup
	ctx      context.Context //nolint:containedctx // of the sockets: they outlive the requests that opened them
	cancel   context.CancelFunc
}

// defaultHandshakes keeps a herd of gateways from taking the processor from
// those that are in: 100 per second and core, on two cores.
const defaultHandshakes = 200

// New returns a hub; Run must be running for it to accept.
func New(options Options) *Hub {
	if options.Handshakes == 0 {
		options.Handshakes = defaultHandshakes
	}
	ctx, cancel := context.WithCancel(wall.AllHomes(context.Background())) // whose gateway it is shows by its key
	return &Hub{
		options: options, sessions: map[domain.GatewayID]*session{}, ctx: ctx, cancel: cancel,
		admit: rate.NewLimiter(rate.Limit(options.Handshakes), options.Handshakes),
		clock: newLogClock(options.Store, options.Elapsed),
	}
}

// How often sessions are looked at.
const (
	silenceCheck = 5 * time.Second // whether they are silent
	outCheck     = time.Second     // whether their gateways may still speak
)

// Run keeps time and ends silent sessions until ctx ends. Then it says goodbye to
// every gateway and returns once the sessions are gone.
func (h *Hub) Run(ctx context.Context) error {
	ctx = wall.AllHomes(ctx) // the gateways here are of many
	silence, out := time.NewTicker(silenceCheck), time.NewTicker(outCheck)
	defer silence.Stop()
	defer out.Stop()
	h.clock.refresh(ctx)
	var relaying sync.WaitGroup
	relaying.Go(func() { h.runRelay(ctx) })
	defer relaying.Wait()
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-silence.C:
			h.clock.refresh(ctx)
			h.endSilent()
		case <-out.C:
			h.endOut(ctx)
		}
	}
	h.stop()
	return nil
}

func (h *Hub) stop() {
	h.mu.Lock()
	h.closing = true
	for _, s := range h.sessions {
		go s.end(wire.CloseRestart, "the server restarts")
	}
	h.mu.Unlock()
	h.running.Wait()
	h.cancel()
}

func (h *Hub) endSilent() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, s := range h.sessions {
		if time.Since(s.heardAt()) > wire.SilenceLimit {
			go s.end(wire.CloseTimeout, "no frame for too long")
		}
	}
}

// endOut closes the sockets of gateways that were revoked or suspended, on
// whichever server. What they say meanwhile is refused under the home's lock.
func (h *Hub) endOut(ctx context.Context) {
	gateways, err := h.options.Access.Out(ctx, h.options.Replica)
	if err != nil {
		return // the database is away; the next look finds them
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for id, why := range gateways {
		s, ok := h.sessions[id]
		if !ok {
			continue
		}
		var refusal *refusal
		if errors.As(h.refusalFor(why, stranger), &refusal) {
			go s.end(refusal.code, refusal.reason)
		}
	}
}

// ServeHTTP accepts the socket of a gateway. The session runs on a goroutine of
// its own, so that what the HTTP server needed for the request is freed.
func (h *Hub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !h.admit.Allow() {
		w.Header().Set("Retry-After", "5")
		http.Error(w, "too many gateways are connecting", http.StatusServiceUnavailable)
		return
	}
	h.mu.Lock()
	if h.closing {
		h.mu.Unlock()
		http.Error(w, "the server restarts", http.StatusServiceUnavailable)
		return
	}
	h.running.Add(1)
	h.mu.Unlock()
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{
		Subprotocols: []string{wire.Subprotocol}, CompressionMode: websocket.CompressionDisabled,
	})
	if err != nil {
		h.running.Done()
		return // Accept has answered
	}
	go func() {
		defer h.running.Done()
		h.serve(conn)
	}()
}

func (h *Hub) serve(conn *websocket.Conn) {
	defer func() { _ = conn.CloseNow() }()
	if conn.Subprotocol() != wire.Subprotocol {
		_ = conn.Close(websocket.StatusCode(wire.CloseVersion), "want subprotocol "+wire.Subprotocol)
		return
	}
	conn.SetReadLimit(wire.MaxEdgeFrame)
	s, err := h.greet(conn)
	if err != nil {
		var refusal *refusal
		if errors.As(err, &refusal) {
			_ = conn.Close(websocket.StatusCode(refusal.code), refusal.reason)
		}
		return
	}
	s.read()
	s.endCalls()
	h.leave(s)
}

// enter makes s the session of its gateway and ends an older one. It refuses an
// s that is older itself.
func (h *Hub) enter(s *session) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if old, ok := h.sessions[s.gateway]; ok {
		if old.number > s.number {
			return refuse(wire.CloseReplaced, "a newer session exists")
		}
		go old.end(wire.CloseReplaced, "the gateway connected again")
	}
	h.sessions[s.gateway] = s
	return nil
}

// leave forgets the session, unless a newer one took its place, and records that
// the gateway is away.
func (h *Hub) leave(s *session) {
	h.mu.Lock()
	if h.sessions[s.gateway] == s {
		delete(h.sessions, s.gateway)
	}
	h.mu.Unlock()
	if !s.connected {
		return
	}
	done := make(chan struct{})
	err := h.options.Batcher.Submit(h.ctx, eventstore.Submission{
		Home: s.home, Weight: 1,
		Decide: func(ctx context.Context, tx *eventstore.Tx) error {
			ev, ok := tx.Home(s.home).Disconnect(s.gateway, s.number, s.reason())
			if !ok {
				return nil
			}
			_, err := tx.Record(ctx, s.home, ev)
			return err
		},
		Done: func(error) { close(done) },
	})
	if err != nil {
		return
	}
	select {
	case <-done:
	case <-h.ctx.Done():
	case <-time.After(leaveTimeout):
	}
}

// leaveTimeout bounds how long a goodbye may hold up a stop. Without it the
// server's death is noticed by the others.
const leaveTimeout = 3 * time.Second

// SendCommand implements dispatch.Sender.
func (h *Hub) SendCommand(gateway domain.GatewayID, number int64, c *domain.Command) error {
	s, ok := h.session(gateway, number)
	if !ok {
		return domain.Errorf(domain.EdgeOffline, "the session is gone")
	}
	frame := wire.Command{
		ID: c.ID, Device: c.Device, Class: c.Class, Set: c.Set, Action: c.Action, Input: c.Input,
		DesiredVersion: c.DesiredVersion(), Session: number,
	}
	if !c.Deadline.IsZero() {
		frame.NotAfterMS = c.Deadline.UnixMilli()
	}
	if s.version >= wire.FadeVersion {
		frame.TransitionMS = c.TransitionMS
	}
	return s.send(frame)
}

// SendRules implements dispatch.Sender.
func (h *Hub) SendRules(gateway domain.GatewayID, number int64, b *domain.Bundle) error {
	h.mu.Lock()
	s, ok := h.sessions[gateway]
	h.mu.Unlock()
	if !ok || s.number != number || s.version < wire.BundleVersion {
		return domain.Errorf(domain.EdgeOffline, "the session is gone")
	}
	key, err := h.options.Access.RulesKey(h.ctx)
	if err != nil {
		return err
	}
	signed, err := wire.SignBundle(key, b)
	if err != nil {
		return domain.Wrap(domain.Overloaded, "the rules cannot be sent", err)
	}
	return s.sendAll(signed.Split())
}

// Connected returns how many gateways have a session here.
func (h *Hub) Connected() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.sessions)
}
