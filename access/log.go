package access

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"logis/domain"
	"logis/eventstore"
	"logis/eventstore/wall"
)

// Deed is something that happened at the door, where no home is concerned.
type Deed string

// The deeds.
const (
	SignedInByLink       Deed = "signed_in.link"
	SignedInByPassword   Deed = "signed_in.password"
	SignedInByPasskey    Deed = "signed_in.passkey"
	SignedInByInvitation Deed = "signed_in.invitation"
	SignedInByOpenID     Deed = "signed_in.openid"
	SignedOut            Deed = "signed_out"
	Proved               Deed = "proved" // who they are, once more
	SessionEnded         Deed = "session.ended"
	PasswordSet          Deed = "password.set"
	PasskeyAdded         Deed = "passkey.added"
	PasskeyRemoved       Deed = "passkey.removed"
	CodesSet             Deed = "codes.set"
	CodesRemoved         Deed = "codes.removed"
	OpenIDLinked         Deed = "openid.linked"
	OpenIDRemoved        Deed = "openid.removed"
	TokenMade            Deed = "token.made"
	TokenEnded           Deed = "token.ended"
	AppRegistered        Deed = "app.registered"
	AppRemoved           Deed = "app.removed"
	AppAllowed           Deed = "app.allowed"  // to act for the person
	AppEnded             Deed = "app.ended"    // by the person, or by itself
	AppReplayed          Deed = "app.replayed" // somebody came with a secret that was used: all of the app's end
)

// Visit is where a request came from, for the access log and the list of sessions.
type Visit struct {
	Place string // what the caller's network address is kept as
	Agent string // what the browser calls itself
}

// maxAgent bounds what is kept of what a browser calls itself, in bytes.
const maxAgent = 200

func (v Visit) agent() string {
	kept := make([]rune, 0, maxAgent)
	for _, r := range v.Agent {
		if r < ' ' || r > '~' || len(kept) == maxAgent {
			break
		}
		kept = append(kept, r)
	}
	return string(kept)
}

type visitKey struct{}

// WithVisit returns a context that says where a request came from. What is recorded
// with it is remembered to have come from there.
func WithVisit(ctx context.Context, v Visit) context.Context {
	return context.WithValue(eventstore.WithOrigin(ctx, v.Place), visitKey{}, v)
}

func visitOf(ctx context.Context) Visit {
	v, _ := ctx.Value(visitKey{}).(Visit)
	return v
}

// execer is a pool or a transaction.
type execer interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
}

// note keeps a deed in the access log.
func (a *Access) note(ctx context.Context, q execer, person domain.PersonID, what Deed, refused bool) error {
	_, err := q.Exec(ctx, `
		INSERT INTO access_log (at, person_id, what, refused, place)
		VALUES (coalesce($1, clock_timestamp()), nullif($2, '00000000-0000-0000-0000-000000000000'::uuid), $3, $4, $5)`,
		a.clock(), [16]byte(person), string(what), refused, visitOf(ctx).Place)
	return err
}

// refused keeps a refused attempt and returns its refusal; when it cannot be
// kept, that is the error.
func (a *Access) refused(ctx context.Context, person domain.PersonID, what Deed, refusal error) error {
	if err := a.note(ctx, a.store.Pool(), person, what, true); err != nil {
		return eventstore.Translate(err)
	}
	return refusal
}

// Refused keeps that a person was refused an action in a home that is theirs, or
// is not: once a minute for each action and home, however often they try.
func (a *Access) Refused(ctx context.Context, p Principal, home domain.HomeID, action Action) error {
	_, err := a.store.Pool().Exec(wall.InHome(ctx, home), `
		INSERT INTO access_log (at, person_id, what, refused, place, home_id)
		SELECT t, $2, $3, true, $4, $5 FROM coalesce($1, clock_timestamp()) t WHERE NOT EXISTS (
			SELECT FROM access_log l WHERE l.person_id = $2 AND l.what = $3 AND l.refused AND l.home_id = $5
				AND l.at > t - interval '1 minute')`,
		a.clock(), [16]byte(p.Person), string(action), visitOf(ctx).Place, [16]byte(home))
	return eventstore.Translate(err)
}

// Entry is a line of the access log.
type Entry struct {
	At      time.Time
	What    Deed
	Refused bool
	Place   string
}

// MaxEntries bounds the lines of the access log that are shown.
const MaxEntries = 100

// Log returns what happened at the door with a person, newest first.
func (a *Access) Log(ctx context.Context, p Principal) ([]Entry, error) {
	rows, err := a.store.Pool().Query(wall.AllHomes(ctx), `
		SELECT at, what, refused, place FROM access_log WHERE person_id = $1 ORDER BY at DESC, entry_id DESC LIMIT $2`,
		[16]byte(p.Person), MaxEntries)
	if err != nil {
		return nil, eventstore.Translate(err)
	}
	entries, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Entry])
	return entries, eventstore.Translate(err)
}
