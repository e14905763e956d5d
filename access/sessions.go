package access

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"logis/domain"
	"logis/eventstore"
)

// NewLink returns a one-time token that signs the person in within LinkLife. It
// is shown once; only its hash is kept. It refuses with NotFound.
func (a *Access) NewLink(ctx context.Context, person domain.PersonID) (string, error) {
	text, hash := newSecret(linkPrefix)
	tag, err := a.store.Pool().Exec(ctx, `
		INSERT INTO sign_in_links (hash, person_id, expires_at)
		SELECT $1, person_id, coalesce($2, clock_timestamp()) + $3::interval FROM persons WHERE person_id = $4`,
		hash, a.clock(), LinkLife, [16]byte(person))
	if err == nil && tag.RowsAffected() == 0 {
		err = domain.Errorf(domain.NotFound, "there is no such person")
	}
	return text, eventstore.Translate(err)
}

// Redeem turns a link into a session, once: of any number of attempts at the
// same time one succeeds. It returns the session's token, which is not kept
// here, and who is signed in. It refuses with Unauthorized.
func (a *Access) Redeem(ctx context.Context, link string) (token string, p Principal, err error) {
	used, ok := hashSecret(linkPrefix, link)
	if !ok {
		return "", p, badLink()
	}
	token, hash := newSecret(sessionPrefix)
	err = pgx.BeginFunc(ctx, a.store.Pool(), func(tx pgx.Tx) error {
		p, err = a.begin(ctx, tx, used, hash)
		return err
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return "", Principal{}, badLink()
	}
	return token, p, eventstore.Translate(err)
}

// begin uses up the link and makes the session; pgx.ErrNoRows means a bad link.
func (a *Access) begin(ctx context.Context, tx pgx.Tx, link, hash []byte) (Principal, error) {
	p := Principal{session: [32]byte(hash)}
	var person [16]byte
	err := tx.QueryRow(ctx, `
		WITH link AS (
			UPDATE sign_in_links SET used_at = coalesce($3, clock_timestamp())
			WHERE hash = $1 AND used_at IS NULL AND expires_at > coalesce($3, clock_timestamp())
			RETURNING person_id, used_at
		), session AS (
			INSERT INTO sessions (hash, person_id, created_at, expires_at)
			SELECT $2, person_id, used_at, used_at + $4::interval FROM link RETURNING person_id, expires_at
		)
		SELECT person_id, name, expires_at FROM session JOIN persons USING (person_id)`,
		link, hash, a.clock(), SessionLife).Scan(&person, &p.Name, &p.Expires)
	if err != nil {
		return Principal{}, err
	}
	p.Person, p.Expires = person, p.Expires.UTC()
	_, err = tx.Exec(ctx, `
		DELETE FROM sessions WHERE hash IN (
			SELECT hash FROM sessions WHERE person_id = $1 ORDER BY created_at DESC, hash OFFSET $2)`,
		person, MaxSessions)
	return p, err
}

// Authenticate returns whose session the token is. It refuses with Unauthorized
// for a token that is unknown, signed out or expired. The home, if there is one, is
// that of the request: Allow needs no second look at the database for it.
func (a *Access) Authenticate(ctx context.Context, token string, home domain.HomeID) (Principal, error) {
	hash, ok := hashSecret(sessionPrefix, token)
	if !ok {
		return Principal{}, notSignedIn()
	}
	var person [16]byte
	p := Principal{session: [32]byte(hash), at: home}
	err := a.store.Pool().QueryRow(ctx, `
		SELECT person_id, name, expires_at, doc FROM sessions JOIN persons USING (person_id)
		LEFT JOIN members ON home_id = $3 AND id = person_id
		WHERE hash = $1 AND expires_at > coalesce($2, clock_timestamp())`,
		hash, a.clock(), [16]byte(home)).Scan(&person, &p.Name, &p.Expires, &p.member)
	if errors.Is(err, pgx.ErrNoRows) {
		return Principal{}, notSignedIn()
	}
	if err != nil {
		return Principal{}, eventstore.Translate(err)
	}
	p.Person, p.Expires = person, p.Expires.UTC()
	return p, nil
}

// SignOut ends the principal's session.
func (a *Access) SignOut(ctx context.Context, p Principal) error {
	_, err := a.store.Pool().Exec(ctx, `DELETE FROM sessions WHERE hash = $1`, p.session[:])
	return eventstore.Translate(err)
}

// sweepAfter is how long used and expired secrets are kept: long enough to see
// what happened, too short to collect.
const sweepAfter = 24 * time.Hour

// Sweep deletes expired sessions, and links, claims and keys that nobody confirmed a
// day after they expired.
// It returns how many rows are gone.
func (a *Access) Sweep(ctx context.Context) (int64, error) {
	gone := int64(0)
	for _, statement := range []struct {
		sql  string
		keep time.Duration
	}{
		{`DELETE FROM sessions WHERE expires_at <= coalesce($1, clock_timestamp()) - $2::interval`, 0},
		{`DELETE FROM sign_in_links WHERE expires_at <= coalesce($1, clock_timestamp()) - $2::interval`, sweepAfter},
		{`DELETE FROM newcomers WHERE expires_at <= coalesce($1, clock_timestamp()) - $2::interval`, sweepAfter},
		{`DELETE FROM claims WHERE expires_at <= coalesce($1, clock_timestamp()) - $2::interval`, sweepAfter},
	} {
		tag, err := a.store.Pool().Exec(ctx, statement.sql, a.clock(), statement.keep)
		if err != nil {
			return gone, eventstore.Translate(err)
		}
		gone += tag.RowsAffected()
	}
	return gone, nil
}
