package partition_test

import (
	"context"
	"log/slog"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"logis/access"
	"logis/dispatch"
	"logis/domain"
	"logis/domain/thing"
	"logis/edge/identity"
	"logis/eventstore"
	"logis/hub"
	"logis/migrations/pgtest"
	"logis/projections"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// cloud is the server's side of all homes.
type cloud struct {
	world  *world
	pool   *pgxpool.Pool
	store  *eventstore.Store
	tables projections.Tables
	access *access.Access
	owner  domain.PersonID
	addr   string // host:port of the hub
}

const replica = "partition"

func newCloud(t *testing.T, w *world) *cloud {
	t.Helper()
	catalog, err := thing.Standard()
	if err != nil {
		t.Fatal(err)
	}
	c := &cloud{world: w, pool: pgtest.New(t), tables: projections.Tables{Catalog: catalog}}
	log := slog.New(slog.DiscardHandler)
	queue, err := dispatch.NewQueue(c.pool, replica, log)
	if err != nil {
		t.Fatal(err)
	}
	c.store = eventstore.New(c.pool, eventstore.Options{
		Catalog: catalog, Projection: c.tables, Reactors: dispatch.Reactors(), Jobs: queue, Now: w.Now,
	})
	c.access = access.New(c.store, w.Now)
	batcher := eventstore.NewBatcher(c.store)
	sessions := hub.New(hub.Options{
		Store: c.store, Batcher: batcher, Access: c.access, Replica: replica, Log: log, Handshakes: 10_000,
		Authorize: access.Authorize, Elapsed: w.Elapsed,
	})
	dispatcher := dispatch.New(c.store, queue, dispatch.Options{Log: log, Sender: sessions, Authorize: access.Authorize})
	for _, part := range []func(context.Context) error{batcher.Run, c.store.RunNews, dispatcher.Run, sessions.Run} {
		run(t, part)
	}
	server := httptest.NewServer(sessions)
	t.Cleanup(server.Close)
	c.addr = server.Listener.Addr().String()
	if c.owner, _, err = c.access.FirstOwner(t.Context(), "Ada"); err != nil {
		t.Fatal(err)
	}
	return c
}

// run runs a part until the test ends.
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

// found founds a home and returns a claim for its gateway.
func (c *cloud) found(ctx context.Context) (domain.HomeID, domain.Claim, error) {
	home := eventstore.NewID[domain.HomeKind](c.world.Now())
	err := c.store.Found(ctx, home, func(ctx context.Context, tx *eventstore.Tx) error {
		created, joined := domain.FoundHome(home, c.owner, "UTC")
		if _, err := tx.Record(ctx, home, created); err != nil {
			return err
		}
		_, err := tx.Record(ctx, home, joined)
		return err
	})
	if err != nil {
		return home, domain.Claim{}, err
	}
	var claim domain.Claim
	err = pgx.BeginFunc(ctx, c.pool, func(tx pgx.Tx) error {
		claim, _, err = c.access.NewClaim(ctx, tx, access.Principal{Person: c.owner}, home)
		return err
	})
	return home, claim, err
}

// letIn confirms the gateway of a folder, once it waits with the letters it shows.
func (c *cloud) letIn(ctx context.Context, home domain.HomeID, dir string) error {
	return soon(ctx, func() (bool, error) {
		waiting, err := c.access.Newcomers(ctx, home)
		if err != nil || len(waiting) == 0 {
			return false, err
		}
		id, err := identity.Read(filepath.Join(dir, "identity.json"))
		if err != nil {
			return false, err
		}
		return true, c.store.Append(ctx, []domain.HomeID{home}, func(ctx context.Context, tx *eventstore.Tx) error {
			_, err := c.access.Confirm(ctx, tx, access.Principal{Person: c.owner}, home, domain.KeyLetters(id.PublicKey()))
			return err
		})
	})
}

// ask asks for a command as the owner does in an app.
func (c *cloud) ask(ctx context.Context, home domain.HomeID, r domain.CommandRequest) (domain.CommandID, error) {
	err := c.store.Append(ctx, []domain.HomeID{home}, func(ctx context.Context, tx *eventstore.Tx) error {
		r.Command, r.Actor = eventstore.NewID[domain.CommandKind](tx.Now()), domain.PersonActor(c.owner)
		events, err := tx.Home(home).RequestCommand(r, tx.Now())
		if err != nil {
			return err
		}
		for _, ev := range events {
			if _, err := tx.Record(ctx, home, ev); err != nil {
				return err
			}
		}
		return nil
	})
	return r.Command, err
}

func (c *cloud) picture(ctx context.Context, home domain.HomeID) (*domain.Home, error) {
	return c.tables.Picture(ctx, c.pool, home)
}

// log returns the home's events, oldest first.
func (c *cloud) log(ctx context.Context, home domain.HomeID) ([]eventstore.Row, error) {
	var all []eventstore.Row
	for after := domain.Seq(0); ; {
		page, err := c.store.List(ctx, eventstore.Filter{Home: home, After: after, AtLimit: eventstore.MaxList})
		if err != nil || len(page) == 0 {
			return all, err
		}
		all = append(all, page...)
		after = page[len(page)-1].Seq
	}
}

// soon polls for what other goroutines will bring about.
func soon(ctx context.Context, holds func() (bool, error)) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		if ok, err := holds(); ok || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

// patience is how long something may take on a busy machine.
const patience = 60 * time.Second
