package audit

import (
	"maps"
	"slices"
	"time"

	"logis/domain"
	"logis/domain/thing"
)

// date is the day of an instant in milliseconds, as every language reads it (ISO 8601).
func date(ms int64) string { return time.UnixMilli(ms).UTC().Format(time.DateOnly) }

func sortedNames(set map[string]thing.Value) []string { return slices.Sorted(maps.Keys(set)) }

// sayHouse tells what was asked of the home and how it was changed.
func sayHouse(all map[string]sentence) {
	say(all, func(t told, f domain.CommandRequested) string {
		return t.sayf("%s asked %s to %s", t.who(), t.it(), t.wish(domain.DeviceID(t.row.Entity), f))
	})
	say(all, func(t told, f domain.SceneActivated) string {
		if f.Undoes != 0 {
			return t.sayf("%s undid %s", t.who(), t.this("scene"))
		}
		return t.sayf("%s activated %s", t.who(), t.this("scene"))
	})
	say(all, func(t told, _ domain.HomeCreated) string { return t.sayf("%s founded the home", t.who()) })
	say(all, func(t told, _ domain.HomeRenamed) string { return t.sayf("%s named the home %s", t.who(), t.called()) })
	say(all, func(t told, _ domain.HistoryRegressed) string {
		return t.sayf("%s remembers more than is recorded here: an older copy was restored", t.who())
	})
	say(all, func(t told, _ domain.RoomAdded) string { return t.sayf("%s added the room %s", t.who(), t.called()) })
	say(all, func(t told, _ domain.RoomRenamed) string { return t.sayf("%s named a room %s", t.who(), t.called()) })
	say(all, func(t told, _ domain.RoomRemoved) string { return t.sayf("%s removed %s", t.who(), t.this("room")) })
	say(all, func(t told, _ domain.DeviceRegistered) string { return t.sayf("%s found %s", t.who(), t.it()) })
	say(all, func(t told, f domain.DevicePlaced) string {
		if f.Room.IsZero() {
			return t.sayf("%s took %s out of its room", t.who(), t.it())
		}
		return t.sayf("%s moved %s to %s", t.who(), t.it(), t.part(f.Room.Entity(), "room"))
	})
	say(all, func(t told, _ domain.DeviceRenamed) string {
		return t.sayf("%s named a device %s", t.who(), t.called())
	})
	say(all, func(t told, _ domain.DeviceRemoved) string { return t.sayf("%s removed %s", t.who(), t.it()) })
	say(all, func(t told, _ domain.HomeLocated) string { return t.sayf("%s said where the home is", t.who()) })
	say(all, func(t told, f domain.HomeModeChanged) string {
		return t.sayf("%s set the home to %s", t.who(), t.mode(f.Mode))
	})
	say(all, func(t told, _ domain.ModeAdded) string { return t.sayf("%s added the mode %s", t.who(), t.called()) })
	say(all, func(t told, _ domain.ModeRenamed) string { return t.sayf("%s named a mode %s", t.who(), t.called()) })
	say(all, func(t told, _ domain.ModeRemoved) string { return t.sayf("%s removed %s", t.who(), t.this("mode")) })
	say(all, func(t told, f domain.SceneEdited) string {
		switch {
		case t.row.Words != "" && f.Reverts != 0:
			return t.sayf("%s brought back the scene %s", t.who(), t.called())
		case t.row.Words != "":
			return t.sayf("%s made the scene %s", t.who(), t.called())
		}
		return t.sayf("%s changed %s", t.who(), t.this("scene"))
	})
	say(all, func(t told, _ domain.SceneRenamed) string { return t.sayf("%s named a scene %s", t.who(), t.called()) })
	say(all, func(t told, _ domain.SceneRemoved) string { return t.sayf("%s removed %s", t.who(), t.this("scene")) })
}

// mode is what the home can be set to, in a word.
func (t *teller) mode(mode domain.Mode) string {
	if id, err := domain.ParseID[domain.ModeKind](string(mode)); err == nil {
		return t.part(id.Entity(), "mode")
	}
	return capital(t.word(string(mode)))
}

