package access

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"logis/domain"
	"logis/eventstore"
	"logis/eventstore/wall"
)

// Erase forgets the caller: who they are, what they sign in with, where they came
// from, and that they belong to any home. Their id stays in the logs of homes and names
// nobody. It refuses with Invalid unless the name is theirs, which shows that it is
// meant, and with Conflict who is the last owner among others in a home.
func (a *Access) Erase(ctx context.Context, p Principal, name string) error {
	var known string
	err := a.store.Pool().QueryRow(ctx, `SELECT name FROM persons WHERE person_id = $1`, [16]byte(p.Person)).Scan(&known)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return notSignedIn()
	case err != nil:
		return eventstore.Translate(err)
	case name != known:
		return domain.InvalidInput(domain.Fault{Field: "name", Message: "must be your name, letter by letter"})
	}
	return a.erase(ctx, erasure{person: p.Person, by: p.Actor()})
}

// erasure is what is to be done, and why.
type erasure struct {
	person domain.PersonID
	by     domain.Actor
	at     time.Time // when it was done before; zero: never
}

// again reports whether the person was erased before and came back with a backup.
func (e erasure) again() bool { return !e.at.IsZero() }

func (a *Access) erase(ctx context.Context, e erasure) error {
	ctx = wall.AllHomes(ctx) // those they belong to
	homes, err := homesOf(ctx, a.store.Pool(), e.person)
	if err != nil {
		return err
	}
	err = a.store.Append(ctx, homes, func(ctx context.Context, tx *eventstore.Tx) error { return a.eraseIn(ctx, tx, e) })
	if err != nil {
		return err
	}
	return a.CopyErasures(ctx)
}

// EraseMember is Erase of somebody else, in an append of the one home they belong to.
// It reports false, having done nothing, when they belong to others: then only they
// can have themselves erased. After the commit the caller calls CopyErasures.
func (a *Access) EraseMember(ctx context.Context, tx *eventstore.Tx, p Principal, person domain.PersonID) (bool, error) {
	if err := wall.Widen(ctx, tx.PG()); err != nil { // or their other homes are not seen
		return false, eventstore.Translate(err)
	}
	homes, err := homesOf(ctx, tx.PG(), person)
	if err != nil || len(homes) != 1 {
		return false, err
	}
	return true, a.eraseIn(ctx, tx, erasure{person: person, by: p.Actor()})
}

// eraseIn does all of it, in an append that has locked the person's homes.
func (a *Access) eraseIn(ctx context.Context, tx *eventstore.Tx, e erasure) error {
	homes, err := homesOf(ctx, tx.PG(), e.person)
	if err != nil {
		return err
	}
	for _, id := range homes {
		if tx.Home(id) == nil {
			return domain.Errorf(domain.Conflict, "another home was joined at this moment; try again")
		}
		if err := a.eraseFrom(ctx, tx, id, e); err != nil {
			return err
		}
	}
	return eventstore.Translate(forgetPerson(ctx, tx, e))
}

func (a *Access) eraseFrom(ctx context.Context, tx *eventstore.Tx, home domain.HomeID, e erasure) error {
	events, err := tx.Home(home).EraseMember(e.person, e.by, e.again())
	if err != nil {
		return err
	}
	for _, ev := range events {
		if _, err := tx.Record(ctx, home, ev); err != nil {
			return err
		}
		if _, ok := ev.Fact.(domain.GatewayRevoked); !ok {
			continue
		}
		err := a.Revoke(ctx, tx.PG(), home, domain.GatewayID(ev.Entity))
		if err != nil && domain.CodeOf(err) != domain.NotFound { // its key never came here
			return err
		}
	}
	if len(tx.Home(home).Members) > 0 {
		return nil
	}
	_, err = tx.PG().Exec(ctx, `DELETE FROM invitations WHERE home_id = $1`, [16]byte(home)) // to nobody's home
	return eventstore.Translate(err)
}

// forgetPerson drops everything that is kept about a person outside of the logs. What
// they sign in with goes with their row.
func forgetPerson(ctx context.Context, tx *eventstore.Tx, e erasure) error {
	at := e.at
	if at.IsZero() {
		at = tx.Now()
	}
	id := [16]byte(e.person)
	batch := &pgx.Batch{}
	batch.Queue(`DELETE FROM persons WHERE person_id = $1`, id)
	batch.Queue(`DELETE FROM access_log WHERE person_id = $1`, id)
	batch.Queue(`UPDATE incidents SET note = '' WHERE created_by = $1`, id)
	// These are written inside appends, which no missing person may stop.
	batch.Queue(`DELETE FROM notifications_due WHERE person_id = $1`, id)
	batch.Queue(`DELETE FROM notification_paces WHERE person_id = $1`, id)
	batch.Queue(`DELETE FROM origins WHERE person_id = $1`, id)
	// Answers kept to be repeated may tell their name, beside their id.
	batch.Queue(`DELETE FROM idempotency_keys WHERE scope_id = $1 OR position(convert_to($2, 'UTF8') IN answer) > 0`, id, e.person.String())
	batch.Queue(`INSERT INTO erasures (person_id, erased_at) VALUES ($1, $2) ON CONFLICT DO NOTHING`, id, at)
	return tx.PG().SendBatch(ctx, batch).Close()
}

// homesOf returns the homes that a person belongs to.
func homesOf(ctx context.Context, q eventstore.Querier, person domain.PersonID) ([]domain.HomeID, error) {
	rows, err := q.Query(ctx, `SELECT home_id FROM members WHERE id = $1 ORDER BY home_id`, [16]byte(person))
	if err != nil {
		return nil, eventstore.Translate(err)
	}
	homes, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (domain.HomeID, error) {
		var id [16]byte
		err := row.Scan(&id)
		return id, err
	})
	return homes, eventstore.Translate(err)
}
