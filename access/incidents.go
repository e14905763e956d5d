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

// Bounds of what is marked and shared of the past.
const (
	// MaxIncidents bounds the incidents of one home.
	MaxIncidents = 200
	// MaxIncidentLinks bounds the links of one incident that have not expired.
	MaxIncidentLinks = 10
	// IncidentLinkLife is how long a link to an incident is good at most.
	IncidentLinkLife = 30 * 24 * time.Hour
)

// Incident is a part of the past that somebody marked.
type Incident struct {
	ID        domain.IncidentID
	Home      domain.HomeID
	After, To domain.Seq        // the event before it, and its last one
	Rooms     []domain.RoomID   // none, with Devices: the whole home
	Devices   []domain.DeviceID // beside those in the rooms
	Note      string
	CreatedBy domain.PersonID
	CreatedAt time.Time
	Links     []IncidentLink // that have not expired, the oldest first
}

// IncidentLink is a link to an incident. What it is nobody knows any more: only its
// hash is kept.
type IncidentLink struct {
	CreatedAt time.Time
	ExpiresAt time.Time
	Opened    int64      // how often
	OpenedAt  *time.Time // the last time
}

func badIncidentLink() error {
	return domain.Errorf(domain.Unauthorized, "the link was ended, has expired or is not whole")
}

func noSuchIncident() error { return domain.Errorf(domain.NotFound, "there is no such incident") }

// NewIncident keeps an incident, in the append that records it. It refuses with
// Conflict when there are too many.
func (a *Access) NewIncident(ctx context.Context, tx pgx.Tx, i Incident) error {
	tag, err := tx.Exec(ctx, `
		INSERT INTO incidents (home_id, incident_id, after_seq, to_seq, rooms, devices, note, created_by, created_at)
		SELECT $1, $2, $3, $4, $5, $6, $7, $8, coalesce($9, clock_timestamp())
		WHERE (SELECT count(*) FROM incidents WHERE home_id = $1) < $10`,
		[16]byte(i.Home), [16]byte(i.ID), int64(i.After), int64(i.To), raw(i.Rooms), raw(i.Devices), i.Note,
		[16]byte(i.CreatedBy), a.clock(), MaxIncidents)
	if err == nil && tag.RowsAffected() == 0 {
		return domain.Errorf(domain.Conflict, "the home has %d incidents, the most there can be", MaxIncidents)
	}
	return eventstore.Translate(err)
}

func raw[K any](ids []domain.ID[K]) [][16]byte {
	out := make([][16]byte, len(ids))
	for i, id := range ids {
		out[i] = id
	}
	return out
}

func cooked[K any](raw [][16]byte) []domain.ID[K] {
	ids := make([]domain.ID[K], len(raw))
	for i, id := range raw {
		ids[i] = id
	}
	return ids
}

const incidentFields = `i.home_id, i.incident_id, i.after_seq, i.to_seq, i.rooms, i.devices, i.note, i.created_by, i.created_at`

func readIncident(row pgx.CollectableRow, more ...any) (i Incident, err error) {
	var home, id, by [16]byte
	var rooms, devices [][16]byte
	var after, to int64
	err = row.Scan(append([]any{&home, &id, &after, &to, &rooms, &devices, &i.Note, &by, &i.CreatedAt}, more...)...)
	i.Home, i.ID, i.CreatedBy, i.After, i.To = home, id, by, domain.Seq(after), domain.Seq(to)
	i.Rooms, i.Devices = cooked[domain.RoomKind](rooms), cooked[domain.DeviceKind](devices)
	return i, err
}

// Incidents returns those of a home, the newest first.
func (a *Access) Incidents(ctx context.Context, home domain.HomeID) ([]Incident, error) {
	links, err := a.incidentLinks(ctx, home)
	if err != nil {
		return nil, err
	}
	rows, err := a.store.Pool().Query(ctx, `
		SELECT `+incidentFields+` FROM incidents i WHERE i.home_id = $1 ORDER BY i.incident_id DESC`, [16]byte(home))
	if err != nil {
		return nil, eventstore.Translate(err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Incident, error) {
		i, err := readIncident(row)
		i.Links = links[i.ID]
		return i, err
	})
	return list, eventstore.Translate(err)
}

// incidentLinks returns the links to the incidents of a home that have not expired.
func (a *Access) incidentLinks(ctx context.Context, home domain.HomeID) (map[domain.IncidentID][]IncidentLink, error) {
	rows, err := a.store.Pool().Query(ctx, `
		SELECT incident_id, created_at, expires_at, opened, opened_at FROM incident_links
		WHERE home_id = $1 AND expires_at > coalesce($2, clock_timestamp()) ORDER BY created_at`, [16]byte(home), a.clock())
	if err != nil {
		return nil, eventstore.Translate(err)
	}
	links := map[domain.IncidentID][]IncidentLink{}
	var id [16]byte
	var l IncidentLink
	_, err = pgx.ForEachRow(rows, []any{&id, &l.CreatedAt, &l.ExpiresAt, &l.Opened, &l.OpenedAt}, func() error {
		links[id] = append(links[id], l)
		return nil
	})
	return links, eventstore.Translate(err)
}

