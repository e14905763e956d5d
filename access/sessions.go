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
		return "", p, a.refused(ctx, domain.PersonID{}, SignedInByLink, badLink())
	}
	err = pgx.BeginFunc(ctx, a.store.Pool(), func(tx pgx.Tx) error {
		var person [16]byte
		err := tx.QueryRow(ctx, `
			UPDATE sign_in_links SET used_at = coalesce($2, clock_timestamp())
			WHERE hash = $1 AND used_at IS NULL AND expires_at > coalesce($2, clock_timestamp())
			RETURNING person_id`, used, a.clock()).Scan(&person)
		if err != nil {
			return err
		}
		token, p, err = a.begin(ctx, tx, person, SignedInByLink)
		return err
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return "", Principal{}, a.refused(ctx, domain.PersonID{}, SignedInByLink, badLink())
	}
	return token, p, eventstore.Translate(err)
}

// begin makes a session of a person who has proved who they are, and says so in
// the access log.
func (a *Access) begin(ctx context.Context, tx pgx.Tx, person domain.PersonID, how Deed) (string, Principal, error) {
	token, hash := newSecret(sessionPrefix)
	p := Principal{key: [32]byte(hash), Person: person}
	err := tx.QueryRow(ctx, `
		WITH session AS (
			INSERT INTO sessions (hash, person_id, created_at, expires_at, proved_at, agent)
			SELECT $1, $2, t, t + $4::interval, t, $5 FROM coalesce($3, clock_timestamp()) t RETURNING person_id, expires_at
		)
		SELECT name, expires_at FROM session JOIN persons USING (person_id)`,
		hash, [16]byte(person), a.clock(), SessionLife, visitOf(ctx).agent()).Scan(&p.Name, &p.Expires)
	if err != nil {
		return "", Principal{}, err
	}
	p.Expires = p.Expires.UTC()
	_, err = tx.Exec(ctx, `
		DELETE FROM sessions WHERE hash IN (
			SELECT hash FROM sessions WHERE person_id = $1 ORDER BY created_at DESC, hash OFFSET $2)`,
		[16]byte(person), MaxSessions)
	if err != nil {
		return "", Principal{}, err
	}
	return token, p, a.note(ctx, tx, person, how, false)
}

// Authenticate returns whose session or token it is. It refuses with Unauthorized
// for one that is unknown, ended or expired. The home, if there is one, is that of
// the request: Allow needs no second look at the database for it.
func (a *Access) Authenticate(ctx context.Context, token string, home domain.HomeID) (Principal, error) {
	if hash, ok := hashSecret(sessionPrefix, token); ok {
		return a.recognize(ctx, hash, home, `
			SELECT person_id, name, expires_at, NULL::bytea, NULL::uuid, doc, coalesce($2, clock_timestamp())
			FROM sessions JOIN persons USING (person_id) LEFT JOIN members ON home_id = $3 AND id = person_id
			WHERE hash = $1 AND expires_at > coalesce($2, clock_timestamp())`)
	}
	if hash, ok := hashSecret(tokenPrefix, token); ok {
		return a.recognize(ctx, hash, home, `
			SELECT person_id, persons.name, expires_at, limits, token_id, doc, coalesce($2, clock_timestamp())
			FROM tokens JOIN persons USING (person_id) LEFT JOIN members ON home_id = $3 AND id = person_id
			WHERE hash = $1 AND expires_at > coalesce($2, clock_timestamp())`)
	}
	return Principal{}, notSignedIn()
}

