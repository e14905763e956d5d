package api

import (
	"context"
	"errors"

	"github.com/coder/websocket"

	"logis/access"
	"logis/domain"
	"logis/eventstore/wall"
)

// closing is why a socket ends.
type closing struct {
	code   websocket.StatusCode
	reason string
}

// Ends that an app can do something about.
//
//nolint:gochecknoglobals // constants, if Go had them
var (
	changed   = closing{closeChanged, "what you may see has changed"}
	loggedOut = closing{closeSignedOut, "signed out, or not a member any more"}
	slow      = closing{closeSlow, "the app reads too slowly"}
)

// page is news for sockets of a home, of the events after from up to to, or a pulse.
// Without a text there is nothing in it that the socket may know.
type page struct {
	from, to domain.Seq
	text     []byte
	pulse    Instant // zero: it is news
}

// outlet is what a socket writes to: a WebSocket, alone or shared with other homes,
// or a stream of events.
type outlet interface {
	// write sends one frame of a kind; the app has everything up to seq then.
	write(ctx context.Context, kind string, seq domain.Seq, text []byte) error
}

// frames are the texts of a WebSocket.
type frames struct{ conn *websocket.Conn }

func (f frames) write(ctx context.Context, _ string, _ domain.Seq, text []byte) error {
	return f.conn.Write(ctx, websocket.MessageText, text)
}

// socket follows one home for one app. It begins by catching up at its own pace;
// once it has, it listens to its feed.
type socket struct {
	cut    func() // hangs up; set once, under the hall's lock
	home   domain.HomeID
	key    string // the app's name for it, where one connection has several
	who    access.Principal
	permit *access.Permit // nil: for the whole home and its whole past
	wish   wish
	feed   *feed
	after  domain.Seq   // what the app has; -1: it wants nothing of the past
	cursor domain.Seq   // what it was sent
	queue  chan page    // from the feed
	stop   chan closing // at most one
	out    outlet
}

func newSocket(home domain.HomeID, asked following, who access.Principal, permit access.Permit, queue int) *socket {
	k := &socket{
		home: home, who: who, after: asked.after, wish: asked.wish, queue: make(chan page, queue), stop: make(chan closing, 1),
	}
	if permit.Narrow() {
		k.permit = &permit
	}
	return k
}

// sight is the view as the socket is to have it.
func (k *socket) sight(v view) view {
	v = v.of(k.permit)
	v.wish = k.wish
	return v
}

// hearsAll reports whether the socket is told everything.
func (k *socket) hearsAll() bool { return k.permit == nil && k.wish.isZero() }

// end asks the socket to close; the first reason counts.
func (k *socket) end(why closing) {
	select {
	case k.stop <- why:
	default:
	}
}

// serve writes to the app until something ends the socket, or the app is gone.
func (k *socket) serve(gone context.Context, out outlet) closing {
	k.out, gone = out, wall.AsMember(gone, k.home, k.who.Person)
	select {
	case why := <-k.stop:
		return why
	case <-gone.Done():
		return closing{code: websocket.StatusNormalClosure}
	case <-k.feed.ready:
	}
	if why, over := k.begin(gone); over {
		return why
	}
	for {
		select {
		case why := <-k.stop: // before what waits in the queue
			return why
		default:
		}
		select {
		case why := <-k.stop:
			return why
		case <-gone.Done():
			return closing{code: websocket.StatusNormalClosure}
		case p := <-k.queue:
			if why, over := k.deliver(gone, p); over {
				return why
			}
		}
	}
}

// begin welcomes the app, tells what it missed and joins the feed.
func (k *socket) begin(gone context.Context) (closing, bool) {
	k.cursor = k.after
	if k.after < 0 {
		k.cursor = k.feed.joinNow(k)
	}
	now, err := k.feed.server.now(gone)
	if err != nil {
		return closing{closeFault, "the database does not answer"}, true
	}
	text, err := encode(Welcome{Type: "welcome", Key: k.key, Home: k.home, Seq: k.cursor, Now: now})
	if err != nil || k.write(gone, "welcome", text) != nil {
		return closing{code: closeFault}, true
	}
	if k.after < 0 {
		return closing{}, false
	}
	for !k.feed.join(k) {
		if why, over := k.catchUp(gone); over {
			return why, true
		}
	}
	return closing{}, false
}

// catchUp sends one page of what the app missed.
func (k *socket) catchUp(gone context.Context) (closing, bool) {
	select {
	case why := <-k.stop:
		return why, true
	default:
	}
	p, err := k.feed.past(gone, k)
	if errors.Is(err, errMoved) {
		return changed, true
	}
	if err != nil {
		return closing{closeFault, "the log cannot be read"}, true
	}
	return k.send(gone, p)
}

// deliver sends a page of the feed, or what of it the app does not have.
func (k *socket) deliver(gone context.Context, p page) (closing, bool) {
	if !p.pulse.IsZero() || p.from == k.cursor {
		return k.send(gone, p)
	}
	for k.cursor < p.to {
		if why, over := k.catchUp(gone); over {
			return why, true
		}
	}
	return closing{}, false
}

func (k *socket) send(gone context.Context, p page) (closing, bool) {
	kind := "news"
	if !p.pulse.IsZero() {
		kind, p.to = "pulse", k.cursor
		text, err := encode(Pulse{Type: kind, Home: k.home, Seq: k.cursor, Now: p.pulse})
		if err != nil {
			return closing{code: closeFault}, true
		}
		p.text = text
	}
	k.cursor = p.to
	if p.text != nil && k.write(gone, kind, p.text) != nil {
		return slow, true
	}
	return closing{}, false
}

func (k *socket) write(gone context.Context, kind string, text []byte) error {
	ctx, cancel := context.WithTimeout(gone, writeLimit)
	defer cancel()
	return k.out.write(ctx, kind, k.cursor, text)
}
