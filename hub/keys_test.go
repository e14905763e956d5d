package hub_test

import (
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"testing"
	"time"

	"github.com/coder/websocket"

	"logis/access"
	"logis/domain"
	"logis/edge/link"
	"logis/wire"
	"logis/wire/wiretest"
)

func keyOf(seed string) ed25519.PrivateKey {
	sum := sha256.Sum256([]byte(seed))
	return ed25519.NewKeyFromSeed(sum[:])
}

func lettersOf(key ed25519.PrivateKey) string {
	return domain.KeyLetters(key.Public().(ed25519.PublicKey))
}

func TestANewcomerHearsNothingAndSaysNothingUntilItIsConfirmed(t *testing.T) {
	t.Parallel()
	b := setup(t)
	claim, key := b.claim(t), keyOf("new")
	for range 2 * access.MaxClaimTries { // asking costs nothing
		frame, err := wiretest.Redeem(t.Context(), b.url, claim, key)
		if _, waits := frame.(*wire.Pending); err != nil || !waits {
			t.Fatalf("%#v, %v", frame, err)
		}
	}
	waiting, err := b.access.Newcomers(t.Context(), b.home)
	if err != nil || len(waiting) != 1 {
		t.Fatalf("%+v, %v", waiting, err)
	}
	early := &wiretest.Gateway{ID: waiting[0].Gateway, Key: key, Outbox: "x"}
	if _, err := early.Connect(t.Context(), b.url); wiretest.CloseCode(err) != wire.CloseUnauthorized {
		t.Errorf("it opens a session: %v", err)
	}
	if err := b.confirm(t.Context(), lettersOf(keyOf("other"))); domain.CodeOf(err) != domain.NotFound {
		t.Errorf("wrong letters: %v", err)
	}
	if err := b.confirm(t.Context(), lettersOf(key)); err != nil {
		t.Fatal(err)
	}
	s, err := early.Connect(t.Context(), b.url)
	if err != nil {
		t.Fatal(err)
	}
	s.Cut()
	if c := s.Welcome.Certificate; c.Serial != 1 || time.Duration(c.EndsMS-c.BeginsMS)*time.Millisecond != access.KeyLife {
		t.Errorf("%+v", c)
	}
}

func TestARefusedNewcomerIsToldSo(t *testing.T) {
	t.Parallel()
	b := setup(t)
	m := &machine{dir: t.TempDir(), calendar: newCalendar()}
	err := m.pair(t, b.url, b.claim(t), func(letters string) {
		if err := b.refuse(t, letters); err != nil {
			t.Error(err)
		}
	})
	if !errors.Is(err, link.ErrOwnerRefused) {
		t.Errorf("it ends with %v", err)
	}
}

// An agent of the release before knows no pending: it takes it for a complaint,
// asks again, and gets in. Its key has no end until a newer agent has it.
func TestAnAgentOfTheReleaseBeforeIsServed(t *testing.T) {
	t.Parallel()
	b := setup(t)
	old := *b.gateway
	old.Version = 1
	s, err := old.Connect(t.Context(), b.url)
	if err != nil {
		t.Fatal(err)
	}
	b.lamp(t, s)
	s.Cut()
	if s.Welcome.Version != 1 || s.Welcome.Certificate != (wire.Certificate{}) {
		t.Errorf("it is told what it cannot read: %+v", s.Welcome)
	}
	if _, err := b.pool.Exec(t.Context(), `UPDATE gateway_keys SET not_before = NULL, not_after = NULL`); err != nil {
		t.Fatal(err) // as the migration left those of the release before
	}
	if s, err = old.Connect(t.Context(), b.url); err != nil {
		t.Fatal(err)
	}
	s.Cut()
	s = b.connect(t)
	if c := s.Welcome.Certificate; c.Serial != 1 || c.EndsMS == 0 {
		t.Errorf("its successor gets %+v", c)
	}
	if got := b.picture(t).Gateways[b.gateway.ID].KeyEnds; got.UnixMilli() != s.Welcome.Certificate.EndsMS {
		t.Errorf("the home reads that the key ends %v", got)
	}
}

