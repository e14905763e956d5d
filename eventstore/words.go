package eventstore

import (
	"context"

	"github.com/jackc/pgx/v5"

	"logis/domain"
)

// Word is the text an event brings: what it called a part of a home.
type Word struct {
	Home   domain.HomeID
	Seq    domain.Seq
	Entity domain.EntityID
	Text   string
}

// RecordNamed records an event that gives its entity a name. The name is kept
// beside the log, where it can be erased.
func (tx *Tx) RecordNamed(ctx context.Context, home domain.HomeID, ev domain.Event, name string) (*domain.RecordedEvent, error) {
	rec, err := tx.Record(ctx, home, ev)
	if err == nil {
		tx.words = append(tx.words, Word{Home: home, Seq: rec.Seq, Entity: ev.Entity, Text: name})
	}
	return rec, err
}

func queueWords(batch *pgx.Batch, words []Word) {
	if len(words) == 0 {
		return
	}
	var homes, entities [][16]byte
	var seqs []int64
	var texts []string
	for _, w := range words {
		homes, entities = append(homes, w.Home), append(entities, w.Entity)
		seqs, texts = append(seqs, int64(w.Seq)), append(texts, w.Text)
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
		if w.Home == home {
			setName(names, w.Entity, w.Text)
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

// WordsUpTo returns the words of a home that came with the events up to one, in their
// order: what its parts were called by then.
func WordsUpTo(ctx context.Context, q Querier, home domain.HomeID, to domain.Seq) ([]Word, error) {
	rows, err := q.Query(ctx, `SELECT seq, entity, text FROM words WHERE home_id = $1 AND seq <= $2 ORDER BY seq`, [16]byte(home), int64(to))
	if err != nil {
		return nil, translate(err)
	}
	words, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Word, error) {
		w := Word{Home: home}
		var seq int64
		var entity [16]byte
		err := row.Scan(&seq, &entity, &w.Text)
		w.Seq, w.Entity = domain.Seq(seq), entity
		return w, err
	})
	return words, translate(err)
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
