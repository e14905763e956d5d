package history

import (
	"context"
	"time"

	"logis/domain"
	"logis/eventstore"
)

// MaxLate bounds how late a device's word may come and still be placed where it
// happened: a gateway keeps three days. What comes later stands where it was
// recorded.
const MaxLate = 72 * time.Hour

// TrueAt returns the home as it truly was at a time, as far as it was known after an
// event. What devices said stands when they said it, however late it came; all else
// stands when it was recorded. The Seq of the home is the newest event recorded at
// the time; what was told late carries higher ones.
//
// It refuses as At does.
func (p *Past) TrueAt(ctx context.Context, home domain.HomeID, at time.Time, known domain.Seq) (*domain.Home, error) {
	seq, err := p.SeqAt(ctx, home, at)
	if err != nil {
		return nil, err
	}
	seq = min(seq, known)
	state, err := p.At(ctx, home, seq)
	if err != nil || seq == known {
		return state, err
	}
	err = eventstore.Late(ctx, p.store.Pool(), eventstore.Latecomers{
		Home: home, At: at, After: seq, Known: known, MaxLate: MaxLate, Types: domain.ToldTypes(),
	}, func(ev *domain.RecordedEvent) error {
		state.Recall(ev)
		return nil
	})
	return state, err
}
