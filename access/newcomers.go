package access

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"logis/domain"
	"logis/eventstore"
)

// Bounds of what waits for the owner.
const (
	// ConfirmLife is how long a key waits for the owner to compare its letters.
	ConfirmLife = 10 * time.Minute
	// MaxNewcomers bounds the keys that wait in one home: more than a person would
	// add in ten minutes, and a stolen key cannot fill the screen.
	MaxNewcomers = 20
)

// Newcomer is a key that waits until the owner has compared its letters.
type Newcomer struct {
	Letters     string
	Fingerprint string
	Gateway     domain.GatewayID // what it will be
	Known       bool             // that gateway is here already: the key is a new one for it
	Since       time.Time
	Expires     time.Time
}

// Newcomers returns the keys that wait in a home, the oldest first.
func (a *Access) Newcomers(ctx context.Context, home domain.HomeID) ([]Newcomer, error) {
	rows, err := a.store.Pool().Query(ctx, `
		SELECT letters, public_key, gateway_id, known, since, expires_at FROM newcomers
		WHERE home_id = $1 AND refused_at IS NULL AND expires_at > coalesce($2, clock_timestamp())
		ORDER BY since, letters`, [16]byte(home), a.clock())
	if err != nil {
		return nil, eventstore.Translate(err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Newcomer, error) {
		var n Newcomer
		var key []byte
		var gateway [16]byte
		err := row.Scan(&n.Letters, &key, &gateway, &n.Known, &n.Since, &n.Expires)
		n.Fingerprint, n.Gateway = domain.KeyFingerprint(key), gateway
		n.Since, n.Expires = n.Since.UTC(), n.Expires.UTC()
		return n, err
	})
	return list, eventstore.Translate(err)
}

// newcomer is a row of the table.
type newcomer struct {
	home     domain.HomeID
	key      ed25519.PublicKey
	gateway  domain.GatewayID
	known    bool
	canRenew bool
}

// hold lets a key wait for the owner, and returns until when. A key that waits
// already waits on; one that nobody confirmed in time begins anew. It refuses with
// Forbidden a key that the owner refused, and with Conflict one that waits
// elsewhere, whose letters are those of another that waits here, or that comes
// while MaxNewcomers wait.
func (a *Access) hold(ctx context.Context, tx pgx.Tx, n newcomer) (time.Time, error) {
	var until time.Time
	var refused bool
	err := tx.QueryRow(ctx, `
		UPDATE newcomers SET
			since = CASE WHEN expires_at > now THEN since ELSE now END,
			expires_at = CASE WHEN expires_at > now THEN expires_at ELSE now + $5::interval END
		FROM coalesce($4, clock_timestamp()) AS now
		WHERE public_key = $1 AND home_id = $2 AND gateway_id = $3 RETURNING expires_at, refused_at IS NOT NULL`,
		[]byte(n.key), [16]byte(n.home), [16]byte(n.gateway), a.clock(), ConfirmLife).Scan(&until, &refused)
	if errors.Is(err, pgx.ErrNoRows) {
		return a.holdNew(ctx, tx, n)
	}
	if err == nil && refused {
		err = refusedKey()
	}
	return until.UTC(), err
}

func (a *Access) holdNew(ctx context.Context, tx pgx.Tx, n newcomer) (time.Time, error) {
	var until time.Time
	err := tx.QueryRow(ctx, `
		INSERT INTO newcomers (home_id, letters, public_key, gateway_id, known, can_renew, since, expires_at)
		SELECT $1, $2, $3, $4, $5, $6, now, now + $8::interval FROM coalesce($7, clock_timestamp()) AS now
		WHERE (SELECT count(*) FROM newcomers WHERE home_id = $1 AND expires_at > now) < $9
		ON CONFLICT DO NOTHING RETURNING expires_at`,
		[16]byte(n.home), domain.KeyLetters(n.key), []byte(n.key), [16]byte(n.gateway), n.known, n.canRenew,
		a.clock(), ConfirmLife, MaxNewcomers).Scan(&until)
	if errors.Is(err, pgx.ErrNoRows) {
		err = domain.Errorf(domain.Conflict, "the key waits elsewhere, or too many wait in this home")
	}
	return until.UTC(), err
}

// Confirm lets in the key of these letters, inside an append of its home: a new
// gateway, or a new key of one that is here, which ends its suspension and
// retires its old key. It refuses with NotFound when no such key waits, and with
// Conflict when the home has as many gateways as it can.
func (a *Access) Confirm(ctx context.Context, tx *eventstore.Tx, p Principal, home domain.HomeID, letters string) (domain.GatewayID, error) {
	n, err := a.take(ctx, tx, home, letters)
	if err != nil {
		return n.gateway, err
	}
	if n.known {
		err = a.replaceKey(ctx, tx, p, n)
	} else {
		err = a.letIn(ctx, tx, p, n)
	}
	return n.gateway, eventstore.Translate(err)
}

