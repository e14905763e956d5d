package proof_test

import (
	"bytes"
	"log/slog"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/mod/sumdb/note"

	"logis/domain"
	"logis/domain/thing"
	"logis/eventstore"
	"logis/eventstore/storetest"
	"logis/history/evidence"
	"logis/history/proof"
	"logis/migrations/pgtest"
	"logis/projections"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// bundle is a store on a real database, and a sealer with a second place.
type bundle struct {
	dsn    string
	store  *eventstore.Store
	key    proof.Key
	known  note.Verifiers
	dir    string // second place
	sealer *proof.Sealer
	told   bytes.Buffer
	now    time.Time
}

func setup(t testing.TB) *bundle {
	t.Helper()
	catalog, err := thing.Standard()
	if err != nil {
		t.Fatal(err)
	}
	b := &bundle{dsn: pgtest.DSN(t), dir: t.TempDir(), now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	b.store = eventstore.New(pgtest.Pool(t, b.dsn), eventstore.Options{
		Catalog: catalog, Projection: projections.Tables{Catalog: catalog}, Now: func() time.Time { return b.now },
	})
	if b.key, err = proof.OpenKey(t.TempDir()); err != nil {
		t.Fatal(err)
	}
	if b.known, err = b.key.Verifiers(); err != nil {
		t.Fatal(err)
	}
	b.restart()
	return b
}

// restart begins with a sealer that remembers nothing.
func (b *bundle) restart() {
	b.sealer = proof.NewSealer(b.store, b.key, b.dir, slog.New(slog.NewTextHandler(&b.told, nil)))
}

func (b *bundle) seal(t testing.TB) {
	t.Helper()
	if err := b.sealer.Seal(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// lived is a home with some events, sealed now and then.
func (b *bundle) lived(t testing.TB, seed uint64, times, events int) *storetest.Writer {
	t.Helper()
	w := storetest.NewWriter(seed, b.store.Catalog())
	if err := w.Found(t.Context(), b.store); err != nil {
		t.Fatal(err)
	}
	for range times {
		b.write(t, w, events)
		b.seal(t)
	}
	return w
}

func (b *bundle) write(t testing.TB, w *storetest.Writer, events int) {
	t.Helper()
	b.now = b.now.Add(time.Minute)
	if err := w.Write(t.Context(), b.store, events); err != nil {
		t.Fatal(err)
	}
}

// witness reads the second place.
func (b *bundle) witness(t testing.TB) *evidence.Witness {
	t.Helper()
	w, err := evidence.ReadFile(evidence.LogPath(b.dir), b.known)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func (b *bundle) head(t testing.TB, home domain.HomeID) eventstore.Head {
	t.Helper()
	head, err := eventstore.HeadOf(t.Context(), b.store.Pool(), home)
	if err != nil {
		t.Fatal(err)
	}
	return head
}

// superuser runs SQL as somebody whom no trigger stops.
func (b *bundle) superuser(t testing.TB, sql string, args ...any) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), b.dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(t.Context()) }()
	if _, err := conn.Exec(t.Context(), `SET session_replication_role = replica`); err != nil {
		t.Fatal(err)
	}
	if tag, err := conn.Exec(t.Context(), sql, args...); err != nil || tag.RowsAffected() == 0 {
		t.Fatal(tag, err)
	}
}
