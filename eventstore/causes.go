package eventstore

import (
	"context"

	"logis/domain"
)

// Causes returns an event and what it followed from, step by step, up to limit
// events, the newest first and facts not decoded. It is empty when there is no such
// event.
func Causes(ctx context.Context, q Querier, home domain.HomeID, seq domain.Seq, limit int) ([]Row, error) {
	return listRows(ctx, q, home, `
		WITH RECURSIVE led AS (
			SELECT e.*, 1 AS step FROM events e WHERE e.home_id = $1 AND e.seq = $2
			UNION ALL
			SELECT e.*, led.step + 1 FROM led
			JOIN events e ON e.home_id = $1 AND e.seq = led.causation AND e.seq < led.seq
			WHERE led.step < $3)
		SELECT `+eventFields+eventWords+` FROM led e ORDER BY e.seq DESC`,
		[]any{binaryRows, [16]byte(home), int64(seq), limit})
}
