package domain

import (
	"slices"
	"time"

	"logis/domain/thing"
)

// Mode is what the home is set to: one of those below or the id of an own one.
type Mode string

// The modes every home has.
const (
	ModeHome  Mode = "home"
	ModeAway  Mode = "away"
	ModeNight Mode = "night"
)

// OwnMode returns a mode the home made itself.
func OwnMode(id ModeID) Mode { return Mode(id.String()) }

// Mode returns what the home is set to.
func (h *Home) Mode() Mode {
	if h.Profile.Mode == "" {
		return ModeHome
	}
	return h.Profile.Mode
}

// HasMode reports whether the home can be set to m.
func (h *Home) HasMode(m Mode) bool {
	return m == ModeHome || m == ModeAway || m == ModeNight || slices.Contains(h.Profile.Modes, m)
}

// ChangeMode decides on a mode. There is nothing to record when it is set already.
// It refuses with Invalid.
func (h *Home) ChangeMode(m Mode, actor Actor) (ev Event, news bool, err error) {
	if !h.HasMode(m) {
		return Event{}, false, InvalidInput(Fault{"mode", "is not one this home has"})
	}
	ev = Event{Entity: h.ID.Entity(), Actor: actor, Fact: HomeModeChanged{Mode: m}}
	return ev, h.Mode() != m, nil
}

// Presence is whether a member is at home. A zero Seq means nobody knows.
type Presence struct {
	Is    bool      `json:"is"`
	Since time.Time `json:"since"`
	Seq   Seq       `json:"seq"`
}

// Attended reports whether a member is known to be at home.
func (h *Home) Attended() bool {
	for _, m := range h.Members {
		if m.Presence.Is {
			return true
		}
	}
	return false
}

// Place is where a home is, in tenths of a degree: near enough for the sun, too
// far to find the house.
type Place struct {
	Latitude  int `json:"latitude" doc:"Tenths of a degree, north positive." example:"525"` // -900 to 900, north positive
	Longitude int `json:"longitude" doc:"Tenths of a degree, east positive." example:"134"` // -1800 to 1800, east positive
}

// MaxClauses bounds a home's policy, which is asked before each command of a rule.
const MaxClauses = 50

// Clause forbids rules something: commands that fit all of its members that are
// not empty.
type Clause struct {
	Classes    []thing.Class `json:"classes,omitempty" nullable:"false" doc:"Commands of these classes; none: of every one." example:"A"`
	Devices    []DeviceID    `json:"devices,omitempty" nullable:"false" doc:"To these devices; none: to every one." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a03"`
	Modes      []Mode        `json:"modes,omitempty" nullable:"false" doc:"While the home is in one of these modes; none: in every one." example:"away"` // while the home is in one of them
	Unattended bool          `json:"unattended,omitempty" doc:"Only while nobody is known to be at home." example:"true"`                                // while nobody is known to be at home
}

// Policy is what rules may never do in a home.
type Policy struct {
	Revision Seq      `json:"revision"`
	Clauses  []Clause `json:"clauses"`
}

// Forbids reports whether the home's policy, as things are now, forbids rules a
// command of the class to the device.
func (h *Home) Forbids(device DeviceID, class thing.Class) bool {
	return slices.ContainsFunc(h.Profile.Policy.Clauses, func(c Clause) bool {
		return fits(c.Classes, class) && fits(c.Devices, device) && fits(c.Modes, h.Mode()) &&
			(!c.Unattended || !h.Attended())
	})
}

func fits[V comparable](those []V, v V) bool { return len(those) == 0 || slices.Contains(those, v) }

// AllowsRule reports whether a rule may give this command in the home as it is now.
func (h *Home) AllowsRule(id RuleID, device DeviceID, class thing.Class) bool {
	r, ok := h.Rules[id]
	return ok && r.Active() && !h.Forbids(device, class) && (class != thing.Opening || r.Granted(device))
}