// sayMembers tells who belongs to the home.
func sayMembers(all map[string]sentence) {
	say(all, func(t told, f domain.MemberInvited) string {
		return t.sayf("%s invited somebody as %s", t.who(), t.role(f.Role))
	})
	say(all, func(t told, _ domain.MemberUninvited) string { return t.sayf("%s took an invitation back", t.who()) })
	say(all, func(t told, f domain.MemberJoined) string {
		return t.sayf("%s joined as %s", t.person(f.Person), t.role(f.Role))
	})
	say(all, func(t told, f domain.MemberChanged) string {
		return t.sayf("%s made %s %s", t.who(), t.person(f.Person), t.role(f.Role))
	})
	say(all, func(t told, f domain.MemberRemoved) string {
		return t.sayf("%s turned %s out", t.who(), t.person(f.Person))
	})
	say(all, func(t told, f domain.MemberLeft) string {
		return t.sayf("%s left the home for good", t.person(f.Person))
	})
	say(all, func(t told, _ domain.MemberErased) string {
		return t.sayf("a member was erased: nothing is known of them any more")
	})
	say(all, func(t told, f domain.MemberPresenceChanged) string {
		if f.Present {
			return t.sayf("%s came home", t.person(domain.PersonID(t.row.Entity)))
		}
		return t.sayf("%s went out", t.person(domain.PersonID(t.row.Entity)))
	})
}

// box is the gateway that the event is about.
func (t told) box() string { return t.gateway(t.row.Entity) }

// sayGateways tells of the boxes that own the radios.
func sayGateways(all map[string]sentence) {
	say(all, func(t told, _ domain.GatewayEnrolled) string { return t.sayf("%s let %s in", t.who(), t.box()) })
	say(all, func(t told, _ domain.GatewayRefused) string {
		return t.sayf("%s sent a gateway away whose letters were others", t.who())
	})
	say(all, func(t told, f domain.GatewayKeyCertified) string {
		return t.sayf("%s has a key that is good until %s", t.box(), date(f.EndsMS))
	})
	say(all, func(t told, _ domain.GatewaySuspended) string {
		return t.sayf("%s is suspended: two machines used its key", t.box())
	})
	say(all, func(t told, f domain.GatewayClaimExhausted) string {
		return t.sayf("somebody guessed %d times at the code of a new gateway; the code is worth nothing now", f.Tries)
	})
	say(all, func(t told, _ domain.GatewayRevoked) string { return t.sayf("%s turned %s out", t.who(), t.box()) })
	say(all, func(t told, f domain.GatewayGapRecorded) string {
		return t.sayf("%s was away too long: %d reports are lost", t.box(), f.Count)
	})
	say(all, func(t told, _ domain.GatewayClockStepped) string {
		return t.sayf("the clock of Logis or of %s was set", t.box())
	})
	say(all, func(t told, _ domain.GatewayConfigured) string {
		return t.sayf("%s changed the settings of %s", t.who(), t.box())
	})
	say(all, func(t told, _ domain.GatewayConfigurationApplied) string {
		return t.sayf("%s works with its new settings", t.box())
	})
	say(all, func(t told, f domain.GatewayConfigurationRolledBack) string {
		return t.sayf("%s went back to its former settings: %s", t.box(), f.Reason)
	})
	say(all, func(t told, f domain.GatewayPairingOpened) string {
		return t.sayf("%s opened %s to new devices for %d seconds", t.who(), f.Radio, f.Seconds)
	})
	say(all, func(t told, f domain.GatewayPairingClosed) string {
		return t.sayf("%s closed %s to new devices", t.who(), f.Radio)
	})
	say(all, func(t told, _ domain.GatewayCommissioningBegun) string {
		return t.sayf("%s gave %s the code of a new device", t.who(), t.box())
	})
	say(all, func(t told, _ domain.GatewayClientEnded) string {
		return t.sayf("%s ended a local client of %s", t.who(), t.box())
	})
	say(all, func(t told, f domain.GatewayRulesOffered) string {
		return t.sayf("%s was asked to run %d rules", t.box(), len(f.Rules))
	})
	say(all, func(t told, f domain.GatewayRulesTaken) string {
		if f.Refused != "" {
			return t.sayf("%s could not take new rules", t.box())
		}
		return t.sayf("%s runs %d rules by itself", t.box(), len(f.Rules))
	})
}

