package access

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/jackc/pgx/v5"
	"golang.org/x/oauth2"

	"logis/domain"
	"logis/eventstore"
)

// providerLimit bounds one call of the OpenID provider.
const providerLimit = 10 * time.Second

// Provider is an OpenID provider as whoever runs the server knows it.
type Provider struct {
	Issuer string // https://accounts.example.org
	Client string // what this server is called there
	Secret string
	Name   string // what people call the provider
}

// OpenID signs people in by what an OpenID provider says of them. It is safe for
// concurrent use.
type OpenID struct {
	access   *Access
	provider Provider
	http     *http.Client

	mu    sync.Mutex
	found *oidc.Provider // once it has answered
}

// OpenID returns the sign-in by a provider, which is asked only when somebody wants it.
func (a *Access) OpenID(provider Provider) *OpenID {
	return &OpenID{access: a, provider: provider, http: &http.Client{Timeout: providerLimit}}
}

// Name is what people call the provider.
func (o *OpenID) Name() string { return o.provider.Name }

// identity is who somebody is at a provider. Their e-mail address is not asked for: it
// may become another's.
type identity struct{ issuer, subject string }

// voyage is what is kept while somebody is at the provider.
type voyage struct {
	State    string          `json:"state"`
	Nonce    string          `json:"nonce"`
	Verifier string          `json:"verifier"`
	Redirect string          `json:"redirect"`
	Person   domain.PersonID `json:"person"` // whom to link; zero: who comes back signs in
}

// client finds the provider, by its own account of itself.
func (o *OpenID) client(ctx context.Context, redirect string) (*oidc.Provider, *oauth2.Config, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.found == nil {
		found, err := oidc.NewProvider(ctx, o.provider.Issuer)
		if err != nil {
			return nil, nil, domain.Wrap(domain.Overloaded, "the provider does not answer now", err)
		}
		o.found = found
	}
	return o.found, &oauth2.Config{
		ClientID: o.provider.Client, ClientSecret: o.provider.Secret, Endpoint: o.found.Endpoint(), RedirectURL: redirect,
		Scopes: []string{oidc.ScopeOpenID},
	}, nil
}

// Begin returns where to send a browser, and the ceremony that it comes back with. For
// a principal, who they are at the provider is linked to them; else they sign in.
func (o *OpenID) Begin(ctx context.Context, p Principal, redirect string) (address, ceremony string, err error) {
	_, client, err := o.client(oidc.ClientContext(ctx, o.http), redirect)
	if err != nil {
		return "", "", err
	}
	v := voyage{State: word(), Nonce: word(), Verifier: oauth2.GenerateVerifier(), Redirect: redirect, Person: p.Person}
	ceremony, err = o.access.beginCeremony(ctx, v)
	return client.AuthCodeURL(v.State, oidc.Nonce(v.Nonce), oauth2.S256ChallengeOption(v.Verifier)), ceremony, err
}

// word returns something that nobody guesses.
func word() string {
	b := make([]byte, secretBytes)
	_, _ = rand.Read(b) // never fails: crypto/rand crashes the program instead
	return base64.RawURLEncoding.EncodeToString(b)
}

// Answer is what a browser comes back with from a provider.
type Answer struct{ Ceremony, State, Code string }

// SignIn signs in whom the provider knows, if they are linked to somebody here. Somebody
// new needs an invitation, and becomes a person of that name. It refuses with
// Unauthorized whatever is wrong.
func (o *OpenID) SignIn(ctx context.Context, answer Answer, invitation, name string) (token string, p Principal, err error) {
	who, err := o.who(ctx, answer, domain.PersonID{})
	if err != nil {
		return "", p, err
	}
	a := o.access
	err = pgx.BeginFunc(ctx, a.store.Pool(), func(tx pgx.Tx) error {
		var person [16]byte
		err := tx.QueryRow(ctx, `SELECT person_id FROM openid_identities WHERE issuer = $1 AND subject = $2`, who.issuer, who.subject).Scan(&person)
		if err != nil {
			return err
		}
		token, p, err = a.begin(ctx, tx, person, SignedInByOpenID)
		return err
	})
	if !errors.Is(err, pgx.ErrNoRows) {
		return token, p, eventstore.Translate(err)
	}
	if invitation == "" {
		return "", p, a.refused(ctx, domain.PersonID{}, SignedInByOpenID, badOpenID())
	}
	token, p, _, err = a.acceptAs(ctx, Principal{}, invitation, name, &who)
	return token, p, err
}

