package eventstore

import (
	"context"
	"time"

	"logis/domain"
)

// Reports are what devices of a home told that happened in a stretch of time: from
// From, before To. One that claims to be from a time still to come happened when it was
// recorded.
type Reports struct {
	Home     domain.HomeID
	Devices  []domain.DeviceID
	From, To time.Time
	Known    domain.Seq    // recorded up to this event
	MaxLate  time.Duration // what was recorded later than that after it happened is left out
}

// HappenedAt returns when an event happened: never after it was recorded.
func HappenedAt(ev *domain.RecordedEvent) time.Time {
	if ev.OccurredAt.After(ev.RecordedAt) {
		return ev.RecordedAt
	}
	return ev.OccurredAt
}

// ReportsIn calls visit for the reports in the order in which they happened; those of
// one moment in the order of the log. It costs what happened in the stretch to these
// devices, and what any device told late of it.
func ReportsIn(ctx context.Context, q Querier, r Reports, visit func(*domain.RecordedEvent, domain.DeviceReported) error) error {
	ids := make([][16]byte, len(r.Devices))
	for i, id := range r.Devices {
		ids[i] = id
	}
	rows, err := q.Query(ctx, `
		SELECT * FROM (
			SELECT `+eventFields+` FROM events e
			WHERE e.home_id = $1 AND e.entity = ANY($2) AND e.type = $6 AND e.seq <= $5
			  AND e.seq > seq_at($1, $3::timestamptz - interval '1 microsecond') AND e.seq <= seq_at($1, $4::timestamptz + interval '10 seconds')
			  AND least(e.occurred_at, e.recorded_at) >= $3 AND least(e.occurred_at, e.recorded_at) < $4 AND NOT `+late+`
			UNION ALL
			SELECT `+eventFields+` FROM events e
			WHERE e.home_id = $1 AND e.occurred_at >= $3 AND e.occurred_at < $4 AND `+late+`
			  AND e.recorded_at - e.occurred_at <= $7::interval AND e.entity = ANY($2) AND e.type = $6 AND e.seq <= $5
		) e ORDER BY least(e.occurred_at, e.recorded_at), e.seq`,
		binaryRows, [16]byte(r.Home), ids, r.From, r.To, int64(r.Known), domain.DeviceReported{}.EventType(), r.MaxLate)
	return readRows(r.Home, rows, err, func(row *Row) error {
		fact, err := domain.DecodeFact(row.Type, row.Schema, row.Data)
		if err != nil {
			return domain.Wrap(domain.Internal, "an event of the home cannot be read", err)
		}
		report, ok := fact.(domain.DeviceReported)
		if !ok {
			return nil
		}
		return visit(&row.RecordedEvent, report)
	})
}
