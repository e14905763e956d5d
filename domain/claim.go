package domain

import (
	"encoding/base64"
	"strings"
)

// Claim lets one new gateway into one home, once. A person carries it from the
// screen to the gateway; only its id ever travels over the socket.
type Claim struct {
	ID     [16]byte
	Secret [16]byte
}

const claimPrefix = "logis-claim-"

// String returns the form a person copies.
func (c Claim) String() string {
	both := append(c.ID[:], c.Secret[:]...)
	return claimPrefix + base64.RawURLEncoding.EncodeToString(both)
}

// ParseClaim reads what String wrote; the error has the code Invalid.
func ParseClaim(text string) (Claim, error) {
	var c Claim
	rest, ok := strings.CutPrefix(strings.TrimSpace(text), claimPrefix)
	both, err := base64.RawURLEncoding.Strict().DecodeString(rest)
	if !ok || err != nil || len(both) != 32 {
		return c, InvalidInput(Fault{"claim", "must be logis-claim- and 43 characters"})
	}
	copy(c.ID[:], both)
	copy(c.Secret[:], both[16:])
	return c, nil
}
