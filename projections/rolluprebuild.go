package projections

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"

	"github.com/jackc/pgx/v5"

	"logis/domain"
	"logis/domain/rollup"
	"logis/eventstore"
)

// rollupTables are those that following the log fills, in the order they are hashed.
func rollupTables() []string { return []string{"rollup_cursors", "rejected_readings", "rollups"} }

// Rebuild sums a home's log up anew, as far as it is summed up, while the home is in
// use, and compares: as Tables.Rebuild does, with the cursor for the head. Appends wait
// for nothing.
func (r *Rollups) Rebuild(ctx context.Context, home domain.HomeID, progress func(domain.Seq)) (result Rebuilt, err error) {
	err = apart(ctx, r.pool, func(conn *pgx.Conn) error {
		b := rollupRebuild{conn: conn, home: home, progress: progress}
		result, err = b.run(ctx)
		return err
	})
	return result, err
}

type rollupRebuild struct {
	conn     *pgx.Conn
	home     domain.HomeID
	progress func(domain.Seq)
}

func (b *rollupRebuild) run(ctx context.Context) (result Rebuilt, err error) {
	result.Home = b.home
	to, err := b.end(ctx, b.conn, ``)
	if err != nil || to == 0 {
		return result, err
	}
	if err := shadow(ctx, b.conn, rollupTables()); err != nil {
		return result, err
	}
	base, err := b.keepSettled(ctx)
	if err != nil {
		return result, err
	}
	if err := b.follow(ctx, b.conn, to); err != nil {
		return result, err
	}
	err = pgx.BeginFunc(ctx, b.conn, func(tx pgx.Tx) error {
		if result.Events, err = b.end(ctx, tx, ` FOR UPDATE`); err != nil {
			return err
		}
		if err := b.follow(ctx, tx, result.Events); err != nil {
			return err
		}
		if now, err := eventstore.BaseOf(ctx, tx, b.home); err != nil || now.Seq != base.Seq {
			return errors.Join(err, domain.Errorf(domain.Overloaded, "the log lost its beginning meanwhile: begin again"))
		}
		if result.Before, err = hashRollups(ctx, tx, b.home, "public"); err != nil {
			return err
		}
		if result.After, err = hashRollups(ctx, tx, b.home, "pg_temp"); err != nil || result.Same() {
			return err
		}
		return unshadow(ctx, tx, b.home, rollupTables())
	})
	return result, err
}

// keepSettled takes over the days that were summed up for good: what they are made of
// has gone. It returns where the log begins.
func (b *rollupRebuild) keepSettled(ctx context.Context) (base eventstore.Base, err error) {
	err = pgx.BeginFunc(ctx, b.conn, func(tx pgx.Tx) error {
		if base, err = eventstore.BaseOf(ctx, tx, b.home); err != nil || base.Seq == 0 {
			return err
		}
		cursor, _, err := lockCursor(ctx, tx, b.home, ``)
		if err != nil {
			return err
		}
		_, end := cursor.calendar.Bucket(rollup.Day, base.RecordedAt)
		_, err = tx.Exec(ctx, `INSERT INTO pg_temp.rollups SELECT * FROM public.rollups WHERE home_id = $1 AND start < $2`, [16]byte(b.home), end)
		return err
	})
	return base, err
}

// end returns how far the home is summed up.
func (b *rollupRebuild) end(ctx context.Context, q eventstore.Querier, lock string) (domain.Seq, error) {
	rows, err := q.Query(ctx, `SELECT seq FROM public.rollup_cursors WHERE home_id = $1`+lock, [16]byte(b.home))
	if err != nil {
		return 0, err
	}
	var seq int64
	_, err = pgx.ForEachRow(rows, []any{&seq}, func() error { return nil })
	return domain.Seq(seq), err
}

// follow fills the shadow tables, each page in a transaction.
func (b *rollupRebuild) follow(ctx context.Context, conn interface {
	Begin(ctx context.Context) (pgx.Tx, error)
}, to domain.Seq) error {
	for more := true; more; {
		err := pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
			cursor, _, err := lockCursor(ctx, tx, b.home, ``)
			if err != nil || cursor.seq >= to {
				more = false
				return err
			}
			more, err = cursor.page(ctx, tx, to)
			if b.progress != nil {
				b.progress(cursor.seq)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// hashRollups returns the SHA-256, in hex, of a home's rows in the schema, every column
// of them, in the order of their keys.
func hashRollups(ctx context.Context, q eventstore.Querier, home domain.HomeID, schema string) (string, error) {
	sum := sha256.New()
	order := map[string]string{"rollup_cursors": "seq", "rejected_readings": "correction", "rollups": "device, property, size, start"}
	for _, name := range rollupTables() {
		rows, err := q.Query(ctx, `SELECT t::text FROM `+pgx.Identifier{schema, name}.Sanitize()+` t WHERE home_id = $1 ORDER BY `+order[name], [16]byte(home))
		if err != nil {
			return "", err
		}
		var row string
		_, err = pgx.ForEachRow(rows, []any{&row}, func() error {
			sum.Write(binary.BigEndian.AppendUint64(nil, uint64(len(row))))
			sum.Write([]byte(row))
			return nil
		})
		if err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}
