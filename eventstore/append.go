package eventstore

import (
	"bytes"
	"context"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"logis/domain"
)

// MaxAttempts bounds how often one append is tried when PostgreSQL undoes it
// because of concurrent transactions.
const MaxAttempts = 6

// Decide reads the locked homes and records events. It may be called several
// times and must begin from fresh values each time. An error undoes everything.
type Decide func(ctx context.Context, tx *Tx) error

// Append runs decide over the locked homes and commits what it recorded. When
// it returns nil the events are durable. On a Storage error they may be or may
// not: callers repeat with an idempotency key or an edge cursor.
//
// Errors: those of decide unchanged; NotFound for a home without a log;
// Overloaded, Storage or Internal for the database's.
func (s *Store) Append(ctx context.Context, homes []domain.HomeID, decide Decide) error {
	ids := slices.Clone(homes)
	slices.SortFunc(ids, func(a, b domain.HomeID) int { return bytes.Compare(a[:], b[:]) })
	return s.retry(ctx, slices.Compact(ids), false, decide)
}

// Found begins the log of a new home: as Append, with the home's head made in
// the same transaction.
func (s *Store) Found(ctx context.Context, home domain.HomeID, decide Decide) error {
	return s.retry(ctx, []domain.HomeID{home}, true, decide)
}

func (s *Store) retry(ctx context.Context, homes []domain.HomeID, found bool, decide Decide) error {
	for attempt := 1; ; attempt++ {
		err := s.attempt(ctx, homes, found, decide)
		if err == nil || !again(err) || attempt == MaxAttempts {
			return translate(err)
		}
		wait := time.NewTimer(rand.N(time.Duration(attempt) * 2 * time.Millisecond)) //nolint:gosec // jitter, not a secret
		select {
		case <-ctx.Done():
			wait.Stop()
			return ctx.Err()
		case <-wait.C:
		}
	}
}

func (s *Store) attempt(ctx context.Context, homes []domain.HomeID, found bool, decide Decide) error {
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	pgtx, err := conn.Begin(ctx)
	if err != nil {
		return err
	}
	tx := &Tx{store: s, pg: pgtx, conn: conn.Conn(), ledgers: make(map[domain.HomeID]*ledger, len(homes))}
	err = tx.run(ctx, homes, found, decide)
	tx.keep()
	if err != nil {
		// A cancelled ctx must not keep the connection inside the transaction.
		rollback, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		_ = pgtx.Rollback(rollback)
		return err
	}
	if tx.rows.count == 0 && !tx.answered {
		return pgtx.Rollback(ctx)
	}
	if err := pgtx.Commit(ctx); err != nil {
		return err
	}
	tx.tell()
	return nil
}

func (tx *Tx) run(ctx context.Context, homes []domain.HomeID, found bool, decide Decide) error {
	if found {
		if err := tx.makeHead(ctx, homes[0]); err != nil {
			return err
		}
	}
	if err := tx.lock(ctx, homes); err != nil {
		return err
	}
	if err := decide(ctx, tx); err != nil {
		return err
	}
	return tx.flush(ctx)
}

func (tx *Tx) makeHead(ctx context.Context, home domain.HomeID) error {
	tag, err := tx.pg.Exec(ctx, `
		INSERT INTO home_heads (home_id, seq, hash, recorded_at)
		VALUES ($1, 0, $2, 'epoch') ON CONFLICT DO NOTHING`, [16]byte(home), make([]byte, len(domain.Hash{})))
	if err == nil && tag.RowsAffected() == 0 {
		err = domain.Errorf(domain.Conflict, "the home exists")
	}
	return err
}

// lock takes the head rows in the order of their ids, so that two appends over
// the same homes cannot wait for each other, and brings in the homes' states.
func (tx *Tx) lock(ctx context.Context, homes []domain.HomeID) error {
	ids := make([][16]byte, len(homes))
	for i, id := range homes {
		ids[i] = id
	}
	rows, err := tx.pg.Query(ctx, `
		SELECT home_id, seq, hash, recorded_at, clock_timestamp() FROM home_heads
		WHERE home_id = ANY($1) ORDER BY home_id FOR UPDATE`, ids)
	if err != nil {
		return err
	}
	var id [16]byte
	var seq int64
	var hash []byte
	var recordedAt, now time.Time
	var missing []domain.HomeID
	_, err = pgx.ForEachRow(rows, []any{&id, &seq, &hash, &recordedAt, &now}, func() error {
		l := &ledger{seq: domain.Seq(seq), hash: domain.Hash(hash), recordedAt: recordedAt.UTC()}
		tx.ledgers[id] = l
		state, ok := tx.store.states.take(id, l.hash)
		if !ok {
			missing = append(missing, id)
		}
		l.home = state
		return nil
	})
	if err != nil {
		return err
	}
	if len(tx.ledgers) != len(homes) {
		return domain.Errorf(domain.NotFound, "there is no such home")
	}
	tx.now = now.UTC().Truncate(time.Microsecond)
	if tx.store.options.Now != nil {
		tx.now = tx.store.options.Now().UTC().Truncate(time.Microsecond)
	}
	return tx.load(ctx, missing)
}

func (tx *Tx) load(ctx context.Context, missing []domain.HomeID) error {
	if len(missing) == 0 {
		return nil
	}
	homes, err := tx.store.options.Projection.Load(ctx, tx.pg, missing)
	if err != nil {
		return err
	}
	for _, id := range missing {
		l := tx.ledgers[id]
		l.home = homes[id]
		if l.home == nil {
			l.home = domain.NewHome(id, tx.store.catalog)
		}
		l.home.Seq, l.home.Hash = l.seq, l.hash
	}
	return nil
}

// flush writes the events, the projections, the heads and the jobs.
func (tx *Tx) flush(ctx context.Context) error {
	if tx.rows.count == 0 {
		return nil
	}
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
	if err := heads.update(ctx, tx.pg); err != nil {
		return err
	}
	if err := tx.store.options.Projection.Save(ctx, tx.pg, homes); err != nil {
		return err
	}
	if err := tx.saveWords(ctx); err != nil {
		return err
	}
	if len(tx.jobs) == 0 {
		return nil
	}
	return tx.store.options.Jobs.Insert(ctx, tx.pg, tx.jobs)
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

func (h *heads) update(ctx context.Context, tx pgx.Tx) error {
	_, err := tx.Exec(ctx, `
		UPDATE home_heads SET seq = n.seq, hash = n.hash, recorded_at = n.recorded_at
		FROM unnest($1::uuid[], $2::bigint[], $3::bytea[], $4::timestamptz[]) AS n (home_id, seq, hash, recorded_at)
		WHERE home_heads.home_id = n.home_id`, h.ids, h.seqs, h.hashes, h.times)
	return err
}

// keep hands the states to the next append: before the commit, so that it finds
// them as soon as the lock falls. A state whose events never commit has a hash
// that no head will ever have, so it is never used.
func (tx *Tx) keep() {
	for _, l := range tx.ledgers {
		if l.home != nil {
			tx.store.states.put(l.home)
		}
	}
}

// tell wakes the readers of what is now durable.
func (tx *Tx) tell() {
	for id, l := range tx.ledgers {
		if l.home.Seq > l.seq {
			tx.store.news.tell(id)
		}
	}
	if len(tx.jobs) > 0 {
		queues := make([]string, len(tx.jobs))
		for i, job := range tx.jobs {
			queues[i] = job.Queue
		}
		slices.Sort(queues)
		tx.store.options.Jobs.Committed(slices.Compact(queues))
	}
}
