package hub

import (
	"logis/domain"
	"logis/eventstore"
	"logis/wire"
)

// lastWord answers a gateway that is ready to open something, by the home as it is
// under its lock: the deadline may have passed, and who asked may have been sent
// away, since the command left.
func (s *session) lastWord(tx *eventstore.Tx, f *wire.Ready) (reply, error) {
	home := tx.Home(s.home)
	if err := home.Current(s.gateway, s.number); err != nil {
		return reply{}, currentRefusal(err)
	}
	if len(f.Nonce) != wire.NonceBytes {
		return reply{}, refuse(wire.CloseBadFrame, "the nonce of a ready frame has 16 bytes")
	}
	return reply{word: &wire.Go{Command: f.Command, Nonce: f.Nonce, Denied: s.denies(home, f.Command, tx)}}, nil
}

func (s *session) denies(home *domain.Home, id domain.CommandID, tx *eventstore.Tx) string {
	if denied := home.MayOpen(s.gateway, id, tx.Now()); denied != "" {
		return denied
	}
	if !s.hub.options.Authorize(home, home.Commands[id], tx.Now()) {
		return "not_allowed_any_more"
	}
	return ""
}
