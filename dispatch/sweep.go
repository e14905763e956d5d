package dispatch

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"logis/domain"
	"logis/eventstore"
	"logis/projections"
)

// The sweep is the second of three timers that close late commands, beside the
// River job and the edge. It needs no job and no note to have survived.
const (
	sweepPeriod  = 5 * time.Second
	sweepBatch   = 200              // commands closed in one go
	replicaGone  = 15 * time.Second // without a sign of life
	forgetPeriod = 10 * time.Minute // between clean-ups of what has expired
)

func (d *Dispatcher) sweep(ctx context.Context) error {
	ticker := time.NewTicker(sweepPeriod)
	defer ticker.Stop()
	var forgot time.Time
	for {
		for _, step := range []func(context.Context) error{d.showAlive, d.closeDue, d.closeSessionsOfTheDead} {
			if err := step(ctx); err != nil && ctx.Err() == nil {
				d.options.Log.WarnContext(ctx, "sweep postponed", "error", err)
			}
		}
		if time.Since(forgot) > forgetPeriod {
			if err := d.forget(ctx); err == nil {
				forgot = time.Now()
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// forget drops kept answers, sessions, links and claims that have expired, and sees
// to it that no webhook and no person is forgotten.
func (d *Dispatcher) forget(ctx context.Context) error {
	if err := d.resumeWebhooks(ctx); err != nil {
		return err
	}
	if err := d.resumeTelling(ctx); err != nil {
		return err
	}
	_, err := d.store.ForgetKeys(ctx)
	if err != nil || d.options.Forget == nil {
		return err
	}
	_, err = d.options.Forget(ctx)
	return err
}

func (d *Dispatcher) closeDue(ctx context.Context) error {
	for {
		now, err := d.store.Now(ctx)
		if err != nil {
			return err
		}
		due, err := projections.DueCommands(ctx, d.store.Pool(), now, sweepBatch)
		if err != nil {
			return err
		}
		for _, c := range due {
			if err := d.close(ctx, c.Home, c.Command); err != nil {
				return err
			}
		}
		if len(due) < sweepBatch {
			return nil
		}
	}
}

func (d *Dispatcher) showAlive(ctx context.Context) error {
	_, err := d.store.Pool().Exec(ctx, `
		INSERT INTO replicas (replica) VALUES ($1)
		ON CONFLICT (replica) DO UPDATE SET seen_at = now()`, d.queue.replica)
	return eventstore.Translate(err)
}

// closeSessionsOfTheDead says in the log that gateways are away whose server
// died, and forgets the server and the jobs only it could do.
func (d *Dispatcher) closeSessionsOfTheDead(ctx context.Context) error {
	rows, err := d.store.Pool().Query(ctx, `SELECT replica FROM replicas WHERE seen_at < now() - $1::interval`, replicaGone)
	if err != nil {
		return eventstore.Translate(err)
	}
	dead, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return eventstore.Translate(err)
	}
	for _, replica := range dead {
		if err := d.bury(ctx, replica); err != nil {
			return err
		}
	}
	return nil
}

func (d *Dispatcher) bury(ctx context.Context, replica string) error {
	rows, err := d.store.Pool().Query(ctx, `
		SELECT gateway_id, home_id, session FROM gateway_keys WHERE replica = $1`, replica)
	if err != nil {
		return eventstore.Translate(err)
	}
	type held struct {
		gateway, home [16]byte
		session       int64
	}
	sessions, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (held, error) {
		var h held
		err := row.Scan(&h.gateway, &h.home, &h.session)
		return h, err
	})
	if err != nil {
		return eventstore.Translate(err)
	}
	for _, s := range sessions {
		err := d.record(ctx, s.home, func(h *domain.Home, _ *eventstore.Tx) (domain.Event, bool) {
			return h.Disconnect(s.gateway, s.session, "server_died")
		})
		if err != nil {
			return err
		}
	}
	_, err = d.store.Pool().Exec(ctx, `
		WITH forgotten AS (UPDATE gateway_keys SET replica = NULL WHERE replica = $1),
		     undone AS (DELETE FROM river_job WHERE queue = $2 AND state IN ('available', 'scheduled', 'retryable'))
		DELETE FROM replicas WHERE replica = $1`, replica, SendQueue(replica))
	return eventstore.Translate(err)
}
