package access

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"logis/domain"
	"logis/eventstore"
)

// FirstOwner returns the person who was here first, made with the name when
// there is nobody yet, and whether that was so. Two servers that start at once
// make one person.
func (a *Access) FirstOwner(ctx context.Context, name string) (id domain.PersonID, made bool, err error) {
	now, err := a.store.Now(ctx)
	if err != nil {
		return id, false, err
	}
	err = pgx.BeginFunc(ctx, a.store.Pool(), func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `LOCK TABLE persons IN SHARE ROW EXCLUSIVE MODE`); err != nil {
			return err
		}
		var raw [16]byte
		err := tx.QueryRow(ctx, `SELECT person_id FROM persons ORDER BY created_at, person_id LIMIT 1`).Scan(&raw)
		if id = raw; !errors.Is(err, pgx.ErrNoRows) {
			return err
		}
		id, made = eventstore.NewID[domain.PersonKind](now), true
		_, err = tx.Exec(ctx, `INSERT INTO persons (person_id, name, created_at) VALUES ($1, $2, $3)`, [16]byte(id), name, now)
		return err
	})
	return id, made, eventstore.Translate(err)
}

// PersonNames returns the names of those of the persons who have one: an erased
// person is missing.
func (a *Access) PersonNames(ctx context.Context, ids []domain.PersonID) (map[domain.PersonID]string, error) {
	names := make(map[domain.PersonID]string, len(ids))
	if len(ids) == 0 {
		return names, nil
	}
	raw := make([][16]byte, len(ids))
	for i, id := range ids {
		raw[i] = id
	}
	rows, err := a.store.Pool().Query(ctx, `SELECT person_id, name FROM persons WHERE person_id = ANY($1)`, raw)
	if err != nil {
		return nil, eventstore.Translate(err)
	}
	var id [16]byte
	var name string
	_, err = pgx.ForEachRow(rows, []any{&id, &name}, func() error {
		names[id] = name
		return nil
	})
	return names, eventstore.Translate(err)
}
