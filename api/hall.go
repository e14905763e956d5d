package api

import (
	"context"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/coder/websocket"

	"logis/access"
	"logis/domain"
	"logis/eventstore"
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
}

func newHall(s *Server) *hall {
	return &hall{server: s, feeds: map[domain.HomeID]*feed{}, sockets: map[domain.PersonID]int{}}
}

// run keeps the hall open until ctx ends, then sends everybody home and waits.
func (h *hall) run(ctx context.Context) {
	h.mu.Lock()
	h.open = true
	h.mu.Unlock()
	<-ctx.Done()
	h.mu.Lock()
	h.open = false
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
			if k.conn != nil {
				go func() { _ = k.conn.CloseNow() }() // it waits for whoever is writing
			}
		}
	}
}

// enter turns a request that was allowed into a live socket.
func (h *hall) enter(w http.ResponseWriter, r *http.Request, permit access.Permit) error {
	home, err := domain.ParseID[domain.HomeKind](r.PathValue("home"))
	if err != nil {
		return domain.InvalidInput(domain.Fault{Field: "home", Message: err.Error()})
	}
	after, err := h.after(r, home)
	if err != nil {
		return err
	}
	if r.Header.Get("Upgrade") == "" {
		w.Header().Set("Upgrade", "websocket")
		return refusal(http.StatusUpgradeRequired, domain.Invalid, "this is a WebSocket: ask for an upgrade")
	}
	k := newSocket(home, after, principal(r.Context()), h.server.tuning.queue)
	if permit.Narrow() {
		k.permit = &permit
	}
	if err := h.admit(k); err != nil {
		return err
	}
	// The origin was checked in front of every operation.
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{InsecureSkipVerify: true})
	if err != nil {
		h.leave(k)
		return nil // Accept has answered
	}
	conn.SetReadLimit(maxInbound)
	h.mu.Lock()
	k.conn = conn
	h.mu.Unlock()
	// A fresh goroutine needs a third of the memory of this one, whose stack has
	// grown; the handler returns.
	go h.host(k)
	return nil
}

// after returns the event to begin after, -1 for the newest.
func (h *hall) after(r *http.Request, home domain.HomeID) (domain.Seq, error) {
	if err := checkRepeats(r); err != nil {
		return 0, err
	}
	query := r.URL.Query()
	for name := range query {
		if name != "after" {
			return 0, domain.InvalidInput(domain.Fault{Field: shown(name), Message: "unknown query parameter"})
		}
	}
	if !query.Has("after") {
		return -1, nil
	}
	after, err := strconv.ParseUint(query.Get("after"), 10, 63)
	if err != nil {
		return 0, domain.InvalidInput(domain.Fault{Field: "after", Message: "must be a number from 0 on"})
	}
	head, err := eventstore.HeadOf(r.Context(), h.server.options.Store.Pool(), home)
	if err == nil && domain.Seq(after) > head.Seq {
		err = domain.InvalidInput(domain.Fault{Field: "after", Message: "is not recorded yet"})
	}
	return domain.Seq(after), err
}

// admit finds a place for the socket and the feed of its home.
func (h *hall) admit(k *socket) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	person := k.who.Person
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
	f, ok := h.feeds[k.home]
	if !ok {
		// A feed outlives the request that began it and ends with its last socket.
		ctx, cancel := context.WithCancel(context.Background())
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
	defer h.group.Done()
	h.total--
	if h.sockets[k.who.Person]--; h.sockets[k.who.Person] == 0 {
		delete(h.sockets, k.who.Person)
	}
	k.feed.forget(k)
	delete(k.feed.guests, k)
	if len(k.feed.guests) == 0 {
		k.feed.cancel()
		if h.feeds[k.home] == k.feed {
			delete(h.feeds, k.home)
		}
	}
}

// host serves the socket until it ends.
func (h *hall) host(k *socket) {
	defer h.leave(k)
	why := k.serve()
	_ = k.conn.Close(why.code, why.reason) // the peer may be gone already
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
