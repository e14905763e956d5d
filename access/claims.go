package access

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"logis/domain"
	"logis/eventstore"
)

// NewClaim makes, inside a transaction, a claim that one new gateway may use
// within ClaimLife, and returns when it expires. It refuses with Conflict when
// the home has as many gateways as it can.
func (a *Access) NewClaim(ctx context.Context, tx pgx.Tx, p Principal, home domain.HomeID) (domain.Claim, time.Time, error) {
	var claim domain.Claim
	var gateways int
	err := tx.QueryRow(ctx, `SELECT count(*) FROM gateway_keys WHERE home_id = $1 AND revoked_at IS NULL`,
		[16]byte(home)).Scan(&gateways)
	if err != nil {
		return claim, time.Time{}, eventstore.Translate(err)
	}
	if gateways >= MaxGateways {
		return claim, time.Time{}, domain.Errorf(domain.Conflict, "the home has %d gateways, the most there can be", gateways)
	}
	_, _ = rand.Read(claim.ID[:]) // never fails: crypto/rand crashes the program instead
	_, _ = rand.Read(claim.Secret[:])
	var expires time.Time
	err = tx.QueryRow(ctx, `
		INSERT INTO claims (claim_id, home_id, secret, created_by, expires_at)
		VALUES ($1, $2, $3, $4, coalesce($5, clock_timestamp()) + $6::interval) RETURNING expires_at`,
		claim.ID[:], [16]byte(home), claim.Secret[:], [16]byte(p.Person), a.clock(), ClaimLife).Scan(&expires)
	return claim, expires.UTC(), eventstore.Translate(err)
}

// Enrol lets a gateway in whose proof shows that it holds the secret of a claim.
// The claim is used up, the key kept and gateway.enrolled recorded in one
// append. A gateway that asks again with a key it was let in by, because the
// answer was lost, gets the same answer, which costs the claim a try and no
// more. It refuses with Unauthorized, whatever is wrong with the claim, and with
// Conflict for a key that was used elsewhere or is revoked.
func (a *Access) Enrol(
	ctx context.Context, claimID [16]byte, key ed25519.PublicKey, prove func(secret [16]byte) bool,
) (domain.GatewayID, domain.HomeID, error) {
	if len(key) != ed25519.PublicKeySize {
		return domain.GatewayID{}, domain.HomeID{}, domain.InvalidInput(domain.Fault{Field: "public_key", Message: "must be an Ed25519 key"})
	}
	home, err := a.tryClaim(ctx, claimID, prove)
	if err != nil {
		return domain.GatewayID{}, domain.HomeID{}, err
	}
	var gateway domain.GatewayID
	err = a.store.Append(ctx, []domain.HomeID{home}, func(ctx context.Context, tx *eventstore.Tx) error {
		var err error
		gateway, err = enrol(ctx, tx, home, claimID, key)
		return err
	})
	if err != nil {
		return domain.GatewayID{}, domain.HomeID{}, err
	}
	return gateway, home, nil
}

// tryClaim counts the try before it looks at the proof, so that no number of
// tries at the same time gets more than MaxClaimTries answers.
func (a *Access) tryClaim(ctx context.Context, claimID [16]byte, prove func(secret [16]byte) bool) (domain.HomeID, error) {
	var home [16]byte
	var secret []byte
	err := a.store.Pool().QueryRow(ctx, `
		UPDATE claims SET tries = tries + 1
		WHERE claim_id = $1 AND tries < $2 AND expires_at > coalesce($3, clock_timestamp())
		RETURNING home_id, secret`, claimID[:], MaxClaimTries, a.clock()).Scan(&home, &secret)
	if errors.Is(err, pgx.ErrNoRows) {
		return domain.HomeID{}, badClaim()
	}
	if err != nil {
		return domain.HomeID{}, eventstore.Translate(err)
	}
	if !prove([16]byte(secret)) {
		return domain.HomeID{}, badClaim()
	}
	return home, nil
}

func enrol(ctx context.Context, tx *eventstore.Tx, home domain.HomeID, claimID [16]byte, key ed25519.PublicKey) (domain.GatewayID, error) {
	var by, knownHome, known [16]byte
	var used, revoked bool
	err := tx.PG().QueryRow(ctx, `SELECT created_by, used_at IS NOT NULL FROM claims WHERE claim_id = $1 FOR UPDATE`,
		claimID[:]).Scan(&by, &used)
	if err != nil {
		return domain.GatewayID{}, err
	}
	err = tx.PG().QueryRow(ctx, `SELECT gateway_id, home_id, revoked_at IS NOT NULL FROM gateway_keys WHERE public_key = $1`,
		[]byte(key)).Scan(&known, &knownHome, &revoked)
	switch {
	case errors.Is(err, pgx.ErrNoRows) && used:
		return domain.GatewayID{}, badClaim()
	case errors.Is(err, pgx.ErrNoRows):
		return letIn(ctx, tx, home, claimID, key, by)
	case err != nil:
		return domain.GatewayID{}, err
	case knownHome != home || revoked:
		return domain.GatewayID{}, usedKey()
	}
	return known, nil
}

// letIn records a gateway that was never here.
func letIn(ctx context.Context, tx *eventstore.Tx, home domain.HomeID, claimID [16]byte, key ed25519.PublicKey, by domain.PersonID) (domain.GatewayID, error) {
	gateway := eventstore.NewID[domain.GatewayKind](tx.Now())
	tag, err := tx.PG().Exec(ctx, `
		INSERT INTO gateway_keys (gateway_id, home_id, public_key) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
		[16]byte(gateway), [16]byte(home), []byte(key))
	if err != nil {
		return gateway, err
	}
	if tag.RowsAffected() == 0 {
		return gateway, usedKey() // by another home, at this moment
	}
	name := "Gateway"
	if n := len(tx.Home(home).Gateways); n > 0 {
		name = fmt.Sprintf("Gateway %d", n+1)
	}
	fingerprint := sha256.Sum256(key)
	_, err = tx.RecordNamed(ctx, home, domain.Event{
		Entity: gateway.Entity(), Actor: domain.PersonActor(by),
		Fact: domain.GatewayEnrolled{KeyFingerprint: hex.EncodeToString(fingerprint[:])},
	}, name)
	if err != nil {
		return gateway, err
	}
	_, err = tx.PG().Exec(ctx, `UPDATE claims SET used_at = $2 WHERE claim_id = $1`, claimID[:], tx.Now())
	return gateway, err
}
