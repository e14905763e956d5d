package eventstore

import (
	"context"
	"time"

	"logis/domain"
)

// Latecomers are events that happened before a time and were recorded after it.
type Latecomers struct {
	Home    domain.HomeID
	At      time.Time     // they happened until then
	After   domain.Seq    // the newest event recorded until then: they come after it …
	Known   domain.Seq    // … up to this one
	MaxLate time.Duration // what was recorded later than that after it happened is left out
	Types   []string      // of event
}

// LatePast is how long after it happened an event may be recorded without being
// late. The index of late events leaves the others out.
const LatePast = 10 * time.Second

// late is the condition of the index events_late, word for word.
const late = `CASE WHEN isfinite(e.recorded_at) AND isfinite(e.occurred_at)
	THEN e.recorded_at - e.occurred_at > interval '10 seconds' ELSE true END`

// Late calls visit for the latecomers in the order of the log, facts decoded. Those
// of the next seconds are found in the log itself, the others by their index, so
// that the cost follows from how many there are and not from the log.
func Late(ctx context.Context, q Querier, l Latecomers, visit func(*domain.RecordedEvent) error) error {
	sql, args := l.query()
	rows, err := q.Query(ctx, sql, args...)
	return readRows(l.Home, rows, err, func(row *Row) error {
		fact, err := domain.DecodeFact(row.Type, row.Schema, row.Data)
		if err != nil {
			return domain.Wrap(domain.Internal, "an event of the home cannot be read", err)
		}
		row.Fact = fact
		return visit(&row.RecordedEvent)
	})
}

func (l Latecomers) query() (sql string, args []any) {
	return `
		SELECT * FROM (
			SELECT ` + eventFields + ` FROM events e
			WHERE e.home_id = $1 AND e.seq > $2 AND e.seq <= least($3, seq_at($1, $4::timestamptz + interval '10 seconds'))
			  AND e.occurred_at <= $4 AND e.type = ANY($6) AND NOT ` + late + `
			UNION ALL
			SELECT ` + eventFields + ` FROM events e
			WHERE e.home_id = $1 AND e.occurred_at > $5 AND e.occurred_at <= $4 AND ` + late + `
			  AND e.recorded_at - e.occurred_at <= $7::interval AND e.seq > $2 AND e.seq <= $3 AND e.type = ANY($6)
		) e ORDER BY e.seq`,
		[]any{binaryRows, [16]byte(l.Home), int64(l.After), int64(l.Known), l.At, l.At.Add(-l.MaxLate), l.Types, l.MaxLate}
}
