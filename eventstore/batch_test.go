package eventstore_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"logis/domain"
	"logis/eventstore"
)

// gatewayOf makes a gateway in a home whose cursor places what is submitted.
func (b *bundle) gatewayOf(t testing.TB, home domain.HomeID) domain.GatewayID {
	t.Helper()
	id := newID[domain.GatewayKind]()
	b.append(t, func(ctx context.Context, tx *eventstore.Tx) error {
		_, err := tx.Record(ctx, home, domain.Event{Entity: id.Entity(), Fact: domain.GatewayEnrolled{KeyFingerprint: "f"}})
		return err
	}, home)
	return id
}

// entry is a submission of one outbox entry, recorded once by the cursor.
func entry(home domain.HomeID, gateway domain.GatewayID, seq int64, done func(error)) eventstore.Submission {
	return eventstore.Submission{
		Home: home, Weight: 1, Done: done,
		Decide: func(ctx context.Context, tx *eventstore.Tx) error {
			fresh, err := tx.Home(home).Place(gateway, seq, seq)
			if err != nil || !fresh {
				return err
			}
			_, err = tx.Record(ctx, home, domain.Event{
				Entity: gateway.Entity(), Actor: domain.GatewayActor,
				Edge: domain.EdgeRef{Gateway: gateway, Epoch: 1, Seq: seq},
				Fact: domain.GatewayEntryRefused{Code: domain.Invalid, Detail: fmt.Sprint(seq)},
			})
			return err
		},
	}
}

// outcomes collects what submissions were told, by their number.
type outcomes struct {
	mu   sync.Mutex
	told map[int64][]error
	left sync.WaitGroup
}

func newOutcomes(n int) *outcomes {
	o := &outcomes{told: map[int64][]error{}}
	o.left.Add(n)
	return o
}

func (o *outcomes) done(n int64) func(error) {
	return func(err error) {
		o.mu.Lock()
		defer o.mu.Unlock()
		if o.told[n] = append(o.told[n], err); len(o.told[n]) == 1 {
			o.left.Done()
		}
	}
}

// wait returns when every submission was told something.
func (o *outcomes) wait(t testing.TB) {
	t.Helper()
	all := make(chan struct{})
	go func() {
		o.left.Wait()
		close(all)
	}()
	await(t, all)
}

func await(t testing.TB, done <-chan struct{}) {
	t.Helper()
	select {
	case <-done:
	case <-time.After(patience):
		t.Fatal("a submission was never told its outcome")
	}
}

func (o *outcomes) checkOnce(t testing.TB, n int64, want func(int64) error) {
	t.Helper()
	o.wait(t)
	o.mu.Lock()
	defer o.mu.Unlock()
	for i := range n {
		if told := o.told[i+1]; len(told) != 1 || !errors.Is(told[0], want(i+1)) {
			t.Errorf("submission %d was told %v, want %v once", i+1, told, want(i+1))
		}
	}
}

func noError(int64) error { return nil }

