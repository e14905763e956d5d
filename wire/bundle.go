package wire

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/json"
	"errors"

	"logis/domain"
)

// bundleContext keeps a signature over a bundle from being taken for one over
// anything else.
const bundleContext = "logis bundle v1\x00"

// Errors of bundles.
var (
	errBundleSize  = errors.New("the bundle is larger than a gateway takes")
	errBundleParts = errors.New("the parts of the bundle do not belong together")
	// ErrBundleSignature says that a bundle is not what the server signed.
	ErrBundleSignature = errors.New("the bundle's signature is wrong")
)

// SignedBundle is a bundle as it is kept: the exact bytes, and who signed them.
type SignedBundle struct {
	Version   domain.Seq `json:"version"`
	Body      []byte     `json:"body"`
	Key       []byte     `json:"key"`
	Signature []byte     `json:"signature"`
}

// SignBundle writes a bundle down and signs it. It refuses one that is too large.
func SignBundle(key ed25519.PrivateKey, b *domain.Bundle) (SignedBundle, error) {
	body, err := json.Marshal(b) // as the log is written: an empty object is one
	if err == nil && len(body) > MaxBundle {
		err = errBundleSize
	}
	if err != nil {
		return SignedBundle{}, err
	}
	public, _ := key.Public().(ed25519.PublicKey)
	return SignedBundle{Version: b.Version, Body: body, Key: public, Signature: ed25519.Sign(key, signed(body))}, nil
}

func signed(body []byte) []byte {
	sum := sha256.Sum256(body)
	return append([]byte(bundleContext), sum[:]...)
}

// Open reads a bundle that the key signed; a nil key: whoever it says.
func (s SignedBundle) Open(key ed25519.PublicKey) (*domain.Bundle, error) {
	if key == nil {
		key = s.Key
	}
	if len(key) != ed25519.PublicKeySize || !ed25519.Verify(key, signed(s.Body), s.Signature) {
		return nil, ErrBundleSignature
	}
	b := &domain.Bundle{}
	if err := json.Unmarshal(s.Body, b); err != nil {
		return nil, err
	}
	if b.Version != s.Version {
		return nil, errBundleParts
	}
	return b, nil
}

// Split returns the frames that carry the bundle.
func (s SignedBundle) Split() []Bundle {
	parts := max(1, (len(s.Body)+BundlePart-1)/BundlePart)
	frames := make([]Bundle, parts)
	for i := range frames {
		from, to := i*BundlePart, min((i+1)*BundlePart, len(s.Body))
		frames[i] = Bundle{Version: s.Version, Part: i, Parts: parts, Body: s.Body[from:to]}
	}
	last := &frames[parts-1]
	last.Key, last.Signature = s.Key, s.Signature
	return frames
}

// Joiner puts the parts of bundles together. Of a bundle that another one follows
// before its end nothing is left.
type Joiner struct {
	version domain.Seq
	next    int
	body    []byte
}

// Join takes the next part; whole is true with the last one.
func (j *Joiner) Join(f *Bundle) (s SignedBundle, whole bool, err error) {
	if f.Part == 0 {
		*j = Joiner{version: f.Version}
	}
	if f.Version != j.version || f.Part != j.next || f.Part >= f.Parts {
		return s, false, errBundleParts
	}
	if len(j.body)+len(f.Body) > MaxBundle {
		return s, false, errBundleSize
	}
	j.body = append(j.body, f.Body...)
	if j.next++; j.next < f.Parts {
		return s, false, nil
	}
	s = SignedBundle{Version: j.version, Body: j.body, Key: f.Key, Signature: f.Signature}
	*j = Joiner{}
	return s, true, nil
}
