package api

import (
	"context"
	"net/http"
	"time"

	"logis/access"
	"logis/domain"
	"logis/eventstore"
	"logis/eventstore/wall"
	"logis/projections"
)

// Invitation lets one person into a home, once.
type Invitation struct {
	ID        domain.InvitationID `json:"id" format:"uuid" doc:"The invitation." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a08"`
	Role      domain.Role         `json:"role" enum:"owner,admin,member,guest,installer,support,child" doc:"What they will be." example:"guest"`
	Scope     Scope               `json:"scope" doc:"For what part of the home."`
	By        domain.PersonID     `json:"by" format:"uuid" doc:"Who invites." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a01"`
	CreatedAt Instant             `json:"created_at" doc:"When it was made."`
	ExpiresAt Instant             `json:"expires_at" doc:"Until when it may be used."`
}

// InvitationLink is a new invitation with its secret.
type InvitationLink struct {
	Invitation Invitation `json:"invitation" doc:"What it is for."`
	Link       string     `json:"link" doc:"The one-time token, to be put after /join# of the app's address. It is shown only now." example:"logis-invite-8yX0c1bq3c8q7cVtq1m0Yp6zJkKQ0uJkqf3m1Yw2c5E"`
}

// Acceptance uses an invitation.
type Acceptance struct {
	Link string `json:"link" minLength:"1" maxLength:"100" doc:"The one-time token of the invitation." example:"logis-invite-8yX0c1bq3c8q7cVtq1m0Yp6zJkKQ0uJkqf3m1Yw2c5E"`
	Name *Name  `json:"name,omitzero" doc:"What to be called; needed by somebody who is not signed in."`
}

// Joined is a home that was joined, and who is signed in.
type Joined struct {
	Home    domain.HomeID `json:"home" format:"uuid" doc:"The home." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a01"`
	Session Session       `json:"session" doc:"Who joined."`
}

type (
	invitationsOutput struct {
		Body list[Invitation]
	}
	inviteInput struct {
		InHome
		Body MemberChange
	}
	inviteOutput struct {
		Body InvitationLink
	}
	uninviteInput struct {
		InHome
		Invitation domain.InvitationID `path:"invitation" format:"uuid" doc:"The invitation." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a08"`
	}
	acceptInput struct {
		Body Acceptance
	}
	acceptOutput struct {
		SetCookie []http.Cookie `header:"Set-Cookie" doc:"The session of somebody who was not signed in."`
		Body      Joined
	}
)

func (s *Server) addInvitations() {
	add(s, operation{
		id: "list-invitations", method: http.MethodGet, path: "/homes/{home}/invitations", tag: "People", action: access.ManageMembers,
		summary: "Invitations that wait", description: "Returns the invitations nobody has used yet, the oldest first.",
	}, s.listInvitations)
	add(s, operation{
		id: "invite-member", method: http.MethodPost, path: "/homes/{home}/invitations", tag: "People", status: http.StatusCreated,
		action: access.ManageMembers, dangerous: true, refusals: []int{http.StatusConflict},
		summary:     "Invite somebody",
		description: "Makes a link that lets one person in, once, within seven days. 403 for a role you may not give; 409 with too many that wait.",
	}, s.invite)
	add(s, operation{
		id: "withdraw-invitation", method: http.MethodDelete, path: "/homes/{home}/invitations/{invitation}", tag: "People",
		action:  access.ManageMembers,
		summary: "Take an invitation back", description: "Its link is worth nothing from then on.",
	}, s.uninvite)
	add(s, operation{
		id: "accept-invitation", method: http.MethodPost, path: "/invitations/accept", tag: "People", open: true,
		status: http.StatusCreated, refusals: []int{http.StatusUnauthorized, http.StatusConflict},
		summary: "Join a home",
		description: "Uses up an invitation. Somebody who is not signed in becomes a new person and is signed in. " +
			"401 for a link that was used or has expired; 409 for somebody who belongs to the home.",
	}, s.accept)
}

func invitationOf(i access.Invitation) Invitation {
	return Invitation{
		ID: i.ID, Role: i.Role, Scope: scopeOf(i.Scope), By: i.CreatedBy,
		CreatedAt: Instant{i.CreatedAt}, ExpiresAt: Instant{i.ExpiresAt},
	}
}

func (s *Server) listInvitations(ctx context.Context, in *InHome) (*invitationsOutput, error) {
	waiting, err := s.options.Access.Invitations(ctx, in.Home)
	if err != nil {
		return nil, err
	}
	return &invitationsOutput{list[Invitation]{all(waiting, invitationOf)}}, nil
}

func (s *Server) invite(ctx context.Context, in *inviteInput) (out *inviteOutput, err error) {
	if err := s.entrusts(ctx, in.Body); err != nil {
		return nil, err
	}
	err = s.change(ctx, in.Home, func(ctx context.Context, tx *eventstore.Tx, v *view) error {
		if err := mayGive(ctx, v, in.Body.Role); err != nil {
			return err
		}
		id, scope := eventstore.NewID[domain.InvitationKind](tx.Now()), in.Body.Scope.domain()
		ev, err := v.home.Invite(id, in.Body.Role, scope, principal(ctx).Actor(), tx.Now())
		if err != nil {
			return err
		}
		link, made, err := s.options.Access.NewInvitation(ctx, tx.PG(), in.Home, access.Invitation{
			ID: id, Role: in.Body.Role, Scope: scope, CreatedBy: principal(ctx).Person,
		})
		if err != nil {
			return err
		}
		out = &inviteOutput{InvitationLink{Invitation: invitationOf(made), Link: link}}
		_, err = tx.Record(ctx, in.Home, ev)
		return err
	})
	return out, err
}

func (s *Server) uninvite(ctx context.Context, in *uninviteInput) (*nothing, error) {
	err := s.change(ctx, in.Home, func(ctx context.Context, tx *eventstore.Tx, v *view) error {
		role, err := s.options.Access.TakeBack(ctx, tx.PG(), in.Home, in.Invitation)
		if err != nil {
			return err
		}
		if err := mayGive(ctx, v, role); err != nil {
			return err
		}
		return v.record(ctx, tx, in.Invitation.Entity(), principal(ctx), domain.MemberUninvited{})
	})
	return &nothing{}, err
}

func (s *Server) accept(ctx context.Context, in *acceptInput) (*acceptOutput, error) {
	p, name := principal(ctx), ""
	switch {
	case p.ByToken():
		return nil, domain.Errorf(domain.Forbidden, "this is for people, not for tokens")
	case in.Body.Name != nil:
		name = in.Body.Name.trimmed()
	case p.Person.IsZero():
		return nil, domain.InvalidInput(domain.Fault{Field: "name", Message: "must be there"})
	}
	if homes, err := projections.HomesOf(wall.AllHomes(ctx), s.options.Store.Pool(), p.Person); err != nil {
		return nil, err
	} else if len(homes) >= maxHomes {
		return nil, domain.Errorf(domain.Conflict, "you have %d homes, the most there can be", len(homes))
	}
	token, who, home, err := s.options.Access.Accept(ctx, p, in.Body.Link, name)
	if err != nil {
		return nil, err
	}
	out := &acceptOutput{Body: Joined{Home: home, Session: sessionOf(who)}}
	if token != "" {
		now, err := s.now(ctx)
		if err != nil {
			return nil, err
		}
		out.SetCookie = []http.Cookie{cookie(token, int(who.Expires.Sub(now.Time)/time.Second))}
	}
	return out, nil
}
