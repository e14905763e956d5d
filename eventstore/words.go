package eventstore

import (
	"context"

	"github.com/jackc/pgx/v5"

	"logis/domain"
)

// word is the text an event brings.
type word struct {
	home   domain.HomeID
	seq    domain.Seq
	entity domain.EntityID
	text   string
}

// RecordNamed records an event that gives its entity a name. The name is kept
// beside the log, where it can be erased.
func (tx *Tx) RecordNamed(ctx context.Context, home domain.HomeID, ev domain.Event, name string) (*domain.RecordedEvent, error) {
	rec, err := tx.Record(ctx, home, ev)
	if err == nil {
		tx.words = append(tx.words, word{home: home, seq: rec.Seq, entity: ev.Entity, text: name})
	}
	return rec, err
}

func queueWords(batch *pgx.Batch, words []word) {
	if len(words) == 0 {
		return
	}
	var homes, entities [][16]byte
	var seqs []int64
	var texts []string
	for _, w := range words {
		homes, entities = append(homes, w.home), append(entities, w.entity)
		seqs, texts = append(seqs, int64(w.seq)), append(texts, w.text)
	}
	batch.Queue(`
		INSERT INTO words (home_id, seq, entity, text)
		SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::uuid[], $4::text[])`, homes, seqs, entities, texts)
}

// Names returns the names people gave to the parts of a home, as of an event
// (0: now). An erased name is missing.
func Names(ctx context.Context, q Querier, home domain.HomeID, asOf domain.Seq) (map[domain.EntityID]string, error) {
	return namesOf(q.Query(ctx, `
		SELECT DISTINCT ON (entity) entity, text FROM words
		WHERE home_id = $1 AND seq <= $2 ORDER BY entity, seq DESC`, [16]byte(home), int64(orEnd(asOf))))
}

// HomeNames returns the present names of homes themselves.
func HomeNames(ctx context.Context, q Querier, homes []domain.HomeID) (map[domain.EntityID]string, error) {
	raw := make([][16]byte, len(homes))
	for i, id := range homes {
		raw[i] = id
	}
	return namesOf(q.Query(ctx, `
		SELECT w.entity, w.text FROM unnest($1::uuid[]) AS h (id), LATERAL (
			SELECT entity, text FROM words WHERE home_id = h.id AND entity = h.id ORDER BY seq DESC LIMIT 1) w`, raw))
}

func namesOf(rows pgx.Rows, err error) (map[domain.EntityID]string, error) {
	if err != nil {
		return nil, translate(err)
	}
	names := map[domain.EntityID]string{}
	var entity [16]byte
	var name string
	_, err = pgx.ForEachRow(rows, []any{&entity, &name}, func() error {
		setName(names, entity, name)
		return nil
	})
	if err != nil {
		return nil, translate(err)
	}
	return names, nil
}

// Names returns the names of the parts of a home, those given in this
// transaction included.
func (tx *Tx) Names(ctx context.Context, home domain.HomeID) (map[domain.EntityID]string, error) {
	names, err := Names(ctx, tx.pg, home, 0)
	if err != nil {
		return nil, err
	}
	for _, w := range tx.words {
		if w.home == home {
			setName(names, w.entity, w.text)
		}
	}
	return names, nil
}

func setName(names map[domain.EntityID]string, entity domain.EntityID, name string) {
	if name == "" {
		delete(names, entity)
	} else {
		names[entity] = name
	}
}

// WordsOf returns the words of a home by the events that brought them.
func WordsOf(ctx context.Context, q Querier, home domain.HomeID) (map[domain.Seq]string, error) {
	rows, err := q.Query(ctx, `SELECT seq, text FROM words WHERE home_id = $1`, [16]byte(home))
	if err != nil {
		return nil, translate(err)
	}
	words := map[domain.Seq]string{}
	var seq int64
	var text string
	_, err = pgx.ForEachRow(rows, []any{&seq, &text}, func() error {
		words[domain.Seq(seq)] = text
		return nil
	})
	return words, translate(err)
}