// recognize finds who comes with a secret of this hash.
func (a *Access) recognize(ctx context.Context, hash []byte, home domain.HomeID, sql string) (Principal, error) {
	ctx = wall.AllHomes(ctx) // nobody is known yet
	var person [16]byte
	var limits []byte
	var token *[16]byte
	p := Principal{key: [32]byte(hash), at: home}
	err := a.store.Pool().QueryRow(ctx, sql, hash, a.clock(), [16]byte(home)).
		Scan(&person, &p.Name, &p.Expires, &limits, &token, &p.member, &p.asked)
	if errors.Is(err, pgx.ErrNoRows) {
		return Principal{}, notSignedIn()
	}
	if err != nil {
		return Principal{}, eventstore.Translate(err)
	}
	p.Person, p.Expires, p.asked = person, p.Expires.UTC(), p.asked.UTC()
	if token != nil {
		p.token = *token
	}
	if limits != nil {
		p.limits = &Limits{}
		if err := json.Unmarshal(limits, p.limits); err != nil {
			return Principal{}, domain.Wrap(domain.Internal, "the token cannot be read", err)
		}
	}
	return p, nil
}

// SignOut ends the principal's session.
func (a *Access) SignOut(ctx context.Context, p Principal) error {
	err := pgx.BeginFunc(ctx, a.store.Pool(), func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM sessions WHERE hash = $1`, p.key[:]); err != nil {
			return err
		}
		return a.note(ctx, tx, p.Person, SignedOut, false)
	})
	return eventstore.Translate(err)
}

// sweepAfter is how long used and expired secrets are kept: long enough to see
// what happened, too short to collect.
const sweepAfter = 24 * time.Hour

// detachBefore is how long before its end a session lets go of its browser's
// notifications: longer than a sweep takes.
const detachBefore = time.Hour

// Sweep deletes what has expired: sessions at once, links, claims, tokens,
// invitations and keys that nobody confirmed a day later, and the access log with the addresses beside the logs after
// LogLife.
// It returns how many rows are gone.
func (a *Access) Sweep(ctx context.Context) (int64, error) {
	gone := int64(0)
	for _, statement := range []struct {
		sql  string
		keep time.Duration
	}{
		// Who was signed in there long ago is still told there what happens: only the
		// end of a session by hand ends that. In time, before the row takes it along.
		{`UPDATE push_subscriptions p SET session_id = NULL FROM sessions s
			WHERE s.session_id = p.session_id AND s.expires_at <= coalesce($1, clock_timestamp()) - $2::interval`, -detachBefore},
		{`DELETE FROM sessions WHERE expires_at <= coalesce($1, clock_timestamp()) - $2::interval`, 0},
		{`DELETE FROM sign_in_links WHERE expires_at <= coalesce($1, clock_timestamp()) - $2::interval`, sweepAfter},
		{`DELETE FROM tokens WHERE expires_at <= coalesce($1, clock_timestamp()) - $2::interval`, sweepAfter},
		{`DELETE FROM oauth_grants WHERE expires_at <= coalesce($1, clock_timestamp()) - $2::interval`, sweepAfter},
		{`DELETE FROM oauth_refreshes WHERE used_at <= coalesce($1, clock_timestamp()) - $2::interval`, ReplayMemory},
		{`DELETE FROM ceremonies WHERE expires_at <= coalesce($1, clock_timestamp()) - $2::interval`, 0},
		{`DELETE FROM invitations WHERE expires_at <= coalesce($1, clock_timestamp()) - $2::interval`, sweepAfter},
		{`DELETE FROM access_log WHERE at <= coalesce($1, clock_timestamp()) - $2::interval`, LogLife},
		{`DELETE FROM origins WHERE at <= coalesce($1, clock_timestamp()) - $2::interval`, LogLife},
		{`DELETE FROM incident_links WHERE expires_at <= coalesce($1, clock_timestamp()) - $2::interval`, sweepAfter},
		{`DELETE FROM newcomers WHERE expires_at <= coalesce($1, clock_timestamp()) - $2::interval`, sweepAfter},
		{`DELETE FROM claims WHERE expires_at <= coalesce($1, clock_timestamp()) - $2::interval`, sweepAfter},
	} {
		tag, err := a.store.Pool().Exec(ctx, statement.sql, a.clock(), statement.keep)
		if err != nil {
			return gone, eventstore.Translate(err)
		}
		gone += tag.RowsAffected()
	}
	return gone, a.CopyErasures(ctx) // what other servers erased, too
}
