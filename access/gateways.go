package access

import (
	"context"
	"crypto/ed25519"
	"errors"

	"github.com/jackc/pgx/v5"

	"logis/domain"
	"logis/eventstore"
)

// GatewayKey returns the home a gateway speaks for and the key it signs with. It
// refuses with Unauthorized, in the same way for an unknown gateway and for one
// that is no longer allowed.
func (a *Access) GatewayKey(ctx context.Context, gateway domain.GatewayID) (domain.HomeID, ed25519.PublicKey, error) {
	var home [16]byte
	var key []byte
	err := a.store.Pool().QueryRow(ctx, `
		SELECT home_id, public_key FROM gateway_keys WHERE gateway_id = $1 AND revoked_at IS NULL`,
		[16]byte(gateway)).Scan(&home, &key)
	if errors.Is(err, pgx.ErrNoRows) {
		return domain.HomeID{}, nil, unknownGateway()
	}
	return home, ed25519.PublicKey(key), eventstore.Translate(err)
}

// NextSession returns a number for the gateway's new session, higher than any
// before, and remembers which server holds it. It refuses with Unauthorized.
func (a *Access) NextSession(ctx context.Context, gateway domain.GatewayID, replica string) (int64, error) {
	var session int64
	err := a.store.Pool().QueryRow(ctx, `
		UPDATE gateway_keys SET session = session + 1, replica = $2
		WHERE gateway_id = $1 AND revoked_at IS NULL RETURNING session`,
		[16]byte(gateway), replica).Scan(&session)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, unknownGateway()
	}
	return session, eventstore.Translate(err)
}

// Revoke ends what a gateway of the home may, in the transaction that records it.
// It refuses with NotFound. A gateway that is revoked already stays so.
func (a *Access) Revoke(ctx context.Context, tx pgx.Tx, home domain.HomeID, gateway domain.GatewayID) error {
	tag, err := tx.Exec(ctx, `
		UPDATE gateway_keys SET revoked_at = coalesce(revoked_at, $3, clock_timestamp())
		WHERE home_id = $1 AND gateway_id = $2`, [16]byte(home), [16]byte(gateway), a.clock())
	if err == nil && tag.RowsAffected() == 0 {
		err = domain.Errorf(domain.NotFound, "there is no such gateway")
	}
	return eventstore.Translate(err)
}

// Revoked returns which gateways whose newest session a server holds may not speak
// any more.
func (a *Access) Revoked(ctx context.Context, replica string) ([]domain.GatewayID, error) {
	rows, err := a.store.Pool().Query(ctx, `
		SELECT gateway_id FROM gateway_keys WHERE replica = $1 AND revoked_at IS NOT NULL`, replica)
	if err != nil {
		return nil, eventstore.Translate(err)
	}
	gateways, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (domain.GatewayID, error) {
		var id [16]byte
		err := row.Scan(&id)
		return id, err
	})
	return gateways, eventstore.Translate(err)
}
