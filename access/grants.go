package access

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"logis/domain"
	"logis/eventstore"
)

// Granted is what an app goes on with.
type Granted struct {
	Access  string // a token like any other, for AccessLife
	Refresh string // for the next; a used one ends everything
	Limits  Limits
}

// grant is a row of the table.
type grant struct {
	id     domain.EntityID
	person domain.PersonID
	doc    []byte
}

// Exchange returns the tokens for a code, once: of any number of attempts at the same
// time one succeeds, and any further one ends what it got. It refuses with Unauthorized
// when the app is not who it says, and with Forbidden whatever is wrong with the code.
func (a *Access) Exchange(ctx context.Context, c Client, code, redirect, verifier string) (Granted, error) {
	hash, _ := hashSecret(codePrefix, code)
	return a.redeem(ctx, c, hash, func(tx pgx.Tx, _ App, now time.Time) (stays, replayed bool, err error) {
		var bound, challenge string
		var ends time.Time
		err = tx.QueryRow(ctx, `SELECT redirect, challenge, used_at IS NOT NULL, expires_at FROM oauth_codes WHERE hash = $1`, hash).
			Scan(&bound, &challenge, &replayed, &ends)
		switch {
		case err != nil || replayed:
			return false, replayed, err
		case !now.Before(ends) || redirect != bound || !verifies(verifier, challenge):
			return false, false, badGrant()
		}
		_, err = tx.Exec(ctx, `UPDATE oauth_codes SET used_at = $2 WHERE hash = $1`, hash, now)
		return false, false, err
	})
}

// verifies reports whether the verifier is the one that the challenge was made of. Who
// brought no challenge brings no verifier.
func verifies(verifier, challenge string) bool {
	if challenge == "" || verifier == "" {
		return challenge == verifier
	}
	sum := sha256.Sum256([]byte(verifier))
	return subtle.ConstantTimeCompare([]byte(base64.RawURLEncoding.EncodeToString(sum[:])), []byte(challenge)) == 1
}

// Refresh returns the next tokens for a refresh token. Each is good once, and a second
// use, by whomever, ends what the app may; but an assistant's stays. It refuses as
// Exchange.
func (a *Access) Refresh(ctx context.Context, c Client, refresh string) (Granted, error) {
	hash, _ := hashSecret(refreshPrefix, refresh)
	out, err := a.redeem(ctx, c, hash, func(tx pgx.Tx, app App, now time.Time) (stays, replayed bool, err error) {
		err = tx.QueryRow(ctx, `SELECT used_at IS NOT NULL FROM oauth_refreshes WHERE hash = $1`, hash).Scan(&replayed)
		if err != nil || replayed || app.Assistant {
			return app.Assistant, replayed, err
		}
		_, err = tx.Exec(ctx, `UPDATE oauth_refreshes SET used_at = $2 WHERE hash = $1`, hash, now)
		return false, false, err
	})
	if err == nil && out.Refresh == "" {
		out.Refresh = refresh
	}
	return out, err
}

// redeem gives an app new tokens for a code or a refresh token, once use has looked at
// it under the lock of its grant; one that was used before ends the grant. What stays
// good is not replaced.
func (a *Access) redeem(
	ctx context.Context, c Client, hash []byte, use func(pgx.Tx, App, time.Time) (stays, replayed bool, err error),
) (out Granted, err error) {
	app, err := a.authenticated(ctx, c)
	if err != nil {
		return out, err
	}
	now, err := a.store.Now(ctx)
	if err != nil {
		return out, err
	}
	ended := false
	err = pgx.BeginFunc(ctx, a.store.Pool(), func(tx pgx.Tx) error {
		g, err := lockGrant(ctx, tx, app, hash, now)
		if err != nil {
			return err
		}
		stays, replayed, err := use(tx, app, now)
		if err != nil {
			return err
		}
		if ended = replayed; replayed {
			return a.endGrant(ctx, tx, g, AppReplayed)
		}
		out, err = issue(ctx, tx, app, g, now, stays)
		return err
	})
	if err == nil && ended || errors.Is(err, pgx.ErrNoRows) {
		err = badGrant()
	}
	return out, eventstore.Translate(err)
}

// lockGrant returns the grant of the app that a code or a refresh token belongs to, and
// keeps others from it. What is read after it is as it stands behind the lock.
func lockGrant(ctx context.Context, tx pgx.Tx, app App, hash []byte, now time.Time) (g grant, err error) {
	var id, person [16]byte
	err = tx.QueryRow(ctx, `
		SELECT grant_id, person_id, limits FROM oauth_grants
		WHERE grant_id IN (
			SELECT grant_id FROM oauth_codes WHERE hash = $1 UNION ALL SELECT grant_id FROM oauth_refreshes WHERE hash = $1)
			AND app_id = $2 AND expires_at > $3 FOR UPDATE`, hash, [16]byte(app.ID), now).Scan(&id, &person, &g.doc)
	g.id, g.person = id, person
	return g, err
}

