package access

import (
	"slices"

	"logis/domain"
)

// Action is something a person may or may not do in a home.
type Action string

// The actions. A new one is refused to everybody until roles lists it.
const (
	ReadHome        Action = "home.read"        // its present: rooms, devices, twins, commands
	EditHome        Action = "home.edit"        // its name, its rooms, its devices' names and places
	ReadHistory     Action = "history.read"     // its past
	CommandDevice   Action = "device.command"   // ask something of a device
	ManageGateways  Action = "gateways.manage"  // let a gateway in or turn it out, and steer it
	InspectGateways Action = "gateways.inspect" // a gateway's health, its log and who is paired with it
	EditRules       Action = "rules.edit"       // its rules, scenes, modes, and what rules may never do
	GrantRules      Action = "rules.grant"      // let a rule open something
)

// Actions returns all of them.
func Actions() []Action {
	return []Action{ReadHome, EditHome, ReadHistory, CommandDevice, ManageGateways, InspectGateways, EditRules, GrantRules}
}

// roles is the whole matrix: which roles may do an action. What it does not list
// is refused.
func roles(action Action) []domain.Role {
	switch action {
	case ReadHome, ReadHistory, CommandDevice, EditHome, ManageGateways, InspectGateways, EditRules, GrantRules:
		return []domain.Role{domain.Owner}
	default:
		return nil
	}
}

func may(role domain.Role, action Action) bool { return slices.Contains(roles(action), role) }

// May reports whether a person may do the action in a home, by the home as it is
// under the lock.
func May(home *domain.Home, person domain.PersonID, action Action) bool {
	m, ok := home.Members[person]
	return ok && may(m.Role, action)
}
