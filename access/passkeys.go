package access

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
	"github.com/jackc/pgx/v5"

	"logis/domain"
	"logis/eventstore"
)

const (
	// CeremonyLife is how long a browser may take to answer a challenge.
	CeremonyLife = 5 * time.Minute
	// MaxPasskeys bounds the passkeys of one person.
	MaxPasskeys = 20
)

// Passkey is a key that its person signs in with.
type Passkey struct {
	ID        domain.EntityID
	Name      string
	CreatedAt time.Time
	UsedAt    *time.Time
}

// keyholder is a person as the ceremonies of WebAuthn see them.
type keyholder struct {
	id   domain.PersonID
	name string
	keys []webauthn.Credential
}

func (k *keyholder) WebAuthnID() []byte                         { return k.id[:] }
func (k *keyholder) WebAuthnName() string                       { return k.name }
func (k *keyholder) WebAuthnDisplayName() string                { return k.name }
func (k *keyholder) WebAuthnCredentials() []webauthn.Credential { return k.keys }

// party returns what checks ceremonies at a host, which is what the browser's
// address bar shows: a browser gives a host only what was made for it, so a key
// made here answers nowhere else.
func party(host string) (*webauthn.WebAuthn, error) {
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = host
	}
	w, err := webauthn.New(&webauthn.Config{
		RPID: name, RPDisplayName: "Logis", RPOrigins: []string{"https://" + host, "http://" + host},
	})
	if err != nil {
		return nil, domain.Errorf(domain.Conflict, "passkeys need Logis to have a host name")
	}
	return w, nil
}

// keep keeps a challenge until it is answered or CeremonyLife has passed, and
// returns the browser's options.
func (a *Access) keep(ctx context.Context, challenge *webauthn.SessionData, options any) (ceremony string, _ []byte, err error) {
	text, err := json.Marshal(options)
	if err != nil {
		return "", nil, domain.Wrap(domain.Internal, "the challenge cannot be written", err)
	}
	ceremony, err = a.beginCeremony(ctx, challenge)
	return ceremony, text, err
}

// beginCeremony keeps what a browser is to come back with an answer to.
func (a *Access) beginCeremony(ctx context.Context, kept any) (string, error) {
	doc, err := json.Marshal(kept)
	if err != nil {
		return "", domain.Wrap(domain.Internal, "the challenge cannot be written", err)
	}
	ceremony, hash := newSecret(ceremonyPrefix)
	_, err = a.store.Pool().Exec(ctx, `
		INSERT INTO ceremonies (hash, doc, expires_at) VALUES ($1, $2, coalesce($3, clock_timestamp()) + $4::interval)`,
		hash, doc, a.clock(), CeremonyLife)
	return ceremony, eventstore.Translate(err)
}

// endCeremony reads what was kept, once. Without such a ceremony it returns
// pgx.ErrNoRows.
func (a *Access) endCeremony(ctx context.Context, q eventstore.Querier, ceremony string, kept any) error {
	hash, _ := hashSecret(ceremonyPrefix, ceremony)
	rows, err := q.Query(ctx, `DELETE FROM ceremonies WHERE hash = $1 AND expires_at > coalesce($2, clock_timestamp()) RETURNING doc`,
		hash, a.clock())
	if err != nil {
		return err
	}
	doc, err := pgx.CollectExactlyOneRow(rows, pgx.RowTo[[]byte])
	if err != nil {
		return err
	}
	return json.Unmarshal(doc, kept)
}

// challenge returns a kept challenge, once.
func (a *Access) challenge(ctx context.Context, tx pgx.Tx, ceremony string) (challenge webauthn.SessionData, err error) {
	err = a.endCeremony(ctx, tx, ceremony, &challenge)
	if errors.Is(err, pgx.ErrNoRows) || (err == nil && challenge.Challenge == "") { // none, or one with an OpenID provider
		return challenge, badPasskey()
	}
	challenge.Expires = time.Time{} // which the row has decided
	return challenge, err
}

