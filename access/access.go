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
	// LogLife is how long the access log is kept: it holds addresses.
	LogLife = 90 * 24 * time.Hour
	// InvitationLife is how long an invitation may be used.
	InvitationLife = 7 * 24 * time.Hour
	// MaxInvitations bounds the invitations of one home that wait to be used.
	MaxInvitations = 50
	// TokenLife is how long a token is good at most.
	TokenLife = 366 * 24 * time.Hour
	// MaxTokens bounds the tokens of one person.
	MaxTokens = 50
	// MaxApps bounds the apps that one person registers, and MaxGrants those they let
	// act for them.
	MaxApps   = 20
	MaxGrants = 50
	// CodeLife is how long an app may take to exchange its code.
	CodeLife = time.Minute
	// AccessLife is how long the token of an app is good, and GrantLife for how long it
	// may get a new one, counted from the last: a home that is asked for twice a year
	// keeps its assistant.
	AccessLife = time.Hour
	GrantLife  = 200 * 24 * time.Hour
	// MaxAccess bounds the tokens of one grant; a further one ends the oldest.
	MaxAccess = 5
	// ReplayMemory is how long a refresh token that was used is known as such.
	ReplayMemory = 30 * 24 * time.Hour
	// ProofLife is how long a proof of who somebody is lasts for what is dangerous.
	ProofLife = 5 * time.Minute
	// ClaimLife is how long a claim may be used.
	ClaimLife = 10 * time.Minute
	// MaxClaimTries is how often a claim may be tried before it is dead.
	MaxClaimTries = 5
	// MaxGateways bounds the gateways of one home.
	MaxGateways = 20
)

// Access answers who may, from one database. It is safe for concurrent use.
type Access struct {
	store   *eventstore.Store
	now     func() time.Time
	hashing chan struct{} // one token for each password that is hashed
	signIns chan struct{} // … and for each sign-in by password that is under way

	erasures erasures
}

// New returns the answers for the homes of store. now replaces the database's
// clock for everything that expires; nil keeps the database's, so that all
// servers agree on what has expired.
func New(store *eventstore.Store, now func() time.Time) *Access {
	return &Access{store: store, now: now, hashing: make(chan struct{}, MaxHashing), signIns: make(chan struct{}, MaxSigningIn)}
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

func badPassword() error {
	return domain.Errorf(domain.Unauthorized, "name, password or code is not right, or too many were wrong lately")
}

func badPasskey() error {
	return domain.Errorf(domain.Unauthorized, "the passkey is not known here, or took too long")
}

func badOpenID() error {
	return domain.Errorf(domain.Unauthorized, "the provider did not say who you are, it took too long, or nobody here is linked to it")
}

func badInvitation() error {
	return domain.Errorf(domain.Unauthorized, "the invitation was used already, has expired or is not whole")
}

// badApp and badGrant are OAuth's invalid_client and invalid_grant.
func badApp() error {
	return domain.Errorf(domain.Unauthorized, "the app is not known here, or its secret is not right")
}

func badGrant() error {
	return domain.Errorf(domain.Forbidden, "it was used already, has expired or ended, or is not this app's")
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

func noSuchThing() error {
	return domain.Errorf(domain.NotFound, "there is no such thing of yours")
}

func noSuchHome() error {
	return domain.Errorf(domain.NotFound, "there is no such home")
}
