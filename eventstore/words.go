package eventstore

import (
	"context"

	"github.com/jackc/pgx/v5"

	"logis/domain"
)

// Names returns the names people gave to the parts of a home, as of an event
// (0: now). An erased name is missing.
func Names(ctx context.Context, q Querier, home domain.HomeID, asOf domain.Seq) (map[domain.EntityID]string, error) {
	rows, err := q.Query(ctx, `
		SELECT DISTINCT ON (entity) entity, text FROM words
		WHERE home_id = $1 AND ($2 = 0 OR seq <= $2) ORDER BY entity, seq DESC`, [16]byte(home), int64(asOf))
	if err != nil {
		return nil, translate(err)
	}
	names := map[domain.EntityID]string{}
	var entity [16]byte
	var name string
	_, err = pgx.ForEachRow(rows, []any{&entity, &name}, func() error {
		if name != "" {
			names[entity] = name
		}
		return nil
	})
	return names, translate(err)
}

// Names returns the names of the parts of a home, those given in this
// transaction included.
func (tx *Tx) Names(ctx context.Context, home domain.HomeID) (map[domain.EntityID]string, error) {
	names, err := Names(ctx, tx.pg, home, 0)
	for _, w := range tx.words {
		if err == nil && w.home == home {
			names[w.entity] = w.text
		}
	}
	return names, err
}
