package audit

import (
	"strings"

	"logis/domain"
)

// doorWords are the deeds of the door, which access names: what somebody did.
func doorWords() map[string]string {
	return map[string]string{ //nolint:gosec // words about passwords, and none itself
		"signed_in.link": "signed in by a link", "signed_in.password": "signed in by password",
		"signed_in.passkey": "signed in by passkey", "signed_in.invitation": "signed in by an invitation",
		"signed_in.openid": "signed in by an OpenID provider",
		"openid.linked":    "linked an OpenID provider", "openid.removed": "unlinked an OpenID provider",
		"signed_out": "signed out", "proved": "proved who they are", "session.ended": "signed a browser out",
		"password.set": "set a password", "passkey.added": "added a passkey", "passkey.removed": "removed a passkey",
		"codes.set": "began with one-time codes", "codes.removed": "does without one-time codes",
		"token.made": "made a token", "token.ended": "ended a token",
		"app.registered": "registered an app", "app.removed": "removed an app they had registered",
		"app.allowed": "let an app act for them", "app.ended": "ended what an app may do for them",
		"app.replayed": "had an app end that came with a used secret",
	}
}

// wantedWords are the actions that may be refused, which access names, as what
// somebody wanted to do.
func wantedWords() map[string]string {
	return map[string]string{
		"home.read": "look at the home", "home.edit": "change the home", "history.read": "look at its past",
		"history.keep": "say how long the past is kept", "audit.read": "see what others did", "device.command": "ask something of a device",
		"gateways.manage": "manage its gateways", "gateways.inspect": "look into its gateways",
		"rules.edit": "change its rules", "rules.grant": "let a rule open something",
		"members.read": "see who belongs to it", "members.manage": "say who belongs to it",
	}
}

// atDoor says what happened at the door.
func (t *teller) atDoor(e *Entry) {
	who := t.whoever(e.Actor)
	if id, ok := e.Actor.Person(); ok && e.Entity == t.home.ID.Entity() {
		if _, member := t.home.Members[id]; !member {
			who, e.Actor = t.sayf("somebody who does not belong here"), domain.SystemActor
		}
	}
	did, known := doorWords()[e.What]
	switch {
	case known && e.Outcome == Refused:
		e.Says = t.sayf("%s was refused: %s", who, t.word(strings.Replace(did, "signed in", "signing in", 1)))
	case known:
		e.Says = t.sayf("%s %s", who, t.word(did))
	default:
		want, known := wantedWords()[e.What]
		if !known {
			want = spaced(strings.ReplaceAll(e.What, ".", " "))
		}
		e.Says = t.sayf("%s was not allowed to %s", who, t.word(want))
	}
	e.Says = capital(e.Says)
}
