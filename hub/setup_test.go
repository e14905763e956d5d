package hub_test

import (
	"context"
	"crypto/sha256"
	"log/slog"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"logis/access"
	"logis/dispatch"
	"logis/domain"
	"logis/domain/thing"
	"logis/eventstore"
	"logis/hub"
	"logis/migrations/pgtest"
	"logis/projections"
	"logis/wire"
	"logis/wire/wiretest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// bundle is a server of hub and dispatch on a real database, and one home.
type bundle struct {
	pool      *pgxpool.Pool
	store     *eventstore.Store
	tables    projections.Tables
	access    *access.Access
	hub       *hub.Hub
	queue     *dispatch.Queue
	url       string
	owner     domain.PersonID
	home      domain.HomeID
	gateway   *wiretest.Gateway
	dismissed atomic.Bool // whoever asked may not any more
}

const replica = "test"

func setup(t *testing.T) *bundle {
	t.Helper()
	b := setupAt(t, nil)
	b.url = b.serve(t, b.access)
	run(t, b.store.RunNews)
	run(t, dispatch.New(b.store, b.queue, dispatch.Options{
		Log: slog.New(slog.DiscardHandler), Sender: b.hub, Authorize: access.Authorize,
	}).Run)
	b.gateway = b.enrol(t, "first")
	return b
}

// setupAt is a home on a database that tells the time of now, nil: its own, without
// a hub and without a gateway.
func setupAt(t *testing.T, now func() time.Time) *bundle {
	t.Helper()
	catalog, err := thing.Standard()
	if err != nil {
		t.Fatal(err)
	}
	b := &bundle{pool: pgtest.New(t), tables: projections.Tables{Catalog: catalog}}
	log := slog.New(slog.DiscardHandler)
	queue, err := dispatch.NewQueue(b.pool, replica, log)
	if err != nil {
		t.Fatal(err)
	}
	b.store = eventstore.New(b.pool, eventstore.Options{
		Catalog: catalog, Projection: b.tables, Reactors: []eventstore.Reactor{dispatch.Reactor{}}, Jobs: queue, Now: now,
	})
	b.access = access.New(b.store, now)
	b.queue = queue
	b.foundHome(t)
	return b
}

// serve runs a hub until the test ends, and returns its address.
func (b *bundle) serve(t *testing.T, who hub.Access) string {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	batcher := eventstore.NewBatcher(b.store)
	b.hub = hub.New(hub.Options{Store: b.store, Batcher: batcher, Access: who, Replica: replica, Log: log, Handshakes: 10_000, Authorize: b.authorize})
	run(t, batcher.Run)
	run(t, b.hub.Run)
	server := httptest.NewServer(b.hub)
	t.Cleanup(server.Close)
	return strings.Replace(server.URL, "http", "ws", 1)
}

// run runs a part of the server until the test ends.
func run(t *testing.T, part func(context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- part(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func (b *bundle) foundHome(t *testing.T) {
	t.Helper()
	owner, _, err := b.access.FirstOwner(t.Context(), "Ada")
	if err != nil {
		t.Fatal(err)
	}
	b.owner, b.home = owner, eventstore.NewID[domain.HomeKind](time.Now())
	err = b.store.Found(t.Context(), b.home, func(ctx context.Context, tx *eventstore.Tx) error {
		created, joined := domain.FoundHome(b.home, owner, "Europe/Paris")
		if _, err := tx.Record(ctx, b.home, created); err != nil {
			return err
		}
		_, err := tx.Record(ctx, b.home, joined)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (b *bundle) claim(t *testing.T) domain.Claim {
	t.Helper()
	var claim domain.Claim
	err := pgx.BeginFunc(t.Context(), b.pool, func(tx pgx.Tx) error {
		var err error
		claim, _, err = b.access.NewClaim(t.Context(), tx, access.Principal{Person: b.owner}, b.home)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return claim
}

// confirm is the owner who sees the same letters at the gateway.
func (b *bundle) confirm(ctx context.Context, letters string) error {
	return b.store.Append(ctx, []domain.HomeID{b.home}, func(ctx context.Context, tx *eventstore.Tx) error {
		_, err := b.access.Confirm(ctx, tx, access.Principal{Person: b.owner}, b.home, letters)
		return err
	})
}

// refuse is the owner who sees other letters there.
func (b *bundle) refuse(t *testing.T, letters string) error {
	t.Helper()
	return b.store.Append(t.Context(), []domain.HomeID{b.home}, func(ctx context.Context, tx *eventstore.Tx) error {
		_, err := b.access.Refuse(ctx, tx, access.Principal{Person: b.owner}, b.home, letters)
		return err
	})
}

func (b *bundle) enrol(t *testing.T, name string) *wiretest.Gateway {
	t.Helper()
	var g *wiretest.Gateway
	eventually(t, "the hub accepts gateways", func() bool {
		seed := sha256.Sum256([]byte(name))
		var err error
		g, err = wiretest.Enrol(t.Context(), b.url, b.claim(t), seed[:], b.confirm)
		return err == nil
	})
	return g
}

// connect opens a session that ends with the test.
func (b *bundle) connect(t *testing.T) *wiretest.Socket {
	t.Helper()
	s, err := b.gateway.Connect(t.Context(), b.url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Cut)
	return s
}

// lamp registers a dimmable light as entry 1 of the outbox and waits for the ack.
func (b *bundle) lamp(t *testing.T, s *wiretest.Socket) domain.DeviceID {
	t.Helper()
	return b.device(t, s, 1, "dimmable-light")
}

func (b *bundle) device(t *testing.T, s *wiretest.Socket, first int64, kind string) domain.DeviceID {
	t.Helper()
	id := eventstore.NewID[domain.DeviceKind](time.Now())
	b.send(t, s, first, wire.Entry{
		Kind: wire.KindDevice, Device: id, Address: "test/" + kind, Model: kind, Name: "The " + kind, Room: "Hall",
	})
	return id
}

// send sends entries and waits until they are acked.
func (b *bundle) send(t *testing.T, s *wiretest.Socket, first int64, entries ...wire.Entry) wire.Ack {
	t.Helper()
	if err := s.Write(t.Context(), wire.Entries{First: first, Entries: entries}); err != nil {
		t.Fatal(err)
	}
	for {
		ack, err := wiretest.Next[*wire.Ack](t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		if ack.Cursor >= first+int64(len(entries))-1 {
			return *ack
		}
	}
}

func (b *bundle) events(t *testing.T, eventType string) []eventstore.Row {
	t.Helper()
	rows, err := b.store.List(t.Context(), eventstore.Filter{Home: b.home, Type: eventType, AtLimit: eventstore.MaxList})
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func (b *bundle) picture(t *testing.T) *domain.Home {
	t.Helper()
	home, err := b.tables.Picture(t.Context(), b.pool, b.home)
	if err != nil {
		t.Fatal(err)
	}
	return home
}

// request asks for a command as the owner.
func (b *bundle) request(t *testing.T, r domain.CommandRequest) (domain.CommandID, error) {
	t.Helper()
	r.Command, r.Actor = eventstore.NewID[domain.CommandKind](time.Now()), domain.PersonActor(b.owner)
	err := b.store.Append(t.Context(), []domain.HomeID{b.home}, func(ctx context.Context, tx *eventstore.Tx) error {
		events, err := tx.Home(b.home).RequestCommand(r, tx.Now())
		if err != nil {
			return err
		}
		for _, ev := range events {
			if _, err := tx.Record(ctx, b.home, ev); err != nil {
				return err
			}
		}
		return nil
	})
	return r.Command, err
}

func (b *bundle) command(t *testing.T, id domain.CommandID) *domain.Command {
	t.Helper()
	commands, err := projections.CommandsByID(t.Context(), b.pool, b.home, []domain.CommandID{id})
	if err != nil || len(commands) != 1 {
		t.Fatalf("%d commands, %v", len(commands), err)
	}
	return commands[0]
}

func (b *bundle) authorize(home *domain.Home, c *domain.Command, now time.Time) bool {
	return !b.dismissed.Load() && access.Authorize(home, c, now)
}

// eventually polls for what another process or goroutine will bring about.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline := time.After(20 * time.Second)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-deadline:
			t.Fatalf("waited in vain: %s", what)
		case <-tick.C:
		}
	}
}
