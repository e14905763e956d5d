package access

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"logis/domain"
	"logis/eventstore"
	"logis/eventstore/wall"
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

// EndToken ends one of the person's tokens. Its live sockets close within two
// seconds; what was asked for with it and waits to be sent is withdrawn in the same
// commit. It refuses with NotFound.
func (a *Access) EndToken(ctx context.Context, p Principal, id domain.EntityID) error {
	return a.endAsking(ctx, p, TokenEnded, `DELETE FROM tokens WHERE person_id = $1 AND token_id = $2 AND grant_id IS NULL`, id)
}

// endAsking ends a token of the person's or what an app may do for them, with what was
// asked for by it.
func (a *Access) endAsking(ctx context.Context, p Principal, what Deed, sql string, id domain.EntityID) error {
	home, err := a.homeOf(ctx, p, id)
	if err != nil {
		return err
	}
	return a.store.Append(wall.InHome(ctx, home), []domain.HomeID{home}, func(ctx context.Context, tx *eventstore.Tx) error {
		// Under the home's lock: who asks with the token after this sees that it is gone.
		rows, err := tx.PG().Query(ctx, `SELECT token_id FROM tokens WHERE person_id = $1 AND (token_id = $2 OR grant_id = $2)`,
			[16]byte(p.Person), [16]byte(id))
		if err != nil {
			return err
		}
		tokens, err := pgx.CollectRows(rows, pgx.RowTo[[16]byte])
		if err != nil {
			return err
		}
		if err := a.endIn(ctx, tx.PG(), p, what, sql, id); err != nil {
			return err
		}
		for _, token := range tokens {
			for _, ev := range tx.Home(home).CancelAsked(token, p.Actor()) {
				if _, err := tx.Record(ctx, home, ev); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// homeOf returns the one home that a token of the person's, or an app that acts for
// them, is for.
func (a *Access) homeOf(ctx context.Context, p Principal, id domain.EntityID) (domain.HomeID, error) {
	var doc []byte
	err := a.store.Pool().QueryRow(ctx, `
		SELECT limits FROM tokens WHERE person_id = $1 AND token_id = $2 AND grant_id IS NULL
		UNION ALL SELECT limits FROM oauth_grants WHERE person_id = $1 AND grant_id = $2`,
		[16]byte(p.Person), [16]byte(id)).Scan(&doc)
	if errors.Is(err, pgx.ErrNoRows) {
		return domain.HomeID{}, noSuchThing()
	}
	if err != nil {
		return domain.HomeID{}, eventstore.Translate(err)
	}
	var limits Limits
	if err := json.Unmarshal(doc, &limits); err != nil {
		return domain.HomeID{}, domain.Wrap(domain.Internal, "the token cannot be read", err)
	}
	return limits.Home, nil
}

// Lasts refuses with Unauthorized a principal whose token has ended since they were
// recognised. Asked under the lock of the token's home it stays true until the commit.
func (a *Access) Lasts(ctx context.Context, tx pgx.Tx, p Principal) error {
	if !p.ByToken() {
		return nil
	}
	var there bool
	err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM tokens WHERE hash = $1)`, p.key[:]).Scan(&there)
	if err == nil && !there {
		err = notSignedIn()
	}
	return err
}

// EndSession ends one of the person's sessions, as EndToken.
func (a *Access) EndSession(ctx context.Context, p Principal, id domain.EntityID) error {
	return a.end(ctx, p, SessionEnded, `DELETE FROM sessions WHERE person_id = $1 AND session_id = $2`, id)
}

// end deletes one thing of a person's and says so in the access log.
func (a *Access) end(ctx context.Context, p Principal, what Deed, sql string, id domain.EntityID) error {
	err := pgx.BeginFunc(ctx, a.store.Pool(), func(tx pgx.Tx) error { return a.endIn(ctx, tx, p, what, sql, id) })
	return eventstore.Translate(err)
}

func (a *Access) endIn(ctx context.Context, tx pgx.Tx, p Principal, what Deed, sql string, id domain.EntityID) error {
	tag, err := tx.Exec(ctx, sql, [16]byte(p.Person), [16]byte(id))
	if err != nil {
		return err
	}
	if tag.RowsAffected() == 0 {
		return noSuchThing()
	}
	return a.note(ctx, tx, p.Person, what, false)
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
