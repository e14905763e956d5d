package api

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/coder/websocket"

	"logis/domain"
	"logis/eventstore/wall"
)

// trunk is one connection over which an app follows several homes and asks things.
// Whoever reads it waits for the answer to one frame before the next: an app that
// asks faster than it is answered is held back by its own connection.
type trunk struct {
	server  *Server
	request *http.Request // which opened it: its credentials are looked at for every frame
	conn    *websocket.Conn
	ended   chan over
	homes   map[domain.HomeID]*socket
	group   sync.WaitGroup // the sockets
}

// over is a socket that ended.
type over struct {
	socket *socket
	why    closing
}

// board turns a request that was allowed into a trunk.
func (s *Server) board(w http.ResponseWriter, r *http.Request) error {
	if len(r.URL.Query()) > 0 {
		return domain.InvalidInput(domain.Fault{Field: "query", Message: "must be empty: frames say what is wanted"})
	}
	if err := upgradable(w, r); err != nil {
		return err
	}
	person := principal(r.Context()).Person
	if err := s.hall.take(person); err != nil {
		return err
	}
	conn, err := accept(w, r, maxAsked)
	if err != nil {
		s.hall.give(person)
		return nil // accept has answered
	}
	k := &trunk{server: s, request: r, conn: conn, ended: make(chan over), homes: map[domain.HomeID]*socket{}}
	go func() { //nolint:gosec // the connection outlives the request that opened it
		defer s.hall.give(person)
		gone, leave := context.WithCancel(wall.Nowhere(context.Background()))
		asked := make(chan []byte)
		go k.listen(gone, leave, asked)
		why := k.serve(gone, asked)
		_ = conn.Close(why.code, why.reason) // the peer may be gone already
		leave()
		k.group.Wait()
	}()
	return nil
}

// serve does what the app asks until something ends the connection.
func (k *trunk) serve(gone context.Context, asked <-chan []byte) closing {
	idle := time.NewTimer(k.server.tuning.idle)
	defer idle.Stop()
	for {
		select {
		case <-gone.Done():
			return closing{code: websocket.StatusNormalClosure}
		case <-k.server.hall.closing:
			return closing{closeRestart, "the server restarts"}
		case <-idle.C:
			return closing{closeIdle, "no home is followed"}
		case text := <-asked:
			if k.hear(gone, text) != nil {
				return slow
			}
		case o := <-k.ended:
			if why, last := k.farewell(gone, o); last {
				return why
			}
		}
		idle.Stop()
		if len(k.homes) == 0 {
			idle.Reset(k.server.tuning.idle)
		}
	}
}

// listen hands on what the app says, one frame after the other.
func (k *trunk) listen(gone context.Context, leave context.CancelFunc, asked chan<- []byte) {
	defer leave()
	for {
		kind, text, err := k.conn.Read(gone)
		if err != nil {
			return
		}
		if kind != websocket.MessageText {
			text = nil
		}
		select {
		case asked <- text:
		case <-gone.Done():
			return
		}
	}
}

// farewell tells that a home is not followed any more, and whether the connection
// ends with it.
func (k *trunk) farewell(gone context.Context, o over) (closing, bool) {
	if k.homes[o.socket.home] == o.socket {
		delete(k.homes, o.socket.home)
	}
	if o.why.code == closeSlow || o.why.code == closeRestart || (o.why.code == closeSignedOut && len(k.homes) == 0) {
		return o.why, true
	}
	if o.why == replaced {
		return o.why, false
	}
	text, err := endOf(o.socket.home, o.why)
	if err != nil || k.write(gone, text) != nil {
		return slow, true
	}
	return o.why, false
}

// Ends that the app itself asked for.
//
//nolint:gochecknoglobals // constants, if Go had them
var (
	replaced     = closing{websocket.StatusNormalClosure, "followed anew"}
	unsubscribed = closing{websocket.StatusNormalClosure, "unsubscribed"}
)

func (k *trunk) write(gone context.Context, text []byte) error {
	ctx, cancel := context.WithTimeout(gone, writeLimit)
	defer cancel()
	return k.conn.Write(ctx, websocket.MessageText, text)
}
