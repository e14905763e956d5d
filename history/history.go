package history

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"logis/domain"
	"logis/eventstore"
)

// SeqAt returns the newest event the cloud had recorded at a time; 0 when the
// home did not exist yet.
func SeqAt(ctx context.Context, s *eventstore.Store, home domain.HomeID, at time.Time) (domain.Seq, error) {
	var seq int64
	err := s.Pool().QueryRow(ctx, `SELECT seq_at($1, $2)`, [16]byte(home), at).Scan(&seq)
	return domain.Seq(seq), eventstore.Translate(err)
}

// forget is after how many events of a fold the changes that nobody will save are
// dropped: every ended command is one of them.
const forget = 1000

// At returns the whole home as the cloud knew it after an event. It refuses with
// NotFound for a home without a log and Invalid for an event that is not there.
func At(ctx context.Context, s *eventstore.Store, home domain.HomeID, seq domain.Seq) (*domain.Home, error) {
	state, _, err := AtEvent(ctx, s, home, seq)
	return state, err
}

// AtEvent is At with the event, nil for the seq 0. The home knows what the event
// replaced.
func AtEvent(ctx context.Context, s *eventstore.Store, home domain.HomeID, seq domain.Seq) (state *domain.Home, last *domain.RecordedEvent, err error) {
	head, err := eventstore.HeadOf(ctx, s.Pool(), home)
	if err != nil {
		return nil, nil, err
	}
	if seq < 0 || seq > head.Seq {
		return nil, nil, domain.InvalidInput(domain.Fault{Field: "seq", Message: "must be an event of this home"})
	}
	state = domain.NewHome(home, s.Catalog())
	if seq == 0 {
		return state, nil, nil
	}
	err = eventstore.Scan(ctx, s.Pool(), home, 0, seq, func(ev *domain.RecordedEvent) error {
		if ev.Seq%forget == 0 {
			state.TakeChanges()
		}
		kept := *ev
		last = &kept
		return state.Apply(ev)
	})
	return state, last, err
}

// Frame is one event and the home after it.
type Frame struct {
	Row  eventstore.Row
	Home *domain.Home // folded on by the next frame: not to be kept
}

// MaxFilm bounds the frames of one Film.
const MaxFilm = eventstore.MaxList

// Film shows the events after one seq, each with the home after it, up to limit
// of them: a replay is made by replacing what each event touched.
func Film(ctx context.Context, s *eventstore.Store, home domain.HomeID, after domain.Seq, limit int, visit func(Frame) error) error {
	state, err := At(ctx, s, home, after)
	if err != nil {
		return err
	}
	rows, err := s.List(ctx, eventstore.Filter{Home: home, After: after, AtLimit: min(limit, MaxFilm)})
	if err != nil {
		return err
	}
	for _, row := range rows {
		if row.Fact, err = domain.DecodeFact(row.Type, row.Schema, row.Data); err != nil {
			return err
		}
		if err := state.Apply(&row.RecordedEvent); err != nil {
			return err
		}
		if err := visit(Frame{Row: row, Home: state}); err != nil {
			return err
		}
	}
	return nil
}

// Bucket is how much happened in a stretch of time.
type Bucket struct {
	At       time.Time  // its beginning
	FirstSeq domain.Seq // its first event; 0 when it has none
	Count    int64
}

// Limits of one Density.
const (
	MaxBuckets = 1000
	MaxSpan    = 100 * 365 * 24 * time.Hour // longer than a home lives, and well inside a Duration
)

// Density counts the events after one time and up to another in equal stretches,
// by when they were recorded: the shape of a timeline. Each border is found by
// halving, so the cost hardly grows with the log. It refuses with Invalid what is
// beyond the limits.
func Density(ctx context.Context, s *eventstore.Store, home domain.HomeID, from, to time.Time, count int) ([]Bucket, error) {
	span := to.Sub(from)
	switch {
	case span <= 0 || span > MaxSpan:
		return nil, domain.InvalidInput(domain.Fault{Field: "to", Message: "must be after from, by at most a hundred years"})
	case count < 1 || count > MaxBuckets:
		return nil, domain.InvalidInput(domain.Fault{Field: "buckets", Message: "must be from 1 to 1000"})
	}
	step := span / time.Duration(count)
	borders := make([]time.Time, count+1)
	for i := range borders {
		borders[i] = from.Add(time.Duration(i) * step)
	}
	borders[count] = to
	rows, err := s.Pool().Query(ctx, `
		SELECT seq_at($1, at) FROM unnest($2::timestamptz[]) WITH ORDINALITY AS border (at, n) ORDER BY n`,
		[16]byte(home), borders)
	if err != nil {
		return nil, eventstore.Translate(err)
	}
	seqs, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return nil, eventstore.Translate(err)
	}
	buckets := make([]Bucket, count)
	for i := range buckets {
		buckets[i] = Bucket{At: borders[i], Count: seqs[i+1] - seqs[i]}
		if buckets[i].Count > 0 {
			buckets[i].FirstSeq = domain.Seq(seqs[i]) + 1
		}
	}
	return buckets, nil
}