func TestWhatEachGatewaySubmitsIsRecordedInItsOrder(t *testing.T) {
	t.Parallel()
	const gateways, each = 12, 100
	b := setup(t)
	batcher := eventstore.NewBatcher(b.store)
	run(t, batcher.Run)
	homes := make([]domain.HomeID, gateways)
	all := make([]*outcomes, gateways)
	var group errgroup.Group
	for n := range gateways {
		homes[n] = b.found(t)
		gateway := b.gatewayOf(t, homes[n])
		all[n] = newOutcomes(each)
		group.Go(func() error {
			for seq := range int64(each) {
				if err := batcher.Submit(t.Context(), entry(homes[n], gateway, seq+1, all[n].done(seq+1))); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	for n, home := range homes {
		all[n].checkOnce(t, each, noError)
		for i, row := range b.list(t, eventstore.Filter{Home: home, After: 3}) {
			if row.Edge.Seq != int64(i+1) {
				t.Fatalf("entry %d stands at place %d", row.Edge.Seq, i+1)
			}
		}
		b.checkSound(t, home)
	}
}

// held lets submissions gather behind one that waits, so that they share a
// commit; release lets it go.
func held(t testing.TB, b *eventstore.Batcher, home domain.HomeID) (release func()) {
	t.Helper()
	began, gate := make(chan struct{}), make(chan struct{})
	var once sync.Once
	err := b.Submit(t.Context(), eventstore.Submission{
		Home: home, Weight: 1, Done: func(error) {},
		Decide: func(context.Context, *eventstore.Tx) error {
			once.Do(func() { close(began) })
			<-gate
			return nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	<-began
	return func() { close(gate) }
}

// sameLane returns homes whose submissions go through one lane.
func (b *bundle) sameLane(t testing.TB, n int) []domain.HomeID {
	t.Helper()
	var homes []domain.HomeID
	for len(homes) < n {
		if id := b.found(t); int(id[15])%eventstore.BatchLanes == 0 {
			homes = append(homes, id)
		}
	}
	return homes
}

func TestOneBadSubmissionFailsAlone(t *testing.T) {
	t.Parallel()
	const count = 12
	for name, spoil := range map[string]func(ctx context.Context, tx *eventstore.Tx, home domain.HomeID) error{
		"by refusing": func(context.Context, *eventstore.Tx, domain.HomeID) error { return errTest },
		"by refusing what it has recorded": func(ctx context.Context, tx *eventstore.Tx, home domain.HomeID) error {
			return errors.Join(addRoom(home)(ctx, tx), errTest)
		},
		"by refusing after it has asked for a job": func(_ context.Context, tx *eventstore.Tx, _ domain.HomeID) error {
			tx.Enqueue(eventstore.Job{Args: testJob{N: 1}})
			return errTest
		},
		"by refusing after it wrote beside the log": func(ctx context.Context, tx *eventstore.Tx, home domain.HomeID) error {
			_, err := tx.PG().Exec(ctx, `INSERT INTO persons (person_id, name) VALUES ($1, 'x')`, [16]byte(home))
			return errors.Join(err, errTest)
		},
		"by a statement that PostgreSQL refuses": func(ctx context.Context, tx *eventstore.Tx, _ domain.HomeID) error {
			if _, err := tx.PG().Exec(ctx, `SELECT 1/0`); err == nil {
				return errors.New("it went through")
			}
			return errTest
		},
		"by what cannot be written in the end": func(ctx context.Context, tx *eventstore.Tx, home domain.HomeID) error {
			_, err := tx.Record(ctx, home, domain.Event{Entity: home.Entity(), Actor: "\x00", Fact: domain.HomeRenamed{}})
			return err
		},
		"by an event that does not fit": func(ctx context.Context, tx *eventstore.Tx, home domain.HomeID) error {
			_, _ = tx.Record(ctx, home, domain.Event{Entity: home.Entity(), Fact: domain.CommandEnded{Outcome: domain.Failed}})
			return nil // swallowed
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			jobs := &jobTable{}
			b := setup(t, jobs.use)
			jobs.create(t, b)
			batcher := eventstore.NewBatcher(b.store)
			run(t, batcher.Run)
			homes := b.sameLane(t, 3)
			gateways := []domain.GatewayID{b.gatewayOf(t, homes[0]), b.gatewayOf(t, homes[1]), b.gatewayOf(t, homes[2])}
			release := held(t, batcher, homes[0])
			told := newOutcomes(count)
			for n := range int64(count) {
				s := entry(homes[n%3], gateways[n%3], n/3+1, told.done(n+1))
				if n == 7 { // the third of the second home; the fourth comes in its place
					s.Decide = func(ctx context.Context, tx *eventstore.Tx) error { return spoil(ctx, tx, homes[1]) }
				}
				if n == 10 {
					s = entry(homes[1], gateways[1], 3, told.done(n+1))
				}
				if err := batcher.Submit(t.Context(), s); err != nil {
					t.Fatal(err)
				}
			}
			release()
			told.wait(t)
			for n := range int64(count) {
				if err := told.told[n+1]; (err[0] != nil) != (n == 7) || len(err) != 1 {
					t.Errorf("submission %d was told %v", n, err)
				}
			}
			for n, home := range homes {
				if got, want := b.head(t, home).Seq, domain.Seq(7-n%2); got != want {
					t.Errorf("home %d has %d events, want %d", n, got, want)
				}
				b.checkSound(t, home)
			}
			if n := b.count(t, `SELECT (SELECT count(*) FROM persons) + (SELECT count(*) FROM test_jobs)`); n != 0 {
				t.Errorf("%d rows beside the log are left of what was refused", n)
			}
		})
	}
}

func TestASubmissionForAHomeThatIsNotThereFailsAlone(t *testing.T) {
	t.Parallel()
	b := setup(t)
	batcher := eventstore.NewBatcher(b.store)
	run(t, batcher.Run)
	home := b.sameLane(t, 1)[0]
	gateway := b.gatewayOf(t, home)
	missing := newID[domain.HomeKind]()
	missing[15] = 0
	release := held(t, batcher, home)
	told := newOutcomes(3)
	for n, s := range []eventstore.Submission{
		entry(home, gateway, 1, told.done(1)), entry(missing, gateway, 1, told.done(2)), entry(home, gateway, 2, told.done(3)),
	} {
		if err := batcher.Submit(t.Context(), s); err != nil {
			t.Fatal(n, err)
		}
	}
	release()
	told.wait(t)
	if told.told[1][0] != nil || told.told[3][0] != nil {
		t.Errorf("told %v", told.told)
	}
	wantCode(t, told.told[2][0], domain.NotFound)
}

func TestABusyHomeHoldsUpNoOther(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.superuser(t, `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET lock_timeout = 100', current_database()); END $$`)
	b = another(t, b.dsn)
	batcher := eventstore.NewBatcher(b.store)
	run(t, batcher.Run)
	homes := b.sameLane(t, 2)
	gateways := []domain.GatewayID{b.gatewayOf(t, homes[0]), b.gatewayOf(t, homes[1])}
	lock, err := b.pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = lock.Rollback(context.Background()) }()
	release := held(t, batcher, homes[0])
	if _, err := lock.Exec(t.Context(), `SELECT FROM home_heads WHERE home_id = $1 FOR UPDATE`, [16]byte(homes[1])); err != nil {
		t.Fatal(err)
	}
	told := newOutcomes(4)
	for n := range int64(4) {
		if err := batcher.Submit(t.Context(), entry(homes[n%2], gateways[n%2], n/2+1, told.done(n+1))); err != nil {
			t.Fatal(err)
		}
	}
	release()
	told.wait(t)
	for n := range int64(4) {
		if err := told.told[n+1][0]; n%2 == 0 && err != nil {
			t.Errorf("submission %d was told %v", n, err)
		} else if n%2 == 1 {
			wantCode(t, err, domain.Overloaded)
		}
	}
}

func TestSubmitWaitsWhileTheLaneIsFull(t *testing.T) {
	t.Parallel()
	b := setup(t)
	batcher := eventstore.NewBatcher(b.store)
	run(t, batcher.Run)
	home := b.found(t)
	release := held(t, batcher, home)
	nothing := func(context.Context, *eventstore.Tx) error { return nil }
	told := newOutcomes(eventstore.BatchQueue)
	for n := range int64(eventstore.BatchQueue) {
		s := eventstore.Submission{Home: home, Weight: 1, Decide: nothing, Done: told.done(n + 1)}
		if err := batcher.Submit(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	over := make(chan error, 1)
	go func() {
		over <- batcher.Submit(ctx, eventstore.Submission{Home: home, Weight: 1, Decide: nothing, Done: func(error) {
			t.Error("what was not submitted was told")
		}})
	}()
	select {
	case err := <-over:
		t.Fatalf("one more went in: %v", err)
	default:
	}
	cancel()
	if err := <-over; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	release()
	told.checkOnce(t, eventstore.BatchQueue, noError)
}

func TestTheWeightsBoundACommit(t *testing.T) {
	t.Parallel()
	const count, weight = 10, 300 // four of them make 1200 events
	b := setup(t)
	batcher := eventstore.NewBatcher(b.store)
	run(t, batcher.Run)
	home := b.found(t)
	release := held(t, batcher, home)
	told := newOutcomes(count)
	var commits []int64
	var last int64
	for n := range int64(count) {
		decide := func(ctx context.Context, tx *eventstore.Tx) error {
			if id := xid(ctx, t, tx); id != last {
				last, commits = id, append(commits, 0)
			}
			commits[len(commits)-1]++
			return nil
		}
		err := batcher.Submit(t.Context(), eventstore.Submission{Home: home, Weight: weight, Decide: decide, Done: told.done(n + 1)})
		if err != nil {
			t.Fatal(err)
		}
	}
	release()
	told.checkOnce(t, count, noError)
	if fmt.Sprint(commits) != "[4 4 2]" {
		t.Errorf("commits of %v submissions, want at most %d events each", commits, eventstore.BatchEvents)
	}
}

func xid(ctx context.Context, t testing.TB, tx *eventstore.Tx) (id int64) {
	t.Helper()
	if err := tx.PG().QueryRow(ctx, `SELECT pg_current_xact_id()::text::bigint`).Scan(&id); err != nil {
		t.Error(err)
	}
	return id
}

func TestEverySubmissionIsToldOnceWhenTheServerStops(t *testing.T) {
	t.Parallel()
	const waiting, later = 200, 50
	b := setup(t)
	batcher := eventstore.NewBatcher(b.store)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := batcher.Run(ctx); err != nil {
			t.Error(err)
		}
	}()
	home := b.sameLane(t, 1)[0]
	gateway := b.gatewayOf(t, home)
	before, after := newOutcomes(waiting), newOutcomes(later)
	submit := func(seq int64, told *outcomes) {
		if err := batcher.Submit(context.Background(), entry(home, gateway, seq, told.done(seq))); err != nil {
			t.Error(err)
		}
	}
	release := held(t, batcher, home)
	for seq := range int64(waiting) {
		submit(seq+1, before)
	}
	cancel()
	release()
	await(t, ended)
	stopped := func(int64) error { return context.Canceled }
	before.checkOnce(t, waiting, stopped)
	for seq := range int64(later) {
		submit(seq+1, after)
	}
	after.checkOnce(t, later, stopped)
	b.checkSound(t, home)
}
