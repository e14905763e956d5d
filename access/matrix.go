package access

import (
	"logis/domain"
	"logis/domain/thing"
)

// Action is something a person may or may not do in a home.
type Action string

// The actions. A new one is refused to everybody until row lists it.
const (
	ReadHome        Action = "home.read"        // its present: rooms, devices, twins, commands
	EditHome        Action = "home.edit"        // its name, its rooms, its devices' names and places
	ReadHistory     Action = "history.read"     // its past
	KeepHistory     Action = "history.keep"     // for how long its past is kept
	ReadAudit       Action = "audit.read"       // what others did in it, and how they signed in
	CommandDevice   Action = "device.command"   // ask something of a device; decided by the command's class
	ManageGateways  Action = "gateways.manage"  // let a gateway in or turn it out, and steer it
	InspectGateways Action = "gateways.inspect" // a gateway's health, its log and who is paired with it
	EditRules       Action = "rules.edit"       // its rules, scenes, modes, and what rules may never do
	GrantRules      Action = "rules.grant"      // let a rule open something
	ReadMembers     Action = "members.read"     // who belongs to it
	ManageMembers   Action = "members.manage"   // invite, change and remove people; whom, gives says
	ManageWebhooks  Action = "webhooks.manage"  // whom outside the home is told what happens in it
)

// Actions returns all of them.
func Actions() []Action {
	return []Action{
		ReadHome, EditHome, ReadHistory, KeepHistory, ReadAudit, CommandDevice, ManageGateways, InspectGateways, EditRules, GrantRules,
		ReadMembers, ManageMembers, ManageWebhooks,
	}
}

// Classes returns the classes that CommandDevice is decided by.
func Classes() []thing.Class {
	return []thing.Class{thing.Opening, thing.Securing, thing.Comfort, thing.Config, thing.Momentary, thing.Job}
}

// roles is a set of roles.
type roles uint8

const (
	owner roles = 1 << iota
	admin
	resident
	guest
	installer
	support
	child

	family   = owner | admin | resident
	everyone = family | guest | installer | support | child
)

// bit returns the set of one role, empty for one that is not known.
func bit(role domain.Role) roles {
	switch role {
	case domain.Owner:
		return owner
	case domain.Admin:
		return admin
	case domain.Resident:
		return resident
	case domain.Guest:
		return guest
	case domain.Installer:
		return installer
	case domain.Support:
		return support
	case domain.Child:
		return child
	}
	return 0
}

// cell says which roles may: always, within their scope, or only what their
// scope names among its functions.
type cell struct{ always, named roles }

// row is the whole matrix: which roles may do an action, for CommandDevice on a
// command of the class. What it does not list is refused.
func row(action Action, class thing.Class) cell {
	switch action {
	case ReadHome:
		return cell{always: everyone}
	case ReadHistory:
		return cell{always: everyone &^ child}
	case EditHome, ManageGateways:
		return cell{always: owner | admin | installer}
	case InspectGateways:
		return cell{always: owner | admin | installer | support}
	case EditRules:
		// A rule goes on when whoever made it has left: only who stays responsible
		// for the home makes one, and says what none may do.
		return cell{always: owner | admin}
	case GrantRules, KeepHistory:
		return cell{always: owner}
	case ReadMembers:
		return cell{always: family | support}
	case ManageMembers, ManageWebhooks, ReadAudit:
		// Who answers for the people of a home sees what they do; whom they look at
		// can see that. Everybody sees what they did themselves.
		return cell{always: owner | admin}
	case CommandDevice:
		return commands(class)
	default:
		return cell{}
	}
}

// commands are the rows of CommandDevice.
func commands(class thing.Class) cell {
	switch class {
	case thing.Opening:
		return cell{always: family, named: guest}
	case thing.Securing:
		return cell{always: everyone &^ support}
	case thing.Comfort:
		return cell{always: everyone &^ support}
	case thing.Config:
		return cell{always: family | installer, named: guest}
	case thing.Momentary:
		return cell{always: family | installer, named: guest | child}
	case thing.Job:
		return cell{always: owner | admin | installer}
	default:
		return cell{}
	}
}

// gives returns the roles that a role may give and take: nobody makes somebody
// mightier than themselves, and only an owner lets support look.
func gives(role domain.Role) roles {
	switch role {
	case domain.Owner:
		return everyone
	case domain.Admin:
		return resident | guest | installer | child
	default:
		return 0
	}
}

// Verdict is one cell of the matrix.
type Verdict string

// The verdicts.
const (
	Never  Verdict = "never"
	Named  Verdict = "named"  // only functions that the scope names
	Always Verdict = "always" // within the scope
)

// Decide returns the cell of the matrix. The class counts for CommandDevice only.
func Decide(role domain.Role, action Action, class thing.Class) Verdict {
	switch c, r := row(action, class), bit(role); {
	case c.always&r != 0:
		return Always
	case c.named&r != 0:
		return Named
	}
	return Never
}

// Gives reports whether a member of one role may give and take another.
func Gives(giver, given domain.Role) bool { return gives(giver)&bit(given) != 0 }

// may reports whether the role may do the action at all, of some class.
func may(role domain.Role, action Action) bool {
	if action != CommandDevice {
		return Decide(role, action, 0) == Always
	}
	for _, class := range Classes() {
		if Decide(role, action, class) != Never {
			return true
		}
	}
	return false
}
