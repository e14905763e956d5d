package eventstore

import (
	"context"
	"encoding/binary"
	"runtime"
	"sync"
	"time"

	"logis/domain"
	"logis/eventstore/wall"
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
	ended chan struct{} // Run has returned, or is about to
}

// NewBatcher returns a batcher; Run must be running for it to work.
func NewBatcher(store *Store) *Batcher {
	b := &Batcher{store: store, ended: make(chan struct{})}
	for i := range b.lanes {
		b.lanes[i] = make(chan Submission, batchQueue)
	}
	return b
}

// Submit hands in work. It waits while the home's lane is full, which is how a
// gateway feels that the database is slow, and returns an error only when ctx
// ends first; Done is not called then. Submissions of one home keep their order.
func (b *Batcher) Submit(ctx context.Context, s Submission) error {
	lane := b.lanes[binary.BigEndian.Uint32(s.Home[12:])%batchLanes]
	select {
	case lane <- s:
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case <-b.ended: // nobody else may look into the lane any more
		drain(lane)
	default:
	}
	return nil
}

// Run commits what is submitted until ctx ends. Whatever is waiting then, or
// comes later, is told context.Canceled. It must be called once.
func (b *Batcher) Run(ctx context.Context) error {
	ctx = wall.AllHomes(ctx) // one commit is of many
	var group sync.WaitGroup
	for _, lane := range b.lanes {
		group.Go(func() { b.serve(ctx, lane) })
	}
	group.Wait()
	close(b.ended)
	for _, lane := range b.lanes {
		drain(lane)
	}
	return nil
}

func drain(lane chan Submission) {
	for {
		select {
		case s := <-lane:
			s.Done(context.Canceled)
		default:
			return
		}
	}
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
			clear(batch)
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

// How long to wait before a commit is tried again while the database is away.
const (
	storageWait    = 50 * time.Millisecond // doubled after each try, up to
	storageWaitMax = 2 * time.Second
)

// commit appends the batch as one and tries again for as long as the database
// cannot write: gateways stay connected and wait, and nothing they sent is lost.
// A commit whose outcome is not known is safe to repeat, because what gateways
// send is placed by their cursors. Any other failure is narrowed down, so that
// only the one at fault fails.
func (b *Batcher) commit(ctx context.Context, batch []Submission) {
	for wait := storageWait; ; wait = min(2*wait, storageWaitMax) {
		refused, err := b.try(ctx, batch)
		switch {
		case err == nil:
			for i, s := range batch {
				s.Done(refused[i])
			}
			return
		case ctx.Err() == nil && domain.CodeOf(err) == domain.Storage:
			pause(ctx, wait)
			continue
		case ctx.Err() == nil && len(batch) > 1:
			if parts := split(batch, domain.CodeOf(err)); len(parts) > 1 {
				for _, part := range parts {
					b.commit(ctx, part)
				}
				return
			}
		}
		for _, s := range batch {
			s.Done(err)
		}
		return
	}
}

// split parts a batch that failed: by homes first, then every submission alone.
// The submissions of one busy home stay together, or each would wait in vain for
// the same lock.
func split(batch []Submission, why domain.Code) [][]Submission {
	byHome := map[domain.HomeID]int{}
	var parts [][]Submission
	for _, s := range batch {
		i, ok := byHome[s.Home]
		if !ok {
			i = len(parts)
			byHome[s.Home] = i
			parts = append(parts, nil)
		}
		parts[i] = append(parts[i], s)
	}
	if len(parts) > 1 || why == domain.Overloaded {
		return parts
	}
	parts = parts[:0]
	for i := range batch {
		parts = append(parts, batch[i:i+1])
	}
	return parts
}

// try appends the batch once. refused holds what the submissions decided; err is
// that of the append, which undid them all.
func (b *Batcher) try(ctx context.Context, batch []Submission) (refused []error, err error) {
	homes := make([]domain.HomeID, len(batch))
	for i, s := range batch {
		homes[i] = s.Home
	}
	refused = make([]error, len(batch))
	err = b.store.Append(ctx, homes, func(ctx context.Context, tx *Tx) error {
		for i, s := range batch {
			before := tx.mark()
			runtime.Gosched() // what a person waits for goes first
			refused[i] = s.Decide(ctx, tx)
			if refused[i] != nil && !tx.sound(before) {
				return refused[i]
			}
		}
		return nil
	})
	return refused, err
}
