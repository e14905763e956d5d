package eventstore

import (
	"context"

	"github.com/jackc/pgx/v5"

	"logis/domain"
)

type originKey struct{}

// WithOrigin returns a context that says from which network address a person asks.
// It is kept beside what they record, where it can be erased.
func WithOrigin(ctx context.Context, place string) context.Context {
	return context.WithValue(ctx, originKey{}, place)
}

// origin is where an event came from.
type origin struct {
	home   domain.HomeID
	seq    domain.Seq
	place  string
	person domain.PersonID
}

// noteOrigin remembers where an event came from, if a person did it.
func (tx *Tx) noteOrigin(ctx context.Context, rec *domain.RecordedEvent) {
	place, _ := ctx.Value(originKey{}).(string)
	if place == "" {
		return
	}
	if person, ok := rec.Actor.Person(); ok {
		tx.origins = append(tx.origins, origin{home: rec.HomeID, seq: rec.Seq, place: place, person: person})
	}
}

func queueOrigins(batch *pgx.Batch, origins []origin) {
	if len(origins) == 0 {
		return
	}
	var homes, persons [][16]byte
	var seqs []int64
	var places []string
	for _, o := range origins {
		homes, persons = append(homes, o.home), append(persons, o.person)
		seqs, places = append(seqs, int64(o.seq)), append(places, o.place)
	}
	batch.Queue(`
		INSERT INTO origins (home_id, seq, place, person_id)
		SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::uuid[])`, homes, seqs, places, persons)
}

// Origins returns where events of a home came from, as far as that is still kept.
func Origins(ctx context.Context, q Querier, home domain.HomeID, seqs []domain.Seq) (map[domain.Seq]string, error) {
	places := make(map[domain.Seq]string, len(seqs))
	if len(seqs) == 0 {
		return places, nil
	}
	raw := make([]int64, len(seqs))
	for i, seq := range seqs {
		raw[i] = int64(seq)
	}
	rows, err := q.Query(ctx, `SELECT seq, place FROM origins WHERE home_id = $1 AND seq = ANY($2)`, [16]byte(home), raw)
	if err != nil {
		return nil, translate(err)
	}
	var seq int64
	var place string
	_, err = pgx.ForEachRow(rows, []any{&seq, &place}, func() error {
		places[domain.Seq(seq)] = place
		return nil
	})
	return places, translate(err)
}
