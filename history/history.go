package history

import (
	"context"
	"log/slog"
	"time"

	"logis/domain"
	"logis/eventstore"
)

// Past answers questions about the past of every home. It is safe for concurrent
// use.
type Past struct {
	store   *eventstore.Store
	log     *slog.Logger
	cursors cursors

	// snapshotEvery, maxSnapshots and snapshotPerDevice, but in tests
	every, most, perDevice domain.Seq
}

// New returns the past of all homes of the store. Log is told of what it finds
// wrong; nil tells nobody.
func New(store *eventstore.Store, log *slog.Logger) *Past {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Past{store: store, log: log, every: snapshotEvery, most: maxSnapshots, perDevice: snapshotPerDevice}
}

// SeqAt returns the newest event the cloud had recorded at a time; 0 when the
// home did not exist yet. It refuses with Gone a time from which on the home is not
// known any more.
func (p *Past) SeqAt(ctx context.Context, home domain.HomeID, at time.Time) (domain.Seq, error) {
	if err := eventstore.ReachTime(ctx, p.store.Pool(), home, at); err != nil {
		return 0, err
	}
	return p.SeqSince(ctx, home, at)
}

// SeqSince is SeqAt for whoever wants what came after a time: where all before it has
// gone, that is what the log still holds.
func (p *Past) SeqSince(ctx context.Context, home domain.HomeID, at time.Time) (domain.Seq, error) {
	var seq int64
	err := p.store.Pool().QueryRow(ctx, `SELECT seq_at($1, $2)`, [16]byte(home), at).Scan(&seq)
	return domain.Seq(seq), eventstore.Translate(err)
}

// Scan is eventstore.Scan.
func (p *Past) Scan(ctx context.Context, home domain.HomeID, after, to domain.Seq, visit func(*domain.RecordedEvent) error) error {
	return eventstore.Scan(ctx, p.store.Pool(), home, after, to, visit)
}

// forget is after how many events of a fold the changes that nobody will save are
// dropped: every ended command is one of them.
const forget = 1000

// At returns the whole home as the cloud knew it after an event: the nearest kept
// state, folded on. It refuses with NotFound for a home without a log, with Invalid
// an event that is not there and with Gone one that was sealed and went.
func (p *Past) At(ctx context.Context, home domain.HomeID, seq domain.Seq) (*domain.Home, error) {
	head, err := eventstore.HeadOf(ctx, p.store.Pool(), home)
	if err != nil {
		return nil, err
	}
	if seq < 0 || seq > head.Seq {
		return nil, noSuchEvent()
	}
	if err := eventstore.Reach(ctx, p.store.Pool(), home, seq); err != nil {
		return nil, err
	}
	state, err := p.nearest(ctx, home, seq)
	if err != nil {
		return nil, err
	}
	return state, p.foldTo(ctx, state, seq)
}

// AtEvent is At with the event. The home knows what the event replaced.
func (p *Past) AtEvent(ctx context.Context, home domain.HomeID, seq domain.Seq) (state *domain.Home, last *domain.RecordedEvent, err error) {
	if state, err = p.At(ctx, home, seq-1); err != nil {
		return nil, nil, err
	}
	err = eventstore.Scan(ctx, p.store.Pool(), home, seq-1, seq, func(ev *domain.RecordedEvent) error {
		kept := *ev
		last = &kept
		return state.Apply(last)
	})
	if err == nil && last == nil {
		err = noSuchEvent()
	}
	return state, last, err
}

func noSuchEvent() error {
	return domain.InvalidInput(domain.Fault{Field: "seq", Message: "must be an event of this home"})
}

// foldTo folds on to an event, which must not lie before.
func (p *Past) foldTo(ctx context.Context, state *domain.Home, seq domain.Seq) error {
	if state.Seq == seq {
		return nil
	}
	return eventstore.Scan(ctx, p.store.Pool(), state.ID, state.Seq, seq, func(ev *domain.RecordedEvent) error {
		if ev.Seq%forget == 0 {
			state.TakeChanges()
		}
		return state.Apply(ev)
	})
}

// Frame is one event and the home after it.
type Frame struct {
	Row  eventstore.Row
	Home *domain.Home // folded on by the next frame: not to be kept
}

// MaxFilm bounds the frames of one Film.
const MaxFilm = eventstore.MaxList

// Film shows the events after one seq, each with the home after it, up to limit
// of them: a replay is made by replacing what each event touched. Where it ends
// the home is kept for a while, so that the next stretch goes on from there.
func (p *Past) Film(ctx context.Context, home domain.HomeID, after domain.Seq, limit int, visit func(Frame) error) error {
	state, err := p.resume(ctx, home, after)
	if err != nil {
		return err
	}
	rows, err := p.store.List(ctx, eventstore.Filter{Home: home, After: after, AtLimit: min(limit, MaxFilm)})
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
	p.cursors.put(state)
	return nil
}

// resume returns the home after an event: from where a film ended shortly before
// it, or as At does.
func (p *Past) resume(ctx context.Context, home domain.HomeID, seq domain.Seq) (*domain.Home, error) {
	state := p.cursors.take(home, seq-p.every, seq)
	if state == nil || state.Seq == 0 {
		return p.At(ctx, home, seq)
	}
	hash, err := eventstore.HashAt(ctx, p.store.Pool(), home, state.Seq)
	if err != nil || hash != state.Hash { // the log is another one than it was
		return p.At(ctx, home, seq)
	}
	return state, p.foldTo(ctx, state, seq)
}
