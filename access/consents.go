package access

import (
	"context"
	"regexp"
	"slices"

	"github.com/jackc/pgx/v5"

	"logis/domain"
	"logis/eventstore"
)

// Ask is what an app asks a person for.
type Ask struct {
	Client    string // which app
	Redirect  string // where the answer goes
	Challenge string // of PKCE; '' without
	Method    string // of the challenge
}

// challenge is what S256 makes: 32 bytes in base64url.
var challenge = regexp.MustCompile(`^[A-Za-z0-9_-]{43}$`)

// Asking returns the app that asks, once it is certain that an answer would reach it
// and nobody else. It refuses with Invalid.
func (a *Access) Asking(ctx context.Context, ask Ask) (App, error) {
	app, err := a.app(ctx, ask.Client)
	switch {
	case domain.CodeOf(err) == domain.Unauthorized:
		return app, domain.InvalidInput(domain.Fault{Field: "client_id", Message: "must be an app that is registered here"})
	case err != nil:
		return app, err
	case !slices.Contains(app.Redirects, ask.Redirect):
		return app, domain.InvalidInput(domain.Fault{Field: "redirect_uri", Message: "must be one of the app's own, letter by letter"})
	}
	return app, nil
}

// Proves returns nil when the ask has the challenge of PKCE that the app must bring.
func (app App) Proves(ask Ask) error {
	if app.Assistant && ask.Challenge == "" && ask.Method == "" {
		return nil
	}
	if ask.Method != "S256" || !challenge.MatchString(ask.Challenge) {
		return domain.InvalidInput(domain.Fault{Field: "code_challenge", Message: "must be there, by code_challenge_method S256"})
	}
	return nil
}

// Consent lets an app act for the person within the limits, and returns the code that
// it exchanges for tokens within CodeLife, once. It refuses with what Asking, Proves and
// NewToken refuse with.
func (a *Access) Consent(ctx context.Context, p Principal, ask Ask, limits Limits) (code string, err error) {
	app, err := a.Asking(ctx, ask)
	if err != nil {
		return "", err
	}
	if err := app.Proves(ask); err != nil {
		return "", err
	}
	doc, err := a.within(ctx, p, limits)
	if err != nil {
		return "", err
	}
	now, err := a.store.Now(ctx)
	if err != nil {
		return "", err
	}
	grant := eventstore.NewID[domain.EntityKind](now)
	code, hash := newSecret(codePrefix)
	err = pgx.BeginFunc(ctx, a.store.Pool(), func(tx pgx.Tx) error {
		if err := room(ctx, tx, p, "apps that act for you", MaxGrants, `SELECT count(*) FROM oauth_grants WHERE person_id = $1`); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `
			WITH given AS (
				INSERT INTO oauth_grants (grant_id, app_id, person_id, limits, created_at, expires_at)
				SELECT $1, $2, $3, $4, t, t + $6::interval FROM coalesce($5, clock_timestamp()) t RETURNING grant_id, expires_at
			)
			INSERT INTO oauth_codes (hash, grant_id, redirect, challenge, expires_at)
			SELECT $7, grant_id, $8, $9, expires_at FROM given`,
			[16]byte(grant), [16]byte(app.ID), [16]byte(p.Person), doc, a.clock(), CodeLife, hash, ask.Redirect, ask.Challenge)
		if err != nil {
			return err
		}
		return a.note(ctx, tx, p.Person, AppAllowed, false)
	})
	return code, eventstore.Translate(err)
}
