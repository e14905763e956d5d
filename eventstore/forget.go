package eventstore

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"logis/domain"
)

// ForgetBatch is how many events one call of Forget deletes at most: a twentieth of a
// second of work, and of the locks it holds.
const ForgetBatch = 5000

// sealer is the role that may delete what is sealed, and nothing else.
const sealer = `SET LOCAL ROLE logis_sealer`

// Leave is called before a log is first cut off at a base, in the transaction that does
// it. It clears what only the events that go could have made again, and reports whether
// nobody needs them any more.
type Leave func(ctx context.Context, tx pgx.Tx, home domain.HomeID, base Base) (ready bool, err error)

// Forget deletes the oldest sealed events of a home, up to ForgetBatch, and reports
// whether there are more. The first call for a range moves the beginning of the log
// behind it: from then on nobody looks before it, however far the deleting has come.
// That happens only when a signed checkpoint covers the event that seals the range, and
// leave agrees.
func (s *Store) Forget(ctx context.Context, home domain.HomeID, leave Leave) (more bool, err error) {
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if err := cutOff(ctx, tx, home, leave); err != nil {
			return err
		}
		more, err = forgetSome(ctx, tx, home)
		return err
	})
	return more, translate(err)
}

// cutOff lets the log begin after the newest range that may go. The head is locked
// against a rebuild, which must not begin before that and end after.
func cutOff(ctx context.Context, tx pgx.Tx, home domain.HomeID, leave Leave) error {
	var base Base
	var seq, sealed int64
	err := tx.QueryRow(ctx, `
		SELECT b.seq, b.recorded_at, b.sealed_by FROM home_bases b JOIN home_heads h USING (home_id)
		WHERE b.home_id = $1 AND b.begun_at IS NULL
		  AND EXISTS (SELECT FROM checkpoint_heads c WHERE c.home_id = b.home_id AND c.seq >= b.sealed_by)
		ORDER BY b.seq DESC LIMIT 1 FOR UPDATE OF h`, [16]byte(home)).Scan(&seq, &base.RecordedAt, &sealed)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	base.Seq, base.Sealed = domain.Seq(seq), domain.Seq(sealed)
	if ready, err := leave(ctx, tx, home, base); err != nil || !ready {
		return err
	}
	if _, err := tx.Exec(ctx, sealer); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE home_bases SET begun_at = now() WHERE home_id = $1 AND seq = $2`, [16]byte(home), seq)
	return err
}

// forgetSome deletes a batch of the events before the beginning of the log.
func forgetSome(ctx context.Context, tx pgx.Tx, home domain.HomeID) (more bool, err error) {
	if _, err := tx.Exec(ctx, sealer); err != nil {
		return false, err
	}
	base, err := BaseOf(ctx, tx, home)
	if err != nil || base.Seq == 0 || base.Ended {
		return false, err
	}
	gone, err := tx.Exec(ctx, `
		DELETE FROM events WHERE home_id = $1 AND seq <= least($2, $3 - 1 + (SELECT min(seq) FROM events WHERE home_id = $1))`,
		[16]byte(home), int64(base.Seq), ForgetBatch)
	if err != nil || gone.RowsAffected() > 0 {
		return err == nil, err
	}
	_, err = tx.Exec(ctx, `UPDATE home_bases SET ended_at = now() WHERE home_id = $1 AND seq = $2`, [16]byte(home), int64(base.Seq))
	if err != nil {
		return false, err
	}
	_, err = tx.Exec(ctx, `DELETE FROM home_bases WHERE home_id = $1 AND seq < $2`, [16]byte(home), int64(base.Seq))
	return false, err
}

// Forgetting returns the homes with sealed events that are not gone, in order.
func (s *Store) Forgetting(ctx context.Context) ([]domain.HomeID, error) {
	rows, err := s.pool.Query(ctx, `SELECT DISTINCT home_id FROM home_bases WHERE ended_at IS NULL ORDER BY home_id`)
	if err != nil {
		return nil, translate(err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[[16]byte])
	homes := make([]domain.HomeID, len(ids))
	for i, id := range ids {
		homes[i] = id
	}
	return homes, translate(err)
}
