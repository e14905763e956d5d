package api

import (
	"context"
	"errors"

	"github.com/coder/websocket"

	"logis/access"
	"logis/domain"
)

// closing is why a socket ends.
type closing struct {
	code   websocket.StatusCode
	reason string
}

// changed ends a socket whose app has to begin again.
//
//nolint:gochecknoglobals // a constant, if Go had them
var changed = closing{closeChanged, "what you may see has changed"}

// page is a frame for sockets of a home: news of the events after from up to to,
// or a pulse. Without a text there is nothing in it that the socket may know.
type page struct {
	from, to domain.Seq
	pulse    bool
	text     []byte
}

// socket is one live connection. It begins by catching up at its own pace; once
// it has, it listens to its feed.
type socket struct {
	conn   *websocket.Conn // set once, under the hall's lock
	home   domain.HomeID
	who    access.Principal
	permit *access.Permit // nil: for the whole home and its whole past
	feed   *feed
	after  domain.Seq   // what the app has; -1: it wants nothing of the past
	cursor domain.Seq   // what it was sent
	queue  chan page    // from the feed
	stop   chan closing // at most one
}

func newSocket(home domain.HomeID, after domain.Seq, who access.Principal, queue int) *socket {
	return &socket{home: home, who: who, after: after, queue: make(chan page, queue), stop: make(chan closing, 1)}
}

// end asks the socket to close; the first reason counts.
func (k *socket) end(why closing) {
	select {
	case k.stop <- why:
	default:
	}
}

// serve writes to the app until something ends the socket.
func (k *socket) serve() closing {
	gone := k.conn.CloseRead(context.Background()) // answers pings, refuses data
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
	text, err := encode(Welcome{Type: "welcome", Seq: k.cursor, Now: now})
	if err != nil || k.write(gone, text) != nil {
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
	p, err := k.feed.past(gone, k.cursor, k.permit)
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
	if p.pulse || p.from == k.cursor {
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
	if p.text == nil {
		k.cursor = p.to
		return closing{}, false
	}
	if err := k.write(gone, p.text); err != nil {
		return closing{closeSlow, "the app reads too slowly"}, true
	}
	if !p.pulse {
		k.cursor = p.to
	}
	return closing{}, false
}

func (k *socket) write(gone context.Context, text []byte) error {
	ctx, cancel := context.WithTimeout(gone, writeLimit)
	defer cancel()
	return k.conn.Write(ctx, websocket.MessageText, text)
}
