package audit

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"logis/domain"
	"logis/domain/thing"
)

func sortedNames(set map[string]thing.Value) []string { return slices.Sorted(maps.Keys(set)) }

// sayHouse tells what was asked of the home and how it was changed.
func sayHouse(all map[string]sentence) {
	say(all, func(t told, f domain.CommandRequested) string {
		return t.who() + " asked " + t.it() + " to " + t.wish(domain.DeviceID(t.row.Entity), f)
	})
	say(all, func(t told, f domain.SceneActivated) string {
		if f.Undoes != 0 {
			return t.who() + " undid " + t.this("scene")
		}
		return t.who() + " activated " + t.this("scene")
	})
	say(all, func(t told, _ domain.HomeCreated) string { return t.who() + " founded the home" })
	say(all, func(t told, _ domain.HomeRenamed) string { return t.who() + " named the home " + t.called() })
	say(all, func(t told, _ domain.HistoryRegressed) string {
		return t.who() + " remembers more than is recorded here: an older copy was restored"
	})
	say(all, func(t told, _ domain.RoomAdded) string { return t.who() + " added the room " + t.called() })
	say(all, func(t told, _ domain.RoomRenamed) string { return t.who() + " named a room " + t.called() })
	say(all, func(t told, _ domain.RoomRemoved) string { return t.who() + " removed " + t.this("room") })
	say(all, func(t told, _ domain.DeviceRegistered) string { return t.who() + " found " + t.it() })
	say(all, func(t told, f domain.DevicePlaced) string {
		if f.Room.IsZero() {
			return t.who() + " took " + t.it() + " out of its room"
		}
		return t.who() + " moved " + t.it() + " to " + t.part(f.Room.Entity(), "room")
	})
	say(all, func(t told, _ domain.DeviceRenamed) string { return t.who() + " named a device " + t.called() })
	say(all, func(t told, _ domain.DeviceRemoved) string { return t.who() + " removed " + t.it() })
	say(all, func(t told, _ domain.HomeLocated) string { return t.who() + " said where the home is" })
	say(all, func(t told, f domain.HomeModeChanged) string { return t.who() + " set the home to " + t.mode(f.Mode) })
	say(all, func(t told, _ domain.ModeAdded) string { return t.who() + " added the mode " + t.called() })
	say(all, func(t told, _ domain.ModeRenamed) string { return t.who() + " named a mode " + t.called() })
	say(all, func(t told, _ domain.ModeRemoved) string { return t.who() + " removed " + t.this("mode") })
	say(all, func(t told, _ domain.SceneEdited) string {
		if t.row.Words != "" {
			return t.who() + " made the scene " + t.called()
		}
		return t.who() + " changed " + t.this("scene")
	})
	say(all, func(t told, _ domain.SceneRenamed) string { return t.who() + " named a scene " + t.called() })
	say(all, func(t told, _ domain.SceneRemoved) string { return t.who() + " removed " + t.this("scene") })
}

// mode is what the home can be set to, in a word.
func (t *teller) mode(mode domain.Mode) string {
	if id, err := domain.ParseID[domain.ModeKind](string(mode)); err == nil {
		return t.part(id.Entity(), "mode")
	}
	return capital(string(mode))
}

// roleWords are what members are.
func roleWords(role domain.Role) string { return "a" + vowel(string(role)) + " " + string(role) }

func vowel(word string) string {
	if slices.Contains([]byte("aeiou"), word[0]) {
		return "n"
	}
	return ""
}

// sayMembers tells who belongs to the home.
func sayMembers(all map[string]sentence) {
	say(all, func(t told, f domain.MemberInvited) string {
		return t.who() + " invited somebody as " + roleWords(f.Role)
	})
	say(all, func(t told, _ domain.MemberUninvited) string { return t.who() + " took an invitation back" })
	say(all, func(t told, f domain.MemberJoined) string {
		return t.person(f.Person) + " joined as " + roleWords(f.Role)
	})
	say(all, func(t told, f domain.MemberChanged) string {
		return t.who() + " made " + t.person(f.Person) + " " + roleWords(f.Role)
	})
	say(all, func(t told, f domain.MemberRemoved) string { return t.who() + " turned " + t.person(f.Person) + " out" })
	say(all, func(t told, f domain.MemberLeft) string { return t.person(f.Person) + " left the home for good" })
	say(all, func(_ told, _ domain.MemberErased) string {
		return "a member was erased: nothing is known of them any more"
	})
	say(all, func(t told, f domain.MemberPresenceChanged) string {
		if f.Present {
			return t.person(domain.PersonID(t.row.Entity)) + " came home"
		}
		return t.person(domain.PersonID(t.row.Entity)) + " went out"
	})
}

// box is the gateway that the event is about.
func (t told) box() string { return cmp.Or(t.names[t.row.Entity], "a gateway") }

