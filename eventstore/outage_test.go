package eventstore_test

import (
	"context"
	"os"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"logis/domain"
	"logis/eventstore"
	"logis/migrations"
	"logis/migrations/privatepg"
)

// cluster starts a durable PostgreSQL that the test may kill.
func cluster(t testing.TB) *privatepg.Cluster {
	t.Helper()
	dir, err := os.MkdirTemp("", "logis-outage-") // not t.TempDir, which the account of PostgreSQL could not enter
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	c, err := privatepg.Start(t.Context(), privatepg.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := c.Stop(ctx); err != nil {
			t.Error(err)
		}
	})
	if err := migrations.Up(t.Context(), c.DSN()); err != nil {
		t.Fatal(err)
	}
	return c
}

// kill ends PostgreSQL as a loss of power to it would; its supervisor starts it
// again.
func kill(t testing.TB, c *privatepg.Cluster) {
	t.Helper()
	victim := c.PID()
	if err := syscall.Kill(victim, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(patience)
	for pid := victim; pid == victim || pid == 0; pid = c.PID() {
		select {
		case <-tick.C:
		case <-c.Gone():
			t.Fatal("PostgreSQL was given up")
		case <-deadline:
			t.Fatal("PostgreSQL did not come back")
		}
	}
}

func TestAnOutageLosesNothingAndDoublesNothing(t *testing.T) {
	t.Parallel()
	const gateways, each, kills = 6, 400, 4
	c := cluster(t)
	b := another(t, c.DSN())
	batcher := eventstore.NewBatcher(b.store)
	run(t, batcher.Run)
	homes := make([]domain.HomeID, gateways)
	all := make([]*outcomes, gateways)
	var acked atomic.Int64
	progress := make(chan struct{}, 1)
	var group errgroup.Group
	for n := range gateways {
		homes[n] = b.found(t)
		gateway := b.gatewayOf(t, homes[n])
		all[n] = newOutcomes(each)
		group.Go(func() error {
			pending := make(chan struct{}, 4) // what a session has on its way
			for seq := range int64(each) {
				pending <- struct{}{}
				told := all[n].done(seq + 1)
				err := batcher.Submit(t.Context(), entry(homes[n], gateway, seq+1, func(err error) {
					told(err)
					<-pending
					acked.Add(1)
					select {
					case progress <- struct{}{}:
					default:
					}
				}))
				if err != nil {
					return err
				}
			}
			return nil
		})
	}
	for killed := int64(1); killed <= kills; killed++ {
		for acked.Load() < killed*gateways*each/(kills+1) {
			<-progress
		}
		kill(t, c)
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	for n, home := range homes {
		all[n].checkOnce(t, each, noError)
		rows := b.list(t, eventstore.Filter{Home: home, After: 3})
		if len(rows) != each {
			t.Errorf("%d entries, want %d", len(rows), each)
		}
		for i, row := range rows {
			if row.Edge.Seq != int64(i+1) {
				t.Fatalf("entry %d stands at place %d", row.Edge.Seq, i+1)
			}
		}
		b.checkSound(t, home)
	}
}

func TestTheServerSaysThatTheDatabaseIsAway(t *testing.T) {
	t.Parallel()
	b := setup(t)
	home := b.found(t)
	away := another(t, "host=/nonexistent user=logis dbname=logis connect_timeout=1")
	wantCode(t, away.store.Append(t.Context(), []domain.HomeID{home}, addRoom(home)), domain.Storage)
	_, err := away.store.List(t.Context(), eventstore.Filter{Home: home})
	wantCode(t, err, domain.Storage)
	b.superuser(t, `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on', current_database()); END $$`)
	standby := another(t, b.dsn)
	wantCode(t, standby.store.Append(t.Context(), []domain.HomeID{home}, addRoom(home)), domain.Storage)
}