// issue makes the tokens of a grant.
func issue(ctx context.Context, tx pgx.Tx, app App, g grant, now time.Time, stays bool) (out Granted, err error) {
	if err := json.Unmarshal(g.doc, &out.Limits); err != nil {
		return out, domain.Wrap(domain.Internal, "the grant cannot be read", err)
	}
	batch := &pgx.Batch{}
	var hash []byte
	out.Access, hash = newSecret(tokenPrefix)
	batch.Queue(`
		INSERT INTO tokens (hash, token_id, person_id, name, limits, created_at, expires_at, grant_id)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		hash, [16]byte(eventstore.NewID[domain.EntityKind](now)), [16]byte(g.person), app.Name, g.doc, now, now.Add(AccessLife), [16]byte(g.id))
	batch.Queue(`
		DELETE FROM tokens WHERE hash IN (
			SELECT hash FROM tokens WHERE grant_id = $1 ORDER BY created_at DESC, token_id DESC OFFSET $2)`, [16]byte(g.id), MaxAccess)
	if !stays {
		out.Refresh, hash = newSecret(refreshPrefix)
		batch.Queue(`INSERT INTO oauth_refreshes (hash, grant_id) VALUES ($1, $2)`, hash, [16]byte(g.id))
	}
	batch.Queue(`UPDATE oauth_grants SET used_at = $2, expires_at = $3 WHERE grant_id = $1`, [16]byte(g.id), now, now.Add(GrantLife))
	return out, tx.SendBatch(ctx, batch).Close()
}

// GiveBack ends what an app may by one of its tokens, as an app does that is thrown away
// (RFC 7009). A token that opens nothing is no error. It refuses with Unauthorized when
// the app is not who it says.
func (a *Access) GiveBack(ctx context.Context, c Client, token string) error {
	app, err := a.authenticated(ctx, c)
	if err != nil {
		return err
	}
	sql := `SELECT grant_id, person_id FROM oauth_refreshes JOIN oauth_grants USING (grant_id) WHERE hash = $1 AND app_id = $2`
	hash, ok := hashSecret(refreshPrefix, token)
	if !ok {
		sql = `SELECT grant_id, g.person_id FROM tokens JOIN oauth_grants g USING (grant_id) WHERE hash = $1 AND app_id = $2`
		hash, _ = hashSecret(tokenPrefix, token)
	}
	err = pgx.BeginFunc(ctx, a.store.Pool(), func(tx pgx.Tx) error {
		var id, person [16]byte
		err := tx.QueryRow(ctx, sql, hash, [16]byte(app.ID)).Scan(&id, &person)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		return a.endGrant(ctx, tx, grant{id: id, person: person}, AppEnded)
	})
	return eventstore.Translate(err)
}

// GiveUp ends what the app may that came as the principal. Somebody else gives up nothing.
func (a *Access) GiveUp(ctx context.Context, p Principal) error {
	return eventstore.Translate(pgx.BeginFunc(ctx, a.store.Pool(), func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `DELETE FROM oauth_grants WHERE grant_id = (SELECT grant_id FROM tokens WHERE hash = $1)`, p.key[:])
		if err != nil || tag.RowsAffected() == 0 {
			return err
		}
		return a.note(ctx, tx, p.Person, AppEnded, false)
	}))
}

// endGrant ends a grant with its codes and tokens.
func (a *Access) endGrant(ctx context.Context, tx pgx.Tx, g grant, how Deed) error {
	if _, err := tx.Exec(ctx, `DELETE FROM oauth_grants WHERE grant_id = $1`, [16]byte(g.id)); err != nil {
		return err
	}
	return a.note(ctx, tx, g.person, how, false)
}

// Grant is what a person lets an app do.
type Grant struct {
	ID        domain.EntityID
	App       string
	Vetted    bool // the app was registered by whoever runs the server
	Limits    Limits
	CreatedAt time.Time
	UsedAt    *time.Time // when it last got a token
	ExpiresAt time.Time
}

// Grants returns what the person lets apps do, the oldest first.
func (a *Access) Grants(ctx context.Context, p Principal) ([]Grant, error) {
	rows, err := a.store.Pool().Query(ctx, `
		SELECT grant_id, name, owner_id IS NULL, limits, g.created_at, used_at, expires_at
		FROM oauth_grants g JOIN oauth_apps USING (app_id)
		WHERE person_id = $1 AND expires_at > coalesce($2, clock_timestamp()) ORDER BY grant_id`, [16]byte(p.Person), a.clock())
	if err != nil {
		return nil, eventstore.Translate(err)
	}
	grants, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (g Grant, err error) {
		var id [16]byte
		var doc []byte
		if err := row.Scan(&id, &g.App, &g.Vetted, &doc, &g.CreatedAt, &g.UsedAt, &g.ExpiresAt); err != nil {
			return g, err
		}
		g.ID = id
		return g, json.Unmarshal(doc, &g.Limits)
	})
	return grants, eventstore.Translate(err)
}

// EndGrant ends what an app may for the person; its live sockets close within two
// seconds. It refuses with NotFound.
func (a *Access) EndGrant(ctx context.Context, p Principal, id domain.EntityID) error {
	return a.endAsking(ctx, p, AppEnded, `DELETE FROM oauth_grants WHERE person_id = $1 AND grant_id = $2`, id)
}
