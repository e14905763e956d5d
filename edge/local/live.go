package local

import (
	"context"
	"net/http"
	"time"

	"github.com/coder/websocket"

	"logis/domain"
)

// frame is what a live socket tells. The first has type "welcome" and all twins,
// the others "news" and what changed, or "pulse".
type frame struct {
	Type     string         `json:"type"`
	Now      instant        `json:"now"`
	Cloud    cloudShape     `json:"cloud"`
	Twins    []twinShape    `json:"twins,omitzero"`
	Commands []commandShape `json:"commands,omitzero"`
	Removed  *removedShape  `json:"removed,omitzero"`
}

type removedShape struct {
	Devices []domain.DeviceID `json:"devices"`
}

// closing is why a socket ends.
type closing struct {
	code   websocket.StatusCode
	reason string
}

// socket is one live connection. The feed fills its queue and never waits for it.
type socket struct {
	client string
	queue  chan []byte
	stop   chan closing // at most one
}

// end asks the socket to close; the first reason counts.
func (k *socket) end(code websocket.StatusCode, reason string) {
	select {
	case k.stop <- closing{code, reason}:
	default:
	}
}

// put hands over a frame, or cuts a socket whose client does not keep up.
func (k *socket) put(text []byte) {
	select {
	case k.queue <- text:
	default:
		k.end(closeSlow, "this client reads too slowly")
	}
}

// live is the socket of a client until one of both has enough.
func (s *Server) live(w http.ResponseWriter, r *http.Request, client Client) error {
	if r.Header.Get("Upgrade") == "" {
		w.Header().Set("Upgrade", "websocket")
		return refusal(http.StatusUpgradeRequired, domain.Invalid, "this is a WebSocket")
	}
	k := &socket{client: client.ID, queue: make(chan []byte, liveQueue), stop: make(chan closing, 1)}
	if !s.feed.enter(k) {
		return domain.Errorf(domain.Overloaded, "too many live sockets are open")
	}
	defer s.feed.leave(k)
	// The origin was checked by the same rule as everywhere.
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{InsecureSkipVerify: true, CompressionMode: websocket.CompressionDisabled})
	if err != nil {
		return nil //nolint:nilerr // it has answered
	}
	conn.SetReadLimit(maxInbound)
	why := s.serve(conn, k)
	_ = conn.Close(why.code, why.reason) // the client may be gone
	return nil
}

func (s *Server) serve(conn *websocket.Conn, k *socket) closing {
	gone := conn.CloseRead(context.Background()) // answers pings, refuses data
	for {
		select { // before what waits in the queue
		case why := <-k.stop:
			return why
		default:
		}
		select {
		case why := <-k.stop:
			return why
		case <-gone.Done():
			return closing{code: websocket.StatusNormalClosure}
		case text := <-k.queue:
			ctx, cancel := context.WithTimeout(gone, liveWriteLimit)
			err := conn.Write(ctx, websocket.MessageText, text)
			cancel()
			if err != nil {
				return closing{closeSlow, "this client reads too slowly"}
			}
		}
	}
}

// run tells the sockets what changes until ctx ends. One goroutine reads and
// hands out, so that nothing older follows something newer.
func (f *feed) run(ctx context.Context) {
	defer f.stop()
	check := time.NewTicker(liveRecheck)
	pulse := time.NewTicker(livePulse)
	defer check.Stop()
	defer pulse.Stop()
	for {
		var err error
		select {
		case <-ctx.Done():
			return
		case <-f.wake:
			err = f.tell(ctx)
		case <-pulse.C:
			err = f.send(frame{Type: "pulse"})
		case <-check.C:
			err = f.recheck()
		}
		if err != nil && ctx.Err() == nil {
			f.server.options.Log.Warn("the live sockets are cut", "why", err)
			f.cut(closeFault, "the gateway's disk does not answer")
		}
	}
}
