package access

import (
	"context"
	"errors"
	"slices"

	"github.com/jackc/pgx/v5"

	"logis/domain"
	"logis/domain/thing"
	"logis/eventstore"
)

// assurance is how sure it is that whoever holds a session is its person.
type assurance struct {
	fresh  bool // they proved it within ProofLife: by signing in, or once more since
	able   bool // they have what proves it: a password or a passkey
	second bool // they have a second factor
}

// factors has a row for each person: what they prove who they are by.
const factors = `(
	SELECT person_id, coalesce(login, '') AS login,
		EXISTS (SELECT FROM passwords w WHERE w.person_id = p.person_id) AS password,
		EXISTS (SELECT FROM passkeys k WHERE k.person_id = p.person_id) AS passkey,
		EXISTS (SELECT FROM one_time_seeds s WHERE s.person_id = p.person_id AND confirmed_at IS NOT NULL) AS codes
	FROM persons p) factors`

// assurance looks at the session and its person. It refuses tokens, which prove
// nothing, with Forbidden.
func (a *Access) assurance(ctx context.Context, p Principal) (s assurance, err error) {
	if p.ByToken() {
		return s, domain.Errorf(domain.Forbidden, "this is for people, not for tokens")
	}
	err = a.store.Pool().QueryRow(ctx, `
		SELECT proved_at > coalesce($2, clock_timestamp()) - $3::interval, password OR passkey, codes OR passkey
		FROM sessions JOIN `+factors+` USING (person_id) WHERE hash = $1`,
		p.key[:], a.clock(), ProofLife).Scan(&s.fresh, &s.able, &s.second)
	if errors.Is(err, pgx.ErrNoRows) {
		return s, notSignedIn()
	}
	return s, eventstore.Translate(err)
}

// Fresh returns nil when the person proved who they are within ProofLife. It
// refuses with ProofNeeded to do so once more, with FactorNeeded somebody who has
// neither password nor passkey to do it with, and tokens with Forbidden.
func (a *Access) Fresh(ctx context.Context, p Principal) error {
	s, err := a.assurance(ctx, p)
	switch {
	case err != nil || s.fresh:
		return err
	case !s.able:
		return domain.Errorf(domain.FactorNeeded, "set up a passkey or a password first: there is nothing yet to prove by that it is you")
	}
	return domain.Errorf(domain.ProofNeeded, "prove once more that it is you")
}

// FreshOrFirst is Fresh for what somebody proves who they are by: the first needs
// no proof, because nothing could give it.
func (a *Access) FreshOrFirst(ctx context.Context, p Principal) error {
	if s, err := a.assurance(ctx, p); err != nil || !s.able {
		return err
	}
	return a.Fresh(ctx, p)
}

// Twofold is Fresh for letting others open something: it wants a second factor, too,
// and refuses somebody without one with FactorNeeded. A passkey is both factors: the
// device that holds it, and what unlocks that.
func (a *Access) Twofold(ctx context.Context, p Principal) error {
	s, err := a.assurance(ctx, p)
	if err == nil && !s.second {
		err = domain.Errorf(domain.FactorNeeded, "who lets others open something needs a passkey, or one-time codes beside the password: set them up first")
	}
	if err != nil {
		return err
	}
	return a.Fresh(ctx, p)
}

// LetsOpen reports whether somebody with the role and scope may open something. A
// guest may what is named; whether that opens is not looked at.
func LetsOpen(role domain.Role, scope domain.Scope) bool {
	switch Decide(role, CommandDevice, thing.Opening) {
	case Always:
		return true
	case Named:
		return len(scope.Functions) > 0
	}
	return false
}

// LetsOpen reports whether a token with these limits may open something.
func (l Limits) LetsOpen() bool { return slices.Contains(l.Classes, thing.Opening) }

// proved notes that the holder of the session proved who they are once more.
func (a *Access) proved(ctx context.Context, tx pgx.Tx, p Principal) error {
	_, err := tx.Exec(ctx, `UPDATE sessions SET proved_at = coalesce($2, clock_timestamp()) WHERE hash = $1`, p.key[:], a.clock())
	if err != nil {
		return err
	}
	return a.note(ctx, tx, p.Person, Proved, false)
}
