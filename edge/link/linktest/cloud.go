package linktest

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"logis/domain"
	"logis/wire"
)

// Cloud is a cloud with a memory: it lets one gateway in with its claim, records
// entries once and in order, acks them, and answers pings.
type Cloud struct {
	URL   string
	Claim domain.Claim
	// Owner decides on a key whose claim is right, each time it asks; nil lets it in.
	Owner func(letters string) Decision

	t       *testing.T
	mu      sync.Mutex
	changed chan struct{} // closed at the next change
	key     ed25519.PublicKey
	outbox  string
	cursor  int64
	session int64
	peer    *Peer // of the present session
	entries []wire.Entry
	present []wire.Present
	hellos  []wire.Hello
	answers map[int64]*wire.Answer
	wanted  *wire.Configure // told in every session
}

// Decision is what an owner says of a key.
type Decision int

// The decisions.
const (
	LetIn Decision = iota
	Wait
	Refuse
	TooLate // nobody said anything
)

// Gateway is what the cloud calls the gateway it lets in.
func Gateway() domain.GatewayID { return domain.GatewayID{0xaa} }

// Home is the home of the gateway.
func Home() domain.HomeID { return domain.HomeID{0xbb} }

// NewCloud starts a cloud that ends with the test.
func NewCloud(t *testing.T) *Cloud {
	t.Helper()
	c := &Cloud{t: t, changed: make(chan struct{}), answers: map[int64]*wire.Answer{}, Claim: domain.Claim{ID: [16]byte{1}, Secret: [16]byte{2}}}
	server := httptest.NewServer(c.Handler())
	t.Cleanup(func() {
		c.Cut()
		server.Close()
	})
	c.URL = server.URL
	return c
}

// Handler is the cloud's socket, for a server that can be away.
func (c *Cloud) Handler() http.Handler { return Handler(c.t, c.serve) }

func (c *Cloud) serve(p *Peer) {
	frame := p.Challenge()
	if enrol, ok := frame.(*wire.Enrol); ok {
		if !c.enrol(p, enrol) {
			return
		}
		frame = p.Recv()
	}
	hello, ok := frame.(*wire.Hello)
	if !ok || !c.hello(p, hello) {
		return
	}
	for {
		frame := p.Recv()
		if frame == nil {
			return
		}
		c.take(p, frame)
	}
}

func (c *Cloud) enrol(p *Peer, f *wire.Enrol) bool {
	if !slices.Equal(f.Proof, wire.EnrolProof(c.Claim.Secret, Nonce(), f.PublicKey)) ||
		!ed25519.Verify(f.PublicKey, f.SigningBytes(Nonce()), f.Signature) {
		p.Close(wire.CloseUnauthorized, "the claim is not valid")
		return false
	}
	if c.Owner != nil {
		switch c.Owner(domain.KeyLetters(f.PublicKey)) {
		case Wait:
			p.Send(wire.Pending{UntilMS: time.Now().Add(10 * time.Minute).UnixMilli()})
			p.Close(wire.CloseGoingAway, "the owner must confirm this gateway")
			return false
		case Refuse:
			p.Close(wire.CloseForbidden, "the owner refused this gateway")
			return false
		case TooLate:
			p.Close(wire.CloseUnauthorized, "the claim is not valid")
			return false
		case LetIn:
		}
	}
	c.change(func() { c.key = f.PublicKey })
	p.Send(wire.Enrolled{Gateway: Gateway(), Home: Home()})
	return true
}

func (c *Cloud) hello(p *Peer, f *wire.Hello) bool {
	c.mu.Lock()
	known := c.key != nil && ed25519.Verify(c.key, f.SigningBytes(Nonce()), f.Signature)
	c.mu.Unlock()
	if !known {
		p.Close(wire.CloseUnauthorized, "unknown gateway or wrong signature")
		return false
	}
	// The session is told of only when its welcome is on the way: what is sent
	// because of it must come after.
	c.change(func() {
		if c.outbox != f.Outbox {
			c.outbox, c.cursor = f.Outbox, 0
		}
		p.Send(wire.Welcome{
			Version: wire.Version, Session: c.session + 1, Epoch: 1, Cursor: c.cursor,
			TimeMS: time.Now().UnixMilli(), Head: c.head(),
		})
		if c.wanted != nil {
			p.Send(*c.wanted)
		}
		c.session++
		c.peer = p
		c.hellos = append(c.hellos, *f)
	})
	return true
}

