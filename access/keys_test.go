package access_test

import (
	"context"
	"crypto/ed25519"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"logis/access"
	"logis/domain"
	"logis/eventstore"
)

// renew asks for a new key, signed by an old one.
func (b *bundle) renew(t *testing.T, gateway domain.GatewayID, key, by ed25519.PublicKey) (access.Renewal, error) {
	t.Helper()
	return b.access.Renew(t.Context(), gateway, key, func(k ed25519.PublicKey) bool { return k.Equal(by) })
}

// settle is the session of a key, up to what is recorded of it.
func (b *bundle) settle(t *testing.T, home domain.HomeID, gateway domain.GatewayID, key ed25519.PublicKey, canRenew bool) (c access.Certificate, err error) {
	t.Helper()
	caller, err := b.recognize(t, gateway, key)
	if err != nil {
		return c, err
	}
	err = b.store.Append(t.Context(), []domain.HomeID{home}, func(ctx context.Context, tx *eventstore.Tx) error {
		c, err = b.access.Settle(ctx, tx, caller, canRenew)
		return err
	})
	return c, err
}

func TestAKeyRenewsItselfAndTheFirstSessionOfTheNewOneRetiresIt(t *testing.T) {
	t.Parallel()
	b := setup(t)
	home, p := b.here(t)
	first, second := newKey(t), newKey(t)
	gateway := b.letIn(t, p, home, first)
	b.clock.Advance(60 * 24 * time.Hour)
	_, err := b.renew(t, gateway, second, newKey(t))
	wantCode(t, err, domain.Unauthorized)
	renewal, err := b.renew(t, gateway, second, first)
	if err != nil || renewal.Certificate.Serial != 2 || !renewal.Certificate.Ends.Equal(b.clock.Now().Add(access.KeyLife)) {
		t.Fatalf("%+v, %v", renewal, err)
	}
	b.clock.Advance(time.Hour)
	if again, err := b.renew(t, gateway, second, first); err != nil || again != renewal {
		t.Errorf("asked again after a lost answer: %+v, %v", again, err)
	}
	if c, err := b.settle(t, home, gateway, first, true); err != nil || c.Serial != 1 {
		t.Errorf("the old key meanwhile: %+v, %v", c, err)
	}
	if c, err := b.settle(t, home, gateway, second, true); err != nil || c != renewal.Certificate {
		t.Errorf("the new key: %+v, %v; want %+v", c, err, renewal.Certificate)
	}
	if n := len(b.events(t, home, "gateway.key_certified")); n != 2 {
		t.Errorf("%d certificates recorded", n)
	}
	_, err = b.recognize(t, gateway, first)
	wantCode(t, err, domain.Unauthorized)
	_, err = b.renew(t, gateway, first, second)
	wantCode(t, err, domain.Conflict)
}

func TestANewKeyThatNobodyUsesLapsesAndTheOldOneGoesOn(t *testing.T) {
	t.Parallel()
	b := setup(t)
	home, p := b.here(t)
	first, second := newKey(t), newKey(t)
	gateway := b.letIn(t, p, home, first)
	if _, err := b.renew(t, gateway, second, first); err != nil {
		t.Fatal(err)
	}
	b.clock.Advance(access.Overlap)
	_, err := b.recognize(t, gateway, second)
	wantCode(t, err, domain.Unauthorized)
	if _, err := b.settle(t, home, gateway, first, true); err != nil {
		t.Errorf("the old key: %v", err)
	}
	if _, err := b.renew(t, gateway, second, first); err != nil {
		t.Errorf("the new one asks again: %v", err)
	}
	if c, err := b.settle(t, home, gateway, second, true); err != nil || c.Serial != 2 {
		t.Errorf("%+v, %v", c, err)
	}
}

