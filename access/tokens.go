package access

import (
	"context"
	"encoding/json"
	"time"

	"github.com/jackc/pgx/v5"

	"logis/domain"
	"logis/eventstore"
)

// Token is what a program of a person comes with; the secret itself is not kept.
type Token struct {
	ID        domain.EntityID
	Name      string
	Limits    Limits
	CreatedAt time.Time
	ExpiresAt time.Time
}

// NewToken makes a token that lasts for life and returns its secret, which is
// shown once. It refuses with Invalid, with Conflict when there are too many, and
// with what Allow says to an action that the person may not do themselves.
func (a *Access) NewToken(ctx context.Context, p Principal, name string, limits Limits, life time.Duration) (string, Token, error) {
	t := Token{Name: name, Limits: limits}
	if life <= 0 || life > TokenLife {
		return "", t, domain.InvalidInput(domain.Fault{Field: "days", Message: "must be from 1 to 366"})
	}
	doc, err := a.within(ctx, p, limits)
	if err != nil {
		return "", t, err
	}
	now, err := a.store.Now(ctx)
	if err != nil {
		return "", t, err
	}
	text, hash := newSecret(tokenPrefix)
	t.ID = eventstore.NewID[domain.EntityKind](now)
	err = pgx.BeginFunc(ctx, a.store.Pool(), func(tx pgx.Tx) error {
		err := room(ctx, tx, p, "tokens", MaxTokens, `SELECT count(*) FROM tokens WHERE person_id = $1 AND grant_id IS NULL`)
		if err != nil {
			return err
		}
		err = tx.QueryRow(ctx, `
			INSERT INTO tokens (hash, token_id, person_id, name, limits, created_at, expires_at)
			SELECT $1, $2, $3, $4, $5, t, t + $7::interval FROM coalesce($6, clock_timestamp()) t
			RETURNING created_at, expires_at`,
			hash, [16]byte(t.ID), [16]byte(p.Person), name, doc, a.clock(), life).Scan(&t.CreatedAt, &t.ExpiresAt)
		if err != nil {
			return err
		}
		return a.note(ctx, tx, p.Person, TokenMade, false)
	})
	return text, t, eventstore.Translate(err)
}

// within returns the limits as they are kept, once they make sense and the person may
// do all of them themselves.
func (a *Access) within(ctx context.Context, p Principal, limits Limits) ([]byte, error) {
	if err := limits.check(); err != nil {
		return nil, err
	}
	for _, action := range limits.Actions {
		if err := a.Allow(ctx, p, limits.Home, action); err != nil {
			return nil, err
		}
	}
	doc, err := json.Marshal(limits)
	if err != nil {
		return nil, domain.Wrap(domain.Internal, "the limits cannot be written", err)
	}
	return doc, nil
}

// room refuses with Conflict when the person has as many of something as there can be.
// Their row holds back a second one who counts at the same time.
func room(ctx context.Context, tx pgx.Tx, p Principal, what string, most int, count string) error {
	if _, err := tx.Exec(ctx, `SELECT FROM persons WHERE person_id = $1 FOR UPDATE`, [16]byte(p.Person)); err != nil {
		return err
	}
	var many int
	if err := tx.QueryRow(ctx, count, [16]byte(p.Person)).Scan(&many); err != nil {
		return err
	}
	if many >= most {
		return domain.Errorf(domain.Conflict, "you have %d %s, the most there can be", many, what)
	}
	return nil
}

// Tokens returns the person's own tokens, without those of apps, the oldest first.
func (a *Access) Tokens(ctx context.Context, p Principal) ([]Token, error) {
	rows, err := a.store.Pool().Query(ctx, `
		SELECT token_id, name, limits, created_at, expires_at FROM tokens
		WHERE person_id = $1 AND grant_id IS NULL ORDER BY token_id`, [16]byte(p.Person))
	if err != nil {
		return nil, eventstore.Translate(err)
	}
	tokens, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (t Token, err error) {
		var id [16]byte
		var limits []byte
		if err := row.Scan(&id, &t.Name, &limits, &t.CreatedAt, &t.ExpiresAt); err != nil {
			return t, err
		}
		t.ID = id
		return t, json.Unmarshal(limits, &t.Limits)
	})
	return tokens, eventstore.Translate(err)
}

// EndToken ends one of the person's tokens; its live sockets close within two
// seconds. It refuses with NotFound.
func (a *Access) EndToken(ctx context.Context, p Principal, id domain.EntityID) error {
	return a.end(ctx, p, TokenEnded, `DELETE FROM tokens WHERE person_id = $1 AND token_id = $2 AND grant_id IS NULL`, id)
}

// EndSession ends one of the person's sessions, as EndToken.
func (a *Access) EndSession(ctx context.Context, p Principal, id domain.EntityID) error {
	return a.end(ctx, p, SessionEnded, `DELETE FROM sessions WHERE person_id = $1 AND session_id = $2`, id)
}

// end deletes one thing of a person's and says so in the access log.
func (a *Access) end(ctx context.Context, p Principal, what Deed, sql string, id domain.EntityID) error {
	err := pgx.BeginFunc(ctx, a.store.Pool(), func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, sql, [16]byte(p.Person), [16]byte(id))
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return domain.Errorf(domain.NotFound, "there is no such thing of yours")
		}
		return a.note(ctx, tx, p.Person, what, false)
	})
	return eventstore.Translate(err)
}

// SignedIn is a browser that is signed in.
type SignedIn struct {
	ID        domain.EntityID
	Agent     string
	CreatedAt time.Time
	ExpiresAt time.Time
	Current   bool // it is the one that asks
}

// Sessions returns where the person is signed in, the newest first.
func (a *Access) Sessions(ctx context.Context, p Principal) ([]SignedIn, error) {
	rows, err := a.store.Pool().Query(ctx, `
		SELECT session_id, agent, created_at, expires_at, hash = $2 FROM sessions
		WHERE person_id = $1 AND expires_at > coalesce($3, clock_timestamp()) ORDER BY created_at DESC, hash`,
		[16]byte(p.Person), p.key[:], a.clock())
	if err != nil {
		return nil, eventstore.Translate(err)
	}
	sessions, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (s SignedIn, err error) {
		var id [16]byte
		err = row.Scan(&id, &s.Agent, &s.CreatedAt, &s.ExpiresAt, &s.Current)
		s.ID = id
		return s, err
	})
	return sessions, eventstore.Translate(err)
}
