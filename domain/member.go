package domain

import (
	"fmt"
	"slices"
	"time"
)

// Role is what a member is in a home. What each may, the matrix in access says.
type Role string

// The roles.
const (
	Owner     Role = "owner"     // everything, and who else owns it
	Admin     Role = "admin"     // everything but owners and consent to support
	Resident  Role = "member"    // lives there
	Guest     Role = "guest"     // what was given, and no past before they came
	Installer Role = "installer" // sets things up, for a while
	Support   Role = "support"   // looks, for a while, because an owner agreed
	Child     Role = "child"     // lives there, and opens nothing
)

// Roles returns all of them.
func Roles() []Role { return []Role{Owner, Admin, Resident, Guest, Installer, Support, Child} }

// Bounds of what one member is given.
const (
	// MaxScope bounds the rooms, the devices and the functions a scope lists, each:
	// who needs more is given the whole home.
	MaxScope = 100
	// MaxFunction bounds the name of a function, in bytes.
	MaxFunction = 64
	// MaxMembers bounds the members of one home: each is part of the state that
	// every append has at hand.
	MaxMembers = 100
	// MaxPastHours bounds how far back a grant of the past may be limited to: ten
	// years; who may see more is not limited.
	MaxPastHours = 10 * 365 * 24
	// InstallerLife is how long an installer may be given a home.
	InstallerLife = 30 * 24 * time.Hour
	// SupportLife is how long an owner's consent to support lasts at most.
	SupportLife = 7 * 24 * time.Hour
)

// Scope narrows what a role allows. The zero Scope is the whole home, always. A
// member with a past that begins later than the home never sees what was before.
type Scope struct {
	Rooms     []RoomID   `json:"rooms,omitempty"`      // only devices in these rooms …
	Devices   []DeviceID `json:"devices,omitempty"`    // … and these devices
	Functions []string   `json:"functions,omitempty"`  // only these properties are set and actions asked for
	Window    Window     `json:"window,omitzero"`      // only at these times of day
	Until     time.Time  `json:"until,omitzero"`       // not from then on
	PastHours int        `json:"past_hours,omitempty"` // how far back; 0: as far as the role
}

// Window is a time of day in the home's time zone, in minutes since midnight; it
// may go over midnight. The zero Window is always.
type Window struct {
	From int `json:"from"` // the first minute in it
	To   int `json:"to"`   // the first one after it
}

// dayMinutes are the minutes of a day that has no change of the clock.
const dayMinutes = 24 * 60

// Holds reports whether the minute of a day is in the window.
func (w Window) Holds(minute int) bool {
	switch {
	case w == Window{}:
		return true
	case w.From <= w.To:
		return w.From <= minute && minute < w.To
	}
	return minute >= w.From || minute < w.To
}

// Everywhere reports whether the scope holds for the whole home.
func (s Scope) Everywhere() bool { return len(s.Rooms) == 0 && len(s.Devices) == 0 }

// Reaches reports whether the device is part of the scope.
func (s Scope) Reaches(d *Device) bool {
	return s.Everywhere() || slices.Contains(s.Devices, d.ID) || (!d.Room.IsZero() && slices.Contains(s.Rooms, d.Room))
}

// Lasts reports whether the scope has not ended at now.
func (s Scope) Lasts(now time.Time) bool { return s.Until.IsZero() || now.Before(s.Until) }

// Names reports whether the scope names each of the functions.
func (s Scope) Names(functions []string) bool {
	for _, f := range functions {
		if !slices.Contains(s.Functions, f) {
			return false
		}
	}
	return len(functions) > 0
}

// check finds what is wrong with giving the role with this scope in the home.
func (s Scope) check(h *Home, role Role, now time.Time) []Fault {
	var faults []Fault
	wrong := func(field, message string, args ...any) {
		faults = append(faults, Fault{Field: "scope." + field, Message: fmt.Sprintf(message, args...)})
	}
	if max(len(s.Rooms), len(s.Devices), len(s.Functions)) > MaxScope {
		return []Fault{{Field: "scope", Message: fmt.Sprintf("must list at most %d rooms, devices and functions each", MaxScope)}}
	}
	for _, room := range s.Rooms {
		if _, ok := h.Rooms[room]; !ok {
			wrong("rooms", "must be rooms of this home")
		}
	}
	for _, device := range s.Devices {
		if d, ok := h.Devices[device]; !ok || d.Removed {
			wrong("devices", "must be devices of this home")
		}
	}
	for _, f := range s.Functions {
		if f == "" || len(f) > MaxFunction {
			wrong("functions", "must be names of properties and actions")
		}
	}
	if w := s.Window; min(w.From, w.To) < 0 || max(w.From, w.To) >= dayMinutes || (w.From == w.To && w.From != 0) {
		wrong("window", "must have two different minutes from 0 to %d", dayMinutes-1)
	}
	if s.PastHours < 0 || s.PastHours > MaxPastHours {
		wrong("past_hours", "must be from 0 to %d", MaxPastHours)
	}
	return append(faults, s.checkLife(role, now)...)
}

func (s Scope) checkLife(role Role, now time.Time) []Fault {
	refuse := func(message string) []Fault { return []Fault{{Field: "scope.until", Message: message}} }
	longest := map[Role]time.Duration{Installer: InstallerLife, Support: SupportLife}[role]
	switch {
	case role == Owner && !s.isZero():
		return []Fault{{Field: "scope", Message: "must be empty for an owner"}}
	case !s.Until.IsZero() && !s.Until.After(now):
		return refuse("must be in the future")
	case longest > 0 && (s.Until.IsZero() || s.Until.After(now.Add(longest))):
		return refuse(fmt.Sprintf("must be there, at most %d days ahead", longest/(24*time.Hour)))
	}
	return nil
}

func (s Scope) isZero() bool {
	return s.Everywhere() && len(s.Functions) == 0 && s.Window == Window{} && s.Until.IsZero() && s.PastHours == 0
}