// sayRules tells how what the home does by itself was changed, and where it failed.
func sayRules(all map[string]sentence) {
	say(all, func(t told, _ domain.PolicyEdited) string {
		return t.sayf("%s changed what rules may never do", t.who())
	})
	say(all, func(t told, f domain.RuleEdited) string {
		switch {
		case t.row.Words != "" && f.Reverts != 0:
			return t.sayf("%s brought back the rule %s", t.who(), t.called())
		case t.row.Words != "":
			return t.sayf("%s made the rule %s", t.who(), t.called())
		case f.Reverts != 0:
			return t.sayf("%s undid a change of %s", t.who(), t.this("rule"))
		}
		return t.sayf("%s changed %s", t.who(), t.this("rule"))
	})
	say(all, func(t told, _ domain.RuleRenamed) string { return t.sayf("%s named a rule %s", t.who(), t.called()) })
	say(all, func(t told, _ domain.RuleEnabled) string { return t.sayf("%s turned on %s", t.who(), t.this("rule")) })
	say(all, func(t told, _ domain.RuleDisabled) string { return t.sayf("%s turned off %s", t.who(), t.this("rule")) })
	say(all, func(t told, _ domain.RuleRemoved) string { return t.sayf("%s removed %s", t.who(), t.this("rule")) })
	say(all, func(t told, f domain.RulePlaced) string {
		if f.Gateway.IsZero() {
			return t.sayf("%s runs in the cloud now", t.this("rule"))
		}
		return t.sayf("%s runs on %s now", t.this("rule"), t.gateway(f.Gateway.Entity()))
	})
	say(all, func(t told, f domain.RuleGranted) string {
		return t.sayf("%s let %s open %s", t.who(), t.this("rule"), t.device(f.Device))
	})
	say(all, func(t told, _ domain.RuleFailed) string {
		return t.sayf("%s could not do a part of it", t.this("rule"))
	})
	say(all, func(t told, f domain.RuleCut) string {
		if f.Other.IsZero() {
			return t.sayf("%s was stopped", t.this("rule"))
		}
		return t.sayf("%s was stopped, together with %s", t.this("rule"), t.part(f.Other.Entity(), "rule"))
	})
	say(all, func(t told, _ domain.NoticeRaised) string { return t.sayf("%s told people", t.this("rule")) })
	say(all, func(t told, _ domain.TestEdited) string {
		return t.sayf("%s kept a part of the past as the test %s", t.who(), t.called())
	})
	say(all, func(t told, _ domain.TestRemoved) string { return t.sayf("%s removed %s", t.who(), t.this("test")) })
}

// sayPast tells who looked at the past, and what they made of it.
func sayPast(all map[string]sentence) {
	say(all, func(t told, f domain.HistoryViewed) string {
		whose := t.sayf("everybody")
		if t.row.Entity != t.home.ID.Entity() {
			whose = t.person(domain.PersonID(t.row.Entity))
		}
		if f.Exported {
			return t.sayf("%s took along what %s did", t.who(), whose)
		}
		return t.sayf("%s looked at what %s did", t.who(), whose)
	})
	say(all, func(t told, f domain.HomeRetentionSet) string {
		if f.Months == 0 {
			return t.sayf("%s had the history kept for ever", t.who())
		}
		return t.sayf("%s had the history kept for %d months", t.who(), f.Months)
	})
	say(all, func(t told, f domain.HomeRangeSealed) string {
		return t.sayf("%s sealed the events up to %d: they are old enough to go", t.who(), f.UpTo)
	})
	say(all, func(t told, f domain.HomePutBack) string {
		return t.sayf("%s put the home back as it was after event %d", t.who(), f.To)
	})
	say(all, func(t told, _ domain.IncidentMarked) string {
		return t.sayf("%s marked the incident %s", t.who(), t.called())
	})
	say(all, func(t told, f domain.IncidentShared) string {
		return t.sayf("%s shared %s by a link until %s", t.who(), t.this("incident"), date(f.EndsMS))
	})
	say(all, func(t told, _ domain.IncidentUnshared) string {
		return t.sayf("%s ended the links of %s", t.who(), t.this("incident"))
	})
	say(all, func(t told, _ domain.IncidentRemoved) string {
		return t.sayf("%s removed %s", t.who(), t.this("incident"))
	})
}
