package access

import (
	"context"
	"crypto/ed25519"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"logis/domain"
	"logis/eventstore"
)

// Caller is a gateway that has shown that it holds a key which is good now.
type Caller struct {
	Gateway domain.GatewayID
	Home    domain.HomeID

	key      ed25519.PublicKey
	next     bool // the key is the next one: its session makes it the key
	cert     Certificate
	machines []sighting
	now      time.Time // when it was recognized
}

// Recognize returns who a gateway is whose hello is signed; signed reports whether
// by a key. It refuses with Unauthorized, in the same way for an unknown gateway,
// one that was revoked and a wrong signature, and with KeyEnded whoever holds a
// key that ended or is suspended, and may only ask for a new one.
func (a *Access) Recognize(ctx context.Context, gateway domain.GatewayID, signed func(ed25519.PublicKey) bool) (Caller, error) {
	row, err := a.readKeys(ctx, a.store.Pool(), gateway, false)
	if err != nil {
		return Caller{}, err
	}
	c := Caller{Gateway: gateway, Home: row.home, key: row.current, cert: row.cert, machines: row.machines, now: row.now}
	if !signed(row.current) {
		if !row.nextGood() || !signed(row.next) {
			return Caller{}, unknownGateway()
		}
		c.key, c.next, c.cert = row.next, true, row.nextCertificate()
	}
	switch {
	case row.suspended:
		return Caller{}, domain.ErrSuspended(domain.KeyCloned)
	case !c.next && row.ended():
		return Caller{}, domain.Errorf(domain.KeyEnded, "the key has ended: its owner must confirm a new one")
	}
	return c, nil
}

// NextSession returns a number for the gateway's new session, higher than any
// before, and remembers which server holds it and which machine it is; "" is an
// agent that does not tell. It refuses with Unauthorized, and with KeyEnded when
// two machines take turns with the key: then the gateway is suspended, and the
// home is told.
func (a *Access) NextSession(ctx context.Context, c Caller, replica, machine string) (int64, error) {
	machines, cloned := c.machines, false
	if machine != "" {
		machines, cloned = sight(c.machines, machine, c.now)
	}
	if cloned {
		if err := a.suspend(ctx, c, domain.KeyCloned); err != nil {
			return 0, err
		}
		return 0, domain.ErrSuspended(domain.KeyCloned)
	}
	var session int64
	err := a.store.Pool().QueryRow(ctx, `
		UPDATE gateway_keys SET session = session + 1, replica = $2, machines = $3::jsonb
		WHERE gateway_id = $1 AND revoked_at IS NULL AND suspended_at IS NULL RETURNING session`,
		[16]byte(c.Gateway), replica, append([]sighting{}, machines...)).Scan(&session)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, unknownGateway()
	}
	return session, eventstore.Translate(err)
}

// suspend keeps the gateway out until its owner has confirmed a new key.
func (a *Access) suspend(ctx context.Context, c Caller, why domain.SuspendReason) error {
	return a.store.Append(ctx, []domain.HomeID{c.Home}, func(ctx context.Context, tx *eventstore.Tx) error {
		ev, news := tx.Home(c.Home).Suspend(c.Gateway, why)
		if !news {
			return nil
		}
		_, err := tx.PG().Exec(ctx, `
			UPDATE gateway_keys SET suspended_at = $2, next_key = NULL, next_at = NULL WHERE gateway_id = $1`,
			[16]byte(c.Gateway), tx.Now())
		if err != nil {
			return err
		}
		_, err = tx.Record(ctx, c.Home, ev)
		return err
	})
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
	if err == nil {
		err = forget(ctx, tx, gateway)
	}
	return eventstore.Translate(err)
}

// Out returns which gateways whose newest session a server holds may not speak any
// more, and why: Forbidden when they were revoked, KeyEnded when they are
// suspended.
func (a *Access) Out(ctx context.Context, replica string) (map[domain.GatewayID]error, error) {
	rows, err := a.store.Pool().Query(ctx, `
		SELECT gateway_id, revoked_at IS NOT NULL FROM gateway_keys
		WHERE replica = $1 AND (revoked_at IS NOT NULL OR suspended_at IS NOT NULL)`, replica)
	if err != nil {
		return nil, eventstore.Translate(err)
	}
	out := map[domain.GatewayID]error{}
	var id [16]byte
	var revoked bool
	_, err = pgx.ForEachRow(rows, []any{&id, &revoked}, func() error {
		out[id] = domain.ErrSuspended(domain.KeyCloned)
		if revoked {
			out[id] = domain.ErrRevoked()
		}
		return nil
	})
	return out, eventstore.Translate(err)
}
