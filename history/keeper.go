package history

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"logis/domain"
	"logis/eventstore"
	"logis/eventstore/wall"
)

// How states are kept.
const (
	// snapshotEvery is after how many events a state is kept: folding them takes
	// about 6 ms, and a state of 200 devices costs a fiftieth of them on disk.
	snapshotEvery = 2000
	// snapshotPerDevice is how many events there are at least for each device in a
	// state: writing one takes 30 µs for each.
	snapshotPerDevice = 10
	// maxSnapshots bounds the states kept of one home. Beyond it every second one
	// goes, and the distance doubles: at 16 million events.
	maxSnapshots = 8192
	// keepPeriod is how often it is looked which homes grew.
	keepPeriod = time.Minute
	// keepPage is how many homes one query looks at.
	keepPage = 1000
	// keeperLock is the advisory lock of the one server that keeps states now.
	keeperLock = 0x6c6f676973 // "logis"
)

// Run keeps states of all homes until ctx ends. Of several servers one works.
func (p *Past) Run(ctx context.Context) error {
	ticker := time.NewTicker(keepPeriod)
	defer ticker.Stop()
	for {
		if err := p.Keep(ctx); err != nil && ctx.Err() == nil {
			p.log.WarnContext(ctx, "snapshots postponed", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// Keep brings the kept states of all homes up to date, unless another server is
// about to. A home whose log cannot be folded is told and left out.
func (p *Past) Keep(ctx context.Context) error {
	ctx = wall.AllHomes(ctx)
	conn, err := p.store.Pool().Acquire(ctx)
	if err != nil {
		return eventstore.Translate(err)
	}
	defer conn.Release()
	var mine bool
	if err := conn.QueryRow(ctx, `SELECT pg_try_advisory_lock($1)`, keeperLock).Scan(&mine); err != nil || !mine {
		return eventstore.Translate(err)
	}
	defer unlock(ctx, conn)
	for after := (domain.HomeID{}); ; {
		grown, err := p.grown(ctx, after)
		if err != nil || len(grown) == 0 {
			return err
		}
		for _, home := range grown {
			if err := p.keepHome(wall.InHome(ctx, home.id), home); err != nil {
				if ctx.Err() != nil || domain.CodeOf(err) == domain.Storage {
					return err
				}
				p.log.ErrorContext(ctx, "no snapshots of a home", "home", home.id, "error", err)
			}
			after = home.id
		}
	}
}

// unlock gives the lock back, with the connection if need be.
func unlock(ctx context.Context, conn *pgxpool.Conn) {
	if _, err := conn.Exec(ctx, `SELECT pg_advisory_unlock($1)`, keeperLock); err != nil {
		_ = conn.Conn().Close(context.WithoutCancel(ctx))
	}
}

// grownHome is a home that may want a new state.
type grownHome struct {
	id   domain.HomeID
	head domain.Seq
}

// grown returns homes, in the order of their ids, that have no state for the last
// full stretch.
func (p *Past) grown(ctx context.Context, after domain.HomeID) ([]grownHome, error) {
	rows, err := p.store.Pool().Query(ctx, `
		SELECT h.home_id, h.seq FROM home_heads h
		WHERE h.home_id > $1 AND h.seq >= $2 AND NOT EXISTS (
			SELECT FROM snapshots s WHERE s.home_id = h.home_id AND s.format = $3 AND s.seq >= h.seq - h.seq % $2)
		ORDER BY h.home_id LIMIT $4`, [16]byte(after), int64(p.every), format(), keepPage)
	if err != nil {
		return nil, eventstore.Translate(err)
	}
	homes, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (grownHome, error) {
		var id [16]byte
		var seq int64
		err := row.Scan(&id, &seq)
		return grownHome{id: id, head: domain.Seq(seq)}, err
	})
	return homes, eventstore.Translate(err)
}

// distance is how far apart the states are of a home of this length and with so many
// devices.
func (p *Past) distance(head domain.Seq, devices int) domain.Seq {
	d := p.every
	for head/d > p.most || d < domain.Seq(devices)*p.perDevice {
		d *= 2
	}
	return d
}

// keepHome folds on from the newest state and keeps what is due on the way.
func (p *Past) keepHome(ctx context.Context, home grownHome) error {
	state, err := p.nearest(ctx, home.id, home.head)
	if err != nil {
		return err
	}
	distance := p.distance(home.head, len(state.Devices))
	end := home.head - home.head%distance
	if state.Seq >= end {
		return nil
	}
	err = eventstore.Scan(ctx, p.store.Pool(), home.id, state.Seq, end, func(ev *domain.RecordedEvent) error {
		if err := state.Apply(ev); err != nil || ev.Seq%distance != 0 {
			return err
		}
		state.TakeChanges()
		return p.put(ctx, state)
	})
	if err != nil {
		return err
	}
	return p.thin(ctx, home.id, distance)
}

// keepForeign is how long states of another format stay: while the servers of two
// releases run side by side, each needs its own.
const keepForeign = 24 * time.Hour

// thin drops the states that lie too close, and those of other releases.
func (p *Past) thin(ctx context.Context, home domain.HomeID, distance domain.Seq) error {
	_, err := p.store.Pool().Exec(ctx, `
		DELETE FROM snapshots WHERE home_id = $1
		  AND CASE format WHEN $2 THEN seq % $3 <> 0 ELSE made_at < now() - $4::interval END`,
		[16]byte(home), format(), int64(distance), keepForeign)
	return eventstore.Translate(err)
}
