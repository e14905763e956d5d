package access

import (
	"context"
	"crypto/subtle"
	"errors"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"logis/domain"
	"logis/eventstore"
)

// Bounds of where an app may have people sent back.
const (
	maxRedirects = 10  // addresses of one app; assistants have one for each region
	maxRedirect  = 500 // bytes of one
)

// App is a program of others that may ask people to act for them.
type App struct {
	ID        domain.EntityID // OAuth's client_id
	Name      string
	Redirects []string // where its people may be sent back, letter by letter
	// Public apps run where no secret can be kept, as on a phone.
	Public bool
	// Assistant apps speak OAuth 2.0 without what 2.1 adds: they bring no PKCE, and a
	// refresh token stays good, bound to the app's secret.
	Assistant bool
	// Vetted apps were registered by whoever runs the server, not by a person.
	Vetted    bool
	CreatedAt time.Time

	secret []byte // its hash; nil: a public app
}

func (app App) check() error {
	var faults []domain.Fault
	if len(app.Redirects) == 0 || len(app.Redirects) > maxRedirects {
		faults = append(faults, domain.Fault{Field: "redirects", Message: "must be from 1 to 10 addresses"})
	}
	if slices.ContainsFunc(app.Redirects, func(r string) bool { return !fitsRedirect(r) }) {
		faults = append(faults, domain.Fault{
			Field: "redirects", Message: "must be https, http to the very machine, or a scheme of the app's own with a dot in it; without a fragment",
		})
	}
	if app.Assistant && (app.Public || !app.Vetted) {
		faults = append(faults, domain.Fault{Field: "assistant", Message: "must keep a secret and be registered by who runs the server"})
	}
	if len(faults) > 0 {
		return domain.InvalidInput(faults...)
	}
	return nil
}

// fitsRedirect reports whether a code may be sent to the address: nobody but the app
// must be able to read it there (RFC 8252, section 7).
func fitsRedirect(text string) bool {
	u, err := url.Parse(text)
	if err != nil || len(text) > maxRedirect || strings.ContainsAny(text, "# \\") || u.User != nil {
		return false
	}
	switch u.Scheme {
	case "https":
		return u.Host != ""
	case "http":
		address, err := netip.ParseAddr(u.Hostname())
		return u.Hostname() == "localhost" || (err == nil && address.IsLoopback())
	}
	return strings.Contains(u.Scheme, ".")
}

// NewApp registers an app, a person's when there is one, else one of whoever runs the
// server. The secret is shown once; a public app has none. It refuses with Invalid, and
// with Conflict when the person has too many.
func (a *Access) NewApp(ctx context.Context, p Principal, app App) (secret string, _ App, err error) {
	app.Vetted = p.Person.IsZero()
	if err := app.check(); err != nil {
		return "", app, err
	}
	now, err := a.store.Now(ctx)
	if err != nil {
		return "", app, err
	}
	app.ID, app.CreatedAt = eventstore.NewID[domain.EntityKind](now), now
	if !app.Public {
		secret, app.secret = newSecret(appPrefix)
	}
	err = pgx.BeginFunc(ctx, a.store.Pool(), func(tx pgx.Tx) error {
		if !app.Vetted {
			if err := room(ctx, tx, p, "apps", MaxApps, `SELECT count(*) FROM oauth_apps WHERE owner_id = $1`); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, `
			INSERT INTO oauth_apps (app_id, owner_id, name, redirects, secret, assistant, created_at)
			VALUES ($1, nullif($2, '00000000-0000-0000-0000-000000000000'::uuid), $3, $4, $5, $6, $7)`,
			[16]byte(app.ID), [16]byte(p.Person), app.Name, app.Redirects, app.secret, app.Assistant, now)
		if err != nil {
			return err
		}
		return a.note(ctx, tx, p.Person, AppRegistered, false)
	})
	return secret, app, eventstore.Translate(err)
}

const appColumns = `app_id, name, redirects, secret, assistant, owner_id IS NULL, created_at`

func readApp(row pgx.CollectableRow) (app App, err error) {
	var id [16]byte
	err = row.Scan(&id, &app.Name, &app.Redirects, &app.secret, &app.Assistant, &app.Vetted, &app.CreatedAt)
	app.ID, app.Public, app.CreatedAt = id, app.secret == nil, app.CreatedAt.UTC()
	return app, err
}

// Apps returns the apps that a person registered, or for nobody those of whoever runs
// the server, the oldest first.
func (a *Access) Apps(ctx context.Context, p Principal) ([]App, error) {
	rows, err := a.store.Pool().Query(ctx, `
		SELECT `+appColumns+` FROM oauth_apps
		WHERE owner_id IS NOT DISTINCT FROM nullif($1, '00000000-0000-0000-0000-000000000000'::uuid) ORDER BY app_id`,
		[16]byte(p.Person))
	if err != nil {
		return nil, eventstore.Translate(err)
	}
	apps, err := pgx.CollectRows(rows, readApp)
	return apps, eventstore.Translate(err)
}

// RemoveApp removes an app that the person registered; what it was allowed ends
// everywhere. It refuses with NotFound. Nobody removes those of whoever runs the server.
func (a *Access) RemoveApp(ctx context.Context, p Principal, id domain.EntityID) error {
	return a.end(ctx, p, AppRemoved, `
		DELETE FROM oauth_apps WHERE owner_id IS NOT DISTINCT FROM nullif($1, '00000000-0000-0000-0000-000000000000'::uuid) AND app_id = $2`, id)
}

// app returns a registered app. It refuses with Unauthorized.
func (a *Access) app(ctx context.Context, id string) (App, error) {
	parsed, err := domain.ParseID[domain.EntityKind](id)
	if err != nil {
		return App{}, badApp()
	}
	rows, err := a.store.Pool().Query(ctx, `SELECT `+appColumns+` FROM oauth_apps WHERE app_id = $1`, [16]byte(parsed))
	if err != nil {
		return App{}, eventstore.Translate(err)
	}
	app, err := pgx.CollectExactlyOneRow(rows, readApp)
	if errors.Is(err, pgx.ErrNoRows) {
		return app, badApp()
	}
	return app, eventstore.Translate(err)
}

// Client is how an app says which one it is.
type Client struct{ ID, Secret string }

// authenticated returns the app that a client is. It refuses with Unauthorized.
func (a *Access) authenticated(ctx context.Context, c Client) (App, error) {
	app, err := a.app(ctx, c.ID)
	if err != nil {
		return app, err
	}
	if app.Public && c.Secret == "" {
		return app, nil // PKCE shows that it is the one that asked
	}
	hash, ok := hashSecret(appPrefix, c.Secret)
	if !ok || subtle.ConstantTimeCompare(hash, app.secret) != 1 {
		return app, badApp()
	}
	return app, nil
}
