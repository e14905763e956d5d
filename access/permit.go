package access

import (
	"encoding/json"
	"maps"
	"slices"
	"time"
	_ "time/tzdata" // time zones are the same on every machine

	"logis/domain"
)

// Permit is what somebody may in one home at one moment: their role, within their
// scope, within the limits of the token they came with.
type Permit struct {
	Role  domain.Role
	Scope domain.Scope
	Since time.Time // when they joined

	limits *Limits // nil: they came themselves
	now    time.Time
}

// permitOf reads a membership; nil and no error for one that has ended. The time
// zone is that of the home and is asked for only where it matters.
func permitOf(m *domain.Member, now time.Time, zone func() (string, error)) (*Permit, error) {
	if !m.Scope.Lasts(now) {
		return nil, nil //nolint:nilnil // nobody is not an error
	}
	if m.Scope.Window != (domain.Window{}) {
		name, err := zone()
		if err != nil {
			return nil, err
		}
		location, err := time.LoadLocation(name)
		if err != nil {
			return nil, domain.Wrap(domain.Internal, "the home's time zone is not known", err)
		}
		if local := now.In(location); !m.Scope.Window.Holds(local.Hour()*60 + local.Minute()) {
			return nil, domain.Errorf(domain.Forbidden, "this home is not open to you at this time of day")
		}
	}
	return &Permit{Role: m.Role, Scope: m.Scope, Since: m.Since, now: now}, nil
}

// readMember reads a row of the members.
func readMember(doc []byte) (*domain.Member, error) {
	m := &domain.Member{}
	if err := json.Unmarshal(doc, m); err != nil {
		return nil, domain.Wrap(domain.Internal, "the membership cannot be read", err)
	}
	return m, nil
}

// readZone returns the time zone of a row of the homes.
func readZone(doc []byte) (string, error) {
	var p domain.Profile
	if err := json.Unmarshal(doc, &p); err != nil {
		return "", domain.Wrap(domain.Internal, "the home cannot be read", err)
	}
	return p.TimeZone, nil
}

// May reports whether the permit allows the action, of some class.
func (p Permit) May(action Action) bool {
	return may(p.Role, action) && (p.limits == nil || slices.Contains(p.limits.Actions, action))
}

// Narrow reports whether the permit is for less than the whole home and its whole
// past: lists and feeds leave out the rest.
func (p Permit) Narrow() bool { return !p.Scope.Everywhere() || !p.Horizon().IsZero() }

// Whole reports whether the permit is for all that the action is about: what changes
// or steers the home is about the whole home, but not about its past.
func (p Permit) Whole(action Action) bool {
	switch action {
	case EditHome, ManageGateways, InspectGateways, EditRules, GrantRules:
		return p.Scope.Everywhere()
	}
	return !p.Narrow()
}

// Sees reports whether the device is part of what was given.
func (p Permit) Sees(d *domain.Device) bool { return p.Scope.Reaches(d) }

// SeesRoom reports whether the room is.
func (p Permit) SeesRoom(id domain.RoomID) bool {
	return p.Scope.Everywhere() || slices.Contains(p.Scope.Rooms, id)
}

// present is what counts as now for somebody who may not see the past: long enough
// to see what became of a command, and to come back after a cut.
const present = 15 * time.Minute

// Horizon is where the past begins that may be seen: nothing recorded before it.
// The zero time is the home's beginning.
func (p Permit) Horizon() time.Time {
	var horizon time.Time
	if !p.May(ReadHistory) {
		horizon = p.now.Add(-present)
	}
	if (p.Role == domain.Guest || p.Role == domain.Installer) && p.Since.After(horizon) {
		horizon = p.Since
	}
	if hours := p.Scope.PastHours; hours > 0 {
		if limit := p.now.Add(-time.Duration(hours) * time.Hour); limit.After(horizon) {
			horizon = limit
		}
	}
	return horizon
}

// Gives reports whether the permit's holder may give and take the role.
func (p Permit) Gives(role domain.Role) bool { return p.May(ManageMembers) && Gives(p.Role, role) }

// Command returns nil when the permit allows what the command asks of the device,
// NotFound for a device that is not part of it, and Forbidden.
func (p Permit) Command(d *domain.Device, c *domain.Command) error {
	if d == nil || !p.Sees(d) {
		return domain.Errorf(domain.NotFound, "there is no such device")
	}
	verdict := Decide(p.Role, CommandDevice, c.Class)
	named := p.Scope.Names(functionsOf(c))
	switch {
	case verdict == Never, verdict == Named && !named, len(p.Scope.Functions) > 0 && !named:
		return domain.Errorf(domain.Forbidden, "your role in this home does not allow it")
	case p.limits != nil && !p.limits.command(c.Class):
		return domain.Errorf(domain.Forbidden, "the token does not allow it")
	}
	return nil
}

// functionsOf returns the properties a command sets, or its action.
func functionsOf(c *domain.Command) []string {
	if c.Action != "" {
		return []string{c.Action}
	}
	return slices.Collect(maps.Keys(c.Set))
}

// Authorize reports whether the one who asked for a command may still ask it at
// now, by the home as it is under the lock: membership may have ended since, a rule
// may have been disabled, have lost an owner's leave, or meet the home's policy. The
// system itself passes.
func Authorize(home *domain.Home, c *domain.Command, now time.Time) bool {
	if id, isRule := c.Actor.Rule(); isRule {
		return home.AllowsRule(id, c.Device, c.Class)
	}
	id, isPerson := c.Actor.Person()
	if !isPerson {
		return true
	}
	m, ok := home.Members[id]
	if !ok {
		return false
	}
	p, err := permitOf(m, now, func() (string, error) { return home.Profile.TimeZone, nil })
	return err == nil && p != nil && p.Command(home.Devices[c.Device], c) == nil
}
