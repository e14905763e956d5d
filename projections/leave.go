package projections

import (
	"context"

	"github.com/jackc/pgx/v5"

	"logis/domain"
	"logis/eventstore"
)

// Leave clears what only the events before a base could have made again: commands that
// ended by then, which are part of no state, and kept states. It reports whether the
// events up to the one that seals the range are summed up. It implements
// eventstore.Leave.
func Leave(ctx context.Context, tx pgx.Tx, home domain.HomeID, base eventstore.Base) (ready bool, err error) {
	err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM rollup_cursors WHERE home_id = $1 AND seq >= $2)`,
		[16]byte(home), int64(base.Sealed)).Scan(&ready)
	if err != nil || !ready {
		return false, eventstore.Translate(err)
	}
	batch := &pgx.Batch{}
	batch.Queue(`DELETE FROM commands WHERE home_id = $1 AND NOT open AND revision <= $2`, [16]byte(home), int64(base.Seq))
	batch.Queue(`DELETE FROM snapshots WHERE home_id = $1 AND seq <= $2`, [16]byte(home), int64(base.Seq))
	return true, eventstore.Translate(tx.SendBatch(ctx, batch).Close())
}