// keyholder returns a person with their passkeys.
func (a *Access) keyholder(ctx context.Context, q eventstore.Querier, id domain.PersonID) (*keyholder, error) {
	k := &keyholder{id: id}
	rows, err := q.Query(ctx, `SELECT name, (SELECT array_agg(doc) FROM passkeys k WHERE k.person_id = p.person_id)
		FROM persons p WHERE person_id = $1`, [16]byte(id))
	if err != nil {
		return nil, err
	}
	var docs [][]byte
	found := false
	_, err = pgx.ForEachRow(rows, []any{&k.name, &docs}, func() error {
		found = true
		for _, doc := range docs {
			var key webauthn.Credential
			if err := json.Unmarshal(doc, &key); err != nil {
				return err
			}
			k.keys = append(k.keys, key)
		}
		return nil
	})
	if err == nil && !found {
		err = badPasskey()
	}
	return k, err
}

// BeginPasskey makes a challenge for a new passkey of the person at a host, and
// returns what the browser needs to answer it.
func (a *Access) BeginPasskey(ctx context.Context, p Principal, host string) (ceremony string, options []byte, err error) {
	w, err := party(host)
	if err != nil {
		return "", nil, err
	}
	holder, err := a.keyholder(ctx, a.store.Pool(), p.Person)
	if err != nil {
		return "", nil, eventstore.Translate(err)
	}
	if len(holder.keys) >= MaxPasskeys {
		return "", nil, domain.Errorf(domain.Conflict, "you have %d passkeys, the most there can be", len(holder.keys))
	}
	creation, challenge, err := w.BeginRegistration(holder,
		webauthn.WithExclusions(webauthn.Credentials(holder.keys).CredentialDescriptors()),
		webauthn.WithAuthenticatorSelection(protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementRequired, UserVerification: protocol.VerificationRequired,
		}))
	if err != nil {
		return "", nil, domain.Wrap(domain.Internal, "the challenge cannot be made", err)
	}
	return a.keep(ctx, challenge, creation)
}

