package access

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // RFC 6238: as part of an HMAC it is sound
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"logis/domain"
	"logis/eventstore"
)

const (
	seedBytes = 20 // of a one-time seed: the block of SHA-1, which is what authenticators do
	codeStep  = 30 // seconds a code is good for (RFC 6238)
	codeSkew  = 1  // steps a clock may be wrong
	// RecoveryCodes is how many stand in for a lost authenticator.
	RecoveryCodes = 10
	recoveryBytes = 10 // 80 bits: too many to guess, few enough to type
)

// NewCodes makes a seed for one-time codes, which counts once ConfirmCodes has
// seen a code of it. It returns the address to show as a QR code.
func (a *Access) NewCodes(ctx context.Context, p Principal) (address string, err error) {
	seed := make([]byte, seedBytes)
	_, _ = rand.Read(seed) // never fails: crypto/rand crashes the program instead
	_, err = a.store.Pool().Exec(ctx, `
		INSERT INTO one_time_seeds (person_id, seed) VALUES ($1, $2)
		ON CONFLICT (person_id) DO UPDATE SET seed = excluded.seed, confirmed_at = NULL, last_step = 0`,
		[16]byte(p.Person), seed)
	return "otpauth://totp/Logis?issuer=Logis&secret=" + base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(seed),
		eventstore.Translate(err)
}

// ConfirmCodes makes the one-time codes count, and returns the recovery codes,
// which are shown once. It refuses with Invalid for a wrong code.
func (a *Access) ConfirmCodes(ctx context.Context, p Principal, code string) (recovery []string, err error) {
	err = pgx.BeginFunc(ctx, a.store.Pool(), func(tx pgx.Tx) error {
		right, _, err := a.takeCode(ctx, tx, p.Person, code)
		if err != nil {
			return err
		}
		if !right {
			return domain.InvalidInput(domain.Fault{Field: "code", Message: "is not the one that is shown now"})
		}
		_, err = tx.Exec(ctx, `UPDATE one_time_seeds SET confirmed_at = coalesce($2, clock_timestamp()) WHERE person_id = $1`,
			[16]byte(p.Person), a.clock())
		if err != nil {
			return err
		}
		if recovery, err = newRecovery(ctx, tx, p.Person); err != nil {
			return err
		}
		return a.note(ctx, tx, p.Person, CodesSet, false)
	})
	return recovery, eventstore.Translate(err)
}

// RemoveCodes takes the second factor away.
func (a *Access) RemoveCodes(ctx context.Context, p Principal) error {
	err := pgx.BeginFunc(ctx, a.store.Pool(), func(tx pgx.Tx) error {
		for _, sql := range []string{`DELETE FROM one_time_seeds WHERE person_id = $1`, `DELETE FROM recovery_codes WHERE person_id = $1`} {
			if _, err := tx.Exec(ctx, sql, [16]byte(p.Person)); err != nil {
				return err
			}
		}
		return a.note(ctx, tx, p.Person, CodesRemoved, false)
	})
	return eventstore.Translate(err)
}

func newRecovery(ctx context.Context, tx pgx.Tx, person domain.PersonID) ([]string, error) {
	if _, err := tx.Exec(ctx, `DELETE FROM recovery_codes WHERE person_id = $1`, [16]byte(person)); err != nil {
		return nil, err
	}
	codes := make([]string, RecoveryCodes)
	for i := range codes {
		raw := make([]byte, recoveryBytes)
		_, _ = rand.Read(raw) // never fails: crypto/rand crashes the program instead
		text := strings.ToLower(base32.StdEncoding.EncodeToString(raw))
		codes[i] = text[:4] + "-" + text[4:8] + "-" + text[8:12] + "-" + text[12:]
		_, err := tx.Exec(ctx, `INSERT INTO recovery_codes (hash, person_id) VALUES ($1, $2)`, hashRecovery(codes[i]), [16]byte(person))
		if err != nil {
			return nil, err
		}
	}
	return codes, nil
}

func hashRecovery(code string) []byte {
	sum := sha256.Sum256([]byte(strings.ToLower(strings.Join(strings.FieldsFunc(code, func(r rune) bool { return r == '-' || r == ' ' }), ""))))
	return sum[:]
}

// second asks for the second factor of somebody who has one: a one-time code that
// was not used before, or a recovery code.
func (a *Access) second(ctx context.Context, tx pgx.Tx, person domain.PersonID, code string) error {
	right, wanted, err := a.takeCode(ctx, tx, person, code)
	switch {
	case err != nil || !wanted || right:
		return err
	case code == "":
		return domain.Errorf(domain.ProofNeeded, "a one-time code is needed, too")
	}
	tag, err := tx.Exec(ctx, `DELETE FROM recovery_codes WHERE person_id = $1 AND hash = $2`, [16]byte(person), hashRecovery(code))
	if err == nil && tag.RowsAffected() == 0 {
		err = badPassword()
	}
	return err
}

// oneTimeCode returns the code of a seed at a step of time: RFC 6238 over the HMAC
// with SHA-1 of RFC 4226, six digits, which is what every authenticator does.
func oneTimeCode(seed []byte, step int64) string {
	mac := hmac.New(sha1.New, seed)
	_ = binary.Write(mac, binary.BigEndian, step) // a hash takes everything
	sum := mac.Sum(nil)
	offset := sum[len(sum)-1] & 0x0f
	number := binary.BigEndian.Uint32(sum[offset:]) & 0x7fffffff
	return fmt.Sprintf("%06d", number%1_000_000)
}

// takeCode reports whether the code is right, and uses it up; wanted is whether
// the person's codes count.
func (a *Access) takeCode(ctx context.Context, tx pgx.Tx, person domain.PersonID, code string) (right, wanted bool, err error) {
	var seed []byte
	var last int64
	var now time.Time
	err = tx.QueryRow(ctx, `
		SELECT seed, last_step, confirmed_at IS NOT NULL, coalesce($2, clock_timestamp()) FROM one_time_seeds
		WHERE person_id = $1 FOR UPDATE`, [16]byte(person), a.clock()).Scan(&seed, &last, &wanted, &now)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, false, nil
	}
	if err != nil {
		return false, false, err
	}
	for step := now.Unix()/codeStep - codeSkew; step <= now.Unix()/codeStep+codeSkew; step++ {
		if step > last && subtle.ConstantTimeCompare([]byte(oneTimeCode(seed, step)), []byte(code)) == 1 {
			_, err := tx.Exec(ctx, `UPDATE one_time_seeds SET last_step = $2 WHERE person_id = $1`, [16]byte(person), step)
			return true, wanted, err
		}
	}
	return false, wanted, nil
}
