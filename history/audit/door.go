package audit

import (
	"strings"

	"logis/domain"
)

// deeds of the door, which access names.
func doorWords(what string) (words string, known bool) {
	words, known = map[string]string{ //nolint:gosec // words about passwords, and none itself
		"signed_in.link": "signed in by a link", "signed_in.password": "signed in by password",
		"signed_in.passkey": "signed in by passkey", "signed_in.invitation": "signed in by an invitation",
		"signed_out": "signed out", "proved": "proved who they are", "session.ended": "signed a browser out",
		"password.set": "set a password", "passkey.added": "added a passkey", "passkey.removed": "removed a passkey",
		"codes.set": "began with one-time codes", "codes.removed": "does without one-time codes",
		"token.made": "made a token", "token.ended": "ended a token",
	}[what]
	return words, known
}

// wanted are the actions that may be refused, which access names, as what somebody
// wanted to do.
func wanted(action string) string {
	words, known := map[string]string{
		"home.read": "look at the home", "home.edit": "change the home", "history.read": "look at its past",
		"history.keep": "say how long the past is kept", "audit.read": "see what others did", "device.command": "ask something of a device",
		"gateways.manage": "manage its gateways", "gateways.inspect": "look into its gateways",
		"rules.edit": "change its rules", "rules.grant": "let a rule open something",
		"members.read": "see who belongs to it", "members.manage": "say who belongs to it",
	}[action]
	if !known {
		return spaced(strings.ReplaceAll(action, ".", " "))
	}
	return words
}

// atDoor says what happened at the door.
func (t *teller) atDoor(e *Entry) {
	who := t.whoever(e.Actor)
	if id, ok := e.Actor.Person(); ok && e.Entity == t.home.ID.Entity() {
		if _, member := t.home.Members[id]; !member {
			who, e.Actor = "somebody who does not belong here", domain.SystemActor
		}
	}
	words, known := doorWords(e.What)
	switch {
	case known && e.Outcome == Refused:
		e.Says = capital(who + " was refused: " + strings.Replace(words, "signed in", "signing in", 1))
	case known:
		e.Says = capital(who + " " + words)
	default:
		e.Says = capital(who + " was not allowed to " + wanted(e.What))
	}
}
