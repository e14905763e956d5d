package hub_test

import (
	"context"
	"errors"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"logis/domain"
	"logis/edge/clock"
	"logis/edge/identity"
	"logis/edge/link"
	"logis/edge/outbox"
	"logis/wire"
)

// calendar is a clock for both ends that moves when told to.
type calendar struct {
	mu  sync.Mutex
	now time.Time
}

func newCalendar() *calendar { return &calendar{now: time.Date(2026, 5, 3, 14, 0, 0, 0, time.UTC)} }

func (c *calendar) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *calendar) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// Boot makes the calendar the gateway's clock, too.
func (c *calendar) Boot() time.Duration {
	return c.Now().Sub(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
}
func (c *calendar) BootID() string { return "boot" }

// machine is the disk of a gateway: its identity and its outbox.
type machine struct {
	dir      string
	calendar *calendar
}

func (m *machine) identity(t *testing.T) identity.Identity {
	t.Helper()
	id, err := identity.Load(filepath.Join(m.dir, "identity.json"))
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func (m *machine) keep(id identity.Identity) error {
	return id.Save(filepath.Join(m.dir, "identity.json"))
}

// pair redeems a claim with the machine's key; confirm is the owner.
func (m *machine) pair(t *testing.T, url string, claim domain.Claim, confirm func(letters string)) error {
	t.Helper()
	id, err := link.Enrol(t.Context(), link.Options{
		Server: url, Identity: m.identity(t), Time: clock.NewServer(m.calendar), ReconnectMax: 5 * time.Millisecond,
		Waits: func(letters string, _ time.Duration) { confirm(letters) },
	}, claim)
	if err != nil {
		return err
	}
	return m.keep(id)
}

// deaf takes commands and does nothing.
type deaf struct{}

func (deaf) Begin(int64, func(context.Context, wire.Frame) error) {}
func (deaf) End(int64)                                            {}
func (deaf) Command(context.Context, wire.Command) error          { return nil }
func (deaf) Go(wire.Go)                                           {}

// process is the agent of a machine, running.
type process struct {
	*link.Link
	ended chan struct{} // closed when the link has ended, as if killed
	stop  func()        // ends it and waits
}

// start runs the agent. Whatever keep refuses to write kills it.
func (m *machine) start(t *testing.T, url string, keep func(identity.Identity) error) *process {
	t.Helper()
	id, now := m.identity(t), clock.NewServer(m.calendar)
	box, err := outbox.Open(outbox.Options{Path: filepath.Join(m.dir, "outbox.db"), Gateway: id.Gateway, Time: now})
	if err != nil {
		t.Fatal(err)
	}
	p := &process{ended: make(chan struct{}), Link: link.New(link.Options{
		Server: url, Identity: id, Outbox: box, Time: now, Commands: deaf{}, Agent: "test", Keep: keep, ReconnectMax: 5 * time.Millisecond,
	})}
	boxCtx, stopBox := context.WithCancel(context.Background())
	ctx, stop := context.WithCancel(context.Background())
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		_ = box.Run(boxCtx)
	}()
	go func() {
		defer close(p.ended)
		_ = p.Run(ctx) // an error is the kill that the test asked for
	}()
	p.stop = func() {
		stop()
		<-p.ended
		stopBox()
		<-closed
	}
	t.Cleanup(p.stop)
	return p
}

// cutter is the network between a gateway and the cloud: it carries frames, and
// dies for good at one of them.
type cutter struct {
	at      int  // which frame kills it, from 1; 0: none
	carried bool // whether that frame still arrives

	overhear func(text []byte) // gets every frame; nil: nobody listens

	mu     sync.Mutex
	frames int
	dead   bool
	died   chan struct{}
}

var errCut = errors.New("the network is cut")

// carry passes one frame on, or dies.
func (c *cutter) carry(pass func() error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.dead {
		return errCut
	}
	c.frames++
	if c.frames != c.at {
		return pass()
	}
	c.dead = true
	defer close(c.died)
	if c.carried {
		_ = pass()
	}
	return errCut
}

// serve is the address of the cloud behind the network.
func (c *cutter) serve(t *testing.T, url string) string {
	t.Helper()
	c.died = make(chan struct{})
	server := httptest.NewServer(linkHandler(func(near *websocket.Conn) {
		ctx := t.Context()
		far, err := dialCloud(ctx, url)
		if err != nil {
			return
		}
		defer func() { _ = far.CloseNow() }()
		go func() {
			_ = c.pump(ctx, near, far)
			_ = far.CloseNow()
		}()
		_ = c.pump(ctx, far, near)
	}))
	t.Cleanup(server.Close)
	return strings.Replace(server.URL, "http", "ws", 1)
}

// pump carries what one end says to the other.
func (c *cutter) pump(ctx context.Context, from, to *websocket.Conn) error {
	for {
		kind, text, err := from.Read(ctx)
		if code := websocket.CloseStatus(err); code > 0 {
			return to.Close(code, "")
		}
		if err != nil {
			return err
		}
		err = c.carry(func() error {
			if c.overhear != nil {
				c.overhear(text)
			}
			return to.Write(ctx, kind, text)
		})
		if err != nil {
			return err
		}
	}
}

func dialCloud(ctx context.Context, url string) (*websocket.Conn, error) {
	options := &websocket.DialOptions{Subprotocols: []string{wire.Subprotocol}}
	conn, _, err := websocket.Dial(ctx, url+wire.Path, options) //nolint:bodyclose // the package closes it
	return conn, err
}
