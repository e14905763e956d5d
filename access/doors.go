package access

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"logis/domain"
	"logis/eventstore"
)

// DoorEntry is a line of the access log as a home's owner is told of it.
type DoorEntry struct {
	ID      int64 // rises with the lines
	At      time.Time
	Person  domain.PersonID // zero: nobody knows who
	What    Deed            // or the action that was refused
	Refused bool
	Place   string
	Here    bool // it was about this home; else it is how the person signs in
}

// DoorFilter chooses lines of the access log.
type DoorFilter struct {
	Home    domain.HomeID
	Persons map[domain.PersonID]time.Time // whose way of signing in counts, from when on
	Here    bool                          // also what was refused in this home, whoever tried
	From    time.Time                     // zero: from the first
	To      time.Time                     // before it
	Before  DoorEntry                     // only lines before this one; the zero one: from the newest
	Limit   int                           // bounded by MaxEntries
}

// Doors returns the chosen lines, newest first.
func (a *Access) Doors(ctx context.Context, f DoorFilter) ([]DoorEntry, error) {
	var persons [][16]byte
	var since []time.Time
	for person, from := range f.Persons {
		persons, since = append(persons, person), append(since, from)
	}
	before := f.Before
	if before.At.IsZero() {
		before.At = f.To
	}
	rows, err := a.store.Pool().Query(ctx, `
		SELECT entry_id, at, coalesce(person_id, '00000000-0000-0000-0000-000000000000'), what, refused, place, home_id IS NOT NULL
		FROM (
			(SELECT * FROM access_log
				WHERE home_id = $1 AND ($4 OR person_id = ANY($2)) AND at >= $5 AND (at, entry_id) < ($6, $7)
				ORDER BY at DESC, entry_id DESC LIMIT $8)
			UNION ALL
			SELECT l.* FROM unnest($2::uuid[], $3::timestamptz[]) AS p (id, since), LATERAL (
				SELECT * FROM access_log
				WHERE person_id = p.id AND home_id IS NULL AND at >= greatest($5, p.since) AND (at, entry_id) < ($6, $7)
				ORDER BY at DESC, entry_id DESC LIMIT $8) AS l
		) AS found ORDER BY at DESC, entry_id DESC LIMIT $8`,
		[16]byte(f.Home), persons, since, f.Here, f.From, before.At, before.ID, min(max(f.Limit, 1), MaxEntries))
	if err != nil {
		return nil, eventstore.Translate(err)
	}
	entries, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (e DoorEntry, err error) {
		var person [16]byte
		err = row.Scan(&e.ID, &e.At, &person, &e.What, &e.Refused, &e.Place, &e.Here)
		e.Person, e.At = person, e.At.UTC()
		return e, err
	})
	return entries, eventstore.Translate(err)
}
