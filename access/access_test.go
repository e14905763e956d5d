package access_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"logis/access"
	"logis/domain"
	"logis/domain/thing"
	"logis/eventstore"
	"logis/migrations/pgtest"
	"logis/projections"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// bundle is one database with a clock that only moves when told to.
type bundle struct {
	pool   *pgxpool.Pool
	store  *eventstore.Store
	access *access.Access
	clock  *clock
}

type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func setup(t *testing.T) *bundle {
	t.Helper()
	catalog, err := thing.Standard()
	if err != nil {
		t.Fatal(err)
	}
	b := &bundle{pool: pgtest.New(t), clock: &clock{now: time.Date(2026, 5, 3, 14, 0, 0, 0, time.UTC)}}
	b.store = eventstore.New(b.pool, eventstore.Options{
		Catalog: catalog, Projection: projections.Tables{Catalog: catalog}, Now: b.clock.Now,
	})
	b.access = access.New(b.store, b.clock.Now)
	return b
}

// person makes somebody who can sign in.
func (b *bundle) person(t *testing.T, name string) domain.PersonID {
	t.Helper()
	id := eventstore.NewID[domain.PersonKind](b.clock.Now())
	_, err := b.pool.Exec(t.Context(), `INSERT INTO persons (person_id, name) VALUES ($1, $2)`, [16]byte(id), name)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// home founds a home whose owner is the person.
func (b *bundle) home(t *testing.T, owner domain.PersonID) domain.HomeID {
	t.Helper()
	id := eventstore.NewID[domain.HomeKind](b.clock.Now())
	actor := domain.PersonActor(owner)
	err := b.store.Found(t.Context(), id, func(ctx context.Context, tx *eventstore.Tx) error {
		_, err := tx.RecordNamed(ctx, id, domain.Event{
			Entity: id.Entity(), Actor: actor, Fact: domain.HomeCreated{TimeZone: "Europe/Paris"},
		}, "Home")
		if err != nil {
			return err
		}
		_, err = tx.Record(ctx, id, domain.Event{
			Entity: id.Entity(), Actor: actor, Fact: domain.MemberJoined{Person: owner, Role: domain.Owner},
		})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// signIn returns the token and the principal of a new session.
func (b *bundle) signIn(t *testing.T, person domain.PersonID) (string, access.Principal) {
	t.Helper()
	link, err := b.access.NewLink(t.Context(), person)
	if err != nil {
		t.Fatal(err)
	}
	token, p, err := b.access.Redeem(t.Context(), link)
	if err != nil {
		t.Fatal(err)
	}
	return token, p
}

func wantCode(t *testing.T, err error, want domain.Code) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want %s", want)
	}
	if got := domain.CodeOf(err); got != want {
		t.Fatalf("code %s (%v), want %s", got, err, want)
	}
}
