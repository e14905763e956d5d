package api

import (
	"context"
	"net/http"

	"logis/access"
	"logis/domain"
	"logis/eventstore"
)

// Member is a person who belongs to a home.
type Member struct {
	Person   Person      `json:"person" doc:"Who."`
	Role     domain.Role `json:"role" enum:"owner,admin,member,guest,installer,support,child" doc:"What they are in the home." example:"guest"`
	Scope    Scope       `json:"scope" doc:"What part of the home their role is for."`
	Since    Instant     `json:"since" doc:"Since when they belong to it."`
	Ended    bool        `json:"ended" doc:"Whether what they were given has ended by its date." example:"false"`
	Revision domain.Seq  `json:"revision" doc:"The last event about them." example:"17"`
}

// Scope narrows what a role allows. An empty one is the whole home, always.
type Scope struct {
	Rooms     []domain.RoomID   `json:"rooms,omitzero" nullable:"false" maxItems:"100" doc:"Only devices in these rooms; with devices: in either." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a02"`
	Devices   []domain.DeviceID `json:"devices,omitzero" nullable:"false" maxItems:"100" doc:"Only these devices; with rooms: in either." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a03"`
	Functions []string          `json:"functions,omitzero" nullable:"false" maxItems:"100" doc:"Only these properties may be set and actions asked for." example:"unlockDoor"`
	Window    *Window           `json:"window,omitzero" doc:"Only at these times of day."`
	Until     *Instant          `json:"until,omitzero" nullable:"false" doc:"Not from then on."`
	PastHours int               `json:"past_hours,omitzero" minimum:"0" maximum:"87600" doc:"How far back the past is seen, in hours; 0: as far as the role." example:"48"`
}

// Window is a time of day in the home's time zone.
type Window struct {
	From int `json:"from" minimum:"0" maximum:"1439" doc:"The first minute since midnight." example:"480"`
	To   int `json:"to" minimum:"0" maximum:"1439" doc:"The first minute after it; smaller than from: over midnight." example:"1080"`
}

func (s Scope) domain() domain.Scope {
	out := domain.Scope{Rooms: s.Rooms, Devices: s.Devices, Functions: s.Functions, PastHours: s.PastHours}
	if s.Window != nil {
		out.Window = domain.Window(*s.Window)
	}
	if s.Until != nil {
		out.Until = s.Until.UTC()
	}
	return out
}

func scopeOf(s domain.Scope) Scope {
	out := Scope{Rooms: s.Rooms, Devices: s.Devices, Functions: s.Functions, PastHours: s.PastHours, Until: instant(s.Until)}
	if s.Window != (domain.Window{}) {
		w := Window(s.Window)
		out.Window = &w
	}
	return out
}

// MemberChange gives a member another role and scope.
type MemberChange struct {
	Role  domain.Role `json:"role" enum:"owner,admin,member,guest,installer,support,child" doc:"What they are to be." example:"guest"`
	Scope Scope       `json:"scope,omitzero" doc:"For what part of the home; all of it if not given."`
}

// InMember is the member an operation is about.
type InMember struct {
	InHome
	Person domain.PersonID `path:"person" format:"uuid" doc:"The person." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a01"`
}

type (
	membersOutput struct {
		Body list[Member]
	}
	changeMemberInput struct {
		InMember
		Based
		Body MemberChange
	}
	removeMemberInput struct {
		InMember
		Based
		Erase bool `query:"erase" doc:"Have their account erased, too, unless they belong to another home." example:"true"`
	}
)

func (s *Server) addMembers() {
	add(s, operation{
		id: "list-members", method: http.MethodGet, path: "/homes/{home}/members", tag: "People", action: access.ReadMembers,
		summary: "Who belongs to the home", description: "Returns the members, the oldest person first.",
	}, s.listMembers)
	add(s, operation{
		id: "change-member", method: http.MethodPatch, path: "/homes/{home}/members/{person}", tag: "People",
		action: access.ManageMembers, dangerous: true, refusals: []int{http.StatusConflict},
		summary: "Give a member another role", description: "Replaces role and scope. 409 for the last owner; 403 for roles you may not give or take.",
	}, s.changeMember)
	add(s, operation{
		id: "remove-member", method: http.MethodDelete, path: "/homes/{home}/members/{person}", tag: "People",
		action: access.ManageMembers, dangerous: true, refusals: []int{http.StatusConflict},
		summary: "Turn a member out",
		description: "They see neither present nor past any more; their live sockets close within two seconds. 409 for the last owner. " +
			"With erase, who belongs to no other home is forgotten, as by erasing the account.",
	}, s.removeMember)
	add(s, operation{
		id: "leave-home", method: http.MethodDelete, path: "/homes/{home}/membership", tag: "People",
		action: access.ReadHome, narrow: true, dangerous: true, refusals: []int{http.StatusConflict},
		summary: "Leave a home", description: "Ends the caller's membership. 409 for the last owner.",
	}, s.leaveHome)
}

