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

const (
	claimPrefix = "logis-claim-"
	claimLength = 43 // characters after the prefix
)

// String returns the form a person copies.
func (c Claim) String() string {
	both := append(c.ID[:], c.Secret[:]...)
	return claimPrefix + base64.RawURLEncoding.EncodeToString(both)
}

// ParseClaim reads what String wrote, with white space around it at most: one
// claim has one form. The error has the code Invalid and does not repeat the
// text, which may be a secret.
func ParseClaim(text string) (Claim, error) {
	rest, ok := strings.CutPrefix(strings.TrimSpace(text), claimPrefix)
	if !ok || len(rest) != claimLength {
		return Claim{}, errClaim()
	}
	both, err := base64.RawURLEncoding.Strict().DecodeString(rest)
	if err != nil || len(both) != len(Claim{}.ID)+len(Claim{}.Secret) {
		return Claim{}, errClaim()
	}
	return Claim{ID: [16]byte(both[:16]), Secret: [16]byte(both[16:])}, nil
}

func errClaim() error {
	return InvalidInput(Fault{"claim", "must be logis-claim- and 43 characters"})
}
