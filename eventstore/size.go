package eventstore

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"logis/domain"
)

// SizeRecent is what tells how fast a log grows now.
const SizeRecent = 30 * 24 * time.Hour

// Bounds of what a size is made of.
const (
	// sizeMonths is how many months back a size tells of, this one included.
	sizeMonths = 14
	// sizeSample is how many events, spread over the log, its bytes are estimated from.
	sizeSample = 500
	// indexBytes is what the indexes take for one event while there are too few to
	// tell: measured, 120 bytes.
	indexBytes = 120
)

// Size is how much room the log of a home takes.
type Size struct {
	Events domain.Seq
	Each   float64    // bytes on disk of one event on average, its indexes included; estimated
	First  time.Time  // when the oldest event was recorded
	Months []Month    // the newest last
	Recent domain.Seq // of Events: those of the last SizeRecent
}

// Month is what was recorded in a month, by UTC.
type Month struct {
	From   time.Time
	Events domain.Seq
}

// Bytes returns what a number of events takes.
func (s Size) Bytes(events domain.Seq) int64 { return int64(float64(events) * s.Each) }

// SizeOf returns how much room the log of a home takes at a time. It costs some
// hundred looks into the log, however long that is. It refuses with NotFound.
func SizeOf(ctx context.Context, tx pgx.Tx, home domain.HomeID, now time.Time) (Size, error) {
	var s Size
	head, err := HeadOf(ctx, tx, home)
	if err != nil {
		return s, err
	}
	base, err := BaseOf(ctx, tx, home)
	if err != nil {
		return s, err
	}
	s.Events = head.Seq - base.Seq
	err = tx.QueryRow(ctx, `
		SELECT coalesce(avg(pg_column_size(e.*)), 0)
		       + (SELECT CASE WHEN reltuples > 10000 THEN pg_indexes_size(oid) / reltuples ELSE $4 END
		          FROM pg_class WHERE oid = 'events'::regclass),
		       coalesce(min(e.recorded_at), now())
		FROM generate_series($5::bigint + 1, $2::bigint, greatest(($2 - $5) / $3, 1)) AS n
		JOIN events e ON e.home_id = $1 AND e.seq = n`,
		[16]byte(home), int64(head.Seq), sizeSample, indexBytes, int64(base.Seq)).Scan(&s.Each, &s.First)
	if err != nil {
		return s, translate(err)
	}
	s.First = s.First.UTC()
	var before int64
	if err := tx.QueryRow(ctx, `SELECT seq_at($1, $2)`, [16]byte(home), now.Add(-SizeRecent)).Scan(&before); err != nil {
		return s, translate(err)
	}
	s.Recent = head.Seq - domain.Seq(before)
	s.Months, err = monthsOf(ctx, tx, home, head.Seq, s.First, now)
	return s, err
}

// monthsOf counts the events of each month since the first one.
func monthsOf(ctx context.Context, tx pgx.Tx, home domain.HomeID, head domain.Seq, first, now time.Time) ([]Month, error) {
	year, month, _ := now.UTC().Date()
	var begins []time.Time
	for back := sizeMonths - 1; back >= 0; back-- {
		from := time.Date(year, month-time.Month(back), 1, 0, 0, 0, 0, time.UTC)
		if !from.AddDate(0, 1, 0).Before(first) {
			begins = append(begins, from)
		}
	}
	rows, err := tx.Query(ctx, `
		SELECT seq_at($1, at - interval '1 microsecond') FROM unnest($2::timestamptz[]) WITH ORDINALITY AS b (at, n) ORDER BY n`,
		[16]byte(home), begins)
	if err != nil {
		return nil, translate(err)
	}
	before, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return nil, translate(err)
	}
	months := make([]Month, len(begins))
	for i, from := range begins {
		end := head
		if i+1 < len(before) {
			end = domain.Seq(before[i+1])
		}
		months[i] = Month{From: from, Events: end - domain.Seq(before[i])}
	}
	return months, nil
}