// Link lets who the provider knows sign in as the principal, who began it. It refuses
// with Unauthorized, and with Conflict what is linked to another person.
func (o *OpenID) Link(ctx context.Context, p Principal, answer Answer) error {
	who, err := o.who(ctx, answer, p.Person)
	if err != nil {
		return err
	}
	return eventstore.Translate(pgx.BeginFunc(ctx, o.access.store.Pool(), func(tx pgx.Tx) error {
		return o.access.link(ctx, tx, p.Person, who)
	}))
}

// who returns whom the provider says it was, in answer to what was begun for the person.
func (o *OpenID) who(ctx context.Context, answer Answer, person domain.PersonID) (identity, error) {
	var v voyage
	err := o.access.endCeremony(ctx, o.access.store.Pool(), answer.Ceremony, &v)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return identity{}, o.access.refused(ctx, person, SignedInByOpenID, badOpenID())
	case err != nil:
		return identity{}, eventstore.Translate(err)
	case v.State == "" || subtle.ConstantTimeCompare([]byte(v.State), []byte(answer.State)) != 1 || v.Person != person:
		return identity{}, o.access.refused(ctx, person, SignedInByOpenID, badOpenID())
	}
	ctx = oidc.ClientContext(ctx, o.http)
	provider, client, err := o.client(ctx, v.Redirect)
	if err != nil {
		return identity{}, err
	}
	token, err := o.idToken(ctx, provider, client, answer.Code, v)
	if err != nil {
		return identity{}, o.access.refused(ctx, person, SignedInByOpenID, domain.Wrap(domain.Unauthorized, badOpenID().Error(), err))
	}
	return identity{token.Issuer, token.Subject}, nil
}

var errNotOurs = errors.New("the provider's word is not about this visit")

// idToken exchanges the code for the provider's word, and checks that it is the
// provider's, for this server, of now and about this visit.
func (o *OpenID) idToken(ctx context.Context, provider *oidc.Provider, client *oauth2.Config, code string, v voyage) (*oidc.IDToken, error) {
	tokens, err := client.Exchange(ctx, code, oauth2.VerifierOption(v.Verifier))
	if err != nil {
		return nil, err
	}
	raw, _ := tokens.Extra("id_token").(string)
	token, err := provider.VerifierContext(ctx, &oidc.Config{ClientID: o.provider.Client, Now: o.access.now}).Verify(ctx, raw)
	if err != nil {
		return nil, err
	}
	if subtle.ConstantTimeCompare([]byte(token.Nonce), []byte(v.Nonce)) != 1 || token.Subject == "" {
		return nil, errNotOurs
	}
	return token, nil
}

// link keeps who a person is at a provider. It refuses with Conflict what is another's.
func (a *Access) link(ctx context.Context, tx pgx.Tx, person domain.PersonID, who identity) error {
	tag, err := tx.Exec(ctx, `
		INSERT INTO openid_identities (issuer, subject, person_id, linked_at)
		VALUES ($1, $2, $3, coalesce($4, clock_timestamp()))
		ON CONFLICT (issuer, subject) DO UPDATE SET linked_at = excluded.linked_at WHERE openid_identities.person_id = excluded.person_id`,
		who.issuer, who.subject, [16]byte(person), a.clock())
	if err != nil {
		return err
	}
	if tag.RowsAffected() == 0 {
		return domain.Errorf(domain.Conflict, "that account of the provider belongs to somebody else here")
	}
	return a.note(ctx, tx, person, OpenIDLinked, false)
}

// Unlink ends that a provider signs the person in. It refuses with NotFound.
func (a *Access) Unlink(ctx context.Context, p Principal) error {
	return eventstore.Translate(pgx.BeginFunc(ctx, a.store.Pool(), func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `DELETE FROM openid_identities WHERE person_id = $1`, [16]byte(p.Person))
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return domain.Errorf(domain.NotFound, "no provider is linked to you")
		}
		return a.note(ctx, tx, p.Person, OpenIDRemoved, false)
	}))
}
