package history_test

import (
	"context"
	"testing"
	"time"

	"logis/domain"
	"logis/domain/thing"
	"logis/eventstore"
	"logis/eventstore/storetest"
	"logis/history"
	"logis/migrations/pgtest"
	"logis/projections"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// bundle is a store on a real database whose clock the test moves.
type bundle struct {
	store  *eventstore.Store
	past   *history.Past
	tables projections.Tables
	now    time.Time
}

func setup(t testing.TB) *bundle {
	t.Helper()
	catalog, err := thing.Standard()
	if err != nil {
		t.Fatal(err)
	}
	b := &bundle{tables: projections.Tables{Catalog: catalog}, now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	b.store = eventstore.New(pgtest.New(t), eventstore.Options{
		Catalog: catalog, Projection: b.tables, Now: func() time.Time { return b.now },
	})
	b.past = history.New(b.store, nil)
	return b
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

// rename records n events at the present time.
func (b *bundle) rename(t testing.TB, home domain.HomeID, n int) {
	t.Helper()
	err := b.store.Append(t.Context(), []domain.HomeID{home}, func(ctx context.Context, tx *eventstore.Tx) error {
		for range n {
			if _, err := tx.Record(ctx, home, domain.Event{Entity: home.Entity(), Fact: domain.HomeRenamed{}}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
