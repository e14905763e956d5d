package access

import (
	"time"

	"logis/domain"
	"logis/eventstore"
)

// Lives and bounds of what lets somebody in.
const (
	// LinkLife is how long a one-time link may be used.
	LinkLife = 15 * time.Minute
	// SessionLife is how long a browser stays signed in, however busy it is.
	SessionLife = 30 * 24 * time.Hour
	// MaxSessions bounds the browsers one person is signed in with; a further one
	// signs out the oldest.
	MaxSessions = 50
	// ClaimLife is how long a claim may be used.
	ClaimLife = 10 * time.Minute
	// MaxClaimTries is how often a claim may be tried before it is dead.
	MaxClaimTries = 5
	// MaxGateways bounds the gateways of one home.
	MaxGateways = 20
)

// Access answers who may, from one database. It is safe for concurrent use.
type Access struct {
	store *eventstore.Store
	now   func() time.Time
}

// New returns the answers for the homes of store. now replaces the database's
// clock for everything that expires; nil keeps the database's, so that all
// servers agree on what has expired.
func New(store *eventstore.Store, now func() time.Time) *Access {
	return &Access{store: store, now: now}
}

// clock is the argument that statements coalesce with clock_timestamp().
func (a *Access) clock() *time.Time {
	if a.now == nil {
		return nil
	}
	now := a.now()
	return &now
}

// Errors that must not tell why: each is the same for everything that can be
// wrong with a secret.
func notSignedIn() error {
	return domain.Errorf(domain.Unauthorized, "sign in first")
}

func badLink() error {
	return domain.Errorf(domain.Unauthorized, "the link was used already, has expired or is not whole")
}

func badClaim() error {
	return domain.Errorf(domain.Unauthorized, "the claim was used already, has expired or is not right")
}

func usedKey() error {
	return domain.Errorf(domain.Conflict, "this key was used before: the gateway must make a new one")
}

func refusedKey() error {
	return domain.Errorf(domain.Forbidden, "the owner refused this gateway")
}

func unknownGateway() error {
	return domain.Errorf(domain.Unauthorized, "the gateway is not known here")
}

func noSuchHome() error {
	return domain.Errorf(domain.NotFound, "there is no such home")
}
