package wire_test

import (
	"bytes"
	"crypto/hmac"
	"math/rand/v2"
	"testing"

	"logis/domain"
	"logis/wire"
)

// A signature or proof made for one hello or enrolment is good for no other:
// every member but the signature itself changes what is signed.
func TestEveryMemberIsPartOfWhatIsSigned(t *testing.T) {
	t.Parallel()
	hello := *fromEdge()["hello"].(*wire.Hello)
	seen := map[string]string{string(hello.SigningBytes(nonce)): "nothing", string(hello.SigningBytes(hash)): "nonce"}
	for name, change := range map[string]func(*wire.Hello){
		"version":  func(h *wire.Hello) { h.Version++ },
		"gateway":  func(h *wire.Hello) { h.Gateway[15]++ },
		"outbox":   func(h *wire.Hello) { h.Outbox += "1" },
		"acked":    func(h *wire.Hello) { h.Acked = -1 },
		"seq":      func(h *wire.Hello) { h.Head.Seq++ },
		"hash":     func(h *wire.Hello) { h.Head.Hash = h.Head.Hash[1:] },
		"agent":    func(h *wire.Hello) { h.Agent = "" },
		"instance": func(h *wire.Hello) { h.Instance = "x" },
		"a byte that wanders from one member to the next": func(h *wire.Hello) { h.Outbox, h.Agent = "Q", "51.2.3" },
	} {
		changed := hello
		change(&changed)
		signed := string(changed.SigningBytes(nonce))
		if twin, taken := seen[signed]; taken {
			t.Errorf("changing %s signs the same as changing %s", name, twin)
		}
		seen[signed] = name
	}
	hello.Signature = nil
	if seen[string(hello.SigningBytes(nonce))] != "nothing" {
		t.Error("the signature is part of what is signed")
	}
}

func TestAnEnrolmentIsBoundToOneSocketAndOneKey(t *testing.T) {
	t.Parallel()
	enrol := *fromEdge()["enrol"].(*wire.Enrol)
	seen := map[string]string{string(enrol.SigningBytes(nonce)): "nothing", string(enrol.SigningBytes(hash)): "nonce"}
	for name, change := range map[string]func(*wire.Enrol){
		"version": func(e *wire.Enrol) { e.Version++ },
		"claim":   func(e *wire.Enrol) { e.Claim = nil },
		"key":     func(e *wire.Enrol) { e.PublicKey = hash },
		"proof":   func(e *wire.Enrol) { e.Proof = nil },
		"a byte that wanders from one member to the next": func(e *wire.Enrol) {
			e.Claim, e.PublicKey = e.Claim[:15], append([]byte{e.Claim[15]}, e.PublicKey...)
		},
	} {
		changed := enrol
		change(&changed)
		signed := string(changed.SigningBytes(nonce))
		if twin, taken := seen[signed]; taken {
			t.Errorf("changing %s signs the same as changing %s", name, twin)
		}
		seen[signed] = name
	}
	claim := domain.Claim{Secret: [16]byte{7}}
	proof := wire.EnrolProof(claim.Secret, nonce, enrol.PublicKey)
	for name, other := range map[string][]byte{
		"another secret": wire.EnrolProof([16]byte{8}, nonce, enrol.PublicKey),
		"another socket": wire.EnrolProof(claim.Secret, hash, enrol.PublicKey),
		"another key":    wire.EnrolProof(claim.Secret, nonce, hash),
	} {
		if bytes.Equal(proof, other) {
			t.Errorf("%s gives the same proof", name)
		}
	}
	if len(proof) != 32 {
		t.Errorf("a proof of %d bytes", len(proof))
	}
}

func TestARenewalIsBoundToOneSocketOneGatewayAndOneKey(t *testing.T) {
	t.Parallel()
	renew := *fromEdge()["renew"].(*wire.Renew)
	seen := map[string]string{string(renew.SigningBytes(nonce)): "nothing", string(renew.SigningBytes(hash)): "nonce"}
	for name, change := range map[string]func(*wire.Renew){
		"version": func(r *wire.Renew) { r.Version++ },
		"gateway": func(r *wire.Renew) { r.Gateway[15]++ },
		"key":     func(r *wire.Renew) { r.PublicKey = hash },
	} {
		changed := renew
		change(&changed)
		signed := string(changed.SigningBytes(nonce))
		if twin, taken := seen[signed]; taken {
			t.Errorf("changing %s signs the same as changing %s", name, twin)
		}
		seen[signed] = name
	}
}

// A million guesses at the secret of a claim, whose id the guesser knows.
func TestNoRandomCodeIsAClaim(t *testing.T) {
	t.Parallel()
	const guesses = 1_000_000
	claim := domain.Claim{ID: [16]byte{1}, Secret: [16]byte{7, 7, 7}}
	key := bytes.Repeat([]byte{9}, 32)
	proof := wire.EnrolProof(claim.Secret, nonce, key)
	random := rand.NewChaCha8([32]byte{42})
	for range guesses {
		var secret [16]byte
		_, _ = random.Read(secret[:])
		if hmac.Equal(proof, wire.EnrolProof(secret, nonce, key)) {
			t.Fatalf("%x opens the claim", secret)
		}
	}
}
