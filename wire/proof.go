package wire

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
)

// EnrolProof shows that the sender holds the secret of a domain.Claim and binds it
// to one public key and one socket.
func EnrolProof(secret [16]byte, nonce, publicKey []byte) []byte {
	mac := hmac.New(sha256.New, secret[:])
	mac.Write(transcript("logis enrol v1", nonce, publicKey))
	return mac.Sum(nil)
}

// SigningBytes is what the gateway's key signs to enrol.
func (e Enrol) SigningBytes(nonce []byte) []byte {
	return transcript("logis enrol key v1", nonce, e.Claim, e.PublicKey, e.Proof, number(int64(e.Version)))
}

// SigningBytes is what the gateway's key signs to open a session.
func (h Hello) SigningBytes(nonce []byte) []byte {
	signed := transcript("logis hello v1", nonce, h.Gateway[:], []byte(h.Outbox), number(h.Acked),
		number(int64(h.Head.Seq)), h.Head.Hash, []byte(h.Agent), number(int64(h.Version)))
	if h.Version == 1 && h.Instance == "" {
		return signed
	}
	return transcript("logis hello v2", signed, []byte(h.Instance))
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