// head is the place in a log that only grows.
func (c *Cloud) head() wire.Head {
	seq := len(c.entries) + 1
	hash := sha256.Sum256(binary.BigEndian.AppendUint64(nil, uint64(seq)))
	return wire.Head{Seq: domain.Seq(seq), Hash: hash[:]}
}

func (c *Cloud) take(p *Peer, frame wire.Frame) {
	switch f := frame.(type) {
	case *wire.Ping:
		p.Send(wire.Pong{BootMS: f.BootMS, TimeMS: time.Now().UnixMilli()})
	case *wire.Ready:
		p.Send(wire.Go{Command: f.Command, Nonce: f.Nonce})
	case *wire.Answer:
		c.change(func() { c.answers[f.ID] = f })
	case *wire.Snapshot:
		c.change(func() { c.present = append(c.present, f.Devices...) })
	case *wire.Entries:
		var ack wire.Ack
		c.change(func() {
			c.record(f)
			ack = wire.Ack{Cursor: c.cursor, Head: c.head()}
		})
		p.Send(ack)
	}
}

func (c *Cloud) record(f *wire.Entries) {
	number := f.First
	for _, e := range f.Entries {
		last := number
		if e.Kind == wire.KindGap {
			last = e.To
		}
		if number > c.cursor+1 {
			c.t.Errorf("entry %d came, %d was expected", number, c.cursor+1)
		}
		if last > c.cursor {
			c.entries = append(c.entries, e)
			c.cursor = last
		}
		number = last + 1
	}
}

// change runs do under the lock and wakes those who wait.
func (c *Cloud) change(do func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	do()
	close(c.changed)
	c.changed = make(chan struct{})
}

// patience bounds every wait.
const patience = 30 * time.Second

// Wait returns once the entries recorded so far make enough true.
func (c *Cloud) Wait(what string, enough func(entries []wire.Entry) bool) {
	c.t.Helper()
	c.wait(what, func() bool { return enough(c.entries) })
}

func (c *Cloud) wait(what string, enough func() bool) {
	c.t.Helper()
	late := time.NewTimer(patience)
	defer late.Stop()
	for {
		c.mu.Lock()
		holds, changed := enough(), c.changed
		c.mu.Unlock()
		if holds {
			return
		}
		select {
		case <-changed:
		case <-late.C:
			c.t.Fatalf("after %v still waiting: %s", patience, what)
		}
	}
}

// WaitSession returns the present session once there is one newer than the given.
func (c *Cloud) WaitSession(after int64) int64 {
	c.t.Helper()
	c.wait("a session", func() bool { return c.session > after })
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.session
}

// Command sends a command on the present session.
func (c *Cloud) Command(command wire.Command) {
	c.mu.Lock()
	peer := c.peer
	command.Session = c.session
	c.mu.Unlock()
	if peer != nil {
		peer.Send(command)
	}
}

// Bundle gives the gateway rules on the present session.
func (c *Cloud) Bundle(b wire.SignedBundle) {
	c.mu.Lock()
	peer := c.peer
	c.mu.Unlock()
	for _, part := range b.Split() {
		if peer != nil {
			peer.Send(part)
		}
	}
}

// Cut drops the present connection without a word.
func (c *Cloud) Cut() {
	c.mu.Lock()
	peer := c.peer
	c.mu.Unlock()
	if peer != nil {
		_ = peer.Conn.CloseNow()
	}
}

// Entries returns what was recorded.
func (c *Cloud) Entries() []wire.Entry {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.entries)
}

// Hellos returns the hello of every session.
func (c *Cloud) Hellos() []wire.Hello {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.hellos)
}

// Present returns the devices of all snapshots, oldest first.
func (c *Cloud) Present() []wire.Present {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.present)
}

// Results returns the results recorded of a command.
func Results(entries []wire.Entry, id domain.CommandID) []wire.Entry {
	var results []wire.Entry
	for _, e := range entries {
		if e.Kind == wire.KindResult && e.Command == id {
			results = append(results, e)
		}
	}
	return results
}
