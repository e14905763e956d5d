package access

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"

	"logis/domain"
	"logis/eventstore"
)

// RulesKey returns the key with which the servers of this database sign the rules
// that gateways run. The first one to ask makes it.
func (a *Access) RulesKey(ctx context.Context) (ed25519.PrivateKey, error) {
	fresh := make([]byte, ed25519.SeedSize)
	_, _ = rand.Read(fresh) // never fails
	seed, err := a.serverKey(ctx, "rules", fresh)
	if err != nil {
		return nil, err
	}
	return ed25519.NewKeyFromSeed(seed), nil
}

// PushKey returns the key by which push services of browsers know the servers of
// this database (RFC 8292). The first one to ask makes it.
func (a *Access) PushKey(ctx context.Context) (*ecdsa.PrivateKey, error) {
	fresh, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, domain.Wrap(domain.Internal, "no key can be made", err)
	}
	scalar, err := fresh.Bytes()
	if err != nil {
		return nil, domain.Wrap(domain.Internal, "no key can be made", err)
	}
	if scalar, err = a.serverKey(ctx, "push", scalar); err != nil {
		return nil, err
	}
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), scalar)
	if err != nil {
		return nil, domain.Wrap(domain.Internal, "the key for push services cannot be read", err)
	}
	return key, nil
}

// serverKey returns the key of a name: the fresh one when there is none yet.
func (a *Access) serverKey(ctx context.Context, name string, fresh []byte) (key []byte, err error) {
	_, err = a.store.Pool().Exec(ctx, `INSERT INTO server_keys (name, seed) VALUES ($1, $2) ON CONFLICT DO NOTHING`, name, fresh)
	if err != nil {
		return nil, eventstore.Translate(err)
	}
	err = a.store.Pool().QueryRow(ctx, `SELECT seed FROM server_keys WHERE name = $1`, name).Scan(&key)
	return key, eventstore.Translate(err)
}
