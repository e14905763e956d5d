package access

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"golang.org/x/crypto/argon2"

	"logis/domain"
	"logis/eventstore"
)

// What a password must be like and what checking one costs.
const (
	// MinPassword and MaxPassword bound a password, in characters.
	MinPassword = 8
	MaxPassword = 128
	// MaxLogin bounds the name to sign in with, in bytes.
	MaxLogin = 64
	// MaxHashing bounds the passwords that are hashed at once, at 19 MiB and some 18
	// milliseconds each: a flood of sign-ins waits for itself and leaves the other
	// processors to everybody else.
	MaxHashing = 2
	// MaxSigningIn bounds the sign-ins by password that are under way at once, those
	// that wait for their turn with them; more are sent away before anything is looked
	// up. Waiting takes one of the server's requests in flight: a flood from many
	// addresses leaves nearly all of them to everybody else.
	MaxSigningIn = 32
	// hashingWait is how long a sign-in waits for its turn.
	hashingWait = 2 * time.Second
	// MaxRefusals is how many wrong passwords or codes an account takes within
	// RefusalPeriod; then it takes none, and is entered by link or passkey.
	MaxRefusals   = 10
	RefusalPeriod = 15 * time.Minute
)

// argon2id as OWASP advises for it; kept with each hash, so that they may change.
const (
	argonTime    = 2
	argonMemory  = 19 << 10 // KiB
	argonThreads = 1
	argonKey     = 32
	argonSalt    = 16
)

// checkPassword finds what is wrong with a new password.
func checkPassword(login, password string) error {
	var message string
	switch length := utf8.RuneCountInString(password); {
	case !utf8.ValidString(password) || length < MinPassword || length > MaxPassword:
		message = fmt.Sprintf("must have %d to %d characters", MinPassword, MaxPassword)
	case common(password):
		message = "is among those that leaked most often and that anybody tries first: choose another"
	case strings.Contains(strings.ToLower(password), login):
		message = "must not hold the name you sign in with"
	default:
		return nil
	}
	return domain.InvalidInput(domain.Fault{Field: "password", Message: message})
}

// checkLogin returns the name to sign in with as it is kept.
func checkLogin(login string) (string, error) {
	login = strings.ToLower(strings.TrimSpace(login))
	strange := func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && !strings.ContainsRune(".-_@", r)
	}
	if len(login) < 3 || len(login) > MaxLogin || strings.ContainsFunc(login, strange) {
		return "", domain.InvalidInput(domain.Fault{Field: "login", Message: "must have 3 to 64 of a-z, 0-9 and .-_@"})
	}
	return login, nil
}

// signingIn finds a place among the sign-ins under way, or refuses with Overloaded.
func (a *Access) signingIn() (leave func(), err error) {
	select {
	case a.signIns <- struct{}{}:
		return func() { <-a.signIns }, nil
	default:
		return nil, tooManySignIns()
	}
}

func tooManySignIns() error {
	return domain.Errorf(domain.Overloaded, "too many sign in at once: wait a moment")
}

// hash does work that costs as much as guessing one password should. It refuses
// with Overloaded when too many do the same.
func (a *Access) hash(ctx context.Context, password string, salt []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, hashingWait)
	defer cancel()
	select {
	case a.hashing <- struct{}{}:
		defer func() { <-a.hashing }()
	case <-ctx.Done():
		return nil, tooManySignIns()
	}
	return argon2.IDKey([]byte(password), salt, argonTime, argonMemory, argonThreads, argonKey), nil
}

const hashForm = "$argon2id$v=19$m=%d,t=%d,p=%d$%s$%s"

func (a *Access) newHash(ctx context.Context, password string) (string, error) {
	salt := make([]byte, argonSalt)
	_, _ = rand.Read(salt) // never fails: crypto/rand crashes the program instead
	key, err := a.hash(ctx, password, salt)
	text := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf(hashForm, argonMemory, argonTime, argonThreads, text(salt), text(key)), err
}

// matches compares a password with what is kept of one, at the same cost whether
// there is one or not.
func (a *Access) matches(ctx context.Context, password, kept string) (bool, error) {
	parts := strings.Split(kept, "$")
	salt, want := make([]byte, argonSalt), []byte(nil)
	if len(parts) == 6 {
		var err error
		if salt, err = base64.RawStdEncoding.DecodeString(parts[4]); err == nil {
			want, err = base64.RawStdEncoding.DecodeString(parts[5])
		}
		if err != nil {
			return false, domain.Wrap(domain.Internal, "the password cannot be checked", err)
		}
	}
	got, err := a.hash(ctx, password, salt)
	return err == nil && want != nil && subtle.ConstantTimeCompare(got, want) == 1, err
}

