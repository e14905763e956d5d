package storetest

import (
	"context"

	"logis/domain"
)

// member returns somebody who belongs to the home and is not its founder, nil
// when there is nobody else.
func (t *turn) member() *domain.Member {
	m := pick(t, t.home.Members)
	if m == nil || m.Person == t.Owner {
		return nil
	}
	return m
}

// scope makes up a part of the home.
func (t *turn) scope() domain.Scope {
	var scope domain.Scope
	if d := pick(t, t.home.Devices); d != nil && !d.Removed {
		scope.Devices = []domain.DeviceID{d.ID}
	}
	return scope
}

func inviteMember(ctx context.Context, t *turn) error {
	id := newID[domain.InvitationKind](t.random)
	ev, err := t.home.Invite(id, domain.Guest, t.scope(), domain.PersonActor(t.Owner), t.tx.Now())
	if t.random.IntN(2) == 0 {
		ev.Fact = domain.MemberUninvited{}
	}
	return t.record(ctx, err, ev)
}

func joinMember(ctx context.Context, t *turn) error {
	if len(t.home.Members) >= maxMembers {
		return nil
	}
	ev, err := t.home.Join(newID[domain.PersonKind](t.random), domain.Guest, t.scope(), newID[domain.InvitationKind](t.random))
	return t.record(ctx, err, ev)
}

func changeMember(ctx context.Context, t *turn) error {
	m := t.member()
	if m == nil {
		return nil
	}
	ev, err := t.home.ChangeMember(m.Person, domain.Resident, t.scope(), domain.PersonActor(t.Owner), t.tx.Now())
	return t.record(ctx, err, ev)
}

func removeMember(ctx context.Context, t *turn) error {
	m := t.member()
	if m == nil {
		return nil
	}
	by := domain.PersonActor(t.Owner)
	if t.random.IntN(2) == 0 {
		by = domain.PersonActor(m.Person)
	}
	ev, err := t.home.RemoveMember(m.Person, by)
	return t.record(ctx, err, ev)
}

// eraseMember has a person forgotten who is a member, or the owner as one among others.
func eraseMember(ctx context.Context, t *turn) error {
	m := t.member()
	if m == nil {
		return nil
	}
	events, err := t.home.EraseMember(m.Person, domain.PersonActor(m.Person), false)
	return t.record(ctx, err, events...)
}
