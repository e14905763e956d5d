package eventstore

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"logis/domain"
)

// writes are the statements of an append that can go to PostgreSQL together.
type writes struct {
	first  *pgx.Batch
	rest   *pgx.Batch // filled by the answers to first; nil: nothing can come
	events bool       // among them
}

// collect brings what the append has to write into the shape of statements. From
// here on the states are not read any more.
func (tx *Tx) collect() (*writes, error) {
	w := &writes{first: &pgx.Batch{}}
	w.events = tx.rows.queueFew(w.first)
	homes := make([]*domain.Home, 0, len(tx.ledgers))
	var heads heads
	for id, l := range tx.ledgers {
		if l.home.Seq > l.seq {
			homes = append(homes, l.home)
			heads.add(id, l)
		}
	}
	if len(homes) > 0 {
		heads.queue(w.first)
		var err error
		if w.rest, err = tx.store.options.Projection.Save(w.first, homes); err != nil {
			return nil, err
		}
	}
	queueWords(w.first, tx.words)
	queueOrigins(w.first, tx.origins)
	queueAnswers(w.first, tx.answers)
	return w, nil
}

// commit writes the events if they are many, the jobs, and then all the rest in one
// round trip, the commit with it unless the rest depends on what was there.
func (tx *Tx) commit(ctx context.Context, w *writes) error {
	if !w.events {
		if err := tx.rows.write(ctx, tx.conn); err != nil {
			return err
		}
	}
	if len(tx.jobs) > 0 {
		if err := tx.store.options.Jobs.Insert(ctx, tx.pg, tx.jobs); err != nil {
			return err
		}
	}
	if w.rest == nil {
		w.first.Queue(`COMMIT`)
		return tx.pg.SendBatch(ctx, w.first).Close()
	}
	for _, batch := range []*pgx.Batch{w.first, w.rest} {
		if batch.Len() == 0 {
			continue
		}
		if err := tx.pg.SendBatch(ctx, batch).Close(); err != nil {
			return err
		}
	}
	return tx.pg.Commit(ctx)
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

func (h *heads) queue(batch *pgx.Batch) {
	batch.Queue(`
		UPDATE home_heads SET seq = n.seq, hash = n.hash, recorded_at = n.recorded_at
		FROM unnest($1::uuid[], $2::bigint[], $3::bytea[], $4::timestamptz[]) AS n (home_id, seq, hash, recorded_at)
		WHERE home_heads.home_id = n.home_id`, h.ids, h.seqs, h.hashes, h.times)
}
