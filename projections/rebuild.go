package projections

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"logis/domain"
	"logis/eventstore"
)

// Rebuilt is what a rebuild of one home found.
type Rebuilt struct {
	Home   domain.HomeID
	Events domain.Seq // folded
	Before string     // SHA-256 of the home's rows as they were, hex
	After  string     // … and as the log says they are
}

// Same reports whether the rows were what the log says.
func (r Rebuilt) Same() bool { return r.Before == r.After }

// Rebuild makes a home's rows again from its log, from where that begins, while the home is in use. It
// folds the log into shadow tables without any lock, then locks the head only to
// fold what came meanwhile, to compare the rows and, where they differ, to put
// the right ones in their place. The states that servers hold in memory are
// dropped then, for they may come from the wrong rows.
//
// progress, if not nil, is told how far the fold has come. Rebuild refuses with
// NotFound for a home without a log.
func (t Tables) Rebuild(ctx context.Context, pool *pgxpool.Pool, id domain.HomeID, progress func(domain.Seq)) (result Rebuilt, err error) {
	err = apart(ctx, pool, func(conn *pgx.Conn) error {
		home, base, err := eventstore.Beginning(ctx, conn, id, t.Catalog)
		if err != nil {
			return err
		}
		home.ChangeAll()
		r := rebuild{tables: t, conn: conn, home: home, base: base.Seq, progress: progress}
		result, err = r.run(ctx)
		return err
	})
	return result, err
}

// rebuild works on one connection only: while it holds the lock of the head, the
// pool may be full of appends that wait for it.
type rebuild struct {
	tables   Tables
	conn     *pgx.Conn
	home     *domain.Home
	base     domain.Seq // where its log began when the fold did
	progress func(domain.Seq)
}

func (r *rebuild) run(ctx context.Context) (Rebuilt, error) {
	if err := shadow(ctx, r.conn, tableNames()); err != nil {
		return Rebuilt{}, err
	}
	if err := r.foldAll(ctx); err != nil {
		return Rebuilt{}, err
	}
	result := Rebuilt{Home: r.home.ID}
	err := pgx.BeginFunc(ctx, r.conn, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SET LOCAL synchronous_commit = on`); err != nil {
			return err
		}
		if err := r.lock(ctx, tx); err != nil {
			return err
		}
		for more := true; more; {
			var err error
			if more, err = r.foldPage(ctx, tx); err != nil {
				return err
			}
		}
		return r.compare(ctx, tx, &result)
	})
	result.Events = r.home.Seq
	return result, err
}

// shadow makes shadow tables. Temporary tables come first in the search path of this
// connection, so that whatever writes to the tables writes to them by the names of the
// real ones; statements prepared before they were there must not be used again.
func shadow(ctx context.Context, conn *pgx.Conn, tables []string) error {
	if err := conn.DeallocateAll(ctx); err != nil {
		return err
	}
	// A long work is meant here; the limits of the pool are for short requests.
	if _, err := conn.Exec(ctx, `SET statement_timeout = 0; SET synchronous_commit = off; SET search_path = pg_temp, public`); err != nil {
		return err
	}
	for _, name := range tables {
		if _, err := conn.Exec(ctx, `CREATE TEMPORARY TABLE `+name+` (LIKE public.`+name+` INCLUDING INDEXES)`); err != nil {
			return err
		}
	}
	return nil
}

// foldAll folds the log as far as it goes now. Each page is a transaction, so
// that a long log does not hold back the clean-up of old rows.
func (r *rebuild) foldAll(ctx context.Context) error {
	for more := true; more; {
		err := pgx.BeginFunc(ctx, r.conn, func(tx pgx.Tx) error {
			var err error
			more, err = r.foldPage(ctx, tx)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// foldPage applies a page of what the log holds beyond the state, saves it, and
// reports whether there may be more.
func (r *rebuild) foldPage(ctx context.Context, tx pgx.Tx) (more bool, err error) {
	from := r.home.Seq
	err = eventstore.Scan(ctx, tx, r.home.ID, from, from+eventstore.ScanPage, r.home.Apply)
	if err != nil {
		return false, err
	}
	if r.progress != nil {
		r.progress(r.home.Seq)
	}
	return r.home.Seq == from+eventstore.ScanPage, r.save(ctx, tx)
}

func (r *rebuild) save(ctx context.Context, tx pgx.Tx) error {
	first := &pgx.Batch{}
	rest, err := r.tables.Save(first, []*domain.Home{r.home})
	if err != nil {
		return err
	}
	for _, batch := range []*pgx.Batch{first, rest} { // the first one fills the rest
		if batch == nil || batch.Len() == 0 {
			continue
		}
		if err := tx.SendBatch(ctx, batch).Close(); err != nil {
			return fmt.Errorf("save the home: %w", err)
		}
	}
	return nil
}

func (r *rebuild) lock(ctx context.Context, tx pgx.Tx) error {
	var seq int64
	err := tx.QueryRow(ctx, `SELECT seq FROM home_heads WHERE home_id = $1 FOR UPDATE`, [16]byte(r.home.ID)).Scan(&seq)
	if err != nil {
		return err
	}
	base, err := eventstore.BaseOf(ctx, tx, r.home.ID)
	if err == nil && base.Seq != r.base {
		err = domain.Errorf(domain.Overloaded, "the log lost its beginning meanwhile: begin again")
	}
	return err
}

func (r *rebuild) compare(ctx context.Context, tx pgx.Tx, result *Rebuilt) (err error) {
	if result.Before, err = Hash(ctx, tx, r.home.ID, "public"); err != nil {
		return err
	}
	if result.After, err = Hash(ctx, tx, r.home.ID, "pg_temp"); err != nil || result.Same() {
		return err
	}
	return r.swap(ctx, tx)
}

func (r *rebuild) swap(ctx context.Context, tx pgx.Tx) error {
	if err := unshadow(ctx, tx, r.home.ID, tableNames()); err != nil {
		return err
	}
	// A new version of the head row: no state in memory is as of it.
	_, err := tx.Exec(ctx, `UPDATE home_heads SET seq = seq WHERE home_id = $1`, [16]byte(r.home.ID))
	return err
}

// unshadow puts the rows of the shadow tables in the place of a home's rows.
func unshadow(ctx context.Context, tx pgx.Tx, home domain.HomeID, tables []string) error {
	for _, name := range tables {
		if _, err := tx.Exec(ctx, `DELETE FROM public.`+name+` WHERE home_id = $1`, [16]byte(home)); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `INSERT INTO public.`+name+` SELECT * FROM pg_temp.`+name); err != nil {
			return err
		}
	}
	return nil
}

// apart runs work on a connection of its own: shadow tables live and end with it, and
// while it holds a lock the pool may be full of those that wait for it.
func apart(ctx context.Context, pool *pgxpool.Pool, work func(*pgx.Conn) error) error {
	conn, err := pool.Acquire(ctx)
	if err != nil {
		return eventstore.Translate(err)
	}
	own := conn.Hijack()
	defer func() { _ = own.Close(context.WithoutCancel(ctx)) }()
	return eventstore.Translate(work(own))
}
