package eventstore

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"logis/domain"
)

// ledger is one locked home: seq, hash and version are those of its head when it
// was locked.
type ledger struct {
	seq        domain.Seq
	hash       domain.Hash
	version    uint32    // of the head row: the transaction that wrote it
	recordedAt time.Time // of the newest event, those of this append included
	home       *domain.Home
}

// queueHead makes the head of a new home.
func queueHead(batch *pgx.Batch, home domain.HomeID) {
	batch.Queue(`
		INSERT INTO home_heads (home_id, seq, hash, recorded_at)
		VALUES ($1, 0, $2, 'epoch') ON CONFLICT DO NOTHING`, [16]byte(home), make([]byte, len(domain.Hash{})),
	).Exec(func(tag pgconn.CommandTag) error {
		if tag.RowsAffected() == 0 {
			return domain.Errorf(domain.Conflict, "the home exists")
		}
		return nil
	})
}

// lock begins the transaction, takes the head rows in the order of their ids, so
// that two appends over the same homes cannot wait for each other, and brings in
// the homes' states.
func (tx *Tx) lock(ctx context.Context, homes []domain.HomeID, found bool) error {
	batch := &pgx.Batch{}
	batch.Queue(`BEGIN`)
	if found {
		queueHead(batch, homes[0])
	}
	var missing []domain.HomeID
	batch.Queue(`
		SELECT home_id, seq, hash, recorded_at, xmin, pg_current_xact_id()::xid, clock_timestamp() FROM home_heads
		WHERE home_id = ANY($1) ORDER BY home_id FOR UPDATE`, rawIDs(homes),
	).Query(func(rows pgx.Rows) (err error) {
		missing, err = tx.open(rows)
		return err
	})
	if err := tx.pg.SendBatch(ctx, batch).Close(); err != nil {
		return err
	}
	if len(tx.ledgers) != len(homes) {
		return domain.Errorf(domain.NotFound, "there is no such home")
	}
	return tx.load(ctx, missing)
}

// open makes a ledger for each locked head. It returns the homes whose states are
// not in memory.
func (tx *Tx) open(rows pgx.Rows) (missing []domain.HomeID, err error) {
	var id [16]byte
	var seq int64
	var hash []byte
	var recordedAt, now time.Time
	var version uint32
	_, err = pgx.ForEachRow(rows, []any{&id, &seq, &hash, &recordedAt, &version, &tx.version, &now}, func() error {
		l := &ledger{seq: domain.Seq(seq), hash: domain.Hash(hash), version: version, recordedAt: recordedAt.UTC()}
		tx.ledgers[id] = l
		state, ok := tx.store.states.take(id, l.hash, version)
		if ok {
			l.home = state
		} else {
			missing = append(missing, id)
		}
		return nil
	})
	if tx.store.options.Now != nil {
		now = tx.store.options.Now()
	} else if err == nil && !now.IsZero() {
		now = tx.store.steady.see(now, time.Now())
	}
	tx.now = now.UTC().Truncate(time.Microsecond) // which is what PostgreSQL can hold
	return missing, err
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

func rawIDs[K any](ids []domain.ID[K]) [][16]byte {
	raw := make([][16]byte, len(ids))
	for i, id := range ids {
		raw[i] = id
	}
	return raw
}
