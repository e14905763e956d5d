package access_test

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
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

func never([16]byte) bool { return false }

func TestAClaimLetsOneGatewayIn(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ada := b.person(t, "Ada")
	home := b.home(t, ada)
	_, p := b.signIn(t, ada)
	claim, key := b.claim(t, p, home), newKey(t)
	gateway, of, err := b.access.Enrol(t.Context(), claim.ID, key, holds(claim))
	if err != nil || of != home {
		t.Fatalf("home %s, %v", of, err)
	}
	events, err := b.store.List(t.Context(), eventstore.Filter{Home: home, Type: "gateway.enrolled"})
	if err != nil || len(events) != 1 {
		t.Fatalf("%d events, %v", len(events), err)
	}
	fingerprint := sha256.Sum256(key)
	want := `{"key_fingerprint":"` + hex.EncodeToString(fingerprint[:]) + `"}`
	ev := events[0]
	if string(ev.Data) != want || ev.Entity != gateway.Entity() || ev.Actor != p.Actor() || ev.Words != "Gateway" {
		t.Errorf("recorded %+v", ev)
	}
	_, _, err = b.access.Enrol(t.Context(), claim.ID, newKey(t), holds(claim))
	wantCode(t, err, domain.Unauthorized)
	again, _, err := b.access.Enrol(t.Context(), claim.ID, key, holds(claim))
	if err != nil || again != gateway {
		t.Errorf("the same gateway after a lost answer: %s, %v; want %s", again, err, gateway)
	}
	knownHome, knownKey, err := b.access.GatewayKey(t.Context(), gateway)
	if err != nil || knownHome != home || !knownKey.Equal(key) {
		t.Errorf("%s %x %v", knownHome, knownKey, err)
	}
}

func TestTwoHundredRedeemAClaimAtOnceAndOneGetsIn(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ada := b.person(t, "Ada")
	home := b.home(t, ada)
	_, p := b.signIn(t, ada)
	claim := b.claim(t, p, home)
	var in atomic.Int32
	var group sync.WaitGroup
	for range 200 {
		key := newKey(t)
		group.Go(func() {
			_, _, err := b.access.Enrol(t.Context(), claim.ID, key, holds(claim))
			if err == nil {
				in.Add(1)
			} else if domain.CodeOf(err) != domain.Unauthorized {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if in.Load() != 1 {
		t.Errorf("%d got in", in.Load())
	}
}

func TestFiveWrongTriesKillAClaim(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ada := b.person(t, "Ada")
	home := b.home(t, ada)
	_, p := b.signIn(t, ada)
	claim, key := b.claim(t, p, home), newKey(t)
	for range access.MaxClaimTries - 1 {
		_, _, err := b.access.Enrol(t.Context(), claim.ID, key, never)
		wantCode(t, err, domain.Unauthorized)
	}
	spare := b.claim(t, p, home)
	for range access.MaxClaimTries {
		_, _, err := b.access.Enrol(t.Context(), spare.ID, key, never)
		wantCode(t, err, domain.Unauthorized)
	}
	_, _, err := b.access.Enrol(t.Context(), spare.ID, key, holds(spare))
	wantCode(t, err, domain.Unauthorized)
	if _, _, err := b.access.Enrol(t.Context(), claim.ID, key, holds(claim)); err != nil {
		t.Errorf("the last try of a claim: %v", err)
	}
}

func TestAClaimExpiresAndAnUnknownOneLooksTheSame(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ada := b.person(t, "Ada")
	home := b.home(t, ada)
	_, p := b.signIn(t, ada)
	claim := b.claim(t, p, home)
	b.clock.Advance(access.ClaimLife)
	_, _, expired := b.access.Enrol(t.Context(), claim.ID, newKey(t), holds(claim))
	wantCode(t, expired, domain.Unauthorized)
	_, _, unknown := b.access.Enrol(t.Context(), [16]byte{1}, newKey(t), holds(claim))
	if unknown == nil || unknown.Error() != expired.Error() {
		t.Errorf("%q and %q tell them apart", expired, unknown)
	}
}

func TestARevokedGatewayIsNotKnownAnyMore(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ada := b.person(t, "Ada")
	home, other := b.home(t, ada), b.home(t, ada)
	_, p := b.signIn(t, ada)
	claim, key := b.claim(t, p, home), newKey(t)
	gateway, _, err := b.access.Enrol(t.Context(), claim.ID, key, holds(claim))
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
	_, _, revoked := b.access.GatewayKey(t.Context(), gateway)
	wantCode(t, revoked, domain.Unauthorized)
	_, _, unknown := b.access.GatewayKey(t.Context(), domain.GatewayID{1})
	if unknown == nil || unknown.Error() != revoked.Error() {
		t.Errorf("%q and %q tell them apart", revoked, unknown)
	}
	_, err = b.nextSession(t, gateway)
	wantCode(t, err, domain.Unauthorized)
	next := b.claim(t, p, home)
	_, _, err = b.access.Enrol(t.Context(), next.ID, key, holds(next))
	wantCode(t, err, domain.Conflict)
}

func TestSessionsOfAGatewayCountUp(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ada := b.person(t, "Ada")
	home := b.home(t, ada)
	_, p := b.signIn(t, ada)
	claim := b.claim(t, p, home)
	gateway, _, err := b.access.Enrol(t.Context(), claim.ID, newKey(t), holds(claim))
	if err != nil {
		t.Fatal(err)
	}
	for want := int64(1); want <= 3; want++ {
		if got, err := b.nextSession(t, gateway); err != nil || got != want {
			t.Errorf("session %d, %v; want %d", got, err, want)
		}
	}
}

func (b *bundle) nextSession(t *testing.T, gateway domain.GatewayID) (int64, error) {
	t.Helper()
	return b.access.NextSession(t.Context(), gateway, "replica")
}

func TestAHomeHasABoundOfGateways(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ada := b.person(t, "Ada")
	home := b.home(t, ada)
	_, p := b.signIn(t, ada)
	for range access.MaxGateways {
		claim := b.claim(t, p, home)
		if _, _, err := b.access.Enrol(t.Context(), claim.ID, newKey(t), holds(claim)); err != nil {
			t.Fatal(err)
		}
	}
	err := pgx.BeginFunc(t.Context(), b.pool, func(tx pgx.Tx) error {
		_, _, err := b.access.NewClaim(t.Context(), tx, p, home)
		return err
	})
	wantCode(t, err, domain.Conflict)
}
