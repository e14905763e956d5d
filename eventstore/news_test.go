package eventstore_test

import (
	"context"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"logis/domain"
	"logis/eventstore"
)

// awaken fails unless the watch is told in time of what happens again and again:
// a single piece of news may be lost.
func awaken(t testing.TB, w *eventstore.Watch, happen func()) {
	t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(patience)
	for {
		select {
		case <-w.C:
			return
		case <-tick.C:
			happen()
		case <-deadline:
			t.Fatal("no news")
		}
	}
}

func drained(w *eventstore.Watch) {
	select {
	case <-w.C:
	default:
	}
}

func TestAWatchIsToldOfItsOwnHomeOnly(t *testing.T) {
	t.Parallel()
	b := setup(t)
	home, other := b.found(t), b.found(t)
	w, more := b.store.Watch(home), b.store.Watch(home)
	defer w.Close()
	b.append(t, addRoom(other), other)
	if len(w.C) != 0 {
		t.Error("told of another home")
	}
	for range 2 {
		b.append(t, addRoom(home), home)
	}
	if len(w.C) != 1 || len(more.C) != 1 {
		t.Error("not told once of two growths")
	}
	drained(more)
	more.Close()
	b.append(t, addRoom(home), home)
	if len(more.C) != 0 {
		t.Error("told after the end")
	}
	drained(w)
	_ = b.store.Append(t.Context(), []domain.HomeID{home}, func(ctx context.Context, tx *eventstore.Tx) error {
		_ = addRoom(home)(ctx, tx)
		return errTest
	})
	b.append(t, func(context.Context, *eventstore.Tx) error { return nil }, home)
	if len(w.C) != 0 {
		t.Error("told of what did not happen")
	}
}

func TestServersOfOneDatabaseTellEachOther(t *testing.T) {
	t.Parallel()
	const homesCount = eventstore.NewsPerNote + 50 // more than one note
	one := setup(t)
	two := another(t, one.dsn)
	run(t, one.store.RunNews)
	run(t, two.store.RunNews)
	homes := make([]domain.HomeID, homesCount)
	watches := make([]*eventstore.Watch, homesCount)
	for i := range homes {
		homes[i] = one.found(t)
		watches[i] = two.store.Watch(homes[i])
		defer watches[i].Close()
	}
	appendAll := func() {
		one.append(t, func(ctx context.Context, tx *eventstore.Tx) error {
			for _, home := range homes {
				if err := addRoom(home)(ctx, tx); err != nil {
					return err
				}
			}
			return nil
		}, homes...)
	}
	awaken(t, watches[0], appendAll) // by now the other one listens
	for _, w := range watches {
		drained(w)
	}
	appendAll()
	for _, w := range watches {
		awaken(t, w, func() {})
	}
	back := one.store.Watch(homes[0])
	defer back.Close()
	awaken(t, back, func() { two.append(t, addRoom(homes[0]), homes[0]) })
}

func TestALostListenerConnectsAgainAndWakesEverybody(t *testing.T) {
	t.Parallel()
	one := setup(t)
	two := another(t, one.dsn)
	run(t, two.store.RunNews)
	home := one.found(t)
	w := two.store.Watch(home)
	defer w.Close()
	awaken(t, w, func() { one.exec(t, `SELECT pg_notify('logis_news', $1)`, home.String()) })
	drained(w)
	one.superuser(t, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
		WHERE datname = current_database() AND query LIKE 'LISTEN%'`)
	awaken(t, w, func() {}) // nothing happens, but something may have
	drained(w)
	awaken(t, w, func() { one.exec(t, `SELECT pg_notify('logis_news', $1)`, home.String()) })
}

func TestNotesThatMakeNoSenseDoNoHarm(t *testing.T) {
	t.Parallel()
	b := setup(t)
	run(t, b.store.RunNews)
	home := b.found(t)
	w := b.store.Watch(home)
	defer w.Close()
	awaken(t, w, func() {
		for _, note := range []string{"", "x", "not an id but thirty-six characters!", home.String()[1:] + "x" + home.String()} {
			b.exec(t, `SELECT pg_notify('logis_news', $1)`, note)
		}
	})
}

// hole is a connection that stops hearing without a word, as one does whose
// other end has lost its power.
type hole struct {
	net.Conn
	deaf chan struct{}
}

func (h *hole) Read(b []byte) (int, error) {
	for {
		n, err := h.Conn.Read(b)
		select {
		case <-h.deaf:
			if err != nil {
				return n, err // also the deadline of whoever waits
			}
		default:
			return n, err
		}
	}
}

func TestAListenerThatHearsNothingMoreIsReplaced(t *testing.T) {
	t.Parallel()
	one := setup(t)
	home := one.found(t)
	config, err := pgxpool.ParseConfig(one.dsn)
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var holes []*hole
	dial := config.ConnConfig.DialFunc
	config.ConnConfig.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		mu.Lock()
		defer mu.Unlock()
		holes = append(holes, &hole{Conn: conn, deaf: make(chan struct{})})
		return holes[len(holes)-1], err
	}
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	store := eventstore.New(pool, eventstore.Options{Catalog: one.tables.Catalog, Projection: one.tables})
	store.SetNewsSilence(200 * time.Millisecond)
	run(t, store.RunNews)
	w := store.Watch(home)
	defer w.Close()
	tell := func() { one.exec(t, `SELECT pg_notify('logis_news', $1)`, home.String()) }
	awaken(t, w, tell)
	mu.Lock()
	for _, h := range holes {
		close(h.deaf)
	}
	mu.Unlock()
	drained(w)
	awaken(t, w, tell)
}
