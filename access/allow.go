package access

import (
	"bytes"
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"logis/domain"
	"logis/eventstore"
	"logis/eventstore/wall"
)

// Principal is who asks, once they are known: a person with a session, or with a
// token they made. The zero Principal is nobody and may nothing.
type Principal struct {
	Person  domain.PersonID
	Name    string
	Expires time.Time // when the session or the token ends

	key    [32]byte        // hash of the session or token
	token  domain.EntityID // which token; zero: a session
	limits *Limits         // of the token; nil: a session
	at     domain.HomeID   // what Authenticate looked up besides …
	member []byte          // … the membership there, nil: none
	asked  time.Time       // … and when
}

// Actor returns who the principal is in the log.
func (p Principal) Actor() domain.Actor { return domain.PersonActor(p.Person) }

// ByToken reports whether a token speaks for the person.
func (p Principal) ByToken() bool { return p.limits != nil }

// Home returns the one home that a token is for; false for a session, which is for all.
func (p Principal) Home() (domain.HomeID, bool) {
	if p.limits == nil {
		return domain.HomeID{}, false
	}
	return p.limits.Home, true
}

// Token returns the token that speaks for the person; zero when they come themselves.
func (p Principal) Token() domain.EntityID { return p.token }

// Allow returns nil when the principal may do the action in the home. Otherwise
// Unauthorized for nobody; NotFound for somebody who does not belong to the home,
// by the same work and with the same words as for a home that does not exist;
// Forbidden for a member whose role, scope or token does not allow it.
func (a *Access) Allow(ctx context.Context, p Principal, home domain.HomeID, action Action) error {
	_, err := a.Permit(ctx, p, home, action)
	return err
}

// Permit is Allow and returns what the principal may in the home.
func (a *Access) Permit(ctx context.Context, p Principal, home domain.HomeID, action Action) (Permit, error) {
	if p.Person.IsZero() {
		return Permit{}, notSignedIn()
	}
	doc, now := p.member, p.asked
	if p.at != home || home.IsZero() {
		var err error
		if doc, now, err = a.member(ctx, p.Person, home); err != nil {
			return Permit{}, err
		}
	}
	if doc == nil || (p.limits != nil && p.limits.Home != home) {
		return Permit{}, noSuchHome()
	}
	permit, err := a.permit(ctx, home, doc, now)
	switch {
	case err != nil:
		return Permit{}, err
	case permit == nil:
		return Permit{}, noSuchHome()
	}
	if permit.limits = p.limits; !permit.May(action) {
		return Permit{}, domain.Errorf(domain.Forbidden, "your role in this home does not allow it")
	}
	return *permit, nil
}

func (a *Access) permit(ctx context.Context, home domain.HomeID, doc []byte, now time.Time) (*Permit, error) {
	m, err := readMember(doc)
	if err != nil {
		return nil, err
	}
	return permitOf(m, now, func() (string, error) { return a.zone(ctx, home) })
}

// member returns the membership of a person in a home, nil when there is none,
// and the time of the look.
func (a *Access) member(ctx context.Context, person domain.PersonID, home domain.HomeID) (doc []byte, now time.Time, err error) {
	err = a.store.Pool().QueryRow(wall.AsMember(ctx, home, person), `
		SELECT coalesce($3, clock_timestamp()), (SELECT doc FROM members WHERE home_id = $1 AND id = $2)`,
		[16]byte(home), [16]byte(person), a.clock()).Scan(&now, &doc)
	return doc, now.UTC(), eventstore.Translate(err)
}

// zone returns the time zone of a home.
func (a *Access) zone(ctx context.Context, home domain.HomeID) (string, error) {
	var doc []byte
	err := a.store.Pool().QueryRow(wall.InHome(ctx, home), `SELECT doc FROM homes WHERE home_id = $1`, [16]byte(home)).Scan(&doc)
	if err != nil {
		return "", eventstore.Translate(err)
	}
	return readZone(doc)
}

// Standing is whether a door that stays open may stay so.
type Standing int

// The standings.
const (
	Gone    Standing = iota // the session, the token or the membership has ended
	Changed                 // the rights are others than those the door was opened with
	Stays
)

// Still returns for each principal whether its session or token lasts and Allow
// would still say yes, with the rights it was authenticated with: for doors that
// stay open, asked again and again.
func (a *Access) Still(ctx context.Context, home domain.HomeID, action Action, principals []Principal) ([]Standing, error) {
	hashes := make([][]byte, len(principals))
	for i, p := range principals {
		hashes[i] = p.key[:]
	}
	rows, err := a.store.Pool().Query(ctx, `
		SELECT k.hash, m.doc, coalesce($3, clock_timestamp()) FROM (
			SELECT hash, person_id, expires_at FROM sessions WHERE hash = ANY($2)
			UNION ALL SELECT hash, person_id, expires_at FROM tokens WHERE hash = ANY($2)
		) k JOIN members m ON m.home_id = $1 AND m.id = k.person_id
		WHERE k.expires_at > coalesce($3, clock_timestamp())`,
		[16]byte(home), hashes, a.clock())
	if err != nil {
		return nil, eventstore.Translate(err)
	}
	type found struct {
		doc []byte
		now time.Time
	}
	members := map[[32]byte]found{}
	var hash, doc []byte
	var now time.Time
	_, err = pgx.ForEachRow(rows, []any{&hash, &doc, &now}, func() error {
		members[[32]byte(hash)] = found{bytes.Clone(doc), now.UTC()}
		return nil
	})
	if err != nil {
		return nil, eventstore.Translate(err)
	}
	still := make([]Standing, len(principals))
	for i, p := range principals {
		f, ok := members[p.key]
		if !ok {
			continue
		}
		changed := p.at == home && !bytes.Equal(f.doc, p.member)
		p.at, p.member, p.asked = home, f.doc, f.now
		if still[i], err = a.standing(ctx, p, home, action, changed); err != nil {
			return nil, err
		}
	}
	return still, nil
}

func (a *Access) standing(ctx context.Context, p Principal, home domain.HomeID, action Action, changed bool) (Standing, error) {
	var refused *domain.Error
	switch err := a.Allow(ctx, p, home, action); {
	case err == nil && changed:
		return Changed, nil
	case err == nil:
		return Stays, nil
	case errors.As(err, &refused) && (refused.Code == domain.NotFound || refused.Code == domain.Forbidden):
		return Gone, nil
	default:
		return Gone, err
	}
}
