package eventstore_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"golang.org/x/sync/errgroup"

	"logis/domain"
	"logis/eventstore"
)

// flaky makes PostgreSQL undo a share of the transactions as it does when they
// stand in each other's way, some early and some late.
func flaky(t testing.TB, b *bundle, share float64) {
	t.Helper()
	b.superuser(t, fmt.Sprintf(`
		CREATE FUNCTION undo() RETURNS trigger LANGUAGE plpgsql AS $$
		BEGIN
			IF random() < %[1]f THEN RAISE EXCEPTION 'forced' USING ERRCODE = '40001'; END IF;
			IF random() < %[1]f THEN RAISE EXCEPTION 'forced' USING ERRCODE = '40P01'; END IF;
			RETURN NULL;
		END $$`, share/2),
		`CREATE TRIGGER undo AFTER INSERT ON events FOR EACH STATEMENT EXECUTE FUNCTION undo()`,
		`CREATE CONSTRAINT TRIGGER undo_late AFTER INSERT ON rooms DEFERRABLE INITIALLY DEFERRED
			FOR EACH ROW EXECUTE FUNCTION undo()`)
}

// wish is one thing a writer wants to happen once, over some homes.
type wish struct {
	homes []domain.HomeID
	room  domain.RoomID // the same in each of the homes
	fail  bool          // decide refuses after it has recorded
}

func (w wish) decide(ctx context.Context, tx *eventstore.Tx) error {
	for _, home := range w.homes {
		if _, err := tx.RecordNamed(ctx, home, roomAdded(w.room), w.room.String()); err != nil {
			return err
		}
	}
	if w.fail {
		return errTest
	}
	return nil
}

// fulfil appends until PostgreSQL has let it through.
func (w wish) fulfil(ctx context.Context, s *eventstore.Store) error {
	for {
		err := s.Append(ctx, w.homes, w.decide)
		switch {
		case w.fail && errors.Is(err, errTest):
			return nil
		case err == nil || domain.CodeOf(err) != domain.Overloaded:
			return err
		}
	}
}

