package webhook

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"logis/dispatch/outside"
	"logis/domain"
	"logis/eventstore"
)

// oldSecretLife is how long a secret that was replaced signs as well.
const oldSecretLife = 24 * time.Hour

// Target is where a webhook is and how it fares.
type Target struct {
	URL         string
	Checkpoint  domain.Seq // it was told of the log up to here
	Failures    int        // in a row
	Problem     outside.Problem
	FailedAt    time.Time // zero: never
	DeliveredAt time.Time
	RetryAt     time.Time
}

// Add keeps a new webhook's address, in the append that records it, and returns the
// secret, which is shown once. It is told what comes after seq.
func Add(ctx context.Context, tx pgx.Tx, home domain.HomeID, id domain.WebhookID, url string, seq domain.Seq) (string, error) {
	secret, text := outside.NewSecret()
	_, err := tx.Exec(ctx, `
		INSERT INTO webhook_targets (home_id, webhook_id, url, secret, checkpoint) VALUES ($1, $2, $3, $4, $5)`,
		[16]byte(home), [16]byte(id), url, secret, int64(seq))
	return text, eventstore.Translate(err)
}

// Move gives a webhook another address, which has done nothing wrong yet.
func Move(ctx context.Context, tx pgx.Tx, home domain.HomeID, id domain.WebhookID, url string) error {
	_, err := tx.Exec(ctx, `
		UPDATE webhook_targets SET url = $3, failures = 0, retry_at = NULL WHERE home_id = $1 AND webhook_id = $2`,
		[16]byte(home), [16]byte(id), url)
	return eventstore.Translate(err)
}

// Start lets a webhook begin again after seq: what happened while it was off it is
// not told.
func Start(ctx context.Context, tx pgx.Tx, home domain.HomeID, id domain.WebhookID, seq domain.Seq) error {
	_, err := tx.Exec(ctx, `
		UPDATE webhook_targets SET checkpoint = $3, batch = 0, failures = 0, problem = '', retry_at = NULL
		WHERE home_id = $1 AND webhook_id = $2`, [16]byte(home), [16]byte(id), int64(seq))
	return eventstore.Translate(err)
}

// NewSecret replaces the secret and returns the new one. For a day the old one signs
// as well, so that nothing is refused meanwhile.
func NewSecret(ctx context.Context, tx pgx.Tx, home domain.HomeID, id domain.WebhookID, now time.Time) (string, error) {
	secret, text := outside.NewSecret()
	_, err := tx.Exec(ctx, `
		UPDATE webhook_targets SET old_secret = secret, old_until = $4, secret = $3 WHERE home_id = $1 AND webhook_id = $2`,
		[16]byte(home), [16]byte(id), secret, now.Add(oldSecretLife))
	return text, eventstore.Translate(err)
}

// Remove forgets where a webhook was.
func Remove(ctx context.Context, tx pgx.Tx, home domain.HomeID, id domain.WebhookID) error {
	_, err := tx.Exec(ctx, `DELETE FROM webhook_targets WHERE home_id = $1 AND webhook_id = $2`, [16]byte(home), [16]byte(id))
	return eventstore.Translate(err)
}

// Targets returns where the webhooks of a home are.
func Targets(ctx context.Context, q eventstore.Querier, home domain.HomeID) (map[domain.WebhookID]Target, error) {
	rows, err := q.Query(ctx, `
		SELECT webhook_id, url, checkpoint, failures, problem, failed_at, delivered_at, retry_at
		FROM webhook_targets WHERE home_id = $1`, [16]byte(home))
	if err != nil {
		return nil, eventstore.Translate(err)
	}
	targets := map[domain.WebhookID]Target{}
	var id [16]byte
	var t Target
	var failed, delivered, retry *time.Time
	_, err = pgx.ForEachRow(rows, []any{&id, &t.URL, &t.Checkpoint, &t.Failures, &t.Problem, &failed, &delivered, &retry}, func() error {
		t.FailedAt, t.DeliveredAt, t.RetryAt = orZero(failed), orZero(delivered), orZero(retry)
		targets[id] = t
		return nil
	})
	return targets, eventstore.Translate(err)
}

func orZero(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}