func TestAnEndedKeyNeedsItsOwnerAndLaterAClaim(t *testing.T) {
	t.Parallel()
	b := setup(t)
	home, p := b.here(t)
	first, second := newKey(t), newKey(t)
	gateway := b.letIn(t, p, home, first)
	b.clock.Advance(access.KeyLife)
	_, err := b.recognize(t, gateway, first)
	wantCode(t, err, domain.KeyEnded)
	renewal, err := b.renew(t, gateway, second, first)
	if err != nil || renewal.Waits.IsZero() {
		t.Fatalf("%+v, %v", renewal, err)
	}
	_, err = b.recognize(t, gateway, second)
	wantCode(t, err, domain.Unauthorized)
	b.clock.Advance(access.ConfirmLife) // nobody looked: it asks again, and waits anew
	if renewal, err = b.renew(t, gateway, second, first); err != nil || renewal.Waits.IsZero() {
		t.Fatalf("%+v, %v", renewal, err)
	}
	if _, err := b.confirm(t, p, home, domain.KeyLetters(second)); err != nil {
		t.Fatal(err)
	}
	if renewal, err = b.renew(t, gateway, second, first); err != nil || renewal.Certificate.Serial != 2 {
		t.Errorf("%+v, %v", renewal, err)
	}
	if _, err := b.settle(t, home, gateway, second, true); err != nil {
		t.Error(err)
	}
	b.clock.Advance(access.KeyLife + access.RecoverLife + time.Second)
	third := newKey(t)
	_, err = b.renew(t, gateway, third, second)
	wantCode(t, err, domain.Forbidden)
	var claim domain.Claim
	err = pgx.BeginFunc(t.Context(), b.pool, func(tx pgx.Tx) error {
		claim, _, err = b.access.NewClaimFor(t.Context(), tx, p, home, gateway)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.enrol(t, claim, third, holds(claim)); err != nil {
		t.Fatal(err)
	}
	if same, err := b.confirm(t, p, home, domain.KeyLetters(third)); err != nil || same != gateway {
		t.Errorf("paired again as %s, %v; want %s", same, err, gateway)
	}
	if a, err := b.enrol(t, claim, third, holds(claim)); err != nil || a.Gateway != gateway {
		t.Errorf("%+v, %v", a, err)
	}
	if c, err := b.settle(t, home, gateway, third, true); err != nil || c.Serial != 3 {
		t.Errorf("%+v, %v", c, err)
	}
}

// An agent of the release before speaks version 1: its key has no end until an
// agent that can renew says hello with it.
func TestAKeyOfTheReleaseBeforeGetsItsEndWithTheFirstHelloOfANewAgent(t *testing.T) {
	t.Parallel()
	b := setup(t)
	home, p := b.here(t)
	claim, key := b.claim(t, p, home), newKey(t)
	if _, err := b.access.Enrol(t.Context(), claim.ID, key, false, holds(claim)); err != nil {
		t.Fatal(err)
	}
	gateway, err := b.confirm(t, p, home, domain.KeyLetters(key))
	if err != nil {
		t.Fatal(err)
	}
	b.clock.Advance(2 * access.KeyLife)
	if c, err := b.settle(t, home, gateway, key, false); err != nil || !c.Ends.IsZero() {
		t.Errorf("%+v, %v", c, err)
	}
	for range 2 { // the second time as it was
		if c, err := b.settle(t, home, gateway, key, true); err != nil || !c.Ends.Equal(b.clock.Now().Add(access.KeyLife)) || c.Serial != 1 {
			t.Errorf("%+v, %v", c, err)
		}
	}
	if n := len(b.events(t, home, "gateway.key_certified")); n != 1 {
		t.Errorf("%d certificates recorded", n)
	}
}

func TestTwoMachinesWithOneKeyAreNoticedAndTheOwnerSaysWhichStays(t *testing.T) {
	t.Parallel()
	b := setup(t)
	home, p := b.here(t)
	key, mine, theirs := newKey(t), newKey(t), newKey(t)
	gateway := b.letIn(t, p, home, key)
	for i, instance := range []string{"mine", "theirs", "mine"} {
		if _, err := b.hello(t, gateway, key, instance); err != nil {
			t.Fatalf("hello %d: %v", i, err)
		}
		b.clock.Advance(time.Minute)
	}
	_, err := b.hello(t, gateway, key, "theirs")
	wantCode(t, err, domain.KeyEnded)
	if rows := b.events(t, home, "gateway.suspended"); len(rows) != 1 || string(rows[0].Data) != `{"reason":"key_cloned"}` {
		t.Errorf("recorded %+v", rows)
	}
	if out, err := b.access.Out(t.Context(), "replica"); err != nil || domain.CodeOf(out[gateway]) != domain.KeyEnded {
		t.Errorf("%v, %v", out, err)
	}
	for _, instance := range []string{"mine", "theirs", "another"} {
		_, err := b.hello(t, gateway, key, instance)
		wantCode(t, err, domain.KeyEnded)
	}
	for _, next := range []ed25519.PublicKey{mine, theirs} {
		if renewal, err := b.renew(t, gateway, next, key); err != nil || renewal.Waits.IsZero() {
			t.Fatalf("%+v, %v", renewal, err)
		}
	}
	if _, err := b.confirm(t, p, home, domain.KeyLetters(mine)); err != nil {
		t.Fatal(err)
	}
	if _, err := b.hello(t, gateway, mine, "mine"); err != nil {
		t.Error(err)
	}
	_, err = b.hello(t, gateway, key, "theirs")
	wantCode(t, err, domain.Unauthorized)
	_, err = b.confirm(t, p, home, domain.KeyLetters(theirs))
	wantCode(t, err, domain.NotFound)
	_, err = b.renew(t, gateway, theirs, key)
	wantCode(t, err, domain.Unauthorized)
}

func TestAnAgentThatStartsOverAndOverIsNoClone(t *testing.T) {
	t.Parallel()
	b := setup(t)
	home, p := b.here(t)
	key := newKey(t)
	gateway := b.letIn(t, p, home, key)
	for i := range 40 {
		if _, err := b.hello(t, gateway, key, string(rune('a'+i))); err != nil {
			t.Fatalf("start %d: %v", i, err)
		}
		b.clock.Advance(time.Second)
	}
}

// Somebody who moves a disk to another machine and back is not two machines.
func TestTurnsThatAreFarApartAreNoClone(t *testing.T) {
	t.Parallel()
	b := setup(t)
	home, p := b.here(t)
	key := newKey(t)
	gateway := b.letIn(t, p, home, key)
	for i := range 12 {
		if _, err := b.hello(t, gateway, key, []string{"one", "two"}[i%2]); err != nil {
			t.Fatalf("turn %d: %v", i, err)
		}
		b.clock.Advance(access.CloneWindow / (access.CloneTurns - 1))
	}
}
