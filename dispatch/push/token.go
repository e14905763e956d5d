package push

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"time"
)

// tokenLife is how long a push service may believe a token: half of what it may be at
// most, so that clocks may differ.
const tokenLife = 12 * time.Hour

// token says who sends a message to an endpoint, signed: a JWT (RFC 8292).
func (s *Sender) token(endpoint string, now time.Time) (string, error) {
	place, err := url.Parse(endpoint)
	if err != nil {
		return "", err
	}
	claims, err := json.Marshal(struct {
		Audience string `json:"aud"`
		Expires  int64  `json:"exp"`
		Subject  string `json:"sub,omitempty"`
	}{place.Scheme + "://" + place.Host, now.Add(tokenLife).Unix(), s.contact})
	if err != nil {
		return "", err
	}
	signed := base64.RawURLEncoding.EncodeToString([]byte(`{"typ":"JWT","alg":"ES256"}`)) + "." + base64.RawURLEncoding.EncodeToString(claims)
	signature, err := sign(s.key, signed)
	return signed + "." + base64.RawURLEncoding.EncodeToString(signature), err
}

// sign returns an ES256 signature: both numbers, each as long as the curve's.
func sign(key *ecdsa.PrivateKey, text string) ([]byte, error) {
	sum := sha256.Sum256([]byte(text))
	r, s, err := ecdsa.Sign(rand.Reader, key, sum[:])
	if err != nil {
		return nil, err
	}
	size := (key.Params().BitSize + 7) / 8
	signature := make([]byte, 2*size)
	r.FillBytes(signature[:size])
	s.FillBytes(signature[size:])
	return signature, nil
}
