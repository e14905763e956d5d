package webhook

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"

	"logis/dispatch/outside"
	"logis/domain"
	"logis/eventstore"
)

const (
	// leaseLife is how long one who set out to call a webhook may take; then another
	// may. It is more than a call and what it writes take.
	leaseLife = 3 * outside.CallTimeout
	// maxMessages bounds what one job sends: then others have their turn.
	maxMessages = 20
)

// pauses are those after the first failure in a row, the second, …: what a restart
// of the other side, a bad deployment and a lost weekend take. After the last one
// the webhook is switched off.
func pauses() []time.Duration {
	return []time.Duration{
		5 * time.Second, 30 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour,
		14 * time.Hour, 20 * time.Hour, 24 * time.Hour,
	}
}

// Attempts is how often one message is tried.
func Attempts() int { return len(pauses()) + 1 }

// Deliverer tells webhooks what happened.
type Deliverer struct {
	store  *eventstore.Store
	caller *outside.Caller
	retry  Retry
}

// Retry asks for another Deliver at a time, in the transaction; slow: of a webhook
// that did not take the last message. The zero time is at once.
type Retry func(ctx context.Context, tx pgx.Tx, home domain.HomeID, id domain.WebhookID, at time.Time, slow bool) error

// New returns a deliverer over the logs of store.
func New(store *eventstore.Store, caller *outside.Caller, retry Retry) *Deliverer {
	return &Deliverer{store: store, caller: caller, retry: retry}
}

// lease is the right to call one webhook for a while.
type lease struct {
	home       domain.HomeID
	id         domain.WebhookID
	webhook    domain.Webhook
	url        string
	secrets    [][]byte
	checkpoint domain.Seq
	batch      domain.Seq
	failures   int
	number     int64
}

// Deliver tells a webhook what it has not been told yet. It does nothing when
// somebody else is at it, when its time has not come, and when it is off.
func (d *Deliverer) Deliver(ctx context.Context, home domain.HomeID, id domain.WebhookID) error {
	for range maxMessages {
		l, err := d.take(ctx, home, id)
		if err != nil || l == nil {
			return err
		}
		more, err := d.step(ctx, l)
		if err != nil || !more {
			return err
		}
	}
	return pgx.BeginFunc(ctx, d.store.Pool(), func(tx pgx.Tx) error {
		return d.retry(ctx, tx, home, id, time.Time{}, false)
	})
}

// take returns the right to call the webhook, nil when there is none to be had.
func (d *Deliverer) take(ctx context.Context, home domain.HomeID, id domain.WebhookID) (*lease, error) {
	now, err := d.store.Now(ctx)
	if err != nil {
		return nil, err
	}
	l := &lease{home: home, id: id}
	var doc, secret, old []byte
	err = d.store.Pool().QueryRow(ctx, `
		UPDATE webhook_targets t SET lease = lease + 1, lease_until = $4
		FROM webhooks w WHERE w.home_id = t.home_id AND w.id = t.webhook_id AND t.home_id = $1 AND t.webhook_id = $2
			AND coalesce(lease_until, $3) <= $3 AND coalesce(retry_at, $3) <= $3
		RETURNING w.doc, url, secret, CASE WHEN old_until > $3 THEN old_secret END, checkpoint, batch, failures, lease`,
		[16]byte(home), [16]byte(id), now, now.Add(leaseLife)).
		Scan(&doc, &l.url, &secret, &old, &l.checkpoint, &l.batch, &l.failures, &l.number)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil //nolint:nilnil // nothing to do is not an error
	}
	if err != nil {
		return nil, eventstore.Translate(err)
	}
	l.secrets = [][]byte{secret}
	if old != nil {
		l.secrets = append(l.secrets, old)
	}
	return l, json.Unmarshal(doc, &l.webhook)
}