func TestManyWritersLeaveNoGapAndNoDoubleWhateverIsUndone(t *testing.T) {
	t.Parallel()
	const writers, wishes, homesCount = 12, 100, 5
	b := setup(t)
	replicas := []*eventstore.Store{b.store, another(t, b.dsn).store}
	homes := make([]domain.HomeID, homesCount)
	for i := range homes {
		homes[i] = b.found(t)
	}
	flaky(t, b, 0.1)
	var mu sync.Mutex
	var granted []wish
	group, ctx := errgroup.WithContext(t.Context())
	for n := range writers {
		group.Go(func() error {
			random := rand.New(rand.NewPCG(7, uint64(n)))
			for range wishes {
				w := wish{room: newID[domain.RoomKind](), fail: random.IntN(10) == 0}
				// Half of all go to one hot home; the rest to several in any order.
				w.homes = homes[:1]
				if random.IntN(2) == 0 {
					w.homes = slices.Clone(homes)
					random.Shuffle(len(homes), func(i, j int) { w.homes[i], w.homes[j] = w.homes[j], w.homes[i] })
					w.homes = w.homes[:1+random.IntN(3)]
				}
				if err := w.fulfil(ctx, replicas[random.IntN(2)]); err != nil {
					return err
				}
				if !w.fail {
					mu.Lock()
					granted = append(granted, w)
					mu.Unlock()
				}
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	b.superuser(t, `DROP TRIGGER undo ON events`, `DROP TRIGGER undo_late ON rooms`)
	expected := 0
	for _, w := range granted {
		expected += len(w.homes)
	}
	if got := b.count(t, `SELECT count(*) FROM events WHERE type = 'room.added'`); got != expected {
		t.Errorf("%d events, want %d", got, expected)
	}
	once := b.count(t, `SELECT count(*) FROM (SELECT FROM events JOIN words USING (home_id, seq, entity)
		WHERE type = 'room.added' AND text = entity::text GROUP BY home_id, entity HAVING count(*) = 1) AS once`)
	if once != expected {
		t.Errorf("%d wishes came true once, want %d", once, expected)
	}
	for _, home := range homes {
		b.checkSound(t, home)
	}
	b.pool.Reset() // a connection that ends tells what it has counted
	if n := b.count(t, `SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()`); n != 0 {
		t.Errorf("%d deadlocks", n)
	}
}

func TestARetryDecidesFromFreshValues(t *testing.T) {
	t.Parallel()
	jobs := &jobTable{}
	b := setup(t, jobs.use)
	jobs.create(t, b)
	home := b.found(t)
	b.superuser(t, `CREATE SEQUENCE tries`, `GRANT USAGE ON tries TO logis_app`, `
		CREATE FUNCTION undo() RETURNS trigger LANGUAGE plpgsql AS $$
		BEGIN
			IF nextval('tries') < 4 THEN RAISE EXCEPTION 'forced' USING ERRCODE = '40001'; END IF;
			RETURN NULL;
		END $$`,
		`CREATE CONSTRAINT TRIGGER undo AFTER INSERT ON rooms DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION undo()`)
	tries := 0
	b.append(t, func(ctx context.Context, tx *eventstore.Tx) error {
		tries++
		if seq := tx.Home(home).Seq; seq != 2 {
			t.Errorf("try %d begins at event %d", tries, seq)
		}
		tx.Enqueue(eventstore.Job{Args: testJob{N: tries}})
		_, err := tx.RecordNamed(ctx, home, roomAdded(newID[domain.RoomKind]()), "Attic")
		return err
	}, home)
	if tries != 4 {
		t.Errorf("%d tries, want 4", tries)
	}
	for _, q := range []string{
		`SELECT count(*) FROM test_jobs WHERE n = 4`, `SELECT count(*) FROM test_jobs`,
		`SELECT count(*) FROM words`, `SELECT count(*) FROM rooms`,
	} {
		if n := b.count(t, q); n != 1 {
			t.Errorf("%s: %d, want 1", q, n)
		}
	}
	b.checkSound(t, home)
}

func TestAnAppendThatIsAlwaysUndoneGivesUp(t *testing.T) {
	t.Parallel()
	b := setup(t)
	home := b.found(t)
	flaky(t, b, 2)
	tries := 0
	err := b.store.Append(t.Context(), []domain.HomeID{home}, func(ctx context.Context, tx *eventstore.Tx) error {
		tries++
		return addRoom(home)(ctx, tx)
	})
	wantCode(t, err, domain.Overloaded)
	if tries != eventstore.MaxAttempts {
		t.Errorf("%d tries, want %d", tries, eventstore.MaxAttempts)
	}
}

// M1 of the measurements: readers by (home, seq) while writers commit out of order.
func TestReadersOfALogNeverMissAndNeverDouble(t *testing.T) {
	t.Parallel()
	const writers, each, homesCount = 6, 150, 3
	b := setup(t)
	homes := make([]domain.HomeID, homesCount)
	for i := range homes {
		homes[i] = b.found(t)
	}
	// Some transactions stay open for a while after they have written.
	b.superuser(t, `CREATE FUNCTION linger() RETURNS trigger LANGUAGE plpgsql AS
		$$ BEGIN IF random() < 0.1 THEN PERFORM pg_sleep(0.003); END IF; RETURN NULL; END $$`,
		`CREATE TRIGGER linger AFTER INSERT ON events FOR EACH STATEMENT EXECUTE FUNCTION linger()`)
	var writing errgroup.Group
	for n := range writers {
		writing.Go(func() error {
			for i := range each {
				home := homes[(n+i)%homesCount]
				if err := b.store.Append(t.Context(), []domain.HomeID{home}, addRoom(home)); err != nil {
					return err
				}
			}
			return nil
		})
	}
	const end = 2 + writers*each/homesCount
	var reading errgroup.Group
	for _, home := range homes {
		for range 2 {
			reading.Go(func() error { return follow(t.Context(), b, home, end) })
		}
	}
	if err := errors.Join(writing.Wait(), reading.Wait()); err != nil {
		t.Fatal(err)
	}
}

// follow reads a log as it grows and expects every seq in turn.
func follow(ctx context.Context, b *bundle, home domain.HomeID, end domain.Seq) error {
	watch := b.store.Watch(home)
	defer watch.Close()
	for at := domain.Seq(0); at < end; {
		rows, err := b.store.List(ctx, eventstore.Filter{Home: home, After: at, AtLimit: eventstore.MaxList})
		if err != nil {
			return err
		}
		for _, row := range rows {
			if at++; row.Seq != at {
				return fmt.Errorf("home %s: event %d after %d", home, row.Seq, at-1)
			}
		}
		if at == end {
			break
		}
		select {
		case <-watch.C: // always told: writer and reader are in one server
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}
