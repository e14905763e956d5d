package access

import (
	"context"
	"crypto/ed25519"
	"time"

	"github.com/jackc/pgx/v5"

	"logis/domain"
	"logis/eventstore"
)

// Renewal is the answer to a gateway that asked for a certificate of a new key:
// the certificate, or until when the key waits for the owner.
type Renewal struct {
	Certificate Certificate
	Waits       time.Time // zero: it does not
}

// Renew certifies a new key that a gateway made; signed reports whether the
// request is signed by a key, beside the new one, which the caller has checked. A
// key in good standing renews itself, and both are good for Overlap. One that
// ended, or is suspended, lets the new one wait for the owner. Asked again with
// the same key it gives the same answer.
//
// It refuses with Unauthorized an unknown gateway or wrong signature, with
// Conflict a new key that was used before, and with Forbidden one that the owner
// refused, and a key that ended more than RecoverLife ago.
func (a *Access) Renew(
	ctx context.Context, gateway domain.GatewayID, key ed25519.PublicKey, signed func(ed25519.PublicKey) bool,
) (Renewal, error) {
	var answer Renewal
	err := pgx.BeginFunc(ctx, a.store.Pool(), func(tx pgx.Tx) error {
		row, err := a.readKeys(ctx, tx, gateway, true)
		if err != nil {
			return err
		}
		if key.Equal(row.current) { // the owner confirmed it, or its session was lost
			answer.Certificate = row.cert
			return nil
		}
		if !signed(row.current) {
			return unknownGateway()
		}
		if !key.Equal(row.next) {
			if err := notUsed(ctx, tx, key); err != nil {
				return err
			}
		}
		switch {
		case !row.cert.Ends.IsZero() && row.cert.Ends.Add(RecoverLife).Before(row.now):
			return domain.Errorf(domain.Forbidden, "the key ended too long ago: pair this gateway again")
		case row.ended() || row.suspended:
			answer.Waits, err = a.hold(ctx, tx, newcomer{home: row.home, key: key, gateway: gateway, known: true, canRenew: true})
			return err
		case !key.Equal(row.next) || !row.nextGood():
			row.next, row.nextAt = key, row.now
			_, err = tx.Exec(ctx, `UPDATE gateway_keys SET next_key = $2, next_at = $3 WHERE gateway_id = $1`,
				[16]byte(gateway), []byte(key), row.now)
		}
		answer.Certificate = row.nextCertificate()
		return err
	})
	return answer, eventstore.Translate(err)
}

// Settle is part of what records, inside an append, that a gateway is connected.
// The first session with a new key makes it the gateway's key and retires the one
// before: this is the commit point of a renewal. A key without an end gets one as
// soon as its agent can renew. It returns the certificate of the caller's key, and
// refuses with Unauthorized and KeyEnded.
func (a *Access) Settle(ctx context.Context, tx *eventstore.Tx, c Caller, canRenew bool) (Certificate, error) {
	if !c.next && (!canRenew || !c.cert.Ends.IsZero()) {
		return c.cert, nil
	}
	row, err := a.readKeys(ctx, tx.PG(), c.Gateway, true)
	if err != nil {
		return Certificate{}, err
	}
	var cert Certificate
	switch {
	case row.suspended:
		return cert, domain.ErrSuspended(domain.KeyCloned)
	case c.key.Equal(row.current) && !row.cert.Ends.IsZero(): // another session was first
		return row.cert, nil
	case c.key.Equal(row.current):
		cert = firstCertificate(tx.Now(), true)
		cert.Serial = row.cert.Serial
	case c.key.Equal(row.next) && row.nextGood():
		cert = row.nextCertificate()
		if err := retire(ctx, tx.PG(), c.Gateway, tx.Now()); err != nil {
			return cert, eventstore.Translate(err)
		}
	default:
		return cert, unknownGateway()
	}
	_, err = tx.PG().Exec(ctx, `
		UPDATE gateway_keys SET public_key = $2, serial = $3, not_before = $4, not_after = $5,
			next_key = CASE WHEN next_key = $2 THEN NULL ELSE next_key END
		WHERE gateway_id = $1`, [16]byte(c.Gateway), []byte(c.key), cert.Serial, cert.Begins, cert.Ends)
	if err != nil {
		return cert, eventstore.Translate(err)
	}
	return cert, certified(ctx, tx, row.home, c.Gateway, domain.GatewayActor, c.key, cert)
}
