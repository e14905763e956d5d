package eventstore_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"logis/domain"
	"logis/domain/thing"
	"logis/eventstore"
)

var errTest = errors.New("the test refuses")

func TestAnAppendGivesOutTheNextSeqsOfEachHome(t *testing.T) {
	t.Parallel()
	b := setup(t)
	one, two := b.found(t), b.found(t)
	b.append(t, func(ctx context.Context, tx *eventstore.Tx) error {
		for i, home := range []domain.HomeID{two, one, two} {
			rec, err := tx.Record(ctx, home, roomAdded(newID[domain.RoomKind]()))
			if err != nil {
				return err
			}
			if want := []domain.Seq{3, 3, 4}[i]; rec.Seq != want || tx.Home(home).Seq != want {
				t.Errorf("event %d of home %s, want %d", rec.Seq, home, want)
			}
		}
		return nil
	}, two, one, two)
	if got := b.head(t, two).Seq; got != 4 {
		t.Errorf("head %d, want 4", got)
	}
	b.checkSound(t, one)
	b.checkSound(t, two)
}

func TestAStoredEventReadsBackAsItWasRecorded(t *testing.T) {
	t.Parallel()
	b := setup(t)
	home := b.found(t)
	gateway, device := newID[domain.GatewayKind](), newID[domain.DeviceKind]()
	var want *domain.RecordedEvent
	b.append(t, func(ctx context.Context, tx *eventstore.Tx) error {
		var err error
		want, err = tx.Record(ctx, home, domain.Event{
			Entity: device.Entity(), Actor: domain.GatewayActor, Causation: 2, Model: "light@1.0.0",
			OccurredAt: tx.Now().Add(-1234567 * time.Nanosecond), Flags: domain.Historic | domain.Snapshot,
			Edge: domain.EdgeRef{Gateway: gateway, Epoch: 3, Seq: 1 << 40},
			Fact: domain.DeviceReported{Values: map[string]thing.Value{"onOff": "true"}},
		})
		return err
	}, home)
	var got *domain.RecordedEvent
	err := eventstore.Scan(t.Context(), b.pool, home, 2, 0, func(ev *domain.RecordedEvent) error {
		got = ev
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if got.Correlation != 2 {
		t.Errorf("correlation %d, want its cause", got.Correlation)
	}
}

func TestAHomeWithoutALogIsNotFound(t *testing.T) {
	t.Parallel()
	b := setup(t)
	there, missing := b.found(t), newID[domain.HomeKind]()
	err := b.store.Append(t.Context(), []domain.HomeID{there, missing}, addRoom(there))
	wantCode(t, err, domain.NotFound)
	if got := b.head(t, there).Seq; got != 2 {
		t.Errorf("head %d after a refused append, want 2", got)
	}
	_, err = eventstore.HeadOf(t.Context(), b.pool, missing)
	wantCode(t, err, domain.NotFound)
}

func TestAHomeIsFoundedOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	home := newID[domain.HomeKind]()
	const tries = 8
	outcomes := make(chan error, tries)
	for range tries {
		go func() {
			outcomes <- b.store.Found(t.Context(), home, func(ctx context.Context, tx *eventstore.Tx) error {
				created, _ := domain.FoundHome(home, newID[domain.PersonKind](), "UTC")
				_, err := tx.Record(ctx, home, created)
				return err
			})
		}()
	}
	founded := 0
	for range tries {
		if err := <-outcomes; err == nil {
			founded++
		} else {
			wantCode(t, err, domain.Conflict)
		}
	}
	if founded != 1 {
		t.Errorf("founded %d times", founded)
	}
	b.checkSound(t, home)
}

func TestFoundingWithoutAnEventLeavesNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	home := newID[domain.HomeKind]()
	err := b.store.Found(t.Context(), home, func(ctx context.Context, tx *eventstore.Tx) error {
		_, err := tx.PG().Exec(ctx, `SELECT 1`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = eventstore.HeadOf(t.Context(), b.pool, home)
	wantCode(t, err, domain.NotFound)
}

func TestAnErrorOfDecideLeavesNothing(t *testing.T) {
	t.Parallel()
	jobs := &jobTable{}
	b := setup(t, jobs.use)
	jobs.create(t, b)
	home := b.found(t)
	before := b.head(t, home)
	err := b.store.Append(t.Context(), []domain.HomeID{home}, func(ctx context.Context, tx *eventstore.Tx) error {
		if _, err := tx.RecordNamed(ctx, home, roomAdded(newID[domain.RoomKind]()), "Attic"); err != nil {
			return err
		}
		tx.Enqueue(eventstore.Job{Args: testJob{N: 1}})
		return errTest
	})
	if !errors.Is(err, errTest) {
		t.Fatalf("got %v, want the error of decide", err)
	}
	if after := b.head(t, home); after != before {
		t.Errorf("head %v, want %v", after, before)
	}
	for _, table := range []string{"words", "rooms", "test_jobs"} {
		if n := b.count(t, `SELECT count(*) FROM `+table); n != 0 {
			t.Errorf("%d rows in %s", n, table)
		}
	}
	b.append(t, addRoom(home), home)
	b.checkSound(t, home)
}

func TestAnErrorOfRecordCannotBeSwallowed(t *testing.T) {
	t.Parallel()
	b := setup(t)
	home := b.found(t)
	err := b.store.Append(t.Context(), []domain.HomeID{home}, func(ctx context.Context, tx *eventstore.Tx) error {
		// It ends a command that is not open: the fold refuses it half-way.
		_, err := tx.Record(ctx, home, domain.Event{
			Entity: home.Entity(), Actor: domain.SystemActor,
			Fact: domain.CommandEnded{Command: newID[domain.CommandKind](), Outcome: domain.Failed},
		})
		if err == nil {
			t.Error("an event that does not fit was recorded")
		}
		_, err = tx.Record(ctx, home, roomAdded(newID[domain.RoomKind]()))
		return err
	})
	wantCode(t, err, domain.Internal)
	b.append(t, addRoom(home), home)
	b.checkSound(t, home)
}

func TestRecordingInAHomeThatIsNotLockedIsRefused(t *testing.T) {
	t.Parallel()
	b := setup(t)
	locked, other := b.found(t), b.found(t)
	err := b.store.Append(t.Context(), []domain.HomeID{locked}, func(ctx context.Context, tx *eventstore.Tx) error {
		if tx.Home(other) != nil {
			t.Error("a home that is not locked is handed out")
		}
		return addRoom(other)(ctx, tx)
	})
	wantCode(t, err, domain.Internal)
}

func TestWhatDecideWroteBesideTheLogCommitsWithoutAnEvent(t *testing.T) {
	t.Parallel()
	b := setup(t)
	home := b.found(t)
	b.append(t, func(ctx context.Context, tx *eventstore.Tx) error {
		_, err := tx.PG().Exec(ctx, `INSERT INTO persons (person_id, name) VALUES ($1, 'Ada')`, [16]byte(newID[domain.PersonKind]()))
		return err
	}, home)
	if n := b.count(t, `SELECT count(*) FROM persons`); n != 1 {
		t.Errorf("%d persons, want 1", n)
	}
	if got := b.head(t, home).Seq; got != 2 {
		t.Errorf("head %d, want 2", got)
	}
}

func TestRecordedTimeNeverGoesBackWithTheClock(t *testing.T) {
	t.Parallel()
	clock := time.Date(2026, 3, 1, 12, 0, 0, 123456789, time.UTC)
	b := setup(t, withNow(func() time.Time { return clock }))
	home := b.found(t)
	for _, step := range []time.Duration{time.Second, -time.Hour, time.Minute, 2 * time.Hour, -time.Millisecond} {
		clock = clock.Add(step)
		b.append(t, addRoom(home), home)
	}
	rows := b.list(t, eventstore.Filter{Home: home})
	want := []string{"12:00:01.123456", "12:00:01.123456", "12:00:01.123456", "13:01:01.123456", "13:01:01.123456"}
	for i, row := range rows[2:] {
		if got := row.RecordedAt.Format("15:04:05.999999"); got != want[i] {
			t.Errorf("event %d recorded at %s, want %s", row.Seq, got, want[i])
		}
	}
	b.checkSound(t, home)
}

func TestATimeThatCannotBeIsReplacedAndMarked(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	b := setup(t, withNow(func() time.Time { return now }))
	home := b.found(t)
	edge := domain.EdgeRef{Gateway: newID[domain.GatewayKind](), Epoch: 1, Seq: 1}
	for _, c := range []struct {
		name     string
		at, want time.Time
		edge     domain.EdgeRef
		flags    domain.Flags
	}{
		{"none, from the cloud", time.Time{}, now, domain.EdgeRef{}, 0},
		{"none, from a gateway", time.Time{}, now, edge, domain.Inferred},
		{"two seconds ahead", now.Add(2 * time.Second), now.Add(2 * time.Second), edge, 0},
		{"more than two seconds ahead", now.Add(2*time.Second + time.Microsecond), now, edge, domain.Inferred},
		{"in 2020", time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), edge, 0},
		{"before 2020", time.Date(2019, 12, 31, 23, 59, 59, 0, time.UTC), now, edge, domain.Inferred},
		{"in another zone", now.In(time.FixedZone("", 3600)), now, edge, 0},
		{"finer than PostgreSQL", now.Add(-1500 * time.Nanosecond), now.Add(-2 * time.Microsecond), edge, 0},
	} {
		var rec *domain.RecordedEvent
		b.append(t, func(ctx context.Context, tx *eventstore.Tx) error {
			var err error
			rec, err = tx.Record(ctx, home, domain.Event{
				Entity: newID[domain.DeviceKind]().Entity(), Actor: domain.GatewayActor, OccurredAt: c.at, Edge: c.edge,
				Fact: domain.DeviceAvailabilityChanged{Available: true},
			})
			return err
		}, home)
		if rec.OccurredAt != c.want || rec.Flags != c.flags {
			t.Errorf("%s: %v with flags %d, want %v with %d", c.name, rec.OccurredAt, rec.Flags, c.want, c.flags)
		}
	}
	b.checkSound(t, home)
}

func TestTextThatIsNotUTF8FoldsAsItIsStored(t *testing.T) {
	t.Parallel()
	b := setup(t)
	home := b.found(t)
	device := newID[domain.DeviceKind]()
	b.append(t, func(ctx context.Context, tx *eventstore.Tx) error {
		_, err := tx.Record(ctx, home, domain.Event{
			Entity: device.Entity(), Actor: domain.GatewayActor,
			Fact: domain.DeviceRegistered{Address: "made-up/1", Kind: "light", Attributes: map[string]string{"name": "K\xc3"}},
		})
		if name := tx.Home(home).Devices[device].Attributes["name"]; name != "K\uFFFD" {
			t.Errorf("folded as %q", name)
		}
		return err
	}, home)
	b.checkSound(t, home)
}

func TestAnAppendThatIsTooLargeIsRefusedWhole(t *testing.T) {
	t.Parallel()
	b := setup(t)
	home := b.found(t)
	big := make([]byte, 4<<20)
	for i := range big {
		big[i] = 'x'
	}
	err := b.store.Append(t.Context(), []domain.HomeID{home}, func(ctx context.Context, tx *eventstore.Tx) error {
		for {
			_, err := tx.Record(ctx, home, domain.Event{Entity: home.Entity(), Fact: domain.GatewayEntryRefused{Entry: string(big)}})
			if err != nil {
				return err
			}
		}
	})
	wantCode(t, err, domain.Overloaded)
	if got := b.head(t, home).Seq; got != 2 {
		t.Errorf("head %d, want 2", got)
	}
}

func TestACancelledAppendGivesItsConnectionAndItsLockBack(t *testing.T) {
	t.Parallel()
	b := setup(t)
	home := b.found(t)
	ctx, cancel := context.WithCancel(t.Context())
	err := b.store.Append(ctx, []domain.HomeID{home}, func(ctx context.Context, tx *eventstore.Tx) error {
		if err := addRoom(home)(ctx, tx); err != nil {
			return err
		}
		cancel()
		_, err := tx.PG().Exec(ctx, `SELECT pg_sleep(60)`)
		return err
	})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
	b.append(t, addRoom(home), home)
	if got := b.head(t, home).Seq; got != 3 {
		t.Errorf("head %d, want 3", got)
	}
}

// testJob is a job of the test.
type testJob struct{ N int }

func (testJob) Kind() string { return "test" }

// jobTable is a queue of background work: a table.
type jobTable struct {
	fail      error
	committed chan []string
}

func (j *jobTable) use(o *eventstore.Options) { o.Jobs = j }

func (j *jobTable) create(t testing.TB, b *bundle) {
	t.Helper()
	b.superuser(t, `CREATE TABLE test_jobs (n int NOT NULL, queue text NOT NULL)`, `GRANT SELECT, INSERT ON test_jobs TO logis_app`)
}

func (j *jobTable) Insert(ctx context.Context, tx pgx.Tx, jobs []eventstore.Job) error {
	for _, job := range jobs {
		args, ok := job.Args.(testJob)
		if !ok {
			return fmt.Errorf("a job of kind %s", job.Args.Kind())
		}
		if _, err := tx.Exec(ctx, `INSERT INTO test_jobs VALUES ($1, $2)`, args.N, job.Queue); err != nil {
			return err
		}
	}
	return j.fail
}

func (j *jobTable) Committed(queues []string) {
	if j.committed != nil {
		j.committed <- queues
	}
}
