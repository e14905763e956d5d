// Package retention lets old events go where a home wants no more of them: it seals the
// oldest range of the log, waits until a signed checkpoint covers that, and deletes the
// events in small batches.
package retention

import (
	"context"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"

	"logis/domain"
	"logis/domain/chain"
	"logis/eventstore"
	"logis/eventstore/wall"
	"logis/projections"
)

// The pace.
const (
	// period is how often it is looked what may go.
	period = time.Hour
	// sealAfter is how much must have become too old before a range is sealed: a range
	// costs one fold of it, and an event in the log.
	sealAfter = 7 * 24 * time.Hour
	// restPerWork is how long deleting rests for each moment of work: it takes a fifth of
	// a core at most. At 5,000 events in a twentieth of a second a year of a busy home is
	// gone in two minutes.
	restPerWork = 4
	// homesPage is how many homes one query looks at.
	homesPage = 1000
	// lock is the advisory lock of the one server that seals and deletes now.
	lock = 0x666f72676574 // "forget"
)

// Keeper keeps what is wanted of each log and lets the rest go.
type Keeper struct {
	store *eventstore.Store
	log   *slog.Logger
}

// New returns the keeper of all homes of a store. Log is told of homes whose range
// cannot be sealed; nil tells nobody.
func New(store *eventstore.Store, log *slog.Logger) *Keeper {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Keeper{store: store, log: log}
}

// Run seals and deletes until ctx ends. Of several servers one works. What was cut off
// goes on at the next look.
func (k *Keeper) Run(ctx context.Context) error {
	ctx = wall.AllHomes(ctx) // each home has a time of its own after which its events may go
	ticker := time.NewTicker(period)
	defer ticker.Stop()
	for {
		if err := k.sweep(ctx, rest); err != nil && ctx.Err() == nil {
			k.log.WarnContext(ctx, "old events stay for now", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// rest leaves the database to others for a while, until ctx ends at most.
func rest(ctx context.Context, work time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(restPerWork * work):
	}
}

// Sweep seals what is too old and deletes what is sealed and signed, without a rest.
func (k *Keeper) Sweep(ctx context.Context) error {
	return k.sweep(ctx, func(context.Context, time.Duration) {})
}

func (k *Keeper) sweep(ctx context.Context, rest func(context.Context, time.Duration)) error {
	conn, err := k.store.Pool().Acquire(ctx)
	if err != nil {
		return eventstore.Translate(err)
	}
	defer conn.Release()
	var mine bool
	if err := conn.QueryRow(ctx, `SELECT pg_try_advisory_lock($1)`, lock).Scan(&mine); err != nil || !mine {
		return eventstore.Translate(err)
	}
	defer func() {
		if _, err := conn.Exec(ctx, `SELECT pg_advisory_unlock($1)`, lock); err != nil {
			_ = conn.Conn().Close(context.WithoutCancel(ctx)) // the lock goes with it
		}
	}()
	if err := k.sealAll(ctx); err != nil {
		return err
	}
	return k.forgetAll(ctx, rest)
}

// keeps is a home that keeps its events for so many months.
type keeps struct {
	home   domain.HomeID
	months int
}

// sealAll seals the range of every home that is due. A home that cannot be folded is
// told and keeps everything.
func (k *Keeper) sealAll(ctx context.Context) error {
	now, err := k.store.Now(ctx)
	if err != nil {
		return err
	}
	for after := (domain.HomeID{}); ; {
		homes, err := k.wishing(ctx, after)
		if err != nil || len(homes) == 0 {
			return err
		}
		for _, h := range homes {
			if after = h.home; h.months < domain.KeepMonths {
				continue // no home can wish that
			}
			if err := k.seal(ctx, h.home, now.AddDate(0, -h.months, 0)); err != nil {
				if ctx.Err() != nil || domain.CodeOf(err) == domain.Storage {
					return err
				}
				k.log.ErrorContext(ctx, "old events of a home stay", "home", h.home, "error", err)
			}
		}
	}
}

// wishing returns homes, in the order of their ids, that do not keep everything.
func (k *Keeper) wishing(ctx context.Context, after domain.HomeID) ([]keeps, error) {
	rows, err := k.store.Pool().Query(ctx, `
		SELECT home_id, coalesce((convert_from(doc, 'UTF8')::json ->> 'keep_months')::int, 0) FROM homes
		WHERE home_id > $1 AND position('"keep_months":'::bytea IN doc) > 0 ORDER BY home_id LIMIT $2`, [16]byte(after), homesPage)
	if err != nil {
		return nil, eventstore.Translate(err)
	}
	homes, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (keeps, error) {
		var id [16]byte
		var h keeps
		err := row.Scan(&id, &h.months)
		h.home = id
		return h, err
	})
	return homes, eventstore.Translate(err)
}

// seal seals what a home recorded until a time, if that is enough. The events are
// verified and folded once more, with no kept state: from then on what they came to
// stands for them.
func (k *Keeper) seal(ctx context.Context, home domain.HomeID, until time.Time) error {
	head, due, err := k.due(ctx, home, until)
	if err != nil || !due {
		return err
	}
	state, base, err := eventstore.Beginning(ctx, k.store.Pool(), home, k.store.Catalog())
	if err != nil {
		return err
	}
	walk := chain.New(home)
	if base.Seq != 0 {
		walk.BeginAfter(base.Head)
	}
	var last time.Time
	err = eventstore.ScanRows(ctx, k.store.Pool(), home, base.Seq, head, func(row *eventstore.Row) error {
		if !walk.Step(row) {
			v := walk.Verdict()
			return domain.Errorf(domain.Internal, "event %d %s", v.Bad, v.Reason)
		}
		if row.Fact, err = domain.DecodeFact(row.Type, row.Schema, row.Data); err != nil {
			return domain.Wrap(domain.Internal, "an event of the home cannot be read", err)
		}
		last = row.RecordedAt
		err := state.Apply(&row.RecordedEvent)
		state.TakeChanges()
		return err
	})
	if err != nil {
		return err
	}
	if state.Seq != head {
		return domain.Errorf(domain.Internal, "event %d of the home is missing", state.Seq+1)
	}
	return k.store.Seal(ctx, eventstore.Head{Seq: head, Hash: state.Hash, RecordedAt: last}, state)
}

// due returns the last event of a home that is too old, and whether enough are.
func (k *Keeper) due(ctx context.Context, home domain.HomeID, until time.Time) (last domain.Seq, due bool, err error) {
	var seq int64
	err = k.store.Pool().QueryRow(ctx, `
		SELECT seq_at($1, $2), seq_at($1, $2::timestamptz - $3::interval) > coalesce((SELECT max(seq) FROM home_bases WHERE home_id = $1), 0)`,
		[16]byte(home), until, sealAfter).Scan(&seq, &due)
	return domain.Seq(seq), due, eventstore.Translate(err)
}

// forgetAll deletes what is sealed and signed.
func (k *Keeper) forgetAll(ctx context.Context, rest func(context.Context, time.Duration)) error {
	homes, err := k.store.Forgetting(ctx)
	if err != nil {
		return err
	}
	for _, home := range homes {
		for more := true; more; {
			began := time.Now()
			if more, err = k.store.Forget(ctx, home, projections.Leave); err != nil {
				if ctx.Err() != nil || domain.CodeOf(err) == domain.Storage {
					return err
				}
				k.log.ErrorContext(ctx, "sealed events of a home stay", "home", home, "error", err)
			}
			rest(ctx, time.Since(began))
		}
	}
	return ctx.Err()
}
