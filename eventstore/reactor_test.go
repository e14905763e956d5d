package eventstore_test

import (
	"context"
	"slices"
	"testing"

	"logis/domain"
	"logis/eventstore"
)

// echo answers a new room with a new name for the home and a job.
type echo struct{ seen []domain.Seq }

func (e *echo) use(o *eventstore.Options) { o.Reactors = append(o.Reactors, e) }

func (e *echo) React(ctx context.Context, tx *eventstore.Tx, ev *domain.RecordedEvent) error {
	e.seen = append(e.seen, ev.Seq)
	if _, ok := ev.Fact.(domain.RoomAdded); !ok {
		return nil
	}
	if tx.Home(ev.HomeID).Rooms[domain.RoomID(ev.Entity)] == nil {
		return errTest
	}
	_, err := tx.Record(ctx, ev.HomeID, domain.Event{
		Entity: ev.HomeID.Entity(), Actor: domain.SystemActor, Causation: ev.Seq, Fact: domain.HomeRenamed{},
	})
	tx.Enqueue(eventstore.Job{Args: testJob{N: int(ev.Seq)}, Queue: "q"})
	return err
}

func TestWhatReactorsRecordAndEnqueueIsInTheSameCommit(t *testing.T) {
	t.Parallel()
	jobs, reactor := &jobTable{committed: make(chan []string, 1)}, &echo{}
	b := setup(t, jobs.use, reactor.use)
	jobs.create(t, b)
	home := b.found(t)
	reactor.seen = nil
	b.append(t, func(ctx context.Context, tx *eventstore.Tx) error {
		for range 2 {
			if err := addRoom(home)(ctx, tx); err != nil {
				return err
			}
		}
		return nil
	}, home)
	if want := []domain.Seq{3, 4, 5, 6}; !slices.Equal(reactor.seen, want) {
		t.Errorf("the reactor saw %v, want each event once: %v", reactor.seen, want)
	}
	rows := b.list(t, eventstore.Filter{Home: home, After: 2})
	for i, want := range []domain.Seq{0, 3, 0, 5} {
		if rows[i].Causation != want || rows[i].Correlation != want {
			t.Errorf("event %d follows from %d, want %d", rows[i].Seq, rows[i].Causation, want)
		}
	}
	if n := b.count(t, `SELECT count(*) FROM test_jobs WHERE n IN (3, 5)`); n != 2 {
		t.Errorf("%d jobs, want 2", n)
	}
	if queues := <-jobs.committed; !slices.Equal(queues, []string{"q"}) {
		t.Errorf("told of queues %v", queues)
	}
	b.checkSound(t, home)
}

func TestAJobThatCannotBeInsertedUndoesTheEvents(t *testing.T) {
	t.Parallel()
	jobs := &jobTable{}
	b := setup(t, jobs.use, (&echo{}).use)
	jobs.create(t, b)
	home := b.found(t)
	jobs.fail = errTest
	wantCode(t, b.store.Append(t.Context(), []domain.HomeID{home}, addRoom(home)), domain.Internal)
	if n := b.count(t, `SELECT count(*) FROM test_jobs`); n != 0 || b.head(t, home).Seq != 2 {
		t.Errorf("%d jobs and head %d are left", n, b.head(t, home).Seq)
	}
}

// A commit that PostgreSQL refuses at its very end stands for every death
// between the last statement and the answer.
func TestEventsAndJobsAreThereTogetherOrNotAtAll(t *testing.T) {
	t.Parallel()
	jobs := &jobTable{}
	b := setup(t, jobs.use, (&echo{}).use)
	jobs.create(t, b)
	home := b.found(t)
	for _, boundary := range []struct{ table, when string }{
		{"events", "BEFORE INSERT"}, {"home_heads", "BEFORE UPDATE"}, {"homes", "BEFORE INSERT OR UPDATE"},
		{"rooms", "AFTER INSERT"}, {"test_jobs", "BEFORE INSERT"}, {"test_jobs", "AFTER INSERT"}, {"test_jobs", "CONSTRAINT"},
	} {
		b.superuser(t, dieAt(boundary.table, boundary.when)...)
		wantCode(t, b.store.Append(t.Context(), []domain.HomeID{home}, addRoom(home)), domain.Storage)
		b.superuser(t, `DROP TRIGGER die ON `+boundary.table)
		if n := b.count(t, `SELECT count(*) FROM test_jobs`); n != 0 || b.head(t, home).Seq != 2 {
			t.Fatalf("%s %s: %d jobs and head %d are left", boundary.when, boundary.table, n, b.head(t, home).Seq)
		}
	}
	b.append(t, addRoom(home), home)
	if n := b.count(t, `SELECT count(*) FROM test_jobs`); n != 1 || b.head(t, home).Seq != 4 {
		t.Errorf("%d jobs and head %d, want 1 and 4", n, b.head(t, home).Seq)
	}
	b.checkSound(t, home)
}

// dieAt ends the connection when a statement comes to a table, or at the commit.
func dieAt(table, when string) []string {
	trigger := `CREATE TRIGGER die ` + when + ` ON ` + table + ` FOR EACH STATEMENT EXECUTE FUNCTION die()`
	if when == "CONSTRAINT" {
		trigger = `CREATE CONSTRAINT TRIGGER die AFTER INSERT ON ` + table + ` DEFERRABLE INITIALLY DEFERRED
			FOR EACH ROW EXECUTE FUNCTION die()`
	}
	return []string{
		`CREATE OR REPLACE FUNCTION die() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
			$$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$`,
		trigger,
	}
}

// forever answers every event with another.
type forever struct{}

func (forever) React(ctx context.Context, tx *eventstore.Tx, ev *domain.RecordedEvent) error {
	_, err := tx.Record(ctx, ev.HomeID, domain.Event{Entity: ev.HomeID.Entity(), Causation: ev.Seq, Fact: domain.HomeRenamed{}})
	return err
}

func TestReactorsThatAnswerEachOtherWithoutEndAreCut(t *testing.T) {
	t.Parallel()
	b := setup(t)
	home := b.found(t)
	endless := another(t, b.dsn, func(o *eventstore.Options) { o.Reactors = []eventstore.Reactor{forever{}} })
	wantCode(t, endless.store.Append(t.Context(), []domain.HomeID{home}, addRoom(home)), domain.Internal)
	if got := b.head(t, home).Seq; got != 2 {
		t.Errorf("head %d, want 2", got)
	}
}
