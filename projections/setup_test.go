package projections_test

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

// bundle is a store on a real database with its projections.
type bundle struct {
	dsn    string
	pool   *pgxpool.Pool
	tables projections.Tables
	store  *eventstore.Store
	now    time.Time // of the log's clock; zero: the database's
}

func setup(t testing.TB) *bundle {
	t.Helper()
	catalog, err := thing.Standard()
	if err != nil {
		t.Fatal(err)
	}
	b := &bundle{dsn: pgtest.DSN(t), tables: projections.Tables{Catalog: catalog}}
	b.pool = pgtest.Pool(t, b.dsn)
	b.store = b.replica(t)
	return b
}

// replica returns a further server's store, with nothing in memory.
func (b *bundle) replica(t testing.TB) *eventstore.Store {
	t.Helper()
	return eventstore.New(pgtest.Pool(t, b.dsn), eventstore.Options{Catalog: b.tables.Catalog, Projection: b.tables, Now: b.clock})
}

func (b *bundle) clock() time.Time {
	if b.now.IsZero() {
		return time.Now()
	}
	return b.now
}

func (b *bundle) lived(t testing.TB, seed uint64, n int) *storetest.Writer {
	t.Helper()
	w := storetest.NewWriter(seed, b.tables.Catalog)
	if err := w.Found(t.Context(), b.store); err != nil {
		t.Fatal(err)
	}
	b.write(t, w, n)
	return w
}

func (b *bundle) write(t testing.TB, w *storetest.Writer, n int) {
	t.Helper()
	if err := w.Write(t.Context(), b.store, n); err != nil {
		t.Fatal(err)
	}
}

// fold returns a home folded from its first event, up to seq (0: to the end).
func (b *bundle) fold(t testing.TB, home domain.HomeID, to domain.Seq) *domain.Home {
	t.Helper()
	h := domain.NewHome(home, b.tables.Catalog)
	if err := eventstore.Scan(t.Context(), b.pool, home, 0, to, h.Apply); err != nil {
		t.Fatal(err)
	}
	h.TakeChanges()
	return h
}

func (b *bundle) hash(t testing.TB, home domain.HomeID) string {
	t.Helper()
	sum, err := projections.Hash(t.Context(), b.pool, home, "public")
	if err != nil {
		t.Fatal(err)
	}
	return sum
}

func (b *bundle) rebuild(t testing.TB, home domain.HomeID) projections.Rebuilt {
	t.Helper()
	result, err := b.tables.Rebuild(t.Context(), b.pool, home, nil)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func (b *bundle) superuser(t testing.TB, sql string) int64 {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), b.dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	tag, err := conn.Exec(t.Context(), sql)
	if err != nil {
		t.Fatal(err)
	}
	return tag.RowsAffected()
}
