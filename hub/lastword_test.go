package hub_test

import (
	"testing"

	"logis/domain"
	"logis/wire"
	"logis/wire/wiretest"
)

// opening asks for the lock to open, and returns the command as the gateway got it.
func (b *bundle) opening(t *testing.T, s *wiretest.Socket, lock domain.DeviceID) *wire.Command {
	t.Helper()
	id, err := b.request(t, domain.CommandRequest{Device: lock, Action: "unlockDoor"})
	if err != nil {
		t.Fatal(err)
	}
	frame, err := wiretest.Next[*wire.Command](t.Context(), s)
	if err != nil || frame.ID != id {
		t.Fatalf("got %+v, %v", frame, err)
	}
	return frame
}

func TestWhatOpensIsAskedAboutOnceMoreAtTheLastMoment(t *testing.T) {
	t.Parallel()
	b := setup(t)
	s := b.connect(t)
	lock := b.device(t, s, 1, "lock")
	nonce := []byte("sixteen random b")
	ask := func(id domain.CommandID) string {
		t.Helper()
		if err := s.Write(t.Context(), wire.Ready{Command: id, Nonce: nonce}); err != nil {
			t.Fatal(err)
		}
		word, err := wiretest.Next[*wire.Go](t.Context(), s)
		if err != nil || word.Command != id || string(word.Nonce) != string(nonce) {
			t.Fatalf("got %+v, %v", word, err)
		}
		return word.Denied
	}
	first := b.opening(t, s, lock)
	if denied := ask(first.ID); denied != "" {
		t.Errorf("denied: %s", denied)
	}
	b.dismissed.Store(true)
	if denied := ask(first.ID); denied != "not_allowed_any_more" {
		t.Errorf("somebody who may not any more gets %q", denied)
	}
	b.dismissed.Store(false)
	b.send(t, s, 2, wire.Entry{Kind: wire.KindResult, Command: first.ID, Device: lock, Outcome: domain.Failed, Reason: "jammed"})
	if denied := ask(first.ID); denied != "not_open" {
		t.Errorf("a command that has ended gets %q", denied)
	}
	if denied := ask(domain.CommandID{9}); denied != "not_open" {
		t.Errorf("a command nobody knows gets %q", denied)
	}
	second := b.opening(t, s, lock)
	s.Cut()
	s = b.connect(t)
	if denied := ask(second.ID); denied == "" {
		t.Error("a command of the session before is let go")
	}
}

func TestAReadyFrameWithoutANonceEndsTheSocket(t *testing.T) {
	t.Parallel()
	b := setup(t)
	s := b.connect(t)
	if err := s.Write(t.Context(), wire.Ready{Command: domain.CommandID{9}, Nonce: []byte("short")}); err != nil {
		t.Fatal(err)
	}
	_, err := wiretest.Next[*wire.Go](t.Context(), s)
	if got := wiretest.CloseCode(err); got != wire.CloseBadFrame {
		t.Errorf("closed with %d (%v)", got, err)
	}
}
