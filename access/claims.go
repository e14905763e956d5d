package access

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"logis/domain"
	"logis/eventstore"
)

// NewClaim makes, inside a transaction, a claim that one new gateway may use
// within ClaimLife, and returns when it expires. It refuses with Conflict when
// the home has as many gateways as it can.
func (a *Access) NewClaim(ctx context.Context, tx pgx.Tx, p Principal, home domain.HomeID) (domain.Claim, time.Time, error) {
	if err := roomFor(ctx, tx, home); err != nil {
		return domain.Claim{}, time.Time{}, err
	}
	return a.newClaim(ctx, tx, p, home, nil)
}

// NewClaimFor makes a claim that gives a gateway of the home another key: its
// machine was lost, or its key ended too long ago. It refuses with NotFound.
func (a *Access) NewClaimFor(
	ctx context.Context, tx pgx.Tx, p Principal, home domain.HomeID, gateway domain.GatewayID,
) (domain.Claim, time.Time, error) {
	var here bool
	err := tx.QueryRow(ctx, `
		SELECT EXISTS (SELECT FROM gateway_keys WHERE gateway_id = $1 AND home_id = $2 AND revoked_at IS NULL)`,
		[16]byte(gateway), [16]byte(home)).Scan(&here)
	if err == nil && !here {
		err = domain.Errorf(domain.NotFound, "there is no such gateway")
	}
	if err != nil {
		return domain.Claim{}, time.Time{}, eventstore.Translate(err)
	}
	raw := [16]byte(gateway)
	return a.newClaim(ctx, tx, p, home, &raw)
}

func (a *Access) newClaim(ctx context.Context, tx pgx.Tx, p Principal, home domain.HomeID, gateway *[16]byte) (domain.Claim, time.Time, error) {
	var claim domain.Claim
	_, _ = rand.Read(claim.ID[:]) // never fails: crypto/rand crashes the program instead
	_, _ = rand.Read(claim.Secret[:])
	var expires time.Time
	err := tx.QueryRow(ctx, `
		INSERT INTO claims (claim_id, home_id, secret, created_by, gateway_id, expires_at)
		VALUES ($1, $2, $3, $4, $5, coalesce($6, clock_timestamp()) + $7::interval) RETURNING expires_at`,
		claim.ID[:], [16]byte(home), claim.Secret[:], [16]byte(p.Person), gateway, a.clock(), ClaimLife).Scan(&expires)
	return claim, expires.UTC(), eventstore.Translate(err)
}

// Admission is the answer to a gateway that brought a claim: who it is, or until
// when it waits for the owner.
type Admission struct {
	Gateway domain.GatewayID
	Home    domain.HomeID
	Waits   time.Time // zero: the owner has confirmed it
}

// Enrol takes a gateway whose proof shows that it holds the secret of a claim. The
// claim is used up by its key, which waits until the owner has compared its
// letters. A gateway asks again with the same key and claim until the answer is
// who it is; canRenew says that its agent speaks a protocol in which keys end.
//
// It refuses with Unauthorized, whatever is wrong with the claim; with Conflict a
// key that was used elsewhere or is revoked; with Forbidden one that the owner
// refused. MaxClaimTries wrong proofs end the claim, and the home is told.
func (a *Access) Enrol(
	ctx context.Context, claimID [16]byte, key ed25519.PublicKey, canRenew bool, prove func(secret [16]byte) bool,
) (Admission, error) {
	if len(key) != ed25519.PublicKeySize {
		return Admission{}, domain.InvalidInput(domain.Fault{Field: "public_key", Message: "must be an Ed25519 key"})
	}
	home, err := a.tryClaim(ctx, claimID, prove)
	if err != nil {
		return Admission{}, err
	}
	admission := Admission{Home: home}
	err = pgx.BeginFunc(ctx, a.store.Pool(), func(tx pgx.Tx) error {
		return a.admit(ctx, tx, claimID, newcomer{home: home, key: key, canRenew: canRenew}, &admission)
	})
	return admission, eventstore.Translate(err)
}