// sayGateways tells of the boxes that own the radios.
func sayGateways(all map[string]sentence) {
	say(all, func(t told, _ domain.GatewayEnrolled) string { return t.who() + " let " + t.box() + " in" })
	say(all, func(t told, _ domain.GatewayRefused) string {
		return t.who() + " sent a gateway away whose letters were others"
	})
	say(all, func(t told, f domain.GatewayKeyCertified) string {
		return t.box() + " has a key that is good until " + time.UnixMilli(f.EndsMS).UTC().Format(time.DateOnly)
	})
	say(all, func(t told, _ domain.GatewaySuspended) string {
		return t.box() + " is suspended: two machines used its key"
	})
	say(all, func(_ told, f domain.GatewayClaimExhausted) string {
		return fmt.Sprintf("somebody guessed %d times at the code of a new gateway; the code is worth nothing now", f.Tries)
	})
	say(all, func(t told, _ domain.GatewayRevoked) string { return t.who() + " turned " + t.box() + " out" })
	say(all, func(t told, f domain.GatewayGapRecorded) string {
		return fmt.Sprintf("%s was away too long: %d reports are lost", t.box(), f.Count)
	})
	say(all, func(t told, _ domain.GatewayClockStepped) string {
		return "the clock of Logis or of " + t.box() + " was set"
	})
	say(all, func(t told, _ domain.GatewayConfigured) string {
		return t.who() + " changed the settings of " + t.box()
	})
	say(all, func(t told, _ domain.GatewayConfigurationApplied) string {
		return t.box() + " works with its new settings"
	})
	say(all, func(t told, f domain.GatewayConfigurationRolledBack) string {
		return t.box() + " went back to its former settings: " + f.Reason
	})
	say(all, func(t told, f domain.GatewayPairingOpened) string {
		return t.who() + " opened " + f.Radio + " to new devices for " + (time.Duration(f.Seconds) * time.Second).String()
	})
	say(all, func(t told, f domain.GatewayPairingClosed) string {
		return t.who() + " closed " + f.Radio + " to new devices"
	})
	say(all, func(t told, _ domain.GatewayCommissioningBegun) string {
		return t.who() + " gave " + t.box() + " the code of a new device"
	})
	say(all, func(t told, _ domain.GatewayClientEnded) string {
		return t.who() + " ended a local client of " + t.box()
	})
	say(all, func(t told, f domain.GatewayRulesOffered) string {
		return fmt.Sprintf("%s was asked to run %d rules", t.box(), len(f.Rules))
	})
	say(all, func(t told, f domain.GatewayRulesTaken) string {
		if f.Refused != "" {
			return t.box() + " could not take new rules"
		}
		return fmt.Sprintf("%s runs %d rules by itself", t.box(), len(f.Rules))
	})
}

// sayRules tells how what the home does by itself was changed, and where it failed.
func sayRules(all map[string]sentence) {
	say(all, func(t told, _ domain.PolicyEdited) string { return t.who() + " changed what rules may never do" })
	say(all, func(t told, f domain.RuleEdited) string {
		switch {
		case t.row.Words != "":
			return t.who() + " made the rule " + t.called()
		case f.Reverts != 0:
			return t.who() + " undid a change of " + t.this("rule")
		}
		return t.who() + " changed " + t.this("rule")
	})
	say(all, func(t told, _ domain.RuleRenamed) string { return t.who() + " named a rule " + t.called() })
	say(all, func(t told, _ domain.RuleEnabled) string { return t.who() + " turned on " + t.this("rule") })
	say(all, func(t told, _ domain.RuleDisabled) string { return t.who() + " turned off " + t.this("rule") })
	say(all, func(t told, _ domain.RuleRemoved) string { return t.who() + " removed " + t.this("rule") })
	say(all, func(t told, f domain.RulePlaced) string {
		if f.Gateway.IsZero() {
			return t.this("rule") + " runs in the cloud now"
		}
		return t.this("rule") + " runs on " + cmp.Or(t.names[f.Gateway.Entity()], "a gateway") + " now"
	})
	say(all, func(t told, f domain.RuleGranted) string {
		return t.who() + " let " + t.this("rule") + " open " + t.device(f.Device)
	})
	say(all, func(t told, _ domain.RuleFailed) string { return t.this("rule") + " could not do a part of it" })
	say(all, func(t told, f domain.RuleCut) string {
		if f.Other.IsZero() {
			return t.this("rule") + " was stopped"
		}
		return t.this("rule") + " was stopped, together with " + t.part(f.Other.Entity(), "rule")
	})
	say(all, func(t told, _ domain.NoticeRaised) string { return t.this("rule") + " told people" })
	say(all, func(t told, _ domain.TestEdited) string {
		return t.who() + " kept a part of the past as the test " + t.called()
	})
	say(all, func(t told, _ domain.TestRemoved) string { return t.who() + " removed " + t.this("test") })
}

// sayPast tells who looked at the past, and what they made of it.
func sayPast(all map[string]sentence) {
	say(all, func(t told, f domain.HistoryViewed) string {
		whose := "everybody"
		if t.row.Entity != t.home.ID.Entity() {
			whose = t.person(domain.PersonID(t.row.Entity))
		}
		if f.Exported {
			return t.who() + " took along what " + whose + " did"
		}
		return t.who() + " looked at what " + whose + " did"
	})
	say(all, func(t told, f domain.HomeRetentionSet) string {
		if f.Months == 0 {
			return t.who() + " had the history kept for ever"
		}
		return t.who() + fmt.Sprintf(" had the history kept for %d months", f.Months)
	})
	say(all, func(t told, f domain.HomeRangeSealed) string {
		return t.who() + fmt.Sprintf(" sealed the events up to %d: they are old enough to go", f.UpTo)
	})
	say(all, func(t told, f domain.HomePutBack) string {
		return fmt.Sprintf("%s put the home back as it was after event %d", t.who(), f.To)
	})
	say(all, func(t told, _ domain.IncidentMarked) string { return t.who() + " marked the incident " + t.called() })
	say(all, func(t told, f domain.IncidentShared) string {
		return t.who() + " shared " + t.this("incident") + " by a link until " + time.UnixMilli(f.EndsMS).UTC().Format(time.DateOnly)
	})
	say(all, func(t told, _ domain.IncidentUnshared) string {
		return t.who() + " ended the links of " + t.this("incident")
	})
	say(all, func(t told, _ domain.IncidentRemoved) string { return t.who() + " removed " + t.this("incident") })
}
