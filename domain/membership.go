package domain

import (
	"bytes"
	"maps"
	"slices"
	"time"
)

// Facts about who belongs to the home. They carry ids: names and addresses stand
// beside the log.
type (
	// MemberInvited says that whoever holds a link may join. Its entity is the
	// invitation.
	MemberInvited struct {
		Role  Role  `json:"role"`
		Scope Scope `json:"scope,omitzero"`
	}
	// MemberUninvited says that an invitation was taken back before it was used.
	MemberUninvited struct{}
	// MemberChanged says that a member has another role or scope.
	MemberChanged struct {
		Person PersonID `json:"person"`
		Role   Role     `json:"role"`
		Scope  Scope    `json:"scope,omitzero"`
	}
	// MemberRemoved says that a person does not belong to the home any more,
	// because another one said so.
	MemberRemoved struct {
		Person PersonID `json:"person"`
	}
	// MemberLeft says that a person left the home.
	MemberLeft struct {
		Person PersonID `json:"person"`
	}
	// MemberErased says that a person does not belong to the home any more because
	// all that was known of them was erased: from then on their id names nobody.
	MemberErased struct {
		Person PersonID `json:"person"`
	}
)

func (MemberInvited) EventType() string   { return "member.invited" }
func (MemberUninvited) EventType() string { return "member.uninvited" }
func (MemberChanged) EventType() string   { return "member.changed" }
func (MemberRemoved) EventType() string   { return "member.removed" }
func (MemberLeft) EventType() string      { return "member.left" }
func (MemberErased) EventType() string    { return "member.erased" }

// applyMember folds who belongs to the home.
func (h *Home) applyMember(ev *RecordedEvent) {
	switch fact := ev.Fact.(type) {
	case MemberJoined:
		h.Members[fact.Person] = &Member{
			Person: fact.Person, Role: fact.Role, Scope: fact.Scope, Since: ev.RecordedAt, Revision: ev.Seq,
		}
		mark(&h.changes.Members, fact.Person)
	case MemberChanged:
		if m, ok := h.Members[fact.Person]; ok {
			m.Role, m.Scope, m.Revision = fact.Role, fact.Scope, ev.Seq
			mark(&h.changes.Members, fact.Person)
		}
	case MemberRemoved:
		delete(h.Members, fact.Person)
		mark(&h.changes.Members, fact.Person)
	case MemberLeft:
		delete(h.Members, fact.Person)
		mark(&h.changes.Members, fact.Person)
	case MemberErased:
		delete(h.Members, fact.Person)
		mark(&h.changes.Members, fact.Person)
	}
}

// Invite decides on an invitation. It refuses with Invalid, naming every fault.
func (h *Home) Invite(id InvitationID, role Role, scope Scope, by Actor, now time.Time) (Event, error) {
	if err := h.checkGrant(role, scope, now); err != nil {
		return Event{}, err
	}
	return Event{Entity: id.Entity(), Actor: by, Fact: MemberInvited{Role: role, Scope: scope}}, nil
}

// Join lets a person in by an invitation that was checked. It refuses with
// Conflict for somebody who belongs to the home, and when the home is full.
func (h *Home) Join(person PersonID, role Role, scope Scope, invitation InvitationID) (Event, error) {
	if _, ok := h.Members[person]; ok {
		return Event{}, Errorf(Conflict, "you belong to this home already")
	}
	if len(h.Members) >= MaxMembers {
		return Event{}, Errorf(Conflict, "the home has %d members, the most there can be", len(h.Members))
	}
	return Event{
		Entity: person.Entity(), Actor: PersonActor(person),
		Fact: MemberJoined{Person: person, Role: role, Scope: scope, Invitation: invitation},
	}, nil
}

// ChangeMember decides on another role or scope. It refuses with NotFound,
// Invalid, and Conflict when nobody would own the home.
func (h *Home) ChangeMember(person PersonID, role Role, scope Scope, by Actor, now time.Time) (Event, error) {
	if err := h.checkGrant(role, scope, now); err != nil {
		return Event{}, err
	}
	if err := h.checkOwned(person, role == Owner); err != nil {
		return Event{}, err
	}
	return Event{Entity: person.Entity(), Actor: by, Fact: MemberChanged{Person: person, Role: role, Scope: scope}}, nil
}

// RemoveMember decides that a person leaves, or is made to. It refuses with
// NotFound, and Conflict when nobody would own the home.
func (h *Home) RemoveMember(person PersonID, by Actor) (Event, error) {
	if err := h.checkOwned(person, false); err != nil {
		return Event{}, err
	}
	ev := Event{Entity: person.Entity(), Actor: by, Fact: MemberRemoved{Person: person}}
	if by == PersonActor(person) {
		ev.Fact = MemberLeft{Person: person}
	}
	return ev, nil
}

// EraseMember decides on what a person leaves behind who is erased. Whoever is alone
// in a home leaves nobody there, and its gateways are turned out with them. Among
// others somebody else must own the home, or it refuses with Conflict, unless the
// person is gone already: then nothing can be asked of them. It refuses with NotFound.
func (h *Home) EraseMember(person PersonID, by Actor, gone bool) ([]Event, error) {
	alone := len(h.Members) == 1
	if err := h.checkOwned(person, gone || alone); err != nil {
		return nil, err
	}
	events := []Event{{Entity: person.Entity(), Actor: by, Fact: MemberErased{Person: person}}}
	if !alone {
		return events, nil
	}
	for _, id := range slices.SortedFunc(maps.Keys(h.Gateways), func(a, b GatewayID) int { return bytes.Compare(a[:], b[:]) }) {
		if !h.Gateways[id].Revoked {
			events = append(events, Event{Entity: id.Entity(), Actor: by, Fact: GatewayRevoked{}})
		}
	}
	return events, nil
}

func (h *Home) checkGrant(role Role, scope Scope, now time.Time) error {
	if !slices.Contains(Roles(), role) {
		return InvalidInput(Fault{Field: "role", Message: "is not a role"})
	}
	if faults := scope.check(h, role, now); len(faults) > 0 {
		return InvalidInput(faults...)
	}
	return nil
}

// checkOwned refuses to change somebody who is not there, and the last owner.
func (h *Home) checkOwned(person PersonID, stays bool) error {
	m, ok := h.Members[person]
	if !ok {
		return Errorf(NotFound, "there is no such member")
	}
	if stays || m.Role != Owner {
		return nil
	}
	for id, other := range h.Members {
		if id != person && other.Role == Owner {
			return nil
		}
	}
	return Errorf(Conflict, "a home needs an owner: make somebody else one first")
}