// AddPasskey keeps the passkey that a browser made for a challenge. It refuses
// with Unauthorized whatever is wrong with the answer.
func (a *Access) AddPasskey(ctx context.Context, p Principal, host, ceremony, name string, response []byte) error {
	answer, err := protocol.ParseCredentialCreationResponseBytes(response)
	if err != nil {
		return badPasskey()
	}
	w, err := party(host)
	if err != nil {
		return err
	}
	err = pgx.BeginFunc(ctx, a.store.Pool(), func(tx pgx.Tx) error {
		challenge, err := a.challenge(ctx, tx, ceremony)
		if err != nil {
			return err
		}
		holder, err := a.keyholder(ctx, tx, p.Person)
		if err != nil {
			return err
		}
		key, err := w.CreateCredential(holder, challenge, answer)
		if err != nil {
			return badPasskey()
		}
		doc, err := json.Marshal(key)
		if err != nil {
			return err
		}
		now, err := a.store.Now(ctx)
		if err != nil {
			return err
		}
		id := eventstore.NewID[domain.EntityKind](now)
		tag, err := tx.Exec(ctx, `
			INSERT INTO passkeys (credential_id, person_id, passkey_id, name, doc, created_at)
			VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
			key.ID, [16]byte(p.Person), [16]byte(id), name, doc, now)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return domain.Errorf(domain.Conflict, "this passkey is known already")
		}
		return a.note(ctx, tx, p.Person, PasskeyAdded, false)
	})
	return eventstore.Translate(err)
}

// BeginSignIn makes a challenge for whoever has a passkey of this host.
func (a *Access) BeginSignIn(ctx context.Context, host string) (ceremony string, options []byte, err error) {
	w, err := party(host)
	if err != nil {
		return "", nil, err
	}
	assertion, challenge, err := w.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return "", nil, domain.Wrap(domain.Internal, "the challenge cannot be made", err)
	}
	return a.keep(ctx, challenge, assertion)
}

// SignInByPasskey makes a session of whoever's passkey answered a challenge. It
// refuses with Unauthorized whatever is wrong with the answer.
func (a *Access) SignInByPasskey(ctx context.Context, host, ceremony string, response []byte) (token string, p Principal, err error) {
	answer, err := protocol.ParseCredentialRequestResponseBytes(response)
	if err != nil {
		return "", p, a.refused(ctx, domain.PersonID{}, SignedInByPasskey, badPasskey())
	}
	w, err := party(host)
	if err != nil {
		return "", p, err
	}
	err = pgx.BeginFunc(ctx, a.store.Pool(), func(tx pgx.Tx) error {
		challenge, err := a.challenge(ctx, tx, ceremony)
		if err != nil {
			return err
		}
		var holder *keyholder
		key, err := w.ValidateDiscoverableLogin(func(_, handle []byte) (webauthn.User, error) {
			if len(handle) != len(domain.PersonID{}) {
				return nil, badPasskey()
			}
			var err error
			holder, err = a.keyholder(ctx, tx, domain.PersonID(handle))
			return holder, err
		}, challenge, answer)
		if err != nil || key.Authenticator.CloneWarning {
			return badPasskey()
		}
		doc, err := json.Marshal(key)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE passkeys SET doc = $2, used_at = coalesce($3, clock_timestamp()) WHERE credential_id = $1`,
			key.ID, doc, a.clock())
		if err != nil {
			return err
		}
		token, p, err = a.begin(ctx, tx, holder.id, SignedInByPasskey)
		return err
	})
	if domain.CodeOf(err) == domain.Unauthorized {
		return "", Principal{}, a.refused(ctx, domain.PersonID{}, SignedInByPasskey, err)
	}
	return token, p, eventstore.Translate(err)
}

// Passkeys returns the person's passkeys, the oldest first.
func (a *Access) Passkeys(ctx context.Context, p Principal) ([]Passkey, error) {
	rows, err := a.store.Pool().Query(ctx, `
		SELECT passkey_id, name, created_at, used_at FROM passkeys WHERE person_id = $1 ORDER BY passkey_id`, [16]byte(p.Person))
	if err != nil {
		return nil, eventstore.Translate(err)
	}
	keys, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (k Passkey, err error) {
		var id [16]byte
		err = row.Scan(&id, &k.Name, &k.CreatedAt, &k.UsedAt)
		k.ID = id
		return k, err
	})
	return keys, eventstore.Translate(err)
}

// RemovePasskey takes a passkey away. It refuses with NotFound.
func (a *Access) RemovePasskey(ctx context.Context, p Principal, id domain.EntityID) error {
	return a.end(ctx, p, PasskeyRemoved, `DELETE FROM passkeys WHERE person_id = $1 AND passkey_id = $2`, id)
}

// Ways are how a person can sign in beside links.
type Ways struct {
	Login    string // "": none
	Password bool
	Codes    bool
	Second   bool // there is a second factor: codes beside the password, or a passkey
	Recovery int  // codes that are left
	OpenID   bool
}

// Ways returns how the person can sign in.
func (a *Access) Ways(ctx context.Context, p Principal) (w Ways, err error) {
	err = a.store.Pool().QueryRow(ctx, `
		SELECT login, password, codes, codes OR passkey, (SELECT count(*) FROM recovery_codes c WHERE c.person_id = $1),
			EXISTS (SELECT FROM openid_identities o WHERE o.person_id = $1)
		FROM `+factors+` WHERE person_id = $1`, [16]byte(p.Person)).Scan(&w.Login, &w.Password, &w.Codes, &w.Second, &w.Recovery, &w.OpenID)
	return w, eventstore.Translate(err)
}