// SetPassword gives the person a name to sign in with and a password, and ends
// their other sessions. It refuses with Invalid, and Conflict for a name that is
// taken.
func (a *Access) SetPassword(ctx context.Context, p Principal, login, password string) error {
	login, err := checkLogin(login)
	if err != nil {
		return err
	}
	if err := checkPassword(login, password); err != nil {
		return err
	}
	kept, err := a.newHash(ctx, password)
	if err != nil {
		return err
	}
	err = pgx.BeginFunc(ctx, a.store.Pool(), func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `
			UPDATE persons SET login = $2 WHERE person_id = $1
			AND NOT EXISTS (SELECT FROM persons o WHERE o.login = $2 AND o.person_id <> $1)`, [16]byte(p.Person), login)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return domain.Errorf(domain.Conflict, "somebody else signs in by this name")
		}
		_, err = tx.Exec(ctx, `
			INSERT INTO passwords (person_id, hash, changed_at) VALUES ($1, $2, coalesce($3, clock_timestamp()))
			ON CONFLICT (person_id) DO UPDATE SET hash = excluded.hash, changed_at = excluded.changed_at`,
			[16]byte(p.Person), kept, a.clock())
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM sessions WHERE person_id = $1 AND hash <> $2`, [16]byte(p.Person), p.key[:]); err != nil {
			return err
		}
		return a.note(ctx, tx, p.Person, PasswordSet, false)
	})
	return eventstore.Translate(err)
}

// SignIn makes a session of somebody who knows a name, its password and, where
// there is a second factor, a code of it. It refuses with Unauthorized, in the
// same words and time whatever is wrong; with ProofNeeded when only the code is
// missing; with Overloaded.
func (a *Access) SignIn(ctx context.Context, login, password, code string) (token string, p Principal, err error) {
	person, err := a.known(ctx, strings.ToLower(strings.TrimSpace(login)), password)
	if err != nil {
		return "", p, err
	}
	err = pgx.BeginFunc(ctx, a.store.Pool(), func(tx pgx.Tx) error {
		if err := a.second(ctx, tx, person, code); err != nil {
			return err
		}
		token, p, err = a.begin(ctx, tx, person, SignedInByPassword)
		return err
	})
	return token, p, a.counted(ctx, person, err)
}

// Prove notes that the holder of a session knows their password and second factor.
func (a *Access) Prove(ctx context.Context, p Principal, password, code string) error {
	var login string
	err := a.store.Pool().QueryRow(ctx, `SELECT coalesce(login, '') FROM persons WHERE person_id = $1`, [16]byte(p.Person)).Scan(&login)
	if err != nil {
		return eventstore.Translate(err)
	}
	if _, err := a.known(ctx, login, password); err != nil {
		return err
	}
	err = pgx.BeginFunc(ctx, a.store.Pool(), func(tx pgx.Tx) error {
		if err := a.second(ctx, tx, p.Person, code); err != nil {
			return err
		}
		return a.proved(ctx, tx, p)
	})
	return a.counted(ctx, p.Person, err)
}

// counted keeps a wrong code in the access log: outside the transaction, which it
// has undone.
func (a *Access) counted(ctx context.Context, person domain.PersonID, err error) error {
	if domain.CodeOf(err) == domain.Unauthorized {
		return a.refused(ctx, person, SignedInByPassword, err)
	}
	return eventstore.Translate(err)
}

// known returns who signs in by the name, if the password is theirs.
func (a *Access) known(ctx context.Context, login, password string) (domain.PersonID, error) {
	leave, err := a.signingIn()
	if err != nil {
		return domain.PersonID{}, err
	}
	defer leave()
	var person [16]byte
	var kept string
	var refusals int
	err = a.store.Pool().QueryRow(ctx, `
		SELECT person_id, hash, (SELECT count(*) FROM access_log l WHERE l.person_id = p.person_id AND l.refused
			AND l.what = 'signed_in.password' AND l.at > coalesce($2, clock_timestamp()) - $3::interval)
		FROM persons p JOIN passwords USING (person_id) WHERE login = $1`,
		login, a.clock(), RefusalPeriod).Scan(&person, &kept, &refusals)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return domain.PersonID{}, eventstore.Translate(err)
	}
	if utf8.RuneCountInString(password) > MaxPassword {
		password = ""
	}
	right, err := a.matches(ctx, password, kept)
	switch {
	case err != nil:
		return domain.PersonID{}, err
	case !right || refusals >= MaxRefusals:
		return domain.PersonID{}, a.refused(ctx, person, SignedInByPassword, badPassword())
	}
	return person, nil
}
