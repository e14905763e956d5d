package release

import (
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// payloadType keeps a signature of a release from meaning anything else.
const payloadType = "application/vnd.logis.release+json"

// maxSignatures bounds how many signatures are looked at: those of two sets of
// keys, while one takes the other's place.
const maxSignatures = 16

// Envelope is a document's exact bytes and who signed them.
type Envelope struct {
	PayloadType string      `json:"payloadType"`
	Payload     []byte      `json:"payload"`
	Signatures  []Signature `json:"signatures"`
}

// Signature is one key's word for the payload.
type Signature struct {
	KeyID     string `json:"keyid"`
	Algorithm string `json:"alg"`
	Signature []byte `json:"sig"`
}

// ErrSignatures says that too few of the known keys vouch for a document.
var ErrSignatures = errors.New("too few valid signatures")

// Seal puts a document into an envelope that nobody has signed yet.
func Seal(d Document) (Envelope, error) {
	if err := d.Check(); err != nil {
		return Envelope{}, err
	}
	payload, err := json.Marshal(d)
	return Envelope{PayloadType: payloadType, Payload: payload, Signatures: []Signature{}}, err
}

// Open reads an envelope and its document. Nobody's signature is looked at: it may
// be anybody's word.
func Open(text []byte) (Envelope, Document, error) {
	e, err := readEnvelope(text)
	if err != nil {
		return e, Document{}, err
	}
	d, err := parse(e.Payload)
	return e, d, err
}

func readEnvelope(text []byte) (Envelope, error) {
	var e Envelope
	if len(text) > MaxEnvelope {
		return e, fmt.Errorf("release: larger than %d bytes", MaxEnvelope)
	}
	if err := json.Unmarshal(text, &e); err != nil {
		return e, fmt.Errorf("release: %w", err)
	}
	if e.PayloadType != payloadType {
		return e, fmt.Errorf("release: its type is %q", e.PayloadType)
	}
	if len(e.Signatures) > maxSignatures {
		return e, fmt.Errorf("release: it has more than %d signatures", maxSignatures)
	}
	return e, nil
}

// Sign adds a key's signature, in the place of an earlier one of the same key.
func (e *Envelope) Sign(k PrivateKey) {
	own := k.Public().ID()
	e.Signatures = slices.DeleteFunc(e.Signatures, func(s Signature) bool { return s.KeyID == own })
	e.Signatures = append(e.Signatures, Signature{
		KeyID: own, Algorithm: k.Algorithm, Signature: ed25519.Sign(ed25519.NewKeyFromSeed(k.Seed), e.signedBytes()),
	})
}

// signedBytes is what is signed: DSSE's pre-authentication encoding, in which no
// two types and payloads give the same bytes.
func (e *Envelope) signedBytes() []byte {
	return fmt.Appendf(nil, "DSSEv1 %d %s %d %s", len(e.PayloadType), e.PayloadType, len(e.Payload), e.Payload)
}

// Verify reads a document that enough of the keys vouch for, each counted once.
// Signatures of other keys are passed over: a document may be signed for those who
// know older keys, too. Whether the document is still good is not looked at.
func Verify(text []byte, keys KeySet) (Document, error) {
	if err := keys.Check(); err != nil {
		return Document{}, fmt.Errorf("release keys: %w", err)
	}
	e, err := readEnvelope(text)
	if err != nil {
		return Document{}, err
	}
	if n := e.Vouched(keys); n < keys.Threshold {
		return Document{}, fmt.Errorf("%w: %d of the known keys vouch for this release, and %d must", ErrSignatures, n, keys.Threshold)
	}
	return parse(e.Payload)
}

// Vouched returns how many different keys of a set signed the envelope.
func (e *Envelope) Vouched(keys KeySet) int {
	valid := map[string]bool{}
	for _, s := range e.Signatures {
		for _, k := range keys.Keys {
			if id := k.ID(); s.KeyID == id && s.Algorithm == k.Algorithm && k.Algorithm == Ed25519 &&
				ed25519.Verify(k.Key, e.signedBytes(), s.Signature) {
				valid[id] = true
			}
		}
	}
	return len(valid)
}
