package eventstore

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"logis/domain"
)

// flush writes the events, the heads, the projections, the words and the jobs.
func (tx *Tx) flush(ctx context.Context) error {
	if tx.rows.count > 0 {
		if err := tx.flushEvents(ctx); err != nil {
			return err
		}
	}
	if len(tx.jobs) == 0 {
		return nil
	}
	return tx.store.options.Jobs.Insert(ctx, tx.pg, tx.jobs)
}

func (tx *Tx) flushEvents(ctx context.Context) error {
	if err := tx.rows.copyTo(ctx, tx.conn); err != nil {
		return err
	}
	homes := make([]*domain.Home, 0, len(tx.ledgers))
	var heads heads
	for id, l := range tx.ledgers {
		if l.home.Seq > l.seq {
			homes = append(homes, l.home)
			heads.add(id, l)
		}
	}
	version, err := heads.update(ctx, tx.pg)
	if err != nil {
		return err
	}
	for _, home := range homes {
		tx.ledgers[home.ID].version = version
	}
	if err := tx.store.options.Projection.Save(ctx, tx.pg, homes); err != nil {
		return err
	}
	return tx.saveWords(ctx)
}

// heads are the new head rows in the shape of one UPDATE.
type heads struct {
	ids    [][16]byte
	seqs   []int64
	hashes [][]byte
	times  []time.Time
}

func (h *heads) add(id domain.HomeID, l *ledger) {
	h.ids = append(h.ids, id)
	h.seqs = append(h.seqs, int64(l.home.Seq))
	h.hashes = append(h.hashes, l.home.Hash[:])
	h.times = append(h.times, l.recordedAt)
}

// update writes the head rows and returns their version.
func (h *heads) update(ctx context.Context, tx pgx.Tx) (version uint32, err error) {
	rows, err := tx.Query(ctx, `
		UPDATE home_heads SET seq = n.seq, hash = n.hash, recorded_at = n.recorded_at
		FROM unnest($1::uuid[], $2::bigint[], $3::bytea[], $4::timestamptz[]) AS n (home_id, seq, hash, recorded_at)
		WHERE home_heads.home_id = n.home_id RETURNING home_heads.xmin`, h.ids, h.seqs, h.hashes, h.times)
	if err != nil {
		return 0, err
	}
	_, err = pgx.ForEachRow(rows, []any{&version}, func() error { return nil })
	return version, err
}
