package wire

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"strings"
)

// Claim lets one new gateway into one home, once. A person carries it from the
// screen to the gateway; only its id ever travels over the socket.
type Claim struct {
	ID     [16]byte
	Secret [16]byte
}

const claimPrefix = "logis-claim-"

// ErrClaim is returned for text that is not a claim.
var ErrClaim = errors.New("not a claim: want logis-claim- and 43 characters")

// String returns the form a person copies.
func (c Claim) String() string {
	both := append(c.ID[:], c.Secret[:]...)
	return claimPrefix + base64.RawURLEncoding.EncodeToString(both)
}

// ParseClaim reads what String wrote.
func ParseClaim(text string) (Claim, error) {
	var c Claim
	rest, ok := strings.CutPrefix(strings.TrimSpace(text), claimPrefix)
	both, err := base64.RawURLEncoding.Strict().DecodeString(rest)
	if !ok || err != nil || len(both) != 32 {
		return c, ErrClaim
	}
	copy(c.ID[:], both)
	copy(c.Secret[:], both[16:])
	return c, nil
}

// EnrolProof shows that the sender holds the claim's secret and binds it to one
// public key and one socket.
func EnrolProof(secret [16]byte, nonce, publicKey []byte) []byte {
	mac := hmac.New(sha256.New, secret[:])
	mac.Write(transcript("logis enrol v1", nonce, publicKey))
	return mac.Sum(nil)
}

// SigningBytes is what the gateway's key signs to enrol.
func (e Enrol) SigningBytes(nonce []byte) []byte {
	return transcript("logis enrol key v1", nonce, e.Claim, e.PublicKey, e.Proof)
}

// SigningBytes is what the gateway's key signs to open a session.
func (h Hello) SigningBytes(nonce []byte) []byte {
	return transcript("logis hello v1", nonce, h.Gateway[:], []byte(h.Outbox), number(h.Acked),
		number(int64(h.Head.Seq)), h.Head.Hash, []byte(h.Agent), number(int64(h.Version)))
}

func number(n int64) []byte { return binary.BigEndian.AppendUint64(nil, uint64(n)) } //nolint:gosec // two's complement is meant

// transcript joins fields with their lengths, so that no two lists of fields
// give the same bytes.
func transcript(context string, fields ...[]byte) []byte {
	out := []byte(context)
	for _, field := range fields {
		out = binary.BigEndian.AppendUint32(out, uint32(len(field))) //nolint:gosec // frames are far below 4 GiB
		out = append(out, field...)
	}
	return out
}
