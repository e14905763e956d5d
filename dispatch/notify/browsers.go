package notify

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"logis/dispatch/push"
	"logis/domain"
	"logis/eventstore"
)

// MaxBrowsers is how many browsers of one person are told: phones and computers of a
// few years. One more, and the oldest is told no longer.
const MaxBrowsers = 10

// Browser is one in which a person is told.
type Browser struct {
	ID        domain.EntityID
	Agent     string    // what it calls itself
	CreatedAt time.Time // when it was added
	ToldAt    time.Time // zero: never
	Session   domain.EntityID
}

// PushKey is what browsers subscribe with, "" when this server sends them nothing.
func (t *Teller) PushKey() string {
	if t.options.Push == nil {
		return ""
	}
	return t.options.Push.PublicKey()
}

// AddBrowser lets a person be told in the browser of a session, which ends that, too.
// A browser that is there already, whoever's it was, is this person's now. It refuses
// with Invalid, and with Conflict when this server sends nothing to browsers.
func (t *Teller) AddBrowser(ctx context.Context, person domain.PersonID, session domain.EntityID, agent string, at push.Subscription) (b Browser, err error) {
	if t.options.Push == nil {
		return b, domain.Errorf(domain.Conflict, "this server sends nothing to browsers")
	}
	if err := t.options.Push.Check(at); err != nil {
		return b, err
	}
	now, err := t.store.Now(ctx)
	if err != nil {
		return b, err
	}
	b = Browser{Agent: agent, CreatedAt: now.UTC(), Session: session}
	err = pgx.BeginFunc(ctx, t.store.Pool(), func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `
			INSERT INTO push_subscriptions AS s (browser_id, person_id, session_id, endpoint, public_key, auth, agent, created_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
			ON CONFLICT (endpoint) DO UPDATE SET person_id = $2, session_id = $3, agent = $7, created_at = $8, told_at = NULL
			WHERE s.public_key = $5 AND s.auth = $6 RETURNING browser_id`,
			[16]byte(eventstore.NewID[domain.EntityKind](now)), [16]byte(person), [16]byte(session), at.Endpoint, at.Key, at.Auth, agent, now)
		if err != nil {
			return err
		}
		ids, err := pgx.CollectRows(rows, pgx.RowTo[[16]byte])
		if err != nil {
			return err
		}
		if len(ids) == 0 { // who knows an endpoint only may not take it from its browser
			return domain.InvalidInput(domain.Fault{Field: "endpoint", Message: "belongs to other keys"})
		}
		b.ID = ids[0]
		_, err = tx.Exec(ctx, `
			DELETE FROM push_subscriptions WHERE browser_id IN (
				SELECT browser_id FROM push_subscriptions WHERE person_id = $1 ORDER BY created_at DESC, browser_id OFFSET $2)`,
			[16]byte(person), MaxBrowsers)
		return err
	})
	return b, eventstore.Translate(err)
}

// RemoveBrowser ends that a person is told in one of their browsers. It refuses with
// NotFound.
func (t *Teller) RemoveBrowser(ctx context.Context, person domain.PersonID, id domain.EntityID) error {
	tag, err := t.store.Pool().Exec(ctx, `DELETE FROM push_subscriptions WHERE person_id = $1 AND browser_id = $2`, [16]byte(person), [16]byte(id))
	if err == nil && tag.RowsAffected() == 0 {
		return domain.Errorf(domain.NotFound, "there is no such browser of yours")
	}
	return eventstore.Translate(err)
}

// Browsers returns those in which a person is told, the newest first.
func (t *Teller) Browsers(ctx context.Context, person domain.PersonID) ([]Browser, error) {
	rows, err := t.store.Pool().Query(ctx, `
		SELECT browser_id, agent, created_at, told_at, coalesce(session_id, $2)
		FROM push_subscriptions WHERE person_id = $1 ORDER BY created_at DESC, browser_id`, [16]byte(person), [16]byte{})
	if err != nil {
		return nil, eventstore.Translate(err)
	}
	browsers, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (b Browser, err error) {
		var id, session [16]byte
		var told *time.Time
		err = row.Scan(&id, &b.Agent, &b.CreatedAt, &told, &session)
		b.ID, b.Session, b.CreatedAt, b.ToldAt = id, session, b.CreatedAt.UTC(), orZero(told)
		return b, err
	})
	return browsers, eventstore.Translate(err)
}

// subscription is how a browser is reached.
type subscription struct {
	id [16]byte
	at push.Subscription
}

func (t *Teller) subscriptions(ctx context.Context, person domain.PersonID) ([]subscription, error) {
	rows, err := t.store.Pool().Query(ctx, `
		SELECT browser_id, endpoint, public_key, auth FROM push_subscriptions WHERE person_id = $1`, [16]byte(person))
	if err != nil {
		return nil, eventstore.Translate(err)
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (s subscription, err error) {
		err = row.Scan(&s.id, &s.at.Endpoint, &s.at.Key, &s.at.Auth)
		return s, err
	})
	return all, eventstore.Translate(err)
}

func orZero(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}
