package eventstore_test

import (
	"context"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"

	"logis/domain"
	"logis/eventstore"
)

// counting counts the homes a store had to load.
type counting struct {
	eventstore.Projection
	loads atomic.Int64
}

func (c *counting) use(o *eventstore.Options) {
	c.Projection = o.Projection
	o.Projection = c
}

func (c *counting) Load(ctx context.Context, tx pgx.Tx, ids []domain.HomeID) (map[domain.HomeID]*domain.Home, error) {
	c.loads.Add(int64(len(ids)))
	return c.Projection.Load(ctx, tx, ids)
}

func (c *counting) want(t *testing.T, loads int64) {
	t.Helper()
	if got := c.loads.Swap(0); got != loads {
		t.Errorf("%d homes loaded, want %d", got, loads)
	}
}

func TestAHomeIsLoadedOnceAndThenKept(t *testing.T) {
	t.Parallel()
	loads := &counting{}
	b := setup(t, loads.use)
	home := b.found(t)
	loads.want(t, 1) // founding has nothing to find yet
	for range 5 {
		b.append(t, addRoom(home), home)
	}
	loads.want(t, 0)
}

func TestTwoReplicasThatTakeTurnsSeeEachOthersEvents(t *testing.T) {
	t.Parallel()
	firstLoads, secondLoads := &counting{}, &counting{}
	first := setup(t, firstLoads.use)
	second := another(t, first.dsn, secondLoads.use)
	home := first.found(t)
	firstLoads.want(t, 1)
	for n := range 6 {
		b := []*bundle{first, second}[n%2]
		b.append(t, func(ctx context.Context, tx *eventstore.Tx) error {
			if rooms := len(tx.Home(home).Rooms); rooms != n {
				t.Errorf("turn %d sees %d rooms", n, rooms)
			}
			return addRoom(home)(ctx, tx)
		}, home)
	}
	firstLoads.want(t, 2) // its own state served the first turn
	secondLoads.want(t, 3)
	first.checkSound(t, home)
}

func TestAStateWhoseEventsDidNotCommitIsNeverUsed(t *testing.T) {
	t.Parallel()
	loads := &counting{}
	b := setup(t, loads.use)
	home := b.found(t)
	refuse := func(ctx context.Context, tx *eventstore.Tx) error {
		if err := addRoom(home)(ctx, tx); err != nil {
			return err
		}
		return errTest
	}
	if err := b.store.Append(t.Context(), []domain.HomeID{home}, refuse); err == nil {
		t.Fatal("the append went through")
	}
	b.superuser(t, dieAt("rooms", "CONSTRAINT")...) // only the commit itself fails
	wantCode(t, b.store.Append(t.Context(), []domain.HomeID{home}, addRoom(home)), domain.Storage)
	b.superuser(t, `DROP TRIGGER die ON rooms`)
	loads.loads.Store(0)
	b.append(t, func(ctx context.Context, tx *eventstore.Tx) error {
		if h := tx.Home(home); h.Seq != 2 || len(h.Rooms) != 0 {
			t.Errorf("begins at event %d with %d rooms", h.Seq, len(h.Rooms))
		}
		return addRoom(home)(ctx, tx)
	}, home)
	loads.want(t, 1)
	b.checkSound(t, home)
}

func TestARefusalBeforeAnyEventKeepsTheState(t *testing.T) {
	t.Parallel()
	loads := &counting{}
	b := setup(t, loads.use)
	home := b.found(t)
	loads.want(t, 1)
	refuse := func(context.Context, *eventstore.Tx) error { return errTest }
	if err := b.store.Append(t.Context(), []domain.HomeID{home}, refuse); err == nil {
		t.Fatal("the append went through")
	}
	b.append(t, addRoom(home), home)
	loads.want(t, 0)
}

func TestTheHomesKeptInMemoryAreBounded(t *testing.T) {
	t.Parallel()
	loads := &counting{}
	b := setup(t, loads.use, func(o *eventstore.Options) { o.MaxCachedDevices = 3 }) // a home without devices weighs one
	homes := []domain.HomeID{b.found(t), b.found(t), b.found(t), b.found(t)}
	loads.want(t, 4)
	b.append(t, addRoom(homes[1]), homes[1])
	loads.want(t, 0)
	b.append(t, addRoom(homes[0]), homes[0])
	loads.want(t, 1) // it was the oldest; now 2 is
	b.append(t, addRoom(homes[1]), homes[1])
	loads.want(t, 0)
	b.append(t, addRoom(homes[2]), homes[2])
	loads.want(t, 1)
}

func TestARebuildDropsStatesThatCameFromWrongRows(t *testing.T) {
	t.Parallel()
	b := setup(t)
	w := b.lived(t, 3, 300)
	b.superuser(t, `UPDATE twins SET doc = '{"device":"`+newID[domain.DeviceKind]().String()+`"}'`)
	server := another(t, b.dsn) // which loads the wrong rows
	rename := func(ctx context.Context, tx *eventstore.Tx) error {
		_, err := tx.Record(ctx, w.Home, domain.Event{Entity: w.Home.Entity(), Fact: domain.HomeRenamed{}})
		return err
	}
	server.append(t, rename, w.Home)
	result, err := b.tables.Rebuild(t.Context(), b.pool, w.Home, nil)
	if err != nil || result.Same() {
		t.Fatalf("the rebuild found nothing wrong (%v)", err)
	}
	if err := w.Write(t.Context(), server.store, 200); err != nil {
		t.Fatal(err)
	}
	b.checkSound(t, w.Home)
}
