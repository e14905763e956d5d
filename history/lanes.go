package history

import (
	"context"
	"math/rand/v2"

	"github.com/jackc/pgx/v5"

	"logis/domain"
	"logis/eventstore"
)

// maxLooked bounds the events that Shares looks at: each costs one step down the
// index, some microseconds.
const maxLooked = 6000

// Shares tells of which things the events of each bucket are, as counts whose sum
// is about that of the bucket. Of a bucket with more events than its part of
// maxLooked it looks at some that lie evenly over it and concludes from them, so
// that a year costs no more than an hour; the others are told exactly.
func (p *Past) Shares(ctx context.Context, home domain.HomeID, buckets []Bucket) ([]map[domain.EntityID]int64, error) {
	shares := make([]map[domain.EntityID]int64, len(buckets))
	each := max(1, maxLooked/max(1, len(buckets)))
	var seqs []int64
	var places []int32
	for i, b := range buckets {
		shares[i] = map[domain.EntityID]int64{}
		for _, seq := range chosen(b, each) {
			seqs, places = append(seqs, seq), append(places, int32(i))
		}
	}
	// OFFSET 0 keeps PostgreSQL from reading the whole log to join it.
	rows, err := p.store.Pool().Query(ctx, `
		SELECT s.place, e.entity, count(*) FROM unnest($2::bigint[], $3::integer[]) AS s (seq, place)
		CROSS JOIN LATERAL (SELECT entity FROM events WHERE home_id = $1 AND seq = s.seq OFFSET 0) e
		GROUP BY s.place, e.entity`, [16]byte(home), seqs, places)
	if err != nil {
		return nil, eventstore.Translate(err)
	}
	var place int32
	var entity [16]byte
	var found int64
	_, err = pgx.ForEachRow(rows, []any{&place, &entity, &found}, func() error {
		b := buckets[place]
		looked := min(b.Count, int64(each))
		shares[place][domain.EntityID(entity)] = (found*b.Count + looked/2) / looked
		return nil
	})
	return shares, eventstore.Translate(err)
}

// chosen returns up to so many events of a bucket: all, or one by chance out of each
// of equal parts. Without chance a log that repeats itself would show one of its
// things only. The same bucket is always told the same.
func chosen(b Bucket, most int) []int64 {
	first, count := int64(b.FirstSeq), b.Count
	if count <= int64(most) {
		most = int(count)
	}
	random := rand.New(rand.NewPCG(uint64(first), uint64(count))) //nolint:gosec // no secret
	seqs := make([]int64, most)
	for i := range seqs {
		from, to := count*int64(i)/int64(most), count*int64(i+1)/int64(most)
		seqs[i] = first + from + random.Int64N(to-from)
	}
	return seqs
}
