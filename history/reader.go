package history

import (
	"context"
	"time"

	"logis/domain"
	"logis/eventstore"
)

// Reader reads the past, and nothing else: it is what a backtest is given.
type Reader struct{ store *eventstore.Store }

// NewReader returns a reader of every home of the store.
func NewReader(s *eventstore.Store) Reader { return Reader{store: s} }

// At is the function At.
func (r Reader) At(ctx context.Context, home domain.HomeID, seq domain.Seq) (*domain.Home, error) {
	return At(ctx, r.store, home, seq)
}

// SeqAt is the function SeqAt.
func (r Reader) SeqAt(ctx context.Context, home domain.HomeID, at time.Time) (domain.Seq, error) {
	return SeqAt(ctx, r.store, home, at)
}

// Scan is eventstore.Scan.
func (r Reader) Scan(ctx context.Context, home domain.HomeID, after, to domain.Seq, visit func(*domain.RecordedEvent) error) error {
	return eventstore.Scan(ctx, r.store.Pool(), home, after, to, visit)
}