// What was said on one socket is worth nothing on another.
func TestAReplayedTranscriptIsRefused(t *testing.T) {
	t.Parallel()
	b := setup(t)
	claim, key, next := b.claim(t), keyOf("replayed"), keyOf("next")
	said := [][]byte{}
	network := &cutter{}
	url := network.serve(t, b.url)
	network.overhear = func(text []byte) { said = append(said, append([]byte(nil), text...)) }
	if _, err := wiretest.Redeem(t.Context(), url, claim, key); err != nil {
		t.Fatal(err)
	}
	if _, err := b.gateway.Renew(t.Context(), url, next); err != nil {
		t.Fatal(err)
	}
	s, err := b.gateway.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	s.Cut()
	network.mu.Lock()
	heard := said
	network.mu.Unlock()
	replayed := 0
	for _, text := range heard {
		if _, err := wire.DecodeFromEdge(text); err != nil {
			continue // the cloud said it
		}
		replayed++
		conn, err := dialCloud(t.Context(), b.url)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.CloseNow() }()
		if _, _, err := conn.Read(t.Context()); err != nil { // the challenge
			t.Fatal(err)
		}
		if err := conn.Write(t.Context(), websocket.MessageText, text); err != nil {
			t.Fatal(err)
		}
		if _, answer, err := conn.Read(t.Context()); wiretest.CloseCode(err) != wire.CloseUnauthorized {
			t.Errorf("%s is answered with %s, %v", text, answer, err)
		}
	}
	if replayed != 3 {
		t.Errorf("%d frames were overheard, want enrol, renew and hello", replayed)
	}
}

func TestARenewalNeedsBothKeys(t *testing.T) {
	t.Parallel()
	b := setup(t)
	thief := *b.gateway
	thief.Key = keyOf("thief")
	if _, err := thief.Renew(t.Context(), b.url, keyOf("next")); wiretest.CloseCode(err) != wire.CloseUnauthorized {
		t.Errorf("without the present key: %v", err)
	}
	if _, err := b.gateway.Renew(t.Context(), b.url, keyOf("first")); err != nil { // its own key again
		t.Errorf("the present key is certified already: %v", err)
	}
	other := b.enrol(t, "other")
	if _, err := b.gateway.Renew(t.Context(), b.url, other.Key); wiretest.CloseCode(err) != wire.CloseForbidden {
		t.Errorf("the key of another gateway: %v", err)
	}
}

func TestTwoMachinesWithOneKeyAreCutOffUntilTheirOwnerChooses(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mine, theirs := *b.gateway, *b.gateway
	mine.Instance, theirs.Instance = "mine", "theirs"
	var last *wiretest.Socket
	for _, g := range []*wiretest.Gateway{&mine, &theirs, &mine} {
		s, err := g.Connect(t.Context(), b.url)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(s.Cut)
		last = s
	}
	if _, err := theirs.Connect(t.Context(), b.url); wiretest.CloseCode(err) != wire.CloseKeyEnded {
		t.Errorf("the third turn: %v", err)
	}
	if _, err := wiretest.Next[*wire.Ack](t.Context(), last); wiretest.CloseCode(err) != wire.CloseKeyEnded {
		t.Errorf("the open session ends with %v", err)
	}
	if g := b.picture(t).Gateways[b.gateway.ID]; g.Suspended != domain.KeyCloned || g.Connected {
		t.Errorf("the home reads %+v", g)
	}
	next := keyOf("chosen")
	for want := wire.Frame(&wire.Pending{}); ; {
		frame, err := mine.Renew(t.Context(), b.url, next)
		if err != nil || frame.FrameType() != want.FrameType() {
			t.Fatalf("%#v, %v", frame, err)
		}
		if want.FrameType() == (wire.Certificate{}).FrameType() {
			break
		}
		if err := b.confirm(t.Context(), lettersOf(next)); err != nil {
			t.Fatal(err)
		}
		want = &wire.Certificate{}
	}
	if _, err := theirs.Connect(t.Context(), b.url); wiretest.CloseCode(err) != wire.CloseUnauthorized {
		t.Errorf("the other machine: %v", err)
	}
	mine.Key = next
	s, err := mine.Connect(t.Context(), b.url)
	if err != nil {
		t.Fatal(err)
	}
	s.Cut()
	if g := b.picture(t).Gateways[b.gateway.ID]; g.Suspended != "" {
		t.Errorf("the home reads %+v", g)
	}
}
