package history

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"logis/domain"
	"logis/eventstore"
)

// Bucket is how much happened in a stretch of time.
type Bucket struct {
	At       time.Time  // its beginning
	FirstSeq domain.Seq // its first event; 0 when it has none
	Count    int64
}

// Limits of one Density.
const (
	MaxBuckets = 1000
	MaxSpan    = 100 * 365 * 24 * time.Hour // longer than a home lives, and well inside a Duration
)

// Density counts the events after one time and up to another in equal stretches,
// by when they were recorded: the shape of a timeline. Each border is found by
// halving, so the cost hardly grows with the log. It refuses with Invalid what is
// beyond the limits.
func (p *Past) Density(ctx context.Context, home domain.HomeID, from, to time.Time, count int) ([]Bucket, error) {
	span := to.Sub(from)
	switch {
	case span <= 0 || span > MaxSpan:
		return nil, domain.InvalidInput(domain.Fault{Field: "to", Message: "must be after from, by at most a hundred years"})
	case count < 1 || count > MaxBuckets:
		return nil, domain.InvalidInput(domain.Fault{Field: "buckets", Message: "must be from 1 to 1000"})
	}
	step := span / time.Duration(count)
	borders := make([]time.Time, count+1)
	for i := range borders {
		borders[i] = from.Add(time.Duration(i) * step)
	}
	borders[count] = to
	rows, err := p.store.Pool().Query(ctx, `
		SELECT seq_at($1, at) FROM unnest($2::timestamptz[]) WITH ORDINALITY AS border (at, n) ORDER BY n`,
		[16]byte(home), borders)
	if err != nil {
		return nil, eventstore.Translate(err)
	}
	seqs, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return nil, eventstore.Translate(err)
	}
	buckets := make([]Bucket, count)
	for i := range buckets {
		buckets[i] = Bucket{At: borders[i], Count: seqs[i+1] - seqs[i]}
		if buckets[i].Count > 0 {
			buckets[i].FirstSeq = domain.Seq(seqs[i]) + 1
		}
	}
	return buckets, nil
}
