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

// Invitation lets one person into a home, once.
type Invitation struct {
	ID        domain.InvitationID
	Role      domain.Role
	Scope     domain.Scope
	CreatedBy domain.PersonID
	CreatedAt time.Time
	ExpiresAt time.Time
}

// NewInvitation keeps, in the append that records it, an invitation and returns
// its link, which is shown once. It refuses with Conflict when too many wait.
func (a *Access) NewInvitation(ctx context.Context, tx pgx.Tx, home domain.HomeID, i Invitation) (string, Invitation, error) {
	var many int
	err := tx.QueryRow(ctx, `SELECT count(*) FROM invitations WHERE home_id = $1 AND expires_at > coalesce($2, clock_timestamp())`,
		[16]byte(home), a.clock()).Scan(&many)
	if err != nil {
		return "", i, eventstore.Translate(err)
	}
	if many >= MaxInvitations {
		return "", i, domain.Errorf(domain.Conflict, "%d invitations wait, the most there can be", many)
	}
	scope, err := json.Marshal(i.Scope)
	if err != nil {
		return "", i, domain.Wrap(domain.Internal, "the invitation cannot be written", err)
	}
	text, hash := newSecret(invitePrefix)
	err = tx.QueryRow(ctx, `
		INSERT INTO invitations (home_id, invitation_id, hash, role, scope, created_by, created_at, expires_at)
		SELECT $1, $2, $3, $4, $5, $6, t, t + $8::interval FROM coalesce($7, clock_timestamp()) t RETURNING created_at, expires_at`,
		[16]byte(home), [16]byte(i.ID), hash, string(i.Role), scope, [16]byte(i.CreatedBy), a.clock(), InvitationLife).
		Scan(&i.CreatedAt, &i.ExpiresAt)
	return text, i, eventstore.Translate(err)
}

// Invitations returns those that wait to be used, the oldest first.
func (a *Access) Invitations(ctx context.Context, home domain.HomeID) ([]Invitation, error) {
	rows, err := a.store.Pool().Query(ctx, `
		SELECT invitation_id, role, scope, created_by, created_at, expires_at FROM invitations
		WHERE home_id = $1 AND expires_at > coalesce($2, clock_timestamp()) ORDER BY invitation_id`, [16]byte(home), a.clock())
	if err != nil {
		return nil, eventstore.Translate(err)
	}
	list, err := pgx.CollectRows(rows, readInvitation)
	return list, eventstore.Translate(err)
}

func readInvitation(row pgx.CollectableRow) (i Invitation, err error) {
	var id, by [16]byte
	var role string
	var scope []byte
	if err := row.Scan(&id, &role, &scope, &by, &i.CreatedAt, &i.ExpiresAt); err != nil {
		return i, err
	}
	i.ID, i.CreatedBy, i.Role = id, by, domain.Role(role)
	return i, json.Unmarshal(scope, &i.Scope)
}

// TakeBack deletes an invitation inside an append, and reports its role. It
// refuses with NotFound.
func (a *Access) TakeBack(ctx context.Context, tx pgx.Tx, home domain.HomeID, id domain.InvitationID) (domain.Role, error) {
	var role string
	err := tx.QueryRow(ctx, `DELETE FROM invitations WHERE home_id = $1 AND invitation_id = $2 RETURNING role`,
		[16]byte(home), [16]byte(id)).Scan(&role)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", domain.Errorf(domain.NotFound, "there is no such invitation")
	}
	return domain.Role(role), eventstore.Translate(err)
}

// Accept lets a person into the home an invitation is for, and uses it up in the
// same append: of any number of attempts one succeeds. Somebody who is not signed
// in becomes a person of that name, and is signed in. It refuses with Unauthorized
// whatever is wrong with the link, and with Conflict for somebody who belongs to
// the home.
func (a *Access) Accept(ctx context.Context, p Principal, link, name string) (token string, _ Principal, home domain.HomeID, err error) {
	return a.acceptAs(ctx, p, link, name, nil)
}

// acceptAs is Accept by somebody whom an OpenID provider knows, which is kept with who
// they become.
func (a *Access) acceptAs(
	ctx context.Context, p Principal, link, name string, known *identity,
) (token string, _ Principal, home domain.HomeID, err error) {
	hash, ok := hashSecret(invitePrefix, link)
	if !ok {
		return "", p, home, a.refused(ctx, p.Person, SignedInByInvitation, badInvitation())
	}
	var raw [16]byte
	err = a.store.Pool().QueryRow(wall.AllHomes(ctx), `SELECT home_id FROM invitations WHERE hash = $1`, hash).Scan(&raw)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", p, home, a.refused(ctx, p.Person, SignedInByInvitation, badInvitation())
	}
	if err != nil {
		return "", p, home, eventstore.Translate(err)
	}
	home, who := raw, p
	ctx = wall.InHome(ctx, home) // the link lets in, nobody is a member yet
	err = a.store.Append(ctx, []domain.HomeID{home}, func(ctx context.Context, tx *eventstore.Tx) error {
		token, who, err = a.accept(ctx, tx, home, hash, p, name)
		if err != nil || known == nil {
			return err
		}
		return a.link(ctx, tx.PG(), who.Person, *known)
	})
	if errors.Is(err, pgx.ErrNoRows) || domain.CodeOf(err) == domain.NotFound {
		return "", p, home, a.refused(ctx, p.Person, SignedInByInvitation, badInvitation())
	}
	return token, who, home, err
}

func (a *Access) accept(
	ctx context.Context, tx *eventstore.Tx, home domain.HomeID, hash []byte, p Principal, name string,
) (token string, _ Principal, err error) {
	rows, err := tx.PG().Query(ctx, `
		DELETE FROM invitations WHERE hash = $1 AND expires_at > coalesce($2, clock_timestamp())
		RETURNING invitation_id, role, scope, created_by, created_at, expires_at`, hash, a.clock())
	if err != nil {
		return "", p, err
	}
	i, err := pgx.CollectExactlyOneRow(rows, readInvitation)
	if err != nil {
		return "", p, err
	}
	if !i.Scope.Lasts(tx.Now()) {
		return "", p, pgx.ErrNoRows
	}
	if p.Person.IsZero() {
		person := eventstore.NewID[domain.PersonKind](tx.Now())
		_, err := tx.PG().Exec(ctx, `INSERT INTO persons (person_id, name, created_at) VALUES ($1, $2, $3)`,
			[16]byte(person), name, tx.Now())
		if err != nil {
			return "", p, err
		}
		if token, p, err = a.begin(ctx, tx.PG(), person, SignedInByInvitation); err != nil {
			return "", p, err
		}
	}
	joined, err := tx.Home(home).Join(p.Person, i.Role, i.Scope, i.ID)
	if err != nil {
		return "", p, err
	}
	_, err = tx.Record(ctx, home, joined)
	return token, p, err
}
