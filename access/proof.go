package access

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"logis/domain"
	"logis/eventstore"
)

// Fresh returns nil when the person proved who they are within ProofLife: by
// signing in, or once more since. It refuses tokens, which prove nothing, with
// Forbidden, and an older proof with ProofNeeded. Somebody with neither password
// nor passkey has only links to prove it with, and is not asked.
func (a *Access) Fresh(ctx context.Context, p Principal) error {
	if p.ByToken() {
		return domain.Errorf(domain.Forbidden, "this is for people, not for tokens")
	}
	var fresh bool
	err := a.store.Pool().QueryRow(ctx, `
		SELECT proved_at > coalesce($2, clock_timestamp()) - $3::interval OR NOT (
			EXISTS (SELECT FROM passwords w WHERE w.person_id = s.person_id)
			OR EXISTS (SELECT FROM passkeys k WHERE k.person_id = s.person_id))
		FROM sessions s WHERE hash = $1`, p.key[:], a.clock(), ProofLife).Scan(&fresh)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return notSignedIn()
	case err != nil:
		return eventstore.Translate(err)
	case !fresh:
		return domain.Errorf(domain.ProofNeeded, "prove once more that it is you")
	}
	return nil
}

// proved notes that the holder of the session proved who they are once more.
func (a *Access) proved(ctx context.Context, tx pgx.Tx, p Principal) error {
	_, err := tx.Exec(ctx, `UPDATE sessions SET proved_at = coalesce($2, clock_timestamp()) WHERE hash = $1`, p.key[:], a.clock())
	if err != nil {
		return err
	}
	return a.note(ctx, tx, p.Person, Proved, false)
}
