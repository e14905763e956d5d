package access

import (
	"slices"

	"logis/domain"
	"logis/domain/thing"
)

// Limits are what a token may at most; its owner's role and scope hold as well.
type Limits struct {
	Home    domain.HomeID `json:"home"`              // the one home it is for
	Actions []Action      `json:"actions"`           // only these
	Classes []thing.Class `json:"classes,omitempty"` // of CommandDevice only these
}

// Delegable returns the actions that a token may do: letting people in, letting the past
// go, and sending what happens to others, is left to people.
func Delegable() []Action {
	return slices.DeleteFunc(Actions(), func(a Action) bool { return a == ManageMembers || a == ManageWebhooks || a == KeepHistory })
}

// check refuses what could never be used, or what no token may.
func (l Limits) check() error {
	var faults []domain.Fault
	if len(l.Actions) == 0 {
		faults = append(faults, domain.Fault{Field: "actions", Message: "must name at least one"})
	}
	for _, action := range l.Actions {
		if !slices.Contains(Delegable(), action) {
			faults = append(faults, domain.Fault{Field: "actions", Message: "must be actions that a token may do"})
		}
	}
	for _, class := range l.Classes {
		if !class.Valid() {
			faults = append(faults, domain.Fault{Field: "classes", Message: "must be classes from A to F"})
		}
	}
	if slices.Contains(l.Actions, CommandDevice) == (len(l.Classes) == 0) {
		faults = append(faults, domain.Fault{Field: "classes", Message: "must stand beside device.command, and only there"})
	}
	if len(faults) > 0 {
		return domain.InvalidInput(faults...)
	}
	return nil
}

// command reports whether a command of the class may be asked.
func (l Limits) command(class thing.Class) bool {
	return slices.Contains(l.Actions, CommandDevice) && slices.Contains(l.Classes, class)
}
