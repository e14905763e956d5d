package eventstore_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
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

// cut is a connection that loses the answer to a commit.
type cut struct {
	net.Conn
	armed *atomic.Bool
	lost  bool
}

// bindCommit is in the message that runs the COMMIT behind the last statements of
// an append. The driver names prepared statements by their text.
var bindCommit = fmt.Sprintf("\x00stmtcache_%.24x", sha256.Sum256([]byte("COMMIT")))

func (c *cut) Write(b []byte) (int, error) {
	if bytes.Contains(b, []byte(bindCommit)) && c.armed.CompareAndSwap(true, false) {
		c.lost = true
	}
	return c.Conn.Write(b)
}

func (c *cut) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if c.lost && err == nil { // the answer came, so it is done; nobody hears of it
		return 0, errors.Join(io.ErrUnexpectedEOF, c.Close())
	}
	return n, err
}

func TestACommitWhoseAnswerIsLostIsNotDoneTwice(t *testing.T) {
	t.Parallel()
	b := setup(t)
	home := b.found(t)
	gateway := b.gatewayOf(t, home)
	var armed atomic.Bool
	config := b.pool.Config()
	dial := config.ConnConfig.DialFunc
	config.ConnConfig.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		return &cut{Conn: conn, armed: &armed}, err
	}
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	store := eventstore.New(pool, eventstore.Options{Catalog: b.tables.Catalog, Projection: b.tables})
	armed.Store(true)
	wantCode(t, store.Append(t.Context(), []domain.HomeID{home}, addRoom(home)), domain.Storage)
	if got := b.head(t, home).Seq; got != 4 {
		t.Fatalf("head %d: the commit was not lost but undone", got)
	}
	batcher := eventstore.NewBatcher(store)
	run(t, batcher.Run)
	const each = 20
	told := newOutcomes(each)
	for seq := range int64(each) {
		armed.Store(seq%3 == 0)
		done := make(chan struct{})
		tell := told.done(seq + 1)
		if err := batcher.Submit(t.Context(), entry(home, gateway, seq+1, func(err error) { tell(err); close(done) })); err != nil {
			t.Fatal(err)
		}
		await(t, done)
	}
	told.checkOnce(t, each, noError)
	if rows := b.list(t, eventstore.Filter{Home: home, After: 4}); len(rows) != each {
		t.Errorf("%d entries, want %d", len(rows), each)
	}
	b.checkSound(t, home)
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
