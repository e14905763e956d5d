package wall_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"logis/domain"
	"logis/eventstore"
	"logis/eventstore/wall"
	"logis/migrations/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// street is two homes with a member each, and one connection behind the wall, so that
// whoever comes next gets what the last one left.
type street struct {
	t      *testing.T
	owner  *pgxpool.Pool // of the tables, in front of the wall
	pool   *pgxpool.Pool
	a, b   domain.HomeID
	ada    domain.PersonID // in a
	nobody domain.PersonID
}

func newStreet(t *testing.T) *street {
	t.Helper()
	dsn := pgtest.DSN(t)
	config, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		t.Fatal(err)
	}
	config.MaxConns = 1
	wall.Guard(config, wall.Nothing())
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	now := time.Now()
	s := &street{
		t: t, owner: pgtest.Superuser(t, dsn), pool: pool,
		a: eventstore.NewID[domain.HomeKind](now), b: eventstore.NewID[domain.HomeKind](now),
		ada: eventstore.NewID[domain.PersonKind](now), nobody: eventstore.NewID[domain.PersonKind](now),
	}
	s.exec(s.owner, `INSERT INTO members (home_id, id, revision, doc) VALUES ($1, $2, 1, '{}'), ($3, $4, 1, '{}')`,
		[16]byte(s.a), [16]byte(s.ada), [16]byte(s.b), [16]byte(eventstore.NewID[domain.PersonKind](now)))
	return s
}

func (s *street) exec(pool *pgxpool.Pool, sql string, args ...any) {
	s.t.Helper()
	if _, err := pool.Exec(s.t.Context(), sql, args...); err != nil {
		s.t.Fatal(err)
	}
}

// seen returns the homes whose members a context sees.
func (s *street) seen(ctx context.Context) ([]domain.HomeID, error) {
	rows, err := s.pool.Query(ctx, `SELECT home_id FROM members ORDER BY home_id`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (domain.HomeID, error) {
		var id [16]byte
		err := row.Scan(&id)
		return id, err
	})
}

func (s *street) see(what string, ctx context.Context, want ...domain.HomeID) { //nolint:revive // the name comes first
	s.t.Helper()
	if got, err := s.seen(ctx); err != nil || !slices.Equal(got, want) {
		s.t.Errorf("%s: saw %v, %v; want %v", what, got, err, want)
	}
}

func TestAConnectionShowsWhatItsContextNamesAndNothingThatWasLeft(t *testing.T) {
	t.Parallel()
	s := newStreet(t)
	ctx := t.Context()
	all := []domain.HomeID{s.a, s.b}
	slices.SortFunc(all, func(a, b domain.HomeID) int { return slices.Compare(a[:], b[:]) })
	s.see("no home", ctx)
	s.see("all", wall.AllHomes(ctx), all...)
	s.see("no home after all", ctx)
	s.see("one", wall.InHome(ctx, s.a), s.a)
	s.see("the other", wall.InHome(ctx, s.b), s.b)
	s.see("a member", wall.AsMember(ctx, s.a, s.ada), s.a)
	if _, err := s.seen(wall.AsMember(ctx, s.b, s.ada)); domain.CodeOf(err) != domain.NotFound {
		t.Errorf("a member of another home: %v", err)
	}
	if _, err := s.seen(wall.AsMember(ctx, s.a, domain.PersonID{})); domain.CodeOf(err) != domain.NotFound {
		t.Errorf("nobody: %v", err)
	}
	s.see("nowhere", wall.Nowhere(wall.AllHomes(ctx)))
}

// A setting made inside a transaction that is undone is undone with it; what the
// connection was told before is not.
func TestATransactionThatIsUndoneLeavesTheWallAsItWas(t *testing.T) {
	t.Parallel()
	s := newStreet(t)
	ctx := wall.InHome(t.Context(), s.a)
	for _, end := range []string{`SELECT 1/0`, `SELECT 1`} {
		_ = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
			if err := wall.Widen(ctx, tx); err != nil {
				t.Error(err)
			}
			var seen int
			if err := tx.QueryRow(ctx, `SELECT count(*) FROM members`).Scan(&seen); err != nil || seen != 2 {
				t.Errorf("a widened transaction sees %d homes, %v", seen, err)
			}
			_, err := tx.Exec(ctx, end)
			return err
		})
		s.see("after a widened transaction", ctx, s.a)
	}
}

func TestARowOfAnotherHomeIsRefused(t *testing.T) {
	t.Parallel()
	s := newStreet(t)
	_, err := s.pool.Exec(wall.InHome(t.Context(), s.a), `INSERT INTO rooms (home_id, id, revision, doc) VALUES ($1, $1, 1, '{}')`, [16]byte(s.b))
	if domain.CodeOf(eventstore.Translate(err)) != domain.Internal {
		t.Errorf("got %v", err)
	}
}

func TestAMembershipThatEndedClosesTheWall(t *testing.T) {
	t.Parallel()
	s := newStreet(t)
	as := wall.AsMember(t.Context(), s.a, s.ada)
	for _, until := range []string{"2020-01-01T00:00:00Z", "2999-01-01T00:00:00Z"} {
		s.see("elsewhere", t.Context())
		s.exec(s.owner, `UPDATE members SET doc = convert_to($2, 'UTF8') WHERE id = $1`, [16]byte(s.ada), `{"scope":{"until":"`+until+`"}}`)
		_, err := s.seen(as)
		if over := until < "2026"; over != (domain.CodeOf(err) == domain.NotFound) {
			t.Errorf("until %s: %v", until, err)
		}
	}
	s.see("elsewhere", t.Context())
	s.exec(s.owner, `DELETE FROM members WHERE id = $1`, [16]byte(s.ada))
	if _, err := s.seen(as); domain.CodeOf(err) != domain.NotFound {
		t.Errorf("who left: %v", err)
	}
}
