package history

import (
	"context"
	"errors"

	"logis/domain"
	"logis/eventstore"
)

var errEnough = errors.New("enough")

// Following returns the events that followed from one, directly or by others, in
// their order. More is true when there may be others: it looks at the next 5,000
// events and returns at most MaxFollowing.
func (p *Past) Following(ctx context.Context, home domain.HomeID, seq domain.Seq) (seqs []domain.Seq, more bool, err error) {
	caused := map[domain.Seq]bool{seq: true}
	err = eventstore.Scan(ctx, p.store.Pool(), home, seq, seq+followWithin, func(ev *domain.RecordedEvent) error {
		if !caused[ev.Causation] {
			return nil
		}
		if len(seqs) == MaxFollowing {
			return errEnough
		}
		caused[ev.Seq] = true
		seqs = append(seqs, ev.Seq)
		return nil
	})
	if errors.Is(err, errEnough) {
		return seqs, true, nil
	}
	if err != nil {
		return nil, false, err
	}
	head, err := eventstore.HeadOf(ctx, p.store.Pool(), home)
	return seqs, err == nil && head.Seq > seq+followWithin, err
}
