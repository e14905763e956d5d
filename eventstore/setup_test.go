package eventstore_test

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"logis/domain"
	"logis/domain/thing"
	"logis/eventstore"
	"logis/eventstore/storetest"
	"logis/migrations/pgtest"
	"logis/projections"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// patience bounds every wait of a test.
const patience = 30 * time.Second

// bundle is a store on a real database.
type bundle struct {
	dsn    string
	pool   *pgxpool.Pool
	tables projections.Tables
	store  *eventstore.Store
}

func setup(t testing.TB, options ...func(*eventstore.Options)) *bundle {
	t.Helper()
	return another(t, pgtest.DSN(t), options...)
}

// another returns a further store on the same database: another replica.
func another(t testing.TB, dsn string, options ...func(*eventstore.Options)) *bundle {
	t.Helper()
	b := &bundle{dsn: dsn, pool: pgtest.Pool(t, dsn), tables: projections.Tables{Catalog: catalog(t)}}
	o := eventstore.Options{Catalog: b.tables.Catalog, Projection: b.tables}
	for _, option := range options {
		option(&o)
	}
	b.store = eventstore.New(b.pool, o)
	return b
}

func catalog(t testing.TB) *thing.Catalog {
	t.Helper()
	c, err := thing.Standard()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func withNow(now func() time.Time) func(*eventstore.Options) {
	return func(o *eventstore.Options) { o.Now = now }
}

// found makes a home with its first two events.
func (b *bundle) found(t testing.TB) domain.HomeID {
	t.Helper()
	id, owner := newID[domain.HomeKind](), newID[domain.PersonKind]()
	err := b.store.Found(t.Context(), id, func(ctx context.Context, tx *eventstore.Tx) error {
		created, joined := domain.FoundHome(id, owner, "Europe/Paris")
		if _, err := tx.Record(ctx, id, created); err != nil {
			return err
		}
		_, err := tx.Record(ctx, id, joined)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// lived returns a writer whose home has lived through about n events.
func (b *bundle) lived(t testing.TB, seed uint64, n int) *storetest.Writer {
	t.Helper()
	w := storetest.NewWriter(seed, b.tables.Catalog)
	if err := w.Found(t.Context(), b.store); err != nil {
		t.Fatal(err)
	}
	if err := w.Write(t.Context(), b.store, n); err != nil {
		t.Fatal(err)
	}
	return w
}

// addRoom is a decision that records one event about a new room.
func addRoom(home domain.HomeID) eventstore.Decide {
	room := newID[domain.RoomKind]()
	return func(ctx context.Context, tx *eventstore.Tx) error {
		_, err := tx.Record(ctx, home, roomAdded(room))
		return err
	}
}

func roomAdded(room domain.RoomID) domain.Event {
	return domain.Event{Entity: room.Entity(), Actor: domain.SystemActor, Fact: domain.RoomAdded{}}
}

func (b *bundle) append(t testing.TB, decide eventstore.Decide, homes ...domain.HomeID) {
	t.Helper()
	if err := b.store.Append(t.Context(), homes, decide); err != nil {
		t.Fatal(err)
	}
}

func (b *bundle) head(t testing.TB, home domain.HomeID) eventstore.Head {
	t.Helper()
	head, err := eventstore.HeadOf(t.Context(), b.pool, home)
	if err != nil {
		t.Fatal(err)
	}
	return head
}

func (b *bundle) list(t testing.TB, f eventstore.Filter) []eventstore.Row {
	t.Helper()
	f.AtLimit = eventstore.MaxList
	rows, err := b.store.List(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func (b *bundle) exec(t testing.TB, sql string, args ...any) {
	t.Helper()
	if _, err := b.pool.Exec(t.Context(), sql, args...); err != nil {
		t.Fatal(err)
	}
}

func (b *bundle) count(t testing.TB, sql string, args ...any) int {
	t.Helper()
	var n int
	if err := b.pool.QueryRow(t.Context(), sql, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// checkSound fails unless the home's log has every seq from 1 to its head once
// (I-3), its times never decrease, its chain holds, and its rows are the fold of
// it (P-1).
func (b *bundle) checkSound(t testing.TB, home domain.HomeID) {
	t.Helper()
	var count, least, most, backwards int
	err := b.pool.QueryRow(t.Context(), `
		SELECT count(*), min(seq), max(seq), count(*) FILTER (WHERE recorded_at < before)
		FROM (SELECT seq, recorded_at, lag(recorded_at) OVER (ORDER BY seq) AS before FROM events WHERE home_id = $1) AS log`,
		[16]byte(home)).Scan(&count, &least, &most, &backwards)
	if err != nil {
		t.Fatal(err)
	}
	head := b.head(t, home)
	if least != 1 || count != most || domain.Seq(count) != head.Seq || backwards != 0 {
		t.Fatalf("home %s: %d events from %d to %d, head %d, %d times backwards", home, count, least, most, head.Seq, backwards)
	}
	v, err := eventstore.Verify(t.Context(), b.pool, home, head)
	if err != nil {
		t.Fatal(err)
	}
	if v.Bad != 0 || v.Events != head.Seq {
		t.Fatalf("home %s: event %d %s", home, v.Bad, v.Reason)
	}
	result, err := b.tables.Rebuild(t.Context(), b.pool, home, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !result.Same() {
		t.Fatalf("home %s: the rows are not the fold of its %d events", home, head.Seq)
	}
}

func newID[K any]() domain.ID[K] { return eventstore.NewID[K](time.Now()) }

// wantCode fails unless err has the code.
func wantCode(t testing.TB, err error, code domain.Code) {
	t.Helper()
	if err == nil || domain.CodeOf(err) != code {
		t.Fatalf("got %v (%s), want an error with code %s", err, domain.CodeOf(err), code)
	}
}

// run runs a part of the server until the test ends.
func run(t testing.TB, part func(context.Context) error) {
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

// superuser runs statements that the server's role may not.
func (b *bundle) superuser(t testing.TB, statements ...string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), b.dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	for _, statement := range statements {
		if _, err := conn.Exec(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}