// step sends one message, or finds that there is none, and gives the lease back.
// more: there may be another one.
func (d *Deliverer) step(ctx context.Context, l *lease) (more bool, err error) {
	if l.webhook.Stopped != "" {
		return false, d.settle(ctx, l, `lease_until = NULL`)
	}
	s, at, err := d.gather(ctx, l)
	if err != nil {
		return false, err
	}
	switch {
	case s.To == s.After:
		return d.rest(ctx, l)
	case len(s.Events) == 0:
		return true, d.settle(ctx, l, `lease_until = NULL, batch = 0, checkpoint = $4`, int64(s.To))
	case l.batch == 0:
		if err := d.settle(ctx, l, `batch = $4`, int64(s.To)); err != nil {
			return false, err
		}
	}
	id, text, err := s.write(l.webhook.Revision, at)
	if err != nil {
		return false, domain.Wrap(domain.Internal, "the message cannot be written", err)
	}
	now, err := d.store.Now(ctx)
	if err != nil {
		return false, err
	}
	o := d.caller.Call(ctx, l.url, outside.Message{ID: id, At: now, Body: text, Secrets: l.secrets})
	if o.Problem != outside.None {
		return false, d.fail(context.WithoutCancel(ctx), l, o, now)
	}
	return true, d.settle(context.WithoutCancel(ctx), l,
		`lease_until = NULL, batch = 0, checkpoint = $4, failures = 0, problem = '', retry_at = NULL, delivered_at = $5`, int64(s.To), now)
}

// settle writes what became of a lease, if it still holds.
func (d *Deliverer) settle(ctx context.Context, l *lease, set string, args ...any) error {
	_, err := d.store.Pool().Exec(ctx, `UPDATE webhook_targets SET `+set+` WHERE home_id = $1 AND webhook_id = $2 AND lease = $3`,
		append([]any{[16]byte(l.home), [16]byte(l.id), l.number}, args...)...)
	return eventstore.Translate(err)
}

// rest gives the lease back when everything was told. Whoever came meanwhile found
// it taken and went away, so the log is looked at once more.
func (d *Deliverer) rest(ctx context.Context, l *lease) (more bool, err error) {
	if err := d.settle(ctx, l, `lease_until = NULL, batch = 0`); err != nil {
		return false, err
	}
	head, err := eventstore.HeadOf(ctx, d.store.Pool(), l.home)
	return head.Seq > l.checkpoint, err
}

// fail puts the next attempt off, or switches the webhook off. Another attempt is in
// the same transaction: a failure without one would be the end of it.
func (d *Deliverer) fail(ctx context.Context, l *lease, o outside.Outcome, now time.Time) error {
	all := pauses()
	switch {
	case o.Problem == outside.Gone:
		return d.stop(ctx, l, o, domain.StopGone, now)
	case l.failures >= len(all):
		return d.stop(ctx, l, o, domain.StopFailing, now)
	}
	pause := max(all[l.failures], o.After)
	pause += rand.N(pause / 5) //nolint:gosec // jitter, not a secret
	at := now.Add(pause)
	err := pgx.BeginFunc(ctx, d.store.Pool(), func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `
			UPDATE webhook_targets SET lease_until = NULL, failures = failures + 1, problem = $4, failed_at = $5, retry_at = $6
			WHERE home_id = $1 AND webhook_id = $2 AND lease = $3`,
			[16]byte(l.home), [16]byte(l.id), l.number, string(o.Problem), now, at)
		if err != nil || tag.RowsAffected() == 0 {
			return err
		}
		return d.retry(ctx, tx, l.home, l.id, at, true)
	})
	return eventstore.Translate(err)
}

// stop switches the webhook off and says so in the log, where it is noticed.
func (d *Deliverer) stop(ctx context.Context, l *lease, o outside.Outcome, why domain.StopReason, now time.Time) error {
	return d.store.Append(ctx, []domain.HomeID{l.home}, func(ctx context.Context, tx *eventstore.Tx) error {
		tag, err := tx.PG().Exec(ctx, `
			UPDATE webhook_targets SET lease_until = NULL, retry_at = NULL, failures = failures + 1, problem = $4, failed_at = $5
			WHERE home_id = $1 AND webhook_id = $2 AND lease = $3`,
			[16]byte(l.home), [16]byte(l.id), l.number, string(o.Problem), now)
		w, ok := tx.Home(l.home).Webhooks[l.id]
		if err != nil || tag.RowsAffected() == 0 || !ok || w.Stopped != "" {
			return eventstore.Translate(err)
		}
		_, err = tx.Record(ctx, l.home, domain.Event{Entity: l.id.Entity(), Actor: domain.SystemActor, Fact: domain.WebhookStopped{Reason: why}})
		return err
	})
}
