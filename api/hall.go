package api

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/coder/websocket"

	"logis/access"
	"logis/domain"
	"logis/eventstore"
	"logis/eventstore/wall"
)

// hall is where live sockets wait for news: the feeds by home, and how many
// sockets there are.
type hall struct {
	server *Server

	mu      sync.Mutex
	open    bool
	feeds   map[domain.HomeID]*feed
	sockets map[domain.PersonID]int
	total   int
	group   sync.WaitGroup // sockets and feeds
	closing chan struct{}  // closed when the hall closes
}

func newHall(s *Server) *hall {
	return &hall{server: s, closing: make(chan struct{}), feeds: map[domain.HomeID]*feed{}, sockets: map[domain.PersonID]int{}}
}

// run keeps the hall open until ctx ends, then sends everybody home and waits.
func (h *hall) run(ctx context.Context) {
	h.mu.Lock()
	h.open = true
	h.mu.Unlock()
	<-ctx.Done()
	h.mu.Lock()
	h.open = false
	close(h.closing)
	for _, f := range h.feeds {
		f.dismiss(closing{closeRestart, "the server restarts"})
	}
	h.mu.Unlock()
	deaf := time.AfterFunc(h.server.tuning.goodbye, h.hangUp)
	defer deaf.Stop()
	h.group.Wait()
}

// hangUp cuts off those who do not listen to the goodbye.
func (h *hall) hangUp() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, f := range h.feeds {
		for k := range f.guests {
			if k.cut != nil {
				go k.cut() // it waits for whoever is writing
			}
		}
	}
}

// socketOf returns a socket for a request that was allowed, not admitted yet.
func (h *hall) socketOf(r *http.Request, permit access.Permit, asked following) (*socket, error) {
	home, err := domain.ParseID[domain.HomeKind](r.PathValue("home"))
	if err != nil {
		return nil, domain.InvalidInput(domain.Fault{Field: "home", Message: err.Error()})
	}
	if err := h.recorded(r.Context(), home, asked.after); err != nil {
		return nil, err
	}
	return newSocket(home, asked, principal(r.Context()), permit, h.server.tuning.queue), nil
}

// recorded refuses to go on after an event that is still to come. The look at the log
// is also what the wall between homes is asked by: what follows is told by a feed that
// is shared.
func (h *hall) recorded(ctx context.Context, home domain.HomeID, after domain.Seq) error {
	head, err := eventstore.HeadOf(ctx, h.server.options.Store.Pool(), home)
	if err == nil && after > head.Seq {
		err = domain.InvalidInput(domain.Fault{Field: "after", Message: "is not recorded yet"})
	}
	return err
}

// enter turns a request that was allowed into a live socket of one home.
func (h *hall) enter(w http.ResponseWriter, r *http.Request, permit access.Permit) error {
	asked, err := followingOf(r, "")
	if err != nil {
		return err
	}
	k, err := h.socketOf(r, permit, asked)
	if err != nil {
		return err
	}
	if err := upgradable(w, r); err != nil {
		return err
	}
	if err := h.admit(k); err != nil {
		return err
	}
	conn, err := accept(w, r, maxInbound)
	if err != nil {
		h.leave(k)
		return nil // accept has answered
	}
	h.cutBy(k, func() { _ = conn.CloseNow() })
	// A fresh goroutine needs a third of the memory of this one, whose stack has
	// grown; the handler returns.
	go func() {
		defer h.leave(k)
		gone := conn.CloseRead(context.Background()) // answers pings, refuses data
		why := k.serve(gone, frames{conn})
		_ = conn.Close(why.code, why.reason) // the peer may be gone already
	}()
	return nil
}

// upgradable refuses what is no request for a WebSocket.
func upgradable(w http.ResponseWriter, r *http.Request) error {
	if r.Header.Get("Upgrade") != "" {
		return nil
	}
	w.Header().Set("Upgrade", "websocket")
	return refusal(http.StatusUpgradeRequired, domain.Invalid, "this is a WebSocket: ask for an upgrade")
}

// accept makes a WebSocket of the request, or answers why not.
func accept(w http.ResponseWriter, r *http.Request, limit int64) (*websocket.Conn, error) {
	// The origin was checked in front of every operation.
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{InsecureSkipVerify: true})
	if err == nil {
		conn.SetReadLimit(limit)
	}
	return conn, err
}

// cutBy says how to hang up on a socket that was admitted.
func (h *hall) cutBy(k *socket, cut func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	k.cut = cut
}

// take finds a place for somebody's connection, give gives it back.
func (h *hall) take(person domain.PersonID) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.taken(person)
}

func (h *hall) give(person domain.PersonID) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.given(person)
}

// taken counts a place; h.mu is held.
func (h *hall) taken(person domain.PersonID) error {
	switch {
	case !h.open:
		return domain.Errorf(domain.Overloaded, "the server stops")
	case h.total >= maxLive:
		return domain.Errorf(domain.Overloaded, "there are too many live connections")
	case h.sockets[person] >= maxSockets:
		return refusal(http.StatusTooManyRequests, domain.Overloaded, "you have too many live connections: close one")
	}
	h.total++
	h.sockets[person]++
	h.group.Add(1)
	return nil
}

// given counts it no more; h.mu is held.
func (h *hall) given(person domain.PersonID) {
	h.total--
	if h.sockets[person]--; h.sockets[person] == 0 {
		delete(h.sockets, person)
	}
	h.group.Done()
}

// admit finds a place for the socket and the feed of its home.
func (h *hall) admit(k *socket) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := h.taken(k.who.Person); err != nil {
		return err
	}
	f, ok := h.feeds[k.home]
	if !ok {
		// A feed outlives the request that began it and ends with its last socket.
		ctx, cancel := context.WithCancel(wall.InHome(context.Background(), k.home))
		f = newFeed(h.server, k.home, cancel)
		h.feeds[k.home] = f
		h.group.Go(func() { f.run(ctx) })
	}
	f.guests[k] = struct{}{}
	k.feed = f
	return nil
}

// leave gives the socket's place back; the last one ends the feed.
func (h *hall) leave(k *socket) {
	h.mu.Lock()
	defer h.mu.Unlock()
	defer h.given(k.who.Person)
	k.feed.forget(k)
	delete(k.feed.guests, k)
	if len(k.feed.guests) == 0 {
		k.feed.cancel()
		if h.feeds[k.home] == k.feed {
			delete(h.feeds, k.home)
		}
	}
}

// retire closes the sockets of a feed that has failed and makes room for a new
// one.
func (h *hall) retire(f *feed, why closing) {
	h.mu.Lock()
	defer h.mu.Unlock()
	f.dismiss(why)
	if h.feeds[f.home] == f {
		delete(h.feeds, f.home)
	}
}

// principals returns who is in the feed's sockets.
func (h *hall) principals(f *feed) ([]*socket, []access.Principal) {
	h.mu.Lock()
	defer h.mu.Unlock()
	sockets := make([]*socket, 0, len(f.guests))
	principals := make([]access.Principal, 0, len(f.guests))
	for k := range f.guests {
		sockets, principals = append(sockets, k), append(principals, k.who)
	}
	return sockets, principals
}
