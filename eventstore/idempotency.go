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

// keyConstraint lets one answer stand under a key.
const keyConstraint = "idempotency_keys_pkey"

// Key makes a request happen once: the same key with the same request gets the
// same answer.
type Key struct {
	Scope   domain.EntityID // the home or person it belongs to
	Key     string
	Request [32]byte // SHA-256 of everything that makes the request what it is
}

// keptAnswer is an answer that this append keeps.
type keptAnswer struct {
	key  Key
	text []byte
}

func queueAnswers(batch *pgx.Batch, answers []keptAnswer) {
	for _, a := range answers {
		batch.Queue(`INSERT INTO idempotency_keys (scope_id, key, request, answer) VALUES ($1, $2, $3, $4)`,
			[16]byte(a.key.Scope), a.key.Key, a.key.Request[:], a.text)
	}
}

// Once runs do unless the key was used before, and keeps what it answers in the
// same transaction. Of two appends with one key at the same time the later is
// tried again from the start and finds the first one's answer. Once refuses with
// KeyReused when the request differs.
func (tx *Tx) Once(ctx context.Context, key Key, do func() ([]byte, error)) ([]byte, error) {
	request, answer, err := tx.answered(ctx, key)
	if err != nil {
		return nil, err
	}
	if request != nil {
		if subtle.ConstantTimeCompare(request, key.Request[:]) == 0 {
			return nil, domain.Errorf(domain.KeyReused, "the Idempotency-Key was used for another request")
		}
		return answer, nil
	}
	if answer, err = do(); err != nil {
		return nil, err
	}
	tx.answers = append(tx.answers, keptAnswer{key, answer})
	tx.kept = true
	return answer, nil
}

// answered returns the request a key was used for, and its answer; nil when it
// was not used.
func (tx *Tx) answered(ctx context.Context, key Key) (request, answer []byte, err error) {
	for _, a := range tx.answers {
		if a.key.Scope == key.Scope && a.key.Key == key.Key {
			return a.key.Request[:], a.text, nil
		}
	}
	err = tx.pg.QueryRow(ctx, `SELECT request, answer FROM idempotency_keys WHERE scope_id = $1 AND key = $2`,
		[16]byte(key.Scope), key.Key).Scan(&request, &answer)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil, nil
	}
	return request, answer, err
}

// ForgetKeys drops answers older than KeyLife. It returns how many.
func (s *Store) ForgetKeys(ctx context.Context) (int64, error) {
	tag, err := s.pool.Exec(ctx, `DELETE FROM idempotency_keys WHERE created_at < now() - $1::interval`, KeyLife)
	return tag.RowsAffected(), translate(err)
}
