package projections_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"logis/domain"
	"logis/eventstore"
	"logis/migrations/pgtest"
	"logis/projections"
)

func TestARebuildOfRightRowsChangesNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	w := b.lived(t, 1, 500)
	before := b.hash(t, w.Home)
	var told []domain.Seq
	result, err := b.tables.Rebuild(t.Context(), b.pool, w.Home, func(seq domain.Seq) { told = append(told, seq) })
	if err != nil {
		t.Fatal(err)
	}
	if !result.Same() || result.After != before || b.hash(t, w.Home) != before {
		t.Errorf("%+v, rows %s, were %s", result, b.hash(t, w.Home), before)
	}
	head, err := eventstore.HeadOf(t.Context(), b.pool, w.Home)
	if err != nil {
		t.Fatal(err)
	}
	if result.Events != head.Seq || result.Home != w.Home || len(told) == 0 || told[len(told)-1] != head.Seq {
		t.Errorf("%+v and told %v, head %d", result, told, head.Seq)
	}
}

func TestARebuildRepairsWhateverWasDone(t *testing.T) {
	t.Parallel()
	b := setup(t)
	w, other := b.lived(t, 2, 600), b.lived(t, 3, 100)
	right, elsewhere := b.hash(t, w.Home), b.hash(t, other.Home)
	home := fmt.Sprintf(`'%s'`, w.Home)
	for _, damage := range []string{
		`DELETE FROM twins WHERE home_id = ` + home,
		`DELETE FROM homes WHERE home_id = ` + home,
		`DELETE FROM commands WHERE home_id = ` + home + ` AND id = (SELECT min(id::text)::uuid FROM commands WHERE home_id = ` + home + `)`,
		`UPDATE gateways SET doc = doc || ' ' WHERE home_id = ` + home,
		`UPDATE devices SET revision = revision + 1 WHERE home_id = ` + home,
		`UPDATE members SET id = gen_random_uuid() WHERE home_id = ` + home,
		`UPDATE commands SET open = NOT open WHERE home_id = ` + home,
		`UPDATE commands SET requested = requested + 1 WHERE home_id = ` + home,
		`UPDATE commands SET device_id = gen_random_uuid() WHERE home_id = ` + home,
		`UPDATE commands SET due_at = coalesce(due_at, now()) + interval '1 second' WHERE home_id = ` + home,
		`INSERT INTO rooms SELECT home_id, gen_random_uuid(), revision, doc FROM homes WHERE home_id = ` + home,
		`UPDATE twins SET doc = 'no JSON' WHERE home_id = ` + home,
	} {
		if n := b.superuser(t, damage); n == 0 {
			t.Fatalf("%s: nothing to damage", damage)
		}
		if result := b.rebuild(t, w.Home); result.Same() || result.After != right {
			t.Errorf("%s: %+v, want %s", damage, result, right)
		}
		if got := b.hash(t, w.Home); got != right {
			t.Errorf("%s: rows %s after the rebuild, want %s", damage, got, right)
		}
		if !b.rebuild(t, w.Home).Same() {
			t.Errorf("%s: a second rebuild finds a difference", damage)
		}
	}
	if b.hash(t, other.Home) != elsewhere {
		t.Error("another home was touched")
	}
	b.write(t, w, 50)
	if !b.rebuild(t, w.Home).Same() {
		t.Error("the home went on from wrong rows")
	}
}

func TestARebuildWhileTheHomeIsInUseMissesNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	w := b.lived(t, 4, 2000)
	b.superuser(t, `DELETE FROM twins`)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var writing errgroup.Group
	// More appends than the pool has connections, all waiting for one home.
	for n := range 2 * int(b.pool.Config().MaxConns) {
		store := b.store
		writing.Go(func() error {
			for ctx.Err() == nil {
				err := store.Append(t.Context(), []domain.HomeID{w.Home}, func(ctx context.Context, tx *eventstore.Tx) error {
					_, err := tx.RecordNamed(ctx, w.Home, domain.Event{
						Entity: eventstore.NewID[domain.RoomKind](tx.Now()).Entity(), Actor: domain.SystemActor, Fact: domain.RoomAdded{},
					}, fmt.Sprint("room ", n))
					return err
				})
				if err != nil {
					return err
				}
			}
			return nil
		})
	}
	for n := range 5 {
		limit, stop := context.WithTimeout(t.Context(), 30*time.Second)
		result, err := projections.Tables{Catalog: b.tables.Catalog}.Rebuild(limit, b.pool, w.Home, nil)
		stop()
		if err != nil {
			t.Fatal(err)
		}
		if result.Same() != (n > 0) {
			t.Errorf("rebuild %d: %+v", n, result)
		}
	}
	cancel()
	if err := writing.Wait(); err != nil {
		t.Fatal(err)
	}
	if !b.rebuild(t, w.Home).Same() {
		t.Error("the rows are not the fold")
	}
}

func TestARebuildWritesBesideTheRowsWhateverTheSearchPath(t *testing.T) {
	t.Parallel()
	b := setup(t)
	w := b.lived(t, 6, 300)
	before := b.hash(t, w.Home)
	b.superuser(t, `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = public, pg_temp', current_database()); END $$`)
	b.superuser(t, `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'written'; END $$;
		CREATE TRIGGER refuse BEFORE INSERT OR UPDATE OR DELETE ON twins FOR EACH STATEMENT EXECUTE FUNCTION refuse()`)
	pool := pgtest.Pool(t, b.dsn)
	result, err := b.tables.Rebuild(t.Context(), pool, w.Home, nil)
	if err != nil || !result.Same() || result.After != before {
		t.Errorf("%+v, %v", result, err)
	}
}

func TestARebuildOfAHomeWithoutALogIsRefused(t *testing.T) {
	t.Parallel()
	b := setup(t)
	_, err := b.tables.Rebuild(t.Context(), b.pool, eventstore.NewID[domain.HomeKind](b.clock()), nil)
	if domain.CodeOf(err) != domain.NotFound {
		t.Errorf("got %v", err)
	}
}

// P-6: what cannot be folded stops the rebuild and leaves the rows as they are.
func TestARebuildStopsAtAnEventItDoesNotKnow(t *testing.T) {
	t.Parallel()
	b := setup(t)
	w := b.lived(t, 5, 100)
	before := b.hash(t, w.Home)
	b.superuser(t, `SET session_replication_role = replica; UPDATE events SET type = 'door.dreamt' WHERE seq = 50`)
	if _, err := b.tables.Rebuild(t.Context(), b.pool, w.Home, nil); domain.CodeOf(err) != domain.Internal {
		t.Errorf("got %v", err)
	}
	if b.hash(t, w.Home) != before {
		t.Error("the rows were touched")
	}
}
