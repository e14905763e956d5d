package retention_test

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"logis/domain"
	"logis/domain/chain"
	"logis/domain/thing"
	"logis/eventstore"
	"logis/eventstore/storetest"
	"logis/history"
	"logis/history/evidence"
	"logis/history/proof"
	"logis/history/retention"
	"logis/migrations/pgtest"
	"logis/projections"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// bundle is a server's rooms on a real database, with a clock that the test moves.
type bundle struct {
	dsn     string
	store   *eventstore.Store
	tables  projections.Tables
	past    *history.Past
	rollups *projections.Rollups
	sealer  *proof.Sealer
	keeper  *retention.Keeper
	witness func(t testing.TB) *evidence.Witness
	now     time.Time
}

func setup(t testing.TB) *bundle {
	t.Helper()
	catalog, err := thing.Standard()
	if err != nil {
		t.Fatal(err)
	}
	b := &bundle{dsn: pgtest.DSN(t), tables: projections.Tables{Catalog: catalog}, now: time.Date(2024, 3, 1, 12, 0, 0, 0, time.UTC)}
	b.store = eventstore.New(pgtest.Pool(t, b.dsn), eventstore.Options{
		Catalog: catalog, Projection: b.tables, Now: func() time.Time { return b.now },
	})
	b.past, b.rollups, b.keeper = history.New(b.store, nil), projections.NewRollups(b.store.Pool(), nil), retention.New(b.store, nil)
	key, err := proof.OpenKey(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	known, err := key.Verifiers()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	b.sealer = proof.NewSealer(b.store, key, dir, nil)
	b.witness = func(t testing.TB) *evidence.Witness {
		t.Helper()
		w, err := evidence.ReadFile(evidence.LogPath(dir), known)
		if err != nil {
			t.Fatal(err)
		}
		return w
	}
	return b
}

// lived is a home of twenty months that keeps thirteen. Each month a checkpoint is
// signed, states are kept and reports are summed up, as a server does.
func (b *bundle) lived(t testing.TB, seed uint64, eachMonth int) *storetest.Writer {
	t.Helper()
	w := storetest.NewWriter(seed, b.tables.Catalog)
	if err := w.Found(t.Context(), b.store); err != nil {
		t.Fatal(err)
	}
	for range 20 {
		b.month(t, w, eachMonth)
	}
	b.keep(t, w.Home, domain.KeepMonths)
	return w
}

func (b *bundle) month(t testing.TB, w *storetest.Writer, events int) {
	t.Helper()
	const appends = 6
	for range appends {
		b.now = b.now.Add(5 * 24 * time.Hour)
		if err := w.Write(t.Context(), b.store, events/appends); err != nil {
			t.Fatal(err)
		}
	}
	b.sign(t)
	b.follow(t)
}

func (b *bundle) sign(t testing.TB) {
	t.Helper()
	if err := b.sealer.Seal(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func (b *bundle) follow(t testing.TB) {
	t.Helper()
	if err := b.rollups.FollowAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := b.past.Keep(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// keep has a home keep so many months.
func (b *bundle) keep(t testing.TB, home domain.HomeID, months int) {
	t.Helper()
	err := b.store.Append(t.Context(), []domain.HomeID{home}, func(ctx context.Context, tx *eventstore.Tx) error {
		ev, err := tx.Home(home).SetRetention(months, domain.SystemActor)
		if err != nil {
			return err
		}
		_, err = tx.Record(ctx, home, ev)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (b *bundle) sweep(t testing.TB) {
	t.Helper()
	if err := b.keeper.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// forget lets all go that is too old.
func (b *bundle) forget(t testing.TB, home domain.HomeID) eventstore.Base {
	t.Helper()
	b.sweep(t)
	b.sign(t)
	b.follow(t)
	b.sweep(t)
	return b.base(t, home)
}

func (b *bundle) base(t testing.TB, home domain.HomeID) eventstore.Base {
	t.Helper()
	base, err := eventstore.BaseOf(t.Context(), b.store.Pool(), home)
	if err != nil {
		t.Fatal(err)
	}
	return base
}

func (b *bundle) head(t testing.TB, home domain.HomeID) eventstore.Head {
	t.Helper()
	head, err := eventstore.HeadOf(t.Context(), b.store.Pool(), home)
	if err != nil {
		t.Fatal(err)
	}
	return head
}

func (b *bundle) events(t testing.TB, home domain.HomeID) (count, first domain.Seq) {
	t.Helper()
	var n, f int64
	err := b.store.Pool().QueryRow(t.Context(), `SELECT count(*), min(seq) FROM events WHERE home_id = $1`, [16]byte(home)).Scan(&n, &f)
	if err != nil {
		t.Fatal(err)
	}
	return domain.Seq(n), domain.Seq(f)
}

func (b *bundle) verify(t testing.TB, home domain.HomeID, remembered ...eventstore.Head) chain.Verdict {
	t.Helper()
	v, err := eventstore.Verify(t.Context(), b.store.Pool(), home, remembered...)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// text is a home as it is kept: the same states are the same bytes.
func text(t testing.TB, home *domain.Home, err error) string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	doc, err := eventstore.EncodeState(home)
	if err != nil {
		t.Fatal(err)
	}
	return string(doc)
}

// looks are states at random instants after an event, by both clocks.
func (b *bundle) looks(t testing.TB, home domain.HomeID, from domain.Seq, n int) []string {
	t.Helper()
	random := rand.New(rand.NewPCG(7, uint64(n)))
	head := b.head(t, home).Seq
	all := make([]string, 0, 2*n)
	for range n {
		seq := from + domain.Seq(random.Int64N(int64(head-from)+1))
		state, err := b.past.At(t.Context(), home, seq)
		all = append(all, text(t, state, err))
		at, err := eventstore.RecordedAt(t.Context(), b.store.Pool(), home, seq)
		if err != nil {
			t.Fatal(err)
		}
		state, err = b.past.TrueAt(t.Context(), home, at.Add(time.Duration(random.Int64N(int64(24*time.Hour)))), head)
		all = append(all, text(t, state, err))
	}
	return all
}

// superuser runs SQL as somebody whom no trigger stops.
func (b *bundle) superuser(t testing.TB, sql string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), b.dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	if _, err := conn.Exec(t.Context(), `SET session_replication_role = replica; `+sql); err != nil {
		t.Fatal(err)
	}
}

// summed is all that a home's reports were summed up to.
func (b *bundle) summed(t testing.TB, home domain.HomeID) (sum string) {
	t.Helper()
	err := b.store.Pool().QueryRow(t.Context(), `
		SELECT encode(sha256(string_agg(r::text, E'\n' ORDER BY device, property, size, start)::bytea), 'hex')
		FROM rollups r WHERE home_id = $1`, [16]byte(home)).Scan(&sum)
	if err != nil {
		t.Fatal(err)
	}
	return sum
}

// same checks that what a rebuild makes is what is there.
func (b *bundle) same(t testing.TB, home domain.HomeID) {
	t.Helper()
	b.follow(t)
	tables, err := b.tables.Rebuild(t.Context(), b.store.Pool(), home, nil)
	if err != nil || !tables.Same() {
		t.Errorf("projections: %+v %v", tables, err)
	}
	rollups, err := b.rollups.Rebuild(t.Context(), home, nil)
	if err != nil || !rollups.Same() {
		t.Errorf("roll-ups: %+v %v", rollups, err)
	}
}

// late has a device tell what it saw before the base, and some days ago.
func (b *bundle) late(t testing.TB, home domain.HomeID) {
	t.Helper()
	base := b.base(t, home)
	err := b.store.Append(t.Context(), []domain.HomeID{home}, func(ctx context.Context, tx *eventstore.Tx) error {
		for id, d := range tx.Home(home).Devices {
			for _, at := range []time.Time{base.RecordedAt.Add(-time.Hour), b.now.Add(-72 * time.Hour), b.now} {
				_, err := tx.Record(ctx, home, domain.Event{
					Entity: id.Entity(), Actor: domain.GatewayActor, OccurredAt: at, Flags: domain.Historic,
					Fact: domain.DeviceReported{Values: map[string]thing.Value{"temperature": "21.5"}},
					Edge: domain.EdgeRef{Gateway: d.Gateway, Epoch: 1, Seq: 1},
				})
				if err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
