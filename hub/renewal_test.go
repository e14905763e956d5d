package hub_test

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/jackc/pgx/v5"

	"logis/access"
	"logis/domain"
	"logis/edge/identity"
	"logis/eventstore"
	"logis/hub"
	"logis/wire"
	"logis/wire/wiretest"
)

const day = 24 * time.Hour

// linkHandler accepts edge sockets and keeps them as long as serve runs.
func linkHandler(serve func(*websocket.Conn)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{wire.Subprotocol}})
		if err != nil {
			return
		}
		defer func() { _ = conn.CloseNow() }()
		conn.SetReadLimit(wire.MaxEdgeFrame)
		serve(conn)
	})
}

// mustConfirm is the owner who sees the same letters at the gateway.
func (b *bundle) mustConfirm(t *testing.T) func(letters string) {
	return func(letters string) {
		if err := b.confirm(t.Context(), letters); err != nil {
			t.Errorf("confirm %s: %v", letters, err)
		}
	}
}

func connectedTo(p *process) func() bool { return func() bool { return p.Status().Session != 0 } }

// A gateway renews its key by itself for 400 days; a hundred days away its owner
// must look; three hundred, and it is paired again.
func TestTheCertificateExpiryDrill(t *testing.T) {
	t.Parallel()
	calendar := newCalendar()
	b := setupAt(t, calendar.Now)
	m := &machine{dir: t.TempDir(), calendar: calendar}
	if err := m.pair(t, b.serve(t, b.access), b.claim(t), b.mustConfirm(t)); err != nil {
		t.Fatal(err)
	}
	// visit is a day on which the gateway reaches the cloud.
	visit := func(then func(p *process)) {
		p := m.start(t, b.serve(t, b.access), m.keep)
		then(p)
		p.stop()
	}
	comes := func(p *process) {
		eventually(t, fmt.Sprintf("a session on %s", calendar.Now()), connectedTo(p))
	}
	for range 40 {
		visit(comes)
		calendar.pass(10 * day)
	}
	visit(comes)
	if id := m.identity(t); id.Certificate.Serial != 7 || id.Next != nil {
		t.Errorf("after 400 days key %d, want the seventh: one every sixty days", id.Certificate.Serial)
	}

	calendar.pass(100 * day)
	visit(func(p *process) {
		eventually(t, "the new key waits for the owner", func() bool { return p.Status().Letters != "" })
		if p.Status().Session != 0 {
			t.Error("a gateway whose key has ended has a session")
		}
		b.mustConfirm(t)(p.Status().Letters)
		comes(p)
	})
	gateway := m.identity(t).Gateway

	calendar.pass(300 * day)
	visit(func(p *process) {
		eventually(t, "it is told to pair again", func() bool { return strings.Contains(p.Status().Problem, "pair this gateway again") })
	})
	var claim domain.Claim
	err := pgx.BeginFunc(t.Context(), b.pool, func(tx pgx.Tx) error {
		var err error
		claim, _, err = b.access.NewClaimFor(t.Context(), tx, access.Principal{Person: b.owner}, b.home, gateway)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	again := &machine{dir: t.TempDir(), calendar: calendar} // with a key of its own
	if err := again.pair(t, b.serve(t, b.access), claim, b.mustConfirm(t)); err != nil {
		t.Fatal(err)
	}
	if id := again.identity(t); id.Gateway != gateway {
		t.Errorf("paired again as %s, want %s", id.Gateway, gateway)
	}
	m = again
	visit(comes)
}

// dying is the room that knows who may, in a server that is killed at one of its
// steps: before it is done, or when it is done and not told.
type dying struct {
	hub.Access
	step string
	done bool
	dead atomic.Bool
}

var errKilled = domain.Errorf(domain.Storage, "the server was killed")

func (d *dying) die(step string, done bool) error {
	if d.dead.Load() || (d.step == step && d.done == done) {
		d.dead.Store(true)
		return errKilled
	}
	return nil
}

func (d *dying) Renew(ctx context.Context, gateway domain.GatewayID, key ed25519.PublicKey, signed func(ed25519.PublicKey) bool) (access.Renewal, error) {
	if err := d.die("renew", false); err != nil {
		return access.Renewal{}, err
	}
	r, err := d.Access.Renew(ctx, gateway, key, signed)
	return r, errors.Join(err, d.die("renew", true))
}

func (d *dying) NextSession(ctx context.Context, caller access.Caller, replica, instance string) (int64, error) {
	if err := d.die("session", false); err != nil {
		return 0, err
	}
	n, err := d.Access.NextSession(ctx, caller, replica, instance)
	return n, errors.Join(err, d.die("session", true))
}

func (d *dying) Settle(ctx context.Context, tx *eventstore.Tx, caller access.Caller, canRenew bool) (access.Certificate, error) {
	if err := d.die("settle", false); err != nil {
		return access.Certificate{}, err
	}
	c, err := d.Access.Settle(ctx, tx, caller, canRenew)
	return c, errors.Join(err, d.die("settle", true)) // what it wrote is undone with the append
}

// kill is one step of a renewal at which one end dies, or the network between them.
type kill struct {
	name    string
	write   int  // the edge dies at this write of its identity …
	written bool // … before or after it is on disk
	frame   int  // the socket dies at this frame …
	carried bool // … before or after it arrives
	step    string
	done    bool // the server dies before or after this step
}

// kills are all steps of a renewal: three writes of the edge, six frames, three
// steps of the server.
func kills() []kill {
	var all []kill
	for _, late := range []bool{false, true} {
		for n := 1; n <= 3; n++ {
			all = append(all, kill{name: fmt.Sprintf("edge at write %d, written %v", n, late), write: n, written: late})
		}
		for n := 1; n <= 6; n++ { // challenge, renew, certificate; challenge, hello, welcome
			all = append(all, kill{name: fmt.Sprintf("network at frame %d, carried %v", n, late), frame: n, carried: late})
		}
		for _, step := range []string{"renew", "session", "settle"} {
			all = append(all, kill{name: fmt.Sprintf("server at %s, done %v", step, late), step: step, done: late})
		}
	}
	return all
}

func TestARenewalThatIsKilledAnywhereLeavesOneWorkingKey(t *testing.T) {
	t.Parallel()
	calendar := newCalendar()
	b := setupAt(t, calendar.Now)
	for _, k := range kills() {
		t.Run(k.name, func(t *testing.T) { b.survive(t, calendar, k) })
	}
}

func (b *bundle) survive(t *testing.T, calendar *calendar, k kill) {
	t.Helper()
	m := &machine{dir: t.TempDir(), calendar: calendar}
	if err := m.pair(t, b.serve(t, b.access), b.claim(t), b.mustConfirm(t)); err != nil {
		t.Fatal(err)
	}
	first := m.start(t, b.serve(t, b.access), m.keep)
	eventually(t, "the first session", connectedTo(first))
	first.stop()
	old := m.identity(t)
	calendar.pass(61 * day)

	b.killedRenewal(t, m, k)
	for range 2 { // whatever is left works, and goes on working
		p := m.start(t, b.serve(t, b.access), m.keep)
		eventually(t, "a session after the kill", func() bool {
			return p.Status().Session != 0 && m.identity(t).Certificate.Serial == 2
		})
		p.stop()
	}
	after := m.identity(t)
	if after.Next != nil {
		t.Error("a key to follow is left over")
	}
	url := b.serve(t, b.access)
	for key, want := range map[*identity.Identity]wire.CloseCode{&old: wire.CloseUnauthorized, &after: 0} {
		g := &wiretest.Gateway{ID: key.Gateway, Key: key.Key(), Outbox: "outbox"}
		eventually(t, "the hub answers", func() bool {
			s, err := g.Connect(t.Context(), url)
			if err == nil {
				s.Cut()
			}
			return wiretest.CloseCode(err) == want
		})
	}
	b.turnOut(t, after.Gateway)
}

// killedRenewal runs the agent until the kill.
func (b *bundle) killedRenewal(t *testing.T, m *machine, k kill) {
	t.Helper()
	who := &dying{Access: b.access, step: k.step, done: k.done}
	network := &cutter{at: k.frame, carried: k.carried}
	url := network.serve(t, b.serve(t, who))
	writes := 0
	p := m.start(t, url, func(id identity.Identity) error {
		writes++
		if writes == k.write && !k.written {
			return errKilled
		}
		if err := m.keep(id); err != nil {
			return err
		}
		if writes == k.write {
			return errKilled
		}
		return nil
	})
	eventually(t, "the kill: "+k.name, func() bool {
		select {
		case <-p.ended:
			return k.write != 0
		case <-network.died:
			return k.frame != 0
		default:
			return who.dead.Load()
		}
	})
	p.stop()
}

func (b *bundle) turnOut(t *testing.T, gateway domain.GatewayID) {
	t.Helper()
	b.gateway = &wiretest.Gateway{ID: gateway}
	b.revoke(t, true)
}
