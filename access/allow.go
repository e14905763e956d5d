package access

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"logis/domain"
	"logis/eventstore"
)

// Principal is who asks, once they are known: a person with a session. The zero
// Principal is nobody and may nothing.
type Principal struct {
	Person  domain.PersonID
	Name    string
	Expires time.Time // when the session ends

	session [32]byte      // hash of its token
	at      domain.HomeID // what Authenticate looked up besides …
	member  []byte        // … the membership there, nil: none
}

// Actor returns who the principal is in the log.
func (p Principal) Actor() domain.Actor { return domain.PersonActor(p.Person) }

// Allow returns nil when the principal may do the action in the home, on the
// parts of it that are named. Otherwise Unauthorized for nobody; NotFound for
// somebody who does not belong to the home, by the same work and with the same
// words as for a home that does not exist; Forbidden for a member whose role
// does not allow it.
//
// A role holds for the whole home so far, so the parts are not looked at.
func (a *Access) Allow(ctx context.Context, p Principal, home domain.HomeID, action Action, _ ...domain.EntityID) error {
	if p.Person.IsZero() {
		return notSignedIn()
	}
	doc := p.member
	if p.at != home || home.IsZero() {
		var err error
		if doc, err = a.member(ctx, p.Person, home); err != nil {
			return err
		}
	}
	if doc == nil {
		return noSuchHome()
	}
	allowed, err := memberMay(doc, action)
	if err == nil && !allowed {
		return domain.Errorf(domain.Forbidden, "your role in this home does not allow it")
	}
	return err
}

// member returns the membership of a person in a home, nil when there is none.
func (a *Access) member(ctx context.Context, person domain.PersonID, home domain.HomeID) (doc []byte, err error) {
	err = a.store.Pool().QueryRow(ctx, `SELECT doc FROM members WHERE home_id = $1 AND id = $2`,
		[16]byte(home), [16]byte(person)).Scan(&doc)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	return doc, eventstore.Translate(err)
}

func memberMay(doc []byte, action Action) (bool, error) {
	var m domain.Member
	if err := json.Unmarshal(doc, &m); err != nil {
		return false, domain.Wrap(domain.Internal, "the membership cannot be read", err)
	}
	return may(m.Role, action), nil
}

// Still reports for each principal whether its session lasts and Allow would
// still say yes: for doors that stay open, asked again and again.
func (a *Access) Still(ctx context.Context, home domain.HomeID, action Action, principals []Principal) ([]bool, error) {
	hashes := make([][]byte, len(principals))
	for i, p := range principals {
		hashes[i] = p.session[:]
	}
	rows, err := a.store.Pool().Query(ctx, `
		SELECT s.hash, m.doc FROM sessions s JOIN members m ON m.home_id = $1 AND m.id = s.person_id
		WHERE s.hash = ANY($2) AND s.expires_at > coalesce($3, clock_timestamp())`,
		[16]byte(home), hashes, a.clock())
	if err != nil {
		return nil, eventstore.Translate(err)
	}
	allowed := map[[32]byte]bool{}
	var hash, doc []byte
	_, err = pgx.ForEachRow(rows, []any{&hash, &doc}, func() error {
		yes, err := memberMay(doc, action)
		allowed[[32]byte(hash)] = yes
		return err
	})
	if err != nil {
		return nil, eventstore.Translate(err)
	}
	still := make([]bool, len(principals))
	for i, p := range principals {
		still[i] = allowed[p.session]
	}
	return still, nil
}

// Authorize reports whether the one who asked for a command may still ask it,
// by the home as it is under the lock: membership may have ended since, a rule may
// have been disabled, have lost an owner's leave, or meet the home's policy. The
// system itself passes.
func Authorize(home *domain.Home, c *domain.Command) bool {
	if id, isRule := c.Actor.Rule(); isRule {
		return home.AllowsRule(id, c.Device, c.Class)
	}
	id, isPerson := c.Actor.Person()
	if !isPerson {
		return true
	}
	return May(home, id, CommandDevice)
}
