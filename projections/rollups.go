package projections

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"logis/domain"
	"logis/domain/rollup"
	"logis/eventstore"
	"logis/eventstore/wall"
)

// How logs are summed up.
const (
	// rollupPage is how many events are summed up in one transaction: a tenth of a
	// second of work, and a few megabytes.
	rollupPage = 2000
	// rollupPeriod is how often it is looked which homes grew. Whoever asks does not
	// wait for it: what they ask for is brought up to date first.
	rollupPeriod = 15 * time.Second
	// restPerWork is how long following all homes rests for each moment of work: it
	// takes a fifth of a core at most and leaves the rest to reports and commands.
	// About 14,000 events a second can still be followed.
	restPerWork = 4
	// rollupHomes is how many homes one query looks at.
	rollupHomes = 1000
	// maxRollupLate is how late a report may come and still be placed where it
	// happened. A gateway's outbox is full before; a clock may be wrong by years.
	// What comes later counts nowhere: placed where it was recorded, it would be a
	// reading that never was.
	maxRollupLate = 31 * 24 * time.Hour
	// FineDays is for how many days buckets of five minutes are kept, counted from
	// the newest event: a month beside the month before it.
	FineDays = 62
)

// Rollups sums up what devices tell, behind the appends: it follows each home's log
// with a cursor that moves in the transaction that writes the buckets. It is safe for
// concurrent use, by many servers at once.
type Rollups struct {
	pool *pgxpool.Pool
	log  *slog.Logger
}

// NewRollups returns the roll-ups of all homes in a database. Log is told of homes that
// cannot be summed up; nil tells nobody.
func NewRollups(pool *pgxpool.Pool, log *slog.Logger) *Rollups {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Rollups{pool: pool, log: log}
}