func (s *Server) listMembers(ctx context.Context, in *InHome) (*membersOutput, error) {
	v, err := s.present(ctx, in.Home)
	if err != nil {
		return nil, err
	}
	now, err := s.now(ctx)
	if err != nil {
		return nil, err
	}
	members := ordered(v.home.Members)
	actors := all(members, func(m *domain.Member) domain.Actor { return domain.PersonActor(m.Person) })
	if err := s.meet(ctx, &v, actors); err != nil {
		return nil, err
	}
	return &membersOutput{list[Member]{all(members, func(m *domain.Member) Member { return v.member(m, now) })}}, nil
}

func (v view) member(m *domain.Member, now Instant) Member {
	return Member{
		Person: Person{ID: m.Person, Name: v.people[m.Person]}, Role: m.Role, Scope: scopeOf(m.Scope),
		Since: Instant{m.Since}, Ended: !m.Scope.Lasts(now.Time), Revision: m.Revision,
	}
}

func (s *Server) changeMember(ctx context.Context, in *changeMemberInput) (out *tagged[Member], err error) {
	if err := s.entrusts(ctx, in.Body); err != nil {
		return nil, err
	}
	var changed *domain.Member
	var now Instant
	err = s.change(ctx, in.Home, func(ctx context.Context, tx *eventstore.Tx, v *view) error {
		if err := mayTake(ctx, v, in.Person, in.Body.Role); err != nil {
			return err
		}
		if err := in.check(v.home.Members[in.Person].Revision); err != nil {
			return err
		}
		ev, err := v.home.ChangeMember(in.Person, in.Body.Role, in.Body.Scope.domain(), principal(ctx).Actor(), tx.Now())
		if err != nil {
			return err
		}
		if _, err := tx.Record(ctx, in.Home, ev); err != nil {
			return err
		}
		copied := *v.home.Members[in.Person]
		changed, now = &copied, Instant{tx.Now()}
		return nil
	})
	if err != nil {
		return nil, err
	}
	var v view
	if err := s.meet(ctx, &v, []domain.Actor{domain.PersonActor(in.Person)}); err != nil {
		return nil, err
	}
	return tag(changed.Revision, v.member(changed, now)), nil
}

// mayTake refuses to touch a member whose role the caller may not take away, or
// to give one they may not give. The caller's own rights are looked at again,
// under the lock.
func mayTake(ctx context.Context, v *view, person domain.PersonID, roles ...domain.Role) error {
	m, ok := v.home.Members[person]
	if !ok {
		return domain.Errorf(domain.NotFound, "there is no such member")
	}
	return mayGive(ctx, v, append(roles, m.Role)...)
}

// entrusts refuses to give a role that may open something to a caller whom letsOpen
// refuses. Whether they may give the role at all is asked under the home's lock.
func (s *Server) entrusts(ctx context.Context, given MemberChange) error {
	if !permit(ctx).Gives(given.Role) || !access.LetsOpen(given.Role, given.Scope.domain()) {
		return nil
	}
	return s.letsOpen(ctx)
}

func mayGive(ctx context.Context, v *view, roles ...domain.Role) error {
	me, ok := v.home.Members[principal(ctx).Person]
	for _, role := range roles {
		if !ok || !permit(ctx).Gives(role) || !access.Gives(me.Role, role) {
			return domain.Errorf(domain.Forbidden, "your role in this home does not allow it")
		}
	}
	return nil
}

func (s *Server) removeMember(ctx context.Context, in *removeMemberInput) (*nothing, error) {
	err := s.change(ctx, in.Home, func(ctx context.Context, tx *eventstore.Tx, v *view) error {
		if err := mayTake(ctx, v, in.Person); err != nil {
			return err
		}
		if err := in.check(v.home.Members[in.Person].Revision); err != nil {
			return err
		}
		if in.Erase {
			if done, err := s.options.Access.EraseMember(ctx, tx, principal(ctx), in.Person); done || err != nil {
				return err
			}
		}
		return s.remove(ctx, tx, v, in.Person)
	})
	if err == nil && in.Erase {
		err = s.options.Access.CopyErasures(ctx)
	}
	return &nothing{}, err
}

func (s *Server) leaveHome(ctx context.Context, in *InHome) (*nothing, error) {
	err := s.change(ctx, in.Home, func(ctx context.Context, tx *eventstore.Tx, v *view) error {
		return s.remove(ctx, tx, v, principal(ctx).Person)
	})
	return &nothing{}, err
}

func (*Server) remove(ctx context.Context, tx *eventstore.Tx, v *view, person domain.PersonID) error {
	ev, err := v.home.RemoveMember(person, principal(ctx).Actor())
	if err != nil {
		return err
	}
	_, err = tx.Record(ctx, v.home.ID, ev)
	return err
}