// Refuse sends away the key of these letters, inside an append of its home. It
// refuses with NotFound when no such key waits.
func (a *Access) Refuse(ctx context.Context, tx *eventstore.Tx, p Principal, home domain.HomeID, letters string) (domain.GatewayID, error) {
	n, err := a.take(ctx, tx, home, letters)
	if err != nil {
		return n.gateway, err
	}
	if _, err := tx.PG().Exec(ctx, `UPDATE newcomers SET refused_at = $2 WHERE public_key = $1`, []byte(n.key), tx.Now()); err != nil {
		return n.gateway, eventstore.Translate(err)
	}
	_, err = tx.Record(ctx, home, domain.Event{
		Entity: n.gateway.Entity(), Actor: p.Actor(), Fact: domain.GatewayRefused{KeyFingerprint: domain.KeyFingerprint(n.key)},
	})
	return n.gateway, err
}

// take finds the key of these letters and keeps others from deciding on it, too.
func (a *Access) take(ctx context.Context, tx *eventstore.Tx, home domain.HomeID, letters string) (newcomer, error) {
	n := newcomer{home: home}
	var key []byte
	var gateway [16]byte
	err := tx.PG().QueryRow(ctx, `
		SELECT public_key, gateway_id, known, can_renew FROM newcomers
		WHERE home_id = $1 AND letters = $2 AND refused_at IS NULL AND expires_at > $3 FOR UPDATE`,
		[16]byte(home), letters, tx.Now()).Scan(&key, &gateway, &n.known, &n.canRenew)
	n.key, n.gateway = key, gateway
	if errors.Is(err, pgx.ErrNoRows) {
		return n, domain.Errorf(domain.NotFound, "no gateway with these letters waits")
	}
	return n, eventstore.Translate(err)
}

// letIn records a gateway that was never here.
func (a *Access) letIn(ctx context.Context, tx *eventstore.Tx, p Principal, n newcomer) error {
	if err := roomFor(ctx, tx.PG(), n.home); err != nil {
		return err
	}
	c := firstCertificate(tx.Now(), n.canRenew)
	tag, err := tx.PG().Exec(ctx, `
		INSERT INTO gateway_keys (gateway_id, home_id, public_key, serial, not_before, not_after)
		VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
		[16]byte(n.gateway), [16]byte(n.home), []byte(n.key), c.Serial, orNil(c.Begins), orNil(c.Ends))
	if err != nil {
		return err
	}
	if tag.RowsAffected() == 0 {
		return usedKey() // by another home, at this moment
	}
	name := "Gateway"
	if count := len(tx.Home(n.home).Gateways); count > 0 {
		name = fmt.Sprintf("Gateway %d", count+1)
	}
	_, err = tx.RecordNamed(ctx, n.home, domain.Event{
		Entity: n.gateway.Entity(), Actor: p.Actor(), Fact: domain.GatewayEnrolled{KeyFingerprint: domain.KeyFingerprint(n.key)},
	}, name)
	if err != nil {
		return err
	}
	if n.canRenew {
		if err := certified(ctx, tx, n.home, n.gateway, p.Actor(), n.key, c); err != nil {
			return err
		}
	}
	return forget(ctx, tx.PG(), n.gateway)
}

// replaceKey gives a gateway that is here another key, whatever became of its old
// one.
func (a *Access) replaceKey(ctx context.Context, tx *eventstore.Tx, p Principal, n newcomer) error {
	if g, ok := tx.Home(n.home).Gateways[n.gateway]; !ok || g.Revoked {
		return domain.Errorf(domain.NotFound, "there is no such gateway")
	}
	if err := retire(ctx, tx.PG(), n.gateway, tx.Now()); err != nil {
		return err
	}
	c := firstCertificate(tx.Now(), true)
	err := tx.PG().QueryRow(ctx, `
		UPDATE gateway_keys SET public_key = $2, serial = serial + 1, not_before = $3, not_after = $4,
			next_key = NULL, next_at = NULL, suspended_at = NULL, machines = '[]'
		WHERE gateway_id = $1 RETURNING serial`,
		[16]byte(n.gateway), []byte(n.key), c.Begins, c.Ends).Scan(&c.Serial)
	if err != nil {
		return err
	}
	if err := certified(ctx, tx, n.home, n.gateway, p.Actor(), n.key, c); err != nil {
		return err
	}
	return forget(ctx, tx.PG(), n.gateway)
}

// forget drops what waits for a gateway: another key that asked for the same
// place has lost it.
func forget(ctx context.Context, tx pgx.Tx, gateway domain.GatewayID) error {
	_, err := tx.Exec(ctx, `DELETE FROM newcomers WHERE gateway_id = $1`, [16]byte(gateway))
	return err
}

// roomFor refuses with Conflict when the home has as many gateways as it can.
func roomFor(ctx context.Context, tx pgx.Tx, home domain.HomeID) error {
	var gateways int
	err := tx.QueryRow(ctx, `SELECT count(*) FROM gateway_keys WHERE home_id = $1 AND revoked_at IS NULL`,
		[16]byte(home)).Scan(&gateways)
	if err != nil {
		return eventstore.Translate(err)
	}
	if gateways >= MaxGateways {
		return domain.Errorf(domain.Conflict, "the home has %d gateways, the most there can be", gateways)
	}
	return nil
}
