// Package linktest is a cloud for tests: the other end of the edge socket, told
// what to do frame by frame with [Peer], or with a log and a memory as [Cloud].
package linktest

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/coder/websocket"

	"logis/domain"
	"logis/wire"
)

// Peer is the cloud's end of one socket.
type Peer struct {
	t    testing.TB
	Conn *websocket.Conn
}

// Nonce is what every challenge asks to sign.
func Nonce() []byte { return []byte("a nonce of thirty-two characters") }

// Send writes a frame.
func (p *Peer) Send(f wire.Frame) {
	p.t.Helper()
	text, err := wire.Encode(f)
	if err != nil {
		p.t.Fatal(err)
	}
	p.SendText(string(text))
}

// SendText writes text as a frame, whatever it is.
func (p *Peer) SendText(text string) {
	_ = p.Conn.Write(p.t.Context(), websocket.MessageText, []byte(text)) // the edge may be gone
}

// Recv returns the next frame, nil when the socket has ended.
func (p *Peer) Recv() wire.Frame {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), time.Hour)
	defer cancel()
	_, text, err := p.Conn.Read(ctx)
	if err != nil {
		return nil
	}
	frame, err := wire.DecodeFromEdge(text)
	if err != nil {
		p.t.Errorf("the edge sent %s: %v", text, err)
	}
	return frame
}

// Challenge begins the conversation and returns what the edge answers.
func (p *Peer) Challenge() wire.Frame {
	p.t.Helper()
	p.Send(wire.Challenge{Nonce: Nonce(), TimeMS: time.Now().UnixMilli(), Versions: wire.Versions()})
	return p.Recv()
}

// Welcome goes on to the welcome and returns the hello.
func (p *Peer) Welcome(session, cursor int64) wire.Hello {
	p.t.Helper()
	hello, ok := p.Challenge().(*wire.Hello)
	if !ok {
		return wire.Hello{}
	}
	p.Send(wire.Welcome{
		Version: wire.Version, Session: session, Epoch: 1, Cursor: cursor, TimeMS: time.Now().UnixMilli(),
		Head: wire.Head{Seq: domain.Seq(1000 + cursor), Hash: make([]byte, 32)},
	})
	return *hello
}

// Close ends the socket with a code.
func (p *Peer) Close(code wire.CloseCode, reason string) {
	_ = p.Conn.Close(websocket.StatusCode(code), reason)
}

// Entries returns the next frame of entries and answers pings on the way.
func (p *Peer) Entries() *wire.Entries {
	p.t.Helper()
	for {
		switch f := p.Recv().(type) {
		case *wire.Entries:
			return f
		case *wire.Ping:
			p.Send(wire.Pong{BootMS: f.BootMS, TimeMS: time.Now().UnixMilli()})
		case nil:
			return nil
		}
	}
}

// Serve serves the edge socket with a function for each connection, side by side.
func Serve(t testing.TB, serve func(p *Peer)) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(Handler(t, serve))
	t.Cleanup(server.Close)
	return server
}

// Handler is the edge socket without a server.
func Handler(t testing.TB, serve func(p *Peer)) http.Handler {
	t.Helper()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != wire.Path {
			http.NotFound(w, r)
			return
		}
		conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{wire.Subprotocol}})
		if err != nil {
			return
		}
		if conn.Subprotocol() != wire.Subprotocol {
			t.Errorf("subprotocol %q", conn.Subprotocol())
		}
		conn.SetReadLimit(wire.MaxEdgeFrame)
		defer conn.CloseNow() //nolint:errcheck // the test is over
		serve(&Peer{t, conn})
	})
}
