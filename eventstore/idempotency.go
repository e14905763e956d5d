package eventstore

import (
	"context"
	"crypto/subtle"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"logis/domain"
)

// KeyLife is how long an answer is kept under its idempotency key.
const KeyLife = 24 * time.Hour

// Key makes a request happen once: the same key with the same request gets the
// same answer.
type Key struct {
	Scope   domain.EntityID // the home or person it belongs to
	Key     string
	Request [32]byte // SHA-256 of everything that makes the request what it is
}

// Once runs do unless the key was used before, and keeps what it answers in the
// same transaction. The scope must be serialised by a lock of the transaction:
// a locked home is. It refuses with KeyReused when the request differs.
func (tx *Tx) Once(ctx context.Context, key Key, do func() ([]byte, error)) ([]byte, error) {
	var request, answer []byte
	err := tx.pg.QueryRow(ctx, `SELECT request, answer FROM idempotency_keys WHERE scope_id = $1 AND key = $2`,
		[16]byte(key.Scope), key.Key).Scan(&request, &answer)
	if err == nil {
		if subtle.ConstantTimeCompare(request, key.Request[:]) == 0 {
			return nil, domain.Errorf(domain.KeyReused, "the Idempotency-Key was used for another request")
		}
		return answer, nil
	}
	if !errors.Is(err, pgx.ErrNoRows) {
		return nil, err
	}
	if answer, err = do(); err != nil {
		return nil, err
	}
	_, err = tx.pg.Exec(ctx, `INSERT INTO idempotency_keys (scope_id, key, request, answer) VALUES ($1, $2, $3, $4)`,
		[16]byte(key.Scope), key.Key, key.Request[:], answer)
	tx.answered = true
	return answer, err
}

// ForgetKeys drops answers older than KeyLife. It returns how many.
func (s *Store) ForgetKeys(ctx context.Context) (int64, error) {
	tag, err := s.pool.Exec(ctx, `DELETE FROM idempotency_keys WHERE created_at < now() - $1::interval`, KeyLife)
	return tag.RowsAffected(), translate(err)
}
