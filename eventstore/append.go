package eventstore

import (
	"bytes"
	"context"
	"math/rand/v2"
	"slices"
	"time"

	"logis/domain"
)

// MaxAttempts bounds how often one append is tried when PostgreSQL undoes it
// because of concurrent transactions.
const MaxAttempts = 6

// retryPause is how much longer, at most, each further attempt waits: about what
// the transaction that was in the way still needs.
const retryPause = 2 * time.Millisecond

// rollbackLimit bounds the end of a transaction whose context has ended.
const rollbackLimit = time.Second

// Decide reads the locked homes and records events. It may be called several
// times and must begin from fresh values each time. An error undoes everything.
type Decide func(ctx context.Context, tx *Tx) error

// Append runs decide over the locked homes and commits what it recorded. When
// it returns nil the events are durable. On a Storage error they may be or may
// not: callers repeat with an idempotency key or an edge cursor.
//
// Errors: those of decide unchanged; NotFound for a home without a log;
// Overloaded, Storage or Internal for the database's.
func (s *Store) Append(ctx context.Context, homes []domain.HomeID, decide Decide) error {
	ids := slices.Clone(homes)
	slices.SortFunc(ids, func(a, b domain.HomeID) int { return bytes.Compare(a[:], b[:]) })
	return s.retry(ctx, slices.Compact(ids), false, decide)
}

// Found begins the log of a new home: as Append, with the home's head made in
// the same transaction. It refuses with Conflict when the home exists. When
// decide records nothing, no home is made and nothing is kept.
func (s *Store) Found(ctx context.Context, home domain.HomeID, decide Decide) error {
	return s.retry(ctx, []domain.HomeID{home}, true, decide)
}

// retry begins again from nothing after a conflict with other transactions: no
// value of a failed attempt reaches the next one.
func (s *Store) retry(ctx context.Context, homes []domain.HomeID, found bool, decide Decide) error {
	for attempt := 1; ; attempt++ {
		err := s.attempt(ctx, homes, found, decide)
		if err == nil || !again(err) || attempt == MaxAttempts {
			return translate(err)
		}
		pause(ctx, rand.N(time.Duration(attempt)*retryPause)) //nolint:gosec // jitter, not a secret
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

func (s *Store) attempt(ctx context.Context, homes []domain.HomeID, found bool, decide Decide) error {
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	pgtx := transaction{conn.Conn()}
	tx := &Tx{store: s, pg: pgtx, conn: conn.Conn(), ledgers: make(map[domain.HomeID]*ledger, len(homes))}
	tx.rows.borrow()
	defer tx.rows.giveBack()
	writes, err := tx.run(ctx, homes, found, decide)
	grown := tx.grown()
	tx.keepStates()
	if err == nil && len(grown) == 0 && (found || !tx.kept) {
		return pgtx.Rollback(ctx) // cheaper than a commit, which would write the locks to disk
	}
	if err == nil {
		err = tx.commit(ctx, writes)
	}
	if err != nil {
		// A cancelled ctx must not keep the connection inside the transaction.
		rollback, cancel := context.WithTimeout(context.WithoutCancel(ctx), rollbackLimit)
		defer cancel()
		_ = pgtx.Rollback(rollback) // where it fails the connection is closed, which undoes it too
		return err
	}
	tx.tell(grown)
	return nil
}

func (tx *Tx) run(ctx context.Context, homes []domain.HomeID, found bool, decide Decide) (*writes, error) {
	if err := tx.lock(ctx, homes, found); err != nil {
		return nil, err
	}
	if err := decide(ctx, tx); err != nil {
		return nil, err
	}
	if tx.broken != nil {
		return nil, tx.broken
	}
	return tx.collect()
}

// grown returns the homes that got events.
func (tx *Tx) grown() []domain.HomeID {
	var homes []domain.HomeID
	for id, l := range tx.ledgers {
		if l.home != nil && l.home.Seq > l.seq {
			homes = append(homes, id)
		}
	}
	return homes
}

// keepStates hands the states to the next append: before the commit, so that it
// finds them as soon as the lock falls. From here on they belong to it. A state
// whose events never commit has a hash that no head will ever have, so it is
// never used.
func (tx *Tx) keepStates() {
	for _, l := range tx.ledgers {
		switch {
		case l.home == nil:
		case l.home.Seq > l.seq:
			tx.store.states.put(l.home, tx.version)
		default:
			tx.store.states.put(l.home, l.version)
		}
	}
}

// tell wakes the readers of what is now durable.
func (tx *Tx) tell(grown []domain.HomeID) {
	if len(grown) > 0 {
		tx.store.news.tell(grown...)
	}
	if len(tx.jobs) == 0 {
		return
	}
	queues := make([]string, len(tx.jobs))
	for i, job := range tx.jobs {
		queues[i] = job.Queue
	}
	slices.Sort(queues)
	tx.store.options.Jobs.Committed(slices.Compact(queues))
}
