package wire

import "logis/domain"

// Frames about the keys of gateways; version 2 of the protocol.
type (
	// Pending answers Enrol and Renew while the key waits until the owner has
	// compared its letters: ask again, on another socket, as often as AskAgain says.
	Pending struct {
		UntilMS int64 `json:"until_ms"` // server time; later nobody can confirm it
	}
	// Renew asks for a certificate of a new key, instead of Hello. It is signed by
	// both keys; the private halves never leave the gateway.
	Renew struct {
		Version      int              `json:"version"`
		Gateway      domain.GatewayID `json:"gateway"`
		PublicKey    []byte           `json:"public_key"`    // the new one
		Signature    []byte           `json:"signature"`     // by the present key
		NewSignature []byte           `json:"new_signature"` // by the new one
	}
	// Certificate answers Renew, and stands in Welcome: how long a key is good. The
	// session that begins with a new key makes it the gateway's key.
	Certificate struct {
		Serial   int64 `json:"serial"`    // counts the keys of the gateway
		BeginsMS int64 `json:"begins_ms"` // server time
		EndsMS   int64 `json:"ends_ms"`   // server time
	}
)

// SigningBytes is what both keys sign to renew.
func (r Renew) SigningBytes(nonce []byte) []byte {
	return transcript("logis renew v2", nonce, r.Gateway[:], r.PublicKey, number(int64(r.Version)))
}

func (Pending) FrameType() string     { return "pending" }
func (Renew) FrameType() string       { return "renew" }
func (Certificate) FrameType() string { return "certificate" }
