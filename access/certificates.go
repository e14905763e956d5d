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

// Lives of a gateway's key. The gateway asks for the next after two thirds.
const (
	// KeyLife is how long a key is good.
	KeyLife = 90 * 24 * time.Hour
	// Overlap is how long a new key may wait for its first session, which makes it
	// the key; the old one is good meanwhile.
	Overlap = 24 * time.Hour
	// RecoverLife is how long after its end a key may still ask for a new one, if the
	// owner confirms it. Later the gateway is paired again.
	RecoverLife = 180 * 24 * time.Hour
)

// Certificate says how long a gateway's key is good. There is no signature on it:
// the row in the database is the certificate, which every server asks on every
// connection (docs/adr/0010).
type Certificate struct {
	Serial       int64     // counts the keys of the gateway
	Begins, Ends time.Time // zero: the key has no end, because its agent cannot renew
}

// firstCertificate is that of a new key.
func firstCertificate(now time.Time, canRenew bool) Certificate {
	c := Certificate{Serial: 1}
	if canRenew {
		c.Begins, c.Ends = now, now.Add(KeyLife)
	}
	return c
}

func orNil(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func certified(
	ctx context.Context, tx *eventstore.Tx, home domain.HomeID, gateway domain.GatewayID, by domain.Actor, key ed25519.PublicKey, c Certificate,
) error {
	_, err := tx.Record(ctx, home, domain.Event{Entity: gateway.Entity(), Actor: by, Fact: domain.GatewayKeyCertified{
		KeyFingerprint: domain.KeyFingerprint(key), Serial: c.Serial, EndsMS: c.Ends.UnixMilli(),
	}})
	return err
}

// retire keeps the gateway's key from ever being accepted again.
func retire(ctx context.Context, tx pgx.Tx, gateway domain.GatewayID, now time.Time) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO retired_keys (public_key, gateway_id, home_id, retired_at)
		SELECT public_key, gateway_id, home_id, $2 FROM gateway_keys WHERE gateway_id = $1`, [16]byte(gateway), now)
	return err
}

// notUsed refuses with Conflict a key that a gateway has or had, or is about to.
func notUsed(ctx context.Context, tx pgx.Tx, key ed25519.PublicKey) error {
	var used bool
	err := tx.QueryRow(ctx, `
		SELECT EXISTS (SELECT FROM gateway_keys WHERE public_key = $1 OR next_key = $1)
		    OR EXISTS (SELECT FROM retired_keys WHERE public_key = $1)`, []byte(key)).Scan(&used)
	if err == nil && used {
		err = usedKey()
	}
	return err
}

// keyRow is what is kept of a gateway's keys.
type keyRow struct {
	home      domain.HomeID
	current   ed25519.PublicKey
	cert      Certificate
	next      ed25519.PublicKey // nil: none was asked for
	nextAt    time.Time
	suspended bool
	machines  []sighting
	now       time.Time // of the database
}

// readKeys returns the row of a gateway that was not revoked. It refuses with
// Unauthorized. Inside a transaction that is going to change it, lock is true.
func (a *Access) readKeys(ctx context.Context, db interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}, gateway domain.GatewayID, lock bool,
) (keyRow, error) {
	var r keyRow
	var home [16]byte
	var current, next []byte
	var begins, ends, nextAt *time.Time
	sql := `
		SELECT home_id, public_key, serial, not_before, not_after, next_key, next_at, suspended_at IS NOT NULL, machines,
			coalesce($2, clock_timestamp())
		FROM gateway_keys WHERE gateway_id = $1 AND revoked_at IS NULL`
	if lock {
		sql += ` FOR UPDATE`
	}
	err := db.QueryRow(ctx, sql, [16]byte(gateway), a.clock()).Scan(
		&home, &current, &r.cert.Serial, &begins, &ends, &next, &nextAt, &r.suspended, &r.machines, &r.now)
	if errors.Is(err, pgx.ErrNoRows) {
		return r, unknownGateway()
	}
	r.home, r.current, r.next, r.now = home, current, next, r.now.UTC()
	r.cert.Begins, r.cert.Ends, r.nextAt = utc(begins), utc(ends), utc(nextAt)
	return r, eventstore.Translate(err)
}

func utc(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}

// ended reports whether the present key is not good any more.
func (r *keyRow) ended() bool { return !r.cert.Ends.IsZero() && !r.cert.Ends.After(r.now) }

// nextGood reports whether the next key may begin now.
func (r *keyRow) nextGood() bool { return r.next != nil && r.now.Before(r.nextAt.Add(Overlap)) }

// nextCertificate is that of the next key.
func (r *keyRow) nextCertificate() Certificate {
	return Certificate{Serial: r.cert.Serial + 1, Begins: r.nextAt, Ends: r.nextAt.Add(KeyLife)}
}