// tryClaim counts the try before it looks at the proof, so that no number of
// tries at the same time gets more than MaxClaimTries answers.
func (a *Access) tryClaim(ctx context.Context, claimID [16]byte, prove func(secret [16]byte) bool) (domain.HomeID, error) {
	var home [16]byte
	var secret []byte
	var tries int
	err := a.store.Pool().QueryRow(ctx, `
		UPDATE claims SET tries = tries + 1
		WHERE claim_id = $1 AND tries < $2 AND expires_at > coalesce($3, clock_timestamp())
		RETURNING home_id, secret, tries`, claimID[:], MaxClaimTries, a.clock()).Scan(&home, &secret, &tries)
	if errors.Is(err, pgx.ErrNoRows) {
		return domain.HomeID{}, badClaim()
	}
	if err != nil {
		return domain.HomeID{}, eventstore.Translate(err)
	}
	if prove([16]byte(secret)) {
		return home, nil
	}
	if tries == MaxClaimTries {
		if err := a.exhaust(ctx, claimID, home); err != nil {
			return domain.HomeID{}, err
		}
	}
	return domain.HomeID{}, badClaim()
}

// exhaust ends a claim that somebody guesses at, and tells the home.
func (a *Access) exhaust(ctx context.Context, claimID [16]byte, home domain.HomeID) error {
	return a.store.Append(ctx, []domain.HomeID{home}, func(ctx context.Context, tx *eventstore.Tx) error {
		_, err := tx.PG().Exec(ctx, `UPDATE claims SET expires_at = least(expires_at, $2) WHERE claim_id = $1`, claimID[:], tx.Now())
		if err != nil {
			return err
		}
		_, err = tx.Record(ctx, home, domain.Event{
			Entity: home.Entity(), Actor: domain.SystemActor, Fact: domain.GatewayClaimExhausted{Tries: MaxClaimTries},
		})
		return err
	})
}

// answerLife is how long a gateway that the owner confirmed while it was away may
// ask with its claim who it is.
const answerLife = 24 * time.Hour

// admit looks at what became of the key that brought a claim, whose secret it
// holds: the try was none. It locks the claim, so that one key gets it.
func (a *Access) admit(ctx context.Context, tx pgx.Tx, claimID [16]byte, n newcomer, admission *Admission) error {
	var used bool
	var again *[16]byte
	var now time.Time
	err := tx.QueryRow(ctx, `
		UPDATE claims SET tries = tries - 1 WHERE claim_id = $1
		RETURNING used_at IS NOT NULL, gateway_id, coalesce($2, clock_timestamp())`,
		claimID[:], a.clock()).Scan(&used, &again, &now)
	if err != nil {
		return err
	}
	if !used {
		if n.known = again != nil; n.known {
			n.gateway = *again
		} else {
			n.gateway = eventstore.NewID[domain.GatewayKind](now)
		}
		admission.Waits, err = a.useClaim(ctx, tx, claimID, n, now)
		return err
	}
	return a.recall(ctx, tx, n, now, admission)
}

// useClaim lets the first key that brought a claim wait for the owner.
func (a *Access) useClaim(ctx context.Context, tx pgx.Tx, claimID [16]byte, n newcomer, now time.Time) (time.Time, error) {
	if err := notUsed(ctx, tx, n.key); err != nil {
		return time.Time{}, err
	}
	until, err := a.hold(ctx, tx, n)
	if err != nil {
		return until, err
	}
	_, err = tx.Exec(ctx, `UPDATE claims SET used_at = $2, expires_at = $3 WHERE claim_id = $1`, claimID[:], now, now.Add(answerLife))
	return until, err
}

// recall tells what became of a key whose claim was used.
func (a *Access) recall(ctx context.Context, tx pgx.Tx, n newcomer, now time.Time, admission *Admission) error {
	var gateway, home [16]byte
	var revoked bool
	err := tx.QueryRow(ctx, `SELECT gateway_id, home_id, revoked_at IS NOT NULL FROM gateway_keys WHERE public_key = $1`,
		[]byte(n.key)).Scan(&gateway, &home, &revoked)
	if err == nil {
		if revoked || home != n.home {
			return usedKey()
		}
		admission.Gateway = gateway
		return nil
	}
	if !errors.Is(err, pgx.ErrNoRows) {
		return err
	}
	var refused bool
	err = tx.QueryRow(ctx, `
		SELECT expires_at, refused_at IS NOT NULL FROM newcomers
		WHERE public_key = $1 AND home_id = $2 AND (refused_at IS NOT NULL OR expires_at > $3)`,
		[]byte(n.key), [16]byte(n.home), now).Scan(&admission.Waits, &refused)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return badClaim()
	case err == nil && refused:
		return refusedKey()
	}
	admission.Waits = admission.Waits.UTC()
	return err
}
