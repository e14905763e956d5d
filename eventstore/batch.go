package eventstore

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"time"

	"logis/domain"
)

// The batching front. Lanes commit side by side and a home always goes through
// the same one, so that two commits of this server never wait for one home.
const (
	batchLanes  = 2    // as many commits in flight
	batchEvents = 1000 // about as many events in one commit
	batchQueue  = 512  // submissions waiting in a lane
)

// Submission is a piece of work of one home that may share a commit with others.
type Submission struct {
	Home   domain.HomeID
	Weight int // about how many events it records
	// Decide works like that of Append, on the one home.
	Decide Decide
	// Done is told the outcome once it is certain, nil meaning durable. It must
	// not block.
	Done func(error)
}

// Batcher puts the submissions of many gateways into few commits. A commit takes
// what is waiting when it begins, so an idle server adds no delay and a busy one
// shares its fsyncs.
type Batcher struct {
	store *Store
	lanes [batchLanes]chan Submission
}

// NewBatcher returns a batcher; Run must be running for it to work.
func NewBatcher(store *Store) *Batcher {
	b := &Batcher{store: store}
	for i := range b.lanes {
		b.lanes[i] = make(chan Submission, batchQueue)
	}
	return b
}

// Submit hands in work. It waits while the home's lane is full, which is how a
// gateway feels that the database is slow, and returns an error only when ctx
// ends first.
func (b *Batcher) Submit(ctx context.Context, s Submission) error {
	lane := binary.BigEndian.Uint32(s.Home[12:]) % batchLanes
	select {
	case b.lanes[lane] <- s:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Run commits what is submitted until ctx ends.
func (b *Batcher) Run(ctx context.Context) error {
	var group sync.WaitGroup
	for _, lane := range b.lanes {
		group.Go(func() { b.serve(ctx, lane) })
	}
	group.Wait()
	return nil
}

func (b *Batcher) serve(ctx context.Context, lane chan Submission) {
	var batch []Submission
	for {
		select {
		case <-ctx.Done():
			return
		case s := <-lane:
			batch = gather(append(batch[:0], s), lane)
			b.commit(ctx, batch)
		}
	}
}

// gather takes what is waiting, up to the size of one commit.
func gather(batch []Submission, lane chan Submission) []Submission {
	weight := batch[0].Weight
	for weight < batchEvents {
		select {
		case s := <-lane:
			batch, weight = append(batch, s), weight+s.Weight
		default:
			return batch
		}
	}
	return batch
}

// commit appends the batch as one and tries again for as long as the database
// cannot write: gateways stay connected and wait, and nothing they sent is lost.
// A commit whose outcome is not known is safe to repeat, because what gateways
// send is placed by their cursors. When one submission spoils the batch, each is
// tried alone, so that only the one at fault fails.
func (b *Batcher) commit(ctx context.Context, batch []Submission) {
	wait := storageWait
	for {
		err := b.try(ctx, batch)
		if err == nil {
			return
		}
		if ctx.Err() != nil || domain.CodeOf(err) != domain.Storage {
			for _, s := range batch {
				s.Done(err)
			}
			return
		}
		pause(ctx, wait)
		wait = min(2*wait, storageWaitMax)
	}
}

// How long to wait before a commit is tried again while the database is away.
const (
	storageWait    = 50 * time.Millisecond
	storageWaitMax = 2 * time.Second
)

// try appends the batch once. It returns nil when every submission was told its
// outcome.
func (b *Batcher) try(ctx context.Context, batch []Submission) error {
	homes := make([]domain.HomeID, len(batch))
	for i, s := range batch {
		homes[i] = s.Home
	}
	refused := make([]error, len(batch))
	err := b.store.Append(ctx, homes, func(ctx context.Context, tx *Tx) error {
		for i, s := range batch {
			before := tx.rows.count
			refused[i] = s.Decide(ctx, tx)
			if refused[i] != nil && (tx.rows.count != before || tx.aborted()) {
				return &spoiled{refused[i]}
			}
		}
		return nil
	})
	var spoilt *spoiled
	if len(batch) > 1 && (errors.As(err, &spoilt) || domain.CodeOf(err) == domain.NotFound) {
		for i := range batch {
			b.commit(ctx, batch[i:i+1])
		}
		return nil
	}
	if err != nil {
		return err
	}
	for i, s := range batch {
		s.Done(refused[i])
	}
	return nil
}

// spoiled says that a submission failed after it had recorded something.
type spoiled struct{ cause error }

func (e *spoiled) Error() string { return fmt.Sprintf("a submission failed half-way: %v", e.cause) }
func (e *spoiled) Unwrap() error { return e.cause }
