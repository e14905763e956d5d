package identity

import (
	"crypto/ed25519"
	"crypto/rand"
	"time"

	"logis/domain"
	"logis/wire"
)

// Next is a key that is to follow the present one. Both are kept until the first
// session of the new one: killed at any step, one of them works.
type Next struct {
	Seed        []byte           `json:"seed"`
	Certificate wire.Certificate `json:"certificate,omitzero"` // zero until the cloud has answered
}

// WithNext returns the identity with a key to follow, made if there is none.
func (id Identity) WithNext() Identity {
	if id.Next == nil {
		id.Next = &Next{Seed: make([]byte, ed25519.SeedSize)}
		rand.Read(id.Next.Seed) // never fails
	}
	return id
}

// Certified returns the identity with the certificate of the key to follow: from
// now on that key says hello.
func (id Identity) Certified(c wire.Certificate) Identity {
	id.Next = &Next{Seed: id.Next.Seed, Certificate: c}
	return id
}

// Uncertified returns the identity with a key to follow that must ask again.
func (id Identity) Uncertified() Identity { return id.Certified(wire.Certificate{}) }

// Welcomed returns the identity after a session began under the certificate; a
// server of the release before gives none.
func (id Identity) Welcomed(c wire.Certificate) Identity {
	if id.Following() {
		id.Seed, id.Next, id.Certificate = id.Next.Seed, nil, id.Next.Certificate
	}
	if c != (wire.Certificate{}) {
		id.Certificate = c
	}
	return id
}

// Following reports whether the key to follow says hello, no longer the present
// one.
func (id Identity) Following() bool {
	return id.Next != nil && id.Next.Certificate != (wire.Certificate{})
}

// HelloKey returns the private key that says hello.
func (id Identity) HelloKey() ed25519.PrivateKey {
	if id.Following() {
		return id.NextKey()
	}
	return id.Key()
}

// NextKey returns the private key that is to follow.
func (id Identity) NextKey() ed25519.PrivateKey { return ed25519.NewKeyFromSeed(id.Next.Seed) }

// Letters returns what people compare of the present key.
func (id Identity) Letters() string { return domain.KeyLetters(id.PublicKey()) }

// NextLetters returns what people compare of the key that is to follow, "" when
// there is none.
func (id Identity) NextLetters() string {
	if id.Next == nil {
		return ""
	}
	return domain.KeyLetters(id.NextPublicKey())
}

// NextPublicKey returns the public half of the key that is to follow.
func (id Identity) NextPublicKey() []byte { return Identity{Seed: id.Next.Seed}.PublicKey() }

// RenewAt returns when the present key asks for the next one: after two thirds of
// its life, by the server's time. It is zero for a key without an end.
func (id Identity) RenewAt() time.Time {
	c := id.Certificate
	if c.EndsMS == 0 {
		return time.Time{}
	}
	return time.UnixMilli(c.BeginsMS + (c.EndsMS-c.BeginsMS)/3*2).UTC()
}

// KeyEnds returns when the present key ends, by the server's time; zero when that
// is not known.
func (id Identity) KeyEnds() time.Time {
	if id.Certificate.EndsMS == 0 {
		return time.Time{}
	}
	return time.UnixMilli(id.Certificate.EndsMS).UTC()
}
