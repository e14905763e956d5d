package access_test

import (
	"context"
	"crypto/ed25519"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"

	"logis/access"
	"logis/domain"
	"logis/eventstore"
)

// join records that the person has the role in the home.
func (b *bundle) join(t *testing.T, home domain.HomeID, person domain.PersonID, role domain.Role) {
	t.Helper()
	err := b.store.Append(t.Context(), []domain.HomeID{home}, func(ctx context.Context, tx *eventstore.Tx) error {
		_, err := tx.Record(ctx, home, domain.Event{
			Entity: home.Entity(), Actor: domain.SystemActor, Fact: domain.MemberJoined{Person: person, Role: role},
		})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (b *bundle) claim(t *testing.T, p access.Principal, home domain.HomeID) domain.Claim {
	t.Helper()
	var claim domain.Claim
	err := pgx.BeginFunc(t.Context(), b.pool, func(tx pgx.Tx) error {
		var err error
		claim, _, err = b.access.NewClaim(t.Context(), tx, p, home)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return claim
}

func newKey(t *testing.T) ed25519.PublicKey {
	t.Helper()
	key, _, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// holds proves possession of the claim's secret.
func holds(c domain.Claim) func([16]byte) bool {
	return func(secret [16]byte) bool { return secret == c.Secret }
}

// enrol brings a claim once, as an agent of today.
func (b *bundle) enrol(t *testing.T, claim domain.Claim, key ed25519.PublicKey, prove func([16]byte) bool) (access.Admission, error) {
	t.Helper()
	return b.access.Enrol(t.Context(), claim.ID, key, true, prove)
}

// confirm says that the gateway shows these letters, too.
func (b *bundle) confirm(t *testing.T, p access.Principal, home domain.HomeID, letters string) (gateway domain.GatewayID, err error) {
	t.Helper()
	err = b.store.Append(t.Context(), []domain.HomeID{home}, func(ctx context.Context, tx *eventstore.Tx) error {
		gateway, err = b.access.Confirm(ctx, tx, p, home, letters)
		return err
	})
	return gateway, err
}

// refuse says that it shows others.
func (b *bundle) refuse(t *testing.T, p access.Principal, home domain.HomeID, letters string) error {
	t.Helper()
	return b.store.Append(t.Context(), []domain.HomeID{home}, func(ctx context.Context, tx *eventstore.Tx) error {
		_, err := b.access.Refuse(ctx, tx, p, home, letters)
		return err
	})
}

// letIn enrols a key and confirms it.
func (b *bundle) letIn(t *testing.T, p access.Principal, home domain.HomeID, key ed25519.PublicKey) domain.GatewayID {
	t.Helper()
	claim := b.claim(t, p, home)
	if a, err := b.enrol(t, claim, key, holds(claim)); err != nil || a.Waits.IsZero() {
		t.Fatalf("%+v, %v", a, err)
	}
	gateway, err := b.confirm(t, p, home, domain.KeyLetters(key))
	if err != nil {
		t.Fatal(err)
	}
	return gateway
}

// events returns what was recorded of a type.
func (b *bundle) events(t *testing.T, home domain.HomeID, eventType string) []eventstore.Row {
	t.Helper()
	rows, err := b.store.List(t.Context(), eventstore.Filter{Home: home, Type: eventType, AtLimit: eventstore.MaxList})
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func never([16]byte) bool { return false }

// here is a home, its owner, and her browser.
func (b *bundle) here(t *testing.T) (domain.HomeID, access.Principal) {
	t.Helper()
	ada := b.person(t, "Ada")
	home := b.home(t, ada)
	_, p := b.signIn(t, ada)
	return home, p
}

func TestAClaimLetsOneGatewayInOnceItsOwnerHasConfirmedItsLetters(t *testing.T) {
	t.Parallel()
	b := setup(t)
	home, p := b.here(t)
	claim, key := b.claim(t, p, home), newKey(t)
	first, err := b.enrol(t, claim, key, holds(claim))
	if err != nil || first.Home != home || !first.Waits.Equal(b.clock.Now().Add(access.ConfirmLife)) {
		t.Fatalf("%+v, %v", first, err)
	}
	waiting, err := b.access.Newcomers(t.Context(), home)
	if err != nil || len(waiting) != 1 || waiting[0].Letters != domain.KeyLetters(key) || waiting[0].Known {
		t.Fatalf("%+v, %v", waiting, err)
	}
	if n := len(b.events(t, home, "gateway.enrolled")); n != 0 {
		t.Errorf("%d gateways enrolled before their owner said so", n)
	}
	if _, err := b.access.Recognize(t.Context(), waiting[0].Gateway, func(ed25519.PublicKey) bool { return true }); domain.CodeOf(err) != domain.Unauthorized {
		t.Errorf("a gateway that waits may speak: %v", err)
	}
	gateway, err := b.confirm(t, p, home, domain.KeyLetters(key))
	if err != nil {
		t.Fatal(err)
	}
	events := b.events(t, home, "gateway.enrolled")
	if len(events) != 1 {
		t.Fatalf("%d events", len(events))
	}
	want := `{"key_fingerprint":"` + domain.KeyFingerprint(key) + `"}`
	if ev := events[0]; string(ev.Data) != want || ev.Entity != gateway.Entity() || ev.Actor != p.Actor() || ev.Words != "Gateway" {
		t.Errorf("recorded %+v", ev)
	}
	_, err = b.enrol(t, claim, newKey(t), holds(claim))
	wantCode(t, err, domain.Unauthorized)
	for range access.MaxClaimTries + 1 { // asking again is no wrong try
		if again, err := b.enrol(t, claim, key, holds(claim)); err != nil || again.Gateway != gateway || !again.Waits.IsZero() {
			t.Fatalf("the same gateway asks who it is: %+v, %v; want %s", again, err, gateway)
		}
	}
	if c, err := b.recognize(t, gateway, key); err != nil || c.Home != home {
		t.Errorf("%+v %v", c, err)
	}
}

// recognize is a hello signed by a key.
func (b *bundle) recognize(t *testing.T, gateway domain.GatewayID, key ed25519.PublicKey) (access.Caller, error) {
	t.Helper()
	return b.access.Recognize(t.Context(), gateway, func(k ed25519.PublicKey) bool { return k.Equal(key) })
}

func TestOtherLettersLetNobodyIn(t *testing.T) {
	t.Parallel()
	b := setup(t)
	home, p := b.here(t)
	other, eve := b.here(t)
	claim, key := b.claim(t, p, home), newKey(t)
	if _, err := b.enrol(t, claim, key, holds(claim)); err != nil {
		t.Fatal(err)
	}
	_, err := b.confirm(t, p, home, domain.KeyLetters(newKey(t)))
	wantCode(t, err, domain.NotFound)
	_, err = b.confirm(t, eve, other, domain.KeyLetters(key))
	wantCode(t, err, domain.NotFound)
	if n := len(b.events(t, home, "gateway.enrolled")); n != 0 {
		t.Errorf("%d gateways got in", n)
	}
}

func TestARefusedKeyIsGoneAndRecorded(t *testing.T) {
	t.Parallel()
	b := setup(t)
	home, p := b.here(t)
	claim, key := b.claim(t, p, home), newKey(t)
	if _, err := b.enrol(t, claim, key, holds(claim)); err != nil {
		t.Fatal(err)
	}
	if err := b.refuse(t, p, home, domain.KeyLetters(key)); err != nil {
		t.Fatal(err)
	}
	if n := len(b.events(t, home, "gateway.refused")); n != 1 {
		t.Errorf("%d refusals recorded", n)
	}
	_, err := b.enrol(t, claim, key, holds(claim))
	wantCode(t, err, domain.Forbidden)
	_, err = b.confirm(t, p, home, domain.KeyLetters(key))
	wantCode(t, err, domain.NotFound)
	wantCode(t, b.refuse(t, p, home, domain.KeyLetters(key)), domain.NotFound)
}

func TestAKeyThatNobodyConfirmsIsGone(t *testing.T) {
	t.Parallel()
	b := setup(t)
	home, p := b.here(t)
	claim, key := b.claim(t, p, home), newKey(t)
	if _, err := b.enrol(t, claim, key, holds(claim)); err != nil {
		t.Fatal(err)
	}
	b.clock.Advance(access.ConfirmLife)
	_, err := b.confirm(t, p, home, domain.KeyLetters(key))
	wantCode(t, err, domain.NotFound)
	_, err = b.enrol(t, claim, key, holds(claim))
	wantCode(t, err, domain.Unauthorized)
	if waiting, err := b.access.Newcomers(t.Context(), home); err != nil || len(waiting) != 0 {
		t.Errorf("%+v, %v", waiting, err)
	}
}

func TestAGatewayThatWasAwayWhenItWasConfirmedHearsOfIt(t *testing.T) {
	t.Parallel()
	b := setup(t)
	home, p := b.here(t)
	claim, key := b.claim(t, p, home), newKey(t)
	if _, err := b.enrol(t, claim, key, holds(claim)); err != nil {
		t.Fatal(err)
	}
	gateway, err := b.confirm(t, p, home, domain.KeyLetters(key))
	if err != nil {
		t.Fatal(err)
	}
	b.clock.Advance(2 * access.ClaimLife)
	if a, err := b.enrol(t, claim, key, holds(claim)); err != nil || a.Gateway != gateway {
		t.Errorf("%+v, %v", a, err)
	}
}

func TestTwoHundredRedeemAClaimAtOnceAndOneGetsIn(t *testing.T) {
	t.Parallel()
	b := setup(t)
	home, p := b.here(t)
	claim := b.claim(t, p, home)
	var in atomic.Int32
	var group sync.WaitGroup
	for range 200 {
		key := newKey(t)
		group.Go(func() {
			_, err := b.enrol(t, claim, key, holds(claim))
			if err == nil {
				in.Add(1)
			} else if domain.CodeOf(err) != domain.Unauthorized {
				t.Error(err)
			}
		})
	}
	group.Wait()
	waiting, err := b.access.Newcomers(t.Context(), home)
	if in.Load() != 1 || len(waiting) != 1 || err != nil {
		t.Errorf("%d got in, %d wait, %v", in.Load(), len(waiting), err)
	}
}

func TestFiveWrongTriesKillAClaimAndTheHomeIsTold(t *testing.T) {
	t.Parallel()
	b := setup(t)
	home, p := b.here(t)
	claim, key := b.claim(t, p, home), newKey(t)
	for range access.MaxClaimTries - 1 {
		_, err := b.enrol(t, claim, key, never)
		wantCode(t, err, domain.Unauthorized)
	}
	if n := len(b.events(t, home, "gateway.claim_exhausted")); n != 0 {
		t.Errorf("told %d times too early", n)
	}
	spare := b.claim(t, p, home)
	for range access.MaxClaimTries + 2 {
		_, err := b.enrol(t, spare, key, never)
		wantCode(t, err, domain.Unauthorized)
	}
	if n := len(b.events(t, home, "gateway.claim_exhausted")); n != 1 {
		t.Errorf("told %d times", n)
	}
	_, err := b.enrol(t, spare, key, holds(spare))
	wantCode(t, err, domain.Unauthorized)
	if _, err := b.enrol(t, claim, key, holds(claim)); err != nil {
		t.Errorf("the last try of a claim: %v", err)
	}
}

func TestAClaimExpiresAndAnUnknownOneLooksTheSame(t *testing.T) {
	t.Parallel()
	b := setup(t)
	home, p := b.here(t)
	claim := b.claim(t, p, home)
	b.clock.Advance(access.ClaimLife)
	_, expired := b.enrol(t, claim, newKey(t), holds(claim))
	wantCode(t, expired, domain.Unauthorized)
	_, unknown := b.enrol(t, domain.Claim{ID: [16]byte{1}}, newKey(t), holds(claim))
	if unknown == nil || unknown.Error() != expired.Error() {
		t.Errorf("%q and %q tell them apart", expired, unknown)
	}
}

func TestARevokedGatewayIsNotKnownAnyMore(t *testing.T) {
	t.Parallel()
	b := setup(t)
	home, p := b.here(t)
	other := b.home(t, p.Person)
	key := newKey(t)
	gateway := b.letIn(t, p, home, key)
	before, err := b.recognize(t, gateway, key)
	if err != nil {
		t.Fatal(err)
	}
	revoke := func(home domain.HomeID) error {
		return pgx.BeginFunc(t.Context(), b.store.Pool(), func(tx pgx.Tx) error { return b.access.Revoke(t.Context(), tx, home, gateway) })
	}
	wantCode(t, revoke(other), domain.NotFound)
	if err := revoke(home); err != nil {
		t.Fatal(err)
	}
	_, revoked := b.recognize(t, gateway, key)
	wantCode(t, revoked, domain.Unauthorized)
	_, unknown := b.recognize(t, domain.GatewayID{1}, key)
	if unknown == nil || unknown.Error() != revoked.Error() {
		t.Errorf("%q and %q tell them apart", revoked, unknown)
	}
	_, err = b.access.NextSession(t.Context(), before, "replica", "")
	wantCode(t, err, domain.Unauthorized)
	_, err = b.renew(t, gateway, newKey(t), key)
	wantCode(t, err, domain.Unauthorized)
	next := b.claim(t, p, home)
	_, err = b.enrol(t, next, key, holds(next))
	wantCode(t, err, domain.Conflict)
}

func TestSessionsOfAGatewayCountUp(t *testing.T) {
	t.Parallel()
	b := setup(t)
	home, p := b.here(t)
	key := newKey(t)
	gateway := b.letIn(t, p, home, key)
	for want := int64(1); want <= 3; want++ {
		if got, err := b.hello(t, gateway, key, "one"); err != nil || got != want {
			t.Errorf("session %d, %v; want %d", got, err, want)
		}
	}
}

// hello is a hello of a running agent, up to its session number.
func (b *bundle) hello(t *testing.T, gateway domain.GatewayID, key ed25519.PublicKey, instance string) (int64, error) {
	t.Helper()
	c, err := b.recognize(t, gateway, key)
	if err != nil {
		return 0, err
	}
	return b.access.NextSession(t.Context(), c, "replica", instance)
}

func TestAHomeHasABoundOfGateways(t *testing.T) {
	t.Parallel()
	b := setup(t)
	home, p := b.here(t)
	claim, late := b.claim(t, p, home), newKey(t)
	if _, err := b.enrol(t, claim, late, holds(claim)); err != nil {
		t.Fatal(err)
	}
	for range access.MaxGateways {
		b.letIn(t, p, home, newKey(t))
	}
	_, err := b.confirm(t, p, home, domain.KeyLetters(late))
	wantCode(t, err, domain.Conflict)
	err = pgx.BeginFunc(t.Context(), b.store.Pool(), func(tx pgx.Tx) error {
		_, _, err := b.access.NewClaim(t.Context(), tx, p, home)
		return err
	})
	wantCode(t, err, domain.Conflict)
}
