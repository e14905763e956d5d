package access

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strings"
)

// Prefixes tell people and secret scanners what a leaked secret is for.
const (
	linkPrefix    = "logis-link-"
	sessionPrefix = "logis-session-"
	invitePrefix  = "logis-invite-"
	tokenPrefix   = "logis-token-"

	incidentPrefix = "logis-incident-"

	ceremonyPrefix = "logis-ceremony-"

	appPrefix     = "logis-app-"
	codePrefix    = "logis-code-"
	refreshPrefix = "logis-refresh-"
)

const secretBytes = 32

// newSecret returns a fresh secret of 256 bits as text, and what is kept of it.
func newSecret(prefix string) (text string, hash []byte) {
	secret := make([]byte, secretBytes)
	_, _ = rand.Read(secret) // never fails: crypto/rand crashes the program instead
	sum := sha256.Sum256(secret)
	return prefix + base64.RawURLEncoding.EncodeToString(secret), sum[:]
}

// hashSecret returns what is kept of a secret, and whether text is one at all.
// The secrets are random, so one round of SHA-256 cannot be guessed backwards.
func hashSecret(prefix, text string) (hash []byte, ok bool) {
	rest, ok := strings.CutPrefix(text, prefix)
	if !ok || len(rest) != base64.RawURLEncoding.EncodedLen(secretBytes) {
		return nil, false
	}
	secret, err := base64.RawURLEncoding.Strict().DecodeString(rest)
	if err != nil {
		return nil, false
	}
	sum := sha256.Sum256(secret)
	return sum[:], true
}
