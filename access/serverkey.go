package access

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"

	"logis/eventstore"
)

// RulesKey returns the key with which the servers of this database sign the rules
// that gateways run. The first one to ask makes it.
func (a *Access) RulesKey(ctx context.Context) (ed25519.PrivateKey, error) {
	const name = "rules"
	seed := make([]byte, ed25519.SeedSize)
	_, _ = rand.Read(seed) // never fails
	_, err := a.store.Pool().Exec(ctx, `INSERT INTO server_keys (name, seed) VALUES ($1, $2) ON CONFLICT DO NOTHING`, name, seed)
	if err != nil {
		return nil, eventstore.Translate(err)
	}
	if err := a.store.Pool().QueryRow(ctx, `SELECT seed FROM server_keys WHERE name = $1`, name).Scan(&seed); err != nil {
		return nil, eventstore.Translate(err)
	}
	return ed25519.NewKeyFromSeed(seed), nil
}
