package projections

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"logis/domain"
	"logis/eventstore"
)

// tableNames are the projected tables, in the order they are hashed.
func tableNames() []string {
	return []string{"homes", "members", "rooms", "gateways", "devices", "twins", "commands"}
}

// Rebuilt is what a rebuild of one home found.
type Rebuilt struct {
	Home   domain.HomeID
	Events domain.Seq // folded
	Before string     // SHA-256 of the home's rows as they were, hex
	After  string     // … and as the log says they are
}

// Same reports whether the rows were what the log says.
func (r Rebuilt) Same() bool { return r.Before == r.After }

// Rebuild makes a home's rows again from its log while the home is in use. It
// folds the log into shadow tables without any lock, then locks the head only to
// fold what came meanwhile and to swap the rows. progress, if not nil, is told
// how far the fold has come.
func (t Tables) Rebuild(ctx context.Context, pool *pgxpool.Pool, id domain.HomeID, progress func(domain.Seq)) (Rebuilt, error) {
	conn, err := pool.Acquire(ctx)
	if err != nil {
		return Rebuilt{}, eventstore.Translate(err)
	}
	own := conn.Hijack() // the shadow tables live and end with the connection
	defer func() { _ = own.Close(context.WithoutCancel(ctx)) }()
	r := rebuild{tables: t, log: pool, conn: own, home: domain.NewHome(id, t.Catalog), progress: progress}
	result, err := r.run(ctx)
	return result, eventstore.Translate(err)
}

type rebuild struct {
	tables   Tables
	log      eventstore.Querier // another connection: rows are read while others are written
	conn     *pgx.Conn
	home     *domain.Home
	progress func(domain.Seq)
}

func (r *rebuild) run(ctx context.Context) (Rebuilt, error) {
	// A long scan is meant here; the pool's limits are for short requests.
	if _, err := r.conn.Exec(ctx, `SET statement_timeout = 0; SET synchronous_commit = off`); err != nil {
		return Rebuilt{}, err
	}
	// Temporary tables come first in the search path, so that Tables.Save writes
	// to them by the names of the real ones.
	for _, name := range tableNames() {
		if _, err := r.conn.Exec(ctx, `CREATE TEMPORARY TABLE `+name+` (LIKE public.`+name+` INCLUDING INDEXES)`); err != nil {
			return Rebuilt{}, err
		}
	}
	if err := pgx.BeginFunc(ctx, r.conn, func(tx pgx.Tx) error { return r.fold(ctx, tx) }); err != nil {
		return Rebuilt{}, err
	}
	result := Rebuilt{Home: r.home.ID}
	if _, err := r.conn.Exec(ctx, `SET synchronous_commit = on`); err != nil {
		return Rebuilt{}, err
	}
	err := pgx.BeginFunc(ctx, r.conn, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT 1 FROM home_heads WHERE home_id = $1 FOR UPDATE`, [16]byte(r.home.ID)); err != nil {
			return err
		}
		if err := r.fold(ctx, tx); err != nil {
			return err
		}
		var err error
		if result.Before, err = Hash(ctx, tx, r.home.ID, "public"); err != nil {
			return err
		}
		if result.After, err = Hash(ctx, tx, r.home.ID, "pg_temp"); err != nil {
			return err
		}
		return r.swap(ctx, tx)
	})
	result.Events = r.home.Seq
	return result, err
}

// fold applies what the log holds beyond the state and saves it page by page.
func (r *rebuild) fold(ctx context.Context, tx pgx.Tx) error {
	since := 0
	err := eventstore.Scan(ctx, r.log, r.home.ID, r.home.Seq, 0, func(ev *domain.RecordedEvent) error {
		if err := r.home.Apply(ev); err != nil {
			return err
		}
		if since++; since < eventstore.ScanPage {
			return nil
		}
		since = 0
		return r.save(ctx, tx)
	})
	if err != nil {
		return err
	}
	return r.save(ctx, tx)
}

func (r *rebuild) save(ctx context.Context, tx pgx.Tx) error {
	if r.progress != nil {
		r.progress(r.home.Seq)
	}
	return r.tables.Save(ctx, tx, []*domain.Home{r.home})
}

func (r *rebuild) swap(ctx context.Context, tx pgx.Tx) error {
	for _, name := range tableNames() {
		if _, err := tx.Exec(ctx, `DELETE FROM public.`+name+` WHERE home_id = $1`, [16]byte(r.home.ID)); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `INSERT INTO public.`+name+` SELECT * FROM pg_temp.`+name); err != nil {
			return err
		}
	}
	return nil
}

// Hash returns the SHA-256, in hex, of all projected rows of a home in the
// schema: every table, each row as its length-prefixed id, revision and
// document, ordered by id. Equal hashes mean equal rows.
func Hash(ctx context.Context, q eventstore.Querier, id domain.HomeID, schema string) (string, error) {
	sum := sha256.New()
	for _, name := range tableNames() {
		key := "id"
		if name == "homes" {
			key = "home_id"
		}
		rows, err := q.Query(ctx, `SELECT `+key+`, revision, doc FROM `+pgx.Identifier{schema, name}.Sanitize()+
			` WHERE home_id = $1 ORDER BY `+key, [16]byte(id))
		if err != nil {
			return "", eventstore.Translate(err)
		}
		fmt.Fprintf(sum, "%s\n", name)
		var row [16]byte
		var revision int64
		var doc []byte
		_, err = pgx.ForEachRow(rows, []any{&row, &revision, &doc}, func() error {
			sum.Write(row[:])
			var sizes [16]byte
			binary.BigEndian.PutUint64(sizes[:], uint64(revision)) //nolint:gosec // seqs are positive
			binary.BigEndian.PutUint64(sizes[8:], uint64(len(doc)))
			sum.Write(sizes[:])
			sum.Write(doc)
			return nil
		})
		if err != nil {
			return "", eventstore.Translate(err)
		}
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}