// Run follows the logs of all homes until ctx ends.
func (r *Rollups) Run(ctx context.Context) error {
	ticker := time.NewTicker(rollupPeriod)
	defer ticker.Stop()
	for {
		if err := r.followAll(ctx, restAfter); err != nil && ctx.Err() == nil {
			r.log.WarnContext(ctx, "roll-ups postponed", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// rest is what is done after work that took so long.
type rest func(ctx context.Context, work time.Duration)

// restAfter leaves the database to others for a while: until ctx ends, at most.
func restAfter(ctx context.Context, work time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(min(restPerWork*work, rollupPeriod)):
	}
}

// noRest is for those whom somebody waits for.
func noRest(context.Context, time.Duration) {}

// FollowAll sums up what every home's log holds, without a rest. A home that another
// server works on is left to it; one whose log cannot be read halts and is told of, and
// the others go on.
func (r *Rollups) FollowAll(ctx context.Context) error { return r.followAll(ctx, noRest) }

func (r *Rollups) followAll(ctx context.Context, rest rest) error {
	for after := (domain.HomeID{}); ; {
		homes, err := r.behind(wall.AllHomes(ctx), after)
		if err != nil || len(homes) == 0 {
			return err
		}
		for _, home := range homes {
			after = home
			if _, err := r.follow(wall.InHome(ctx, home), home, 0, ` SKIP LOCKED`, rest); err != nil {
				if ctx.Err() != nil || domain.CodeOf(err) == domain.Storage {
					return err
				}
				r.log.ErrorContext(ctx, "no roll-ups of a home", "home", home, "error", err)
			}
		}
	}
}

// behind returns homes, in the order of their ids, with events that are not summed up.
func (r *Rollups) behind(ctx context.Context, after domain.HomeID) ([]domain.HomeID, error) {
	rows, err := r.pool.Query(ctx, `
		SELECT h.home_id FROM home_heads h LEFT JOIN rollup_cursors c USING (home_id)
		WHERE h.home_id > $1 AND h.seq > coalesce(c.seq, 0) ORDER BY h.home_id LIMIT $2`, [16]byte(after), rollupHomes)
	if err != nil {
		return nil, eventstore.Translate(err)
	}
	homes, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (domain.HomeID, error) {
		var id [16]byte
		err := row.Scan(&id)
		return id, err
	})
	return homes, eventstore.Translate(err)
}

// Follow brings a home's roll-ups up to its log, by so many pages at most (0: all),
// and returns up to which event they tell.
func (r *Rollups) Follow(ctx context.Context, home domain.HomeID, pages int) (domain.Seq, error) {
	return r.follow(ctx, home, pages, ``, noRest)
}

func (r *Rollups) follow(ctx context.Context, home domain.HomeID, pages int, wait string, rest rest) (seq domain.Seq, err error) {
	for n := 0; pages == 0 || n < pages; n++ {
		began, more := time.Now(), false
		err := pgx.BeginFunc(ctx, r.pool, func(tx pgx.Tx) error {
			cursor, ok, err := lockCursor(ctx, tx, home, wait)
			if err != nil || !ok {
				return err
			}
			more, err = cursor.page(ctx, tx, 0)
			seq = cursor.seq
			return err
		})
		if err != nil || !more {
			return seq, eventstore.Translate(err)
		}
		rest(ctx, time.Since(began))
	}
	return seq, nil
}

// rollupCursor is how far a log is summed up.
type rollupCursor struct {
	home       domain.HomeID
	seq        domain.Seq
	recordedAt time.Time
	calendar   *rollup.Calendar
	zone       string
	// settled is when the log lost its beginning: the days that began by then are summed
	// up for good, because not all that they are made of is there any more.
	settled time.Time
}

// lockCursor locks the cursor of a home, made if there is none. ok is false when
// somebody else has it and wait says not to wait.
func lockCursor(ctx context.Context, tx pgx.Tx, home domain.HomeID, wait string) (c *rollupCursor, ok bool, err error) {
	c = &rollupCursor{home: home}
	find := func() error {
		var seq int64
		var settled *time.Time
		err := tx.QueryRow(ctx, `
			SELECT c.seq, c.recorded_at, c.time_zone,
			       (SELECT max(b.recorded_at) FROM home_bases b WHERE b.home_id = c.home_id AND b.begun_at IS NOT NULL)
			FROM rollup_cursors c WHERE c.home_id = $1 FOR UPDATE OF c`+wait, [16]byte(home)).
			Scan(&seq, &c.recordedAt, &c.zone, &settled)
		if c.seq = domain.Seq(seq); settled != nil {
			c.settled = *settled
		}
		return err
	}
	if err = find(); errors.Is(err, pgx.ErrNoRows) {
		if err = firstCursor(ctx, tx, home); err == nil {
			err = find()
		}
	}
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, false, nil
	}
	c.calendar = rollup.NewCalendar(c.zone)
	return c, err == nil, err
}

// firstCursor makes the cursor of a home at the beginning of its log.
func firstCursor(ctx context.Context, tx pgx.Tx, home domain.HomeID) error {
	first := rollupCursor{recordedAt: time.Unix(0, 0), zone: "UTC"}
	state, base, err := eventstore.Beginning(ctx, tx, home, nil)
	if err != nil {
		return err
	}
	if base.Seq != 0 {
		first.seq, first.recordedAt, first.zone = base.Seq, base.RecordedAt, state.Profile.TimeZone
		for _, c := range state.Corrections {
			if !c.Rejects() {
				continue
			}
			_, err := tx.Exec(ctx, `
				INSERT INTO rejected_readings (home_id, correction, device, reading, property) VALUES ($1, $2, $3, $4, $5)
				ON CONFLICT DO NOTHING`, [16]byte(home), [16]byte(c.ID), [16]byte(c.Device), int64(c.Reading), c.Property)
			if err != nil {
				return err
			}
		}
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO rollup_cursors (home_id, seq, recorded_at, time_zone) VALUES ($1, $2, $3, $4)
		ON CONFLICT (home_id) DO NOTHING`, [16]byte(home), int64(first.seq), first.recordedAt, first.zone)
	return err
}

// isSettled reports whether a time lies in a day that is summed up for good.
func (c *rollupCursor) isSettled(at time.Time) bool {
	if c.settled.IsZero() {
		return false
	}
	day, _ := c.calendar.Bucket(rollup.Day, at)
	return !day.After(c.settled)
}

// page sums up the next events, none beyond to (0: the head), moves the cursor, and
// reports whether there may be more.
func (c *rollupCursor) page(ctx context.Context, tx pgx.Tx, to domain.Seq) (more bool, err error) {
	end := c.seq + rollupPage
	if to != 0 {
		end = min(end, to)
	}
	p := newRollupWork(c)
	before, from := c.recordedAt, c.seq
	err = eventstore.Scan(ctx, tx, c.home, c.seq, end, func(ev *domain.RecordedEvent) error {
		if created, ok := ev.Fact.(domain.HomeCreated); ok {
			c.zone, c.calendar = created.TimeZone, rollup.NewCalendar(created.TimeZone)
		}
		c.seq, c.recordedAt = ev.Seq, ev.RecordedAt
		p.take(ev)
		return nil
	})
	if err != nil || c.seq == from {
		return false, err
	}
	if err := p.write(ctx, tx); err != nil {
		return false, err
	}
	if err := c.dropFine(ctx, tx, before); err != nil {
		return false, err
	}
	_, err = tx.Exec(ctx, `UPDATE rollup_cursors SET seq = $2, recorded_at = $3, time_zone = $4 WHERE home_id = $1`,
		[16]byte(c.home), int64(c.seq), c.recordedAt, c.zone)
	return c.seq == from+rollupPage, err
}

// fineSince is from when on buckets of five minutes are kept.
func (c *rollupCursor) fineSince(now time.Time) time.Time {
	start, _ := c.calendar.Bucket(rollup.Day, now.AddDate(0, 0, -FineDays))
	return start
}

// dropFine drops the buckets of five minutes that have become too old, once a day.
func (c *rollupCursor) dropFine(ctx context.Context, tx pgx.Tx, before time.Time) error {
	since := c.fineSince(c.recordedAt)
	if since.Equal(c.fineSince(before)) {
		return nil
	}
	_, err := tx.Exec(ctx, `DELETE FROM rollups WHERE home_id = $1 AND size = 0 AND start < $2`, [16]byte(c.home), since)
	return err
}
