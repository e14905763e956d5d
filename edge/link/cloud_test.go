package link_test

import (
	"context"
	"crypto/ed25519"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"logis/domain"
	"logis/domain/thing"
	"logis/edge/clock"
	"logis/edge/identity"
	"logis/edge/link"
	"logis/edge/outbox"
	"logis/edge/radio"
	"logis/wire"
)

var nonce = []byte("a nonce of thirty-two characters") //nolint:gochecknoglobals // a constant of the tests

// peer is the cloud's end of one socket.
type peer struct {
	t    *testing.T
	conn *websocket.Conn
}

func (p *peer) send(f wire.Frame) {
	p.t.Helper()
	text, err := wire.Encode(f)
	if err != nil {
		p.t.Fatal(err)
	}
	p.sendText(string(text))
}

func (p *peer) sendText(text string) {
	_ = p.conn.Write(p.t.Context(), websocket.MessageText, []byte(text)) // the edge may be gone
}

// recv returns the next frame, nil when the socket has ended.
func (p *peer) recv() wire.Frame {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), time.Hour)
	defer cancel()
	_, text, err := p.conn.Read(ctx)
	if err != nil {
		return nil
	}
	frame, err := wire.DecodeFromEdge(text)
	if err != nil {
		p.t.Errorf("the edge sent %s: %v", text, err)
	}
	return frame
}

// challenge begins the conversation and returns what the edge answers.
func (p *peer) challenge() wire.Frame {
	p.t.Helper()
	p.send(wire.Challenge{Nonce: nonce, TimeMS: time.Now().UnixMilli(), Versions: wire.Versions()})
	return p.recv()
}

// welcome goes on to the welcome and returns the hello.
func (p *peer) welcome(session, cursor int64) wire.Hello {
	p.t.Helper()
	hello, ok := p.challenge().(*wire.Hello)
	if !ok {
		return wire.Hello{}
	}
	p.send(wire.Welcome{
		Version: wire.Version, Session: session, Epoch: 1, Cursor: cursor, TimeMS: time.Now().UnixMilli(),
		Head: wire.Head{Seq: domain.Seq(1000 + cursor), Hash: make([]byte, 32)},
	})
	return *hello
}

// close ends the socket with a code.
func (p *peer) close(code wire.CloseCode, reason string) {
	_ = p.conn.Close(websocket.StatusCode(code), reason)
}

// entries returns the next frame of entries and answers pings on the way.
func (p *peer) entries() *wire.Entries {
	p.t.Helper()
	for {
		switch f := p.recv().(type) {
		case *wire.Entries:
			return f
		case *wire.Ping:
			p.send(wire.Pong{BootMS: f.BootMS, TimeMS: time.Now().UnixMilli()})
		case nil:
			return nil
		}
	}
}

// cloud serves sockets one after the other, or side by side.
func cloud(t *testing.T, serve func(p *peer)) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(accept(t, serve))
	t.Cleanup(server.Close)
	return server
}

func accept(t *testing.T, serve func(p *peer)) http.Handler {
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
		serve(&peer{t, conn})
	})
}

// sinceStart is a boot clock made of the time package, so that a synctest bubble
// moves it.
type sinceStart struct{ start time.Time }

func (c sinceStart) Boot() time.Duration { return time.Since(c.start) }
func (c sinceStart) BootID() string      { return "boot" }

// asked keeps the commands a link hands on.
type asked struct {
	commands chan wire.Command
	begun    chan int64
	ended    chan int64
}

func (a *asked) Begin(session int64) { a.begun <- session }
func (a *asked) End(session int64)   { a.ended <- session }

func (a *asked) Command(_ context.Context, c wire.Command) error {
	a.commands <- c
	return nil
}

// edge is a link with its outbox, running.
type edge struct {
	*link.Link
	t        *testing.T
	identity identity.Identity
	outbox   *outbox.Outbox
	time     *clock.Server
	asked    *asked
	stop     func() // ends it and waits
}

// start runs a link to server with an outbox at path.
func start(t *testing.T, server, path string, change ...func(*link.Options)) *edge {
	t.Helper()
	e := &edge{
		t: t, time: clock.NewServer(sinceStart{time.Now().Add(-time.Hour)}),
		asked: &asked{make(chan wire.Command, 100), make(chan int64, 1000), make(chan int64, 1000)},
		identity: identity.Identity{
			Seed: make([]byte, ed25519.SeedSize), Gateway: domain.GatewayID{1}, Home: domain.HomeID{2},
		},
	}
	box, err := outbox.Open(outbox.Options{Path: path, Gateway: e.identity.Gateway, Time: e.time})
	if err != nil {
		t.Fatal(err)
	}
	e.outbox = box
	o := link.Options{
		Server: server, Identity: e.identity, Outbox: box, Time: e.time, Commands: e.asked, Agent: "test",
		ReconnectMax: 10 * time.Millisecond,
	}
	for _, f := range change {
		f(&o)
	}
	if e.Link, err = link.New(o); err != nil {
		t.Fatal(err)
	}
	e.run()
	return e
}

func (e *edge) run() {
	boxCtx, stopBox := context.WithCancel(context.Background())
	ctx, stopLink := context.WithCancel(context.Background())
	ended := make(chan error, 2)
	go func() { ended <- e.outbox.Run(boxCtx) }()
	go func() {
		ended <- e.Run(ctx)
		stopBox()
	}()
	e.stop = func() {
		e.t.Helper()
		stopLink()
		for range 2 {
			if err := <-ended; err != nil {
				e.t.Error(err)
			}
		}
		e.stop = func() {}
	}
	e.t.Cleanup(func() { e.stop() })
}

func file(t *testing.T) string {
	t.Helper()
	return filepath.Join(t.TempDir(), "outbox.db")
}

// tell describes a lamp once and reports n values of it.
func (e *edge) tell(n int) {
	e.t.Helper()
	sink := e.outbox.Sink("sim")
	if err := sink.Device(e.t.Context(), radio.Device{Address: "lamp", Kind: "dimmable-light"}); err != nil {
		e.t.Fatal(err)
	}
	for i := range n {
		values := map[string]thing.Value{"currentLevel": thing.Number(float64(i % 100))}
		if err := sink.Report(e.t.Context(), radio.Report{Address: "lamp", Values: values}); err != nil {
			e.t.Fatal(err)
		}
	}
}

// memory is a network of pipes: nothing of it is outside a synctest bubble.
type memory struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

// inMemory serves sockets on a network of its own and returns a client for it;
// stop ends both.
func inMemory(t *testing.T, serve func(p *peer)) (client *http.Client, stop func()) {
	t.Helper()
	m := &memory{conns: make(chan net.Conn), closed: make(chan struct{})}
	server := &http.Server{Handler: accept(t, serve), ReadHeaderTimeout: time.Minute}
	served := make(chan error, 1)
	go func() { served <- server.Serve(m) }()
	client = m.client()
	return client, func() {
		client.CloseIdleConnections()
		_ = m.Close()
		<-served
	}
}

func (m *memory) Accept() (net.Conn, error) {
	select {
	case conn := <-m.conns:
		return conn, nil
	case <-m.closed:
		return nil, net.ErrClosed
	}
}

func (m *memory) Close() error {
	m.once.Do(func() { close(m.closed) })
	return nil
}

func (m *memory) Addr() net.Addr { return &net.TCPAddr{} }

// client returns an HTTP client that connects here.
func (m *memory) client() *http.Client {
	return &http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			near, far := net.Pipe()
			select {
			case m.conns <- far:
				return near, nil
			case <-m.closed:
				return nil, net.ErrClosed
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		},
	}}
}