// ForgetIncident deletes an incident with its note, its name and its links, inside an
// append. It refuses with NotFound.
func (a *Access) ForgetIncident(ctx context.Context, tx pgx.Tx, home domain.HomeID, id domain.IncidentID) error {
	tag, err := tx.Exec(ctx, `DELETE FROM incidents WHERE home_id = $1 AND incident_id = $2`, [16]byte(home), [16]byte(id))
	if err == nil && tag.RowsAffected() == 0 {
		return noSuchIncident()
	}
	if err == nil {
		_, err = tx.Exec(ctx, `UPDATE words SET text = '' WHERE home_id = $1 AND entity = $2`, [16]byte(home), [16]byte(id))
	}
	return eventstore.Translate(err)
}

// ShareIncident makes a link to an incident, inside an append. It is shown once; only
// its hash is kept. It refuses with NotFound, and with Conflict when there are too
// many.
func (a *Access) ShareIncident(
	ctx context.Context, tx pgx.Tx, home domain.HomeID, id domain.IncidentID, by domain.PersonID, life time.Duration,
) (link string, expires time.Time, err error) {
	var many int
	err = tx.QueryRow(ctx, `
		SELECT (SELECT count(*) FROM incident_links l WHERE l.home_id = i.home_id AND l.incident_id = i.incident_id
			AND l.expires_at > coalesce($3, clock_timestamp()))
		FROM incidents i WHERE i.home_id = $1 AND i.incident_id = $2`, [16]byte(home), [16]byte(id), a.clock()).Scan(&many)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return "", expires, noSuchIncident()
	case err != nil:
		return "", expires, eventstore.Translate(err)
	case many >= MaxIncidentLinks:
		return "", expires, domain.Errorf(domain.Conflict, "the incident has %d links, the most there can be: end them first", many)
	}
	link, hash := newSecret(incidentPrefix)
	err = tx.QueryRow(ctx, `
		INSERT INTO incident_links (home_id, incident_id, hash, created_by, created_at, expires_at)
		SELECT $1, $2, $3, $4, t, t + $6::interval FROM coalesce($5, clock_timestamp()) t RETURNING expires_at`,
		[16]byte(home), [16]byte(id), hash, [16]byte(by), a.clock(), min(life, IncidentLinkLife)).Scan(&expires)
	return link, expires.UTC(), eventstore.Translate(err)
}

// UnshareIncident ends every link of an incident, inside an append. It refuses with
// NotFound when there is none.
func (a *Access) UnshareIncident(ctx context.Context, tx pgx.Tx, home domain.HomeID, id domain.IncidentID) error {
	tag, err := tx.Exec(ctx, `DELETE FROM incident_links WHERE home_id = $1 AND incident_id = $2`, [16]byte(home), [16]byte(id))
	if err == nil && tag.RowsAffected() == 0 {
		return domain.Errorf(domain.NotFound, "the incident has no link")
	}
	return eventstore.Translate(err)
}

// OpenIncident returns the incident that a link shows, and counts the look unless it
// is a further page of one. It refuses with Unauthorized whatever is wrong with the
// link.
func (a *Access) OpenIncident(ctx context.Context, link string, further bool) (Incident, time.Time, error) {
	hash, ok := hashSecret(incidentPrefix, link)
	if !ok {
		return Incident{}, time.Time{}, badIncidentLink()
	}
	rows, err := a.store.Pool().Query(wall.AllHomes(ctx), `
		WITH opened AS (
			UPDATE incident_links SET opened = opened + CASE WHEN $3 THEN 0 ELSE 1 END, opened_at = coalesce($2, clock_timestamp())
			WHERE hash = $1 AND expires_at > coalesce($2, clock_timestamp()) RETURNING home_id, incident_id, expires_at)
		SELECT `+incidentFields+`, o.expires_at FROM opened o JOIN incidents i USING (home_id, incident_id)`, hash, a.clock(), further)
	if err != nil {
		return Incident{}, time.Time{}, eventstore.Translate(err)
	}
	var expires time.Time
	i, err := pgx.CollectExactlyOneRow(rows, func(row pgx.CollectableRow) (Incident, error) { return readIncident(row, &expires) })
	if errors.Is(err, pgx.ErrNoRows) {
		return i, expires, badIncidentLink()
	}
	return i, expires.UTC(), eventstore.Translate(err)
}
