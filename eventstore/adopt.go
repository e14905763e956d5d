package eventstore

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"logis/domain"
	"logis/domain/chain"
)

// ErrUnsound is wrapped when a log from elsewhere is not what it says it is.
var ErrUnsound = errors.New("the log is not sound")

// Foreign is a log that another Logis wrote, as it was stored there.
type Foreign struct {
	Home domain.HomeID
	Head Head // where it ends

	// Base is where it begins, and State what the home was there, when older events were
	// sealed and went; Names are what its parts were called by then.
	Base  chain.Root
	State []byte
	Names []Word
	// Each calls visit for every event from the first one there is, and returns its error.
	Each func(visit func(*Row) error) error
}

// Adopt takes over a log from elsewhere as a home that is new here, to the same
// hashes: every link is checked, every event folded, and all of it is there at once
// or not at all. No reactor sees it: nothing of it happens here. also, if not nil, is
// called in the transaction with what the log comes to.
//
// It refuses with Conflict when the home exists, and with Invalid when the log does not
// fit (which wraps ErrUnsound) or holds what this program does not know.
func (s *Store) Adopt(ctx context.Context, from Foreign, also func(ctx context.Context, tx pgx.Tx, home *domain.Home) error) error {
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		a := adoption{
			tx: tx, store: s, head: from.Head,
			walk: chain.New(from.Home, Head{Seq: from.Head.Seq, Hash: from.Head.Hash}),
			home: domain.NewHome(from.Home, s.catalog),
		}
		a.rows.borrow()
		defer a.rows.giveBack()
		if err := a.begin(ctx); err != nil {
			return err
		}
		if from.Base.Seq != 0 {
			if err := a.root(from); err != nil {
				return err
			}
		}
		if err := from.Each(func(row *Row) error { return a.add(ctx, row) }); err != nil {
			return err
		}
		if err := a.end(ctx); err != nil || also == nil {
			return err
		}
		return also(ctx, tx, a.home)
	})
	if err != nil {
		return translate(err)
	}
	s.news.tell(from.Home)
	return nil
}

// adoption is one under way.
type adoption struct {
	tx    pgx.Tx
	store *Store
	head  Head
	walk  *chain.Chain
	home  *domain.Home
	rows  eventRows
	words []Word
	last  Row

	base  Base // where the log begins, if not with its first event
	state []byte
}

// begin makes the head, which nobody sees before the end.
func (a *adoption) begin(ctx context.Context) error {
	// The limits of the pool are for short requests. What is waited for is the reader.
	_, err := a.tx.Exec(ctx, `SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL statement_timeout = 0`)
	if err != nil {
		return err
	}
	batch := &pgx.Batch{}
	queueHead(batch, a.home.ID)
	return a.tx.SendBatch(ctx, batch).Close()
}

// root begins with what was kept of a log whose older events went.
func (a *adoption) root(from Foreign) error {
	a.base, a.state = Base{Root: from.Base, Ended: true}, from.State
	home, err := a.base.open(from.Home, a.store.catalog, from.State)
	if err != nil {
		return domain.Wrap(domain.Invalid, "this log cannot be taken over", fmt.Errorf("%w: %w", ErrUnsound, err))
	}
	a.home = home
	a.home.ChangeAll()
	a.walk.BeginSealed(from.Base)
	a.words = append(a.words, from.Names...)
	return nil
}

func unsound(v chain.Verdict) error {
	return domain.Wrap(domain.Invalid, "this log cannot be taken over", fmt.Errorf("%w: event %d %s", ErrUnsound, v.Bad, v.Reason))
}

func (a *adoption) add(ctx context.Context, row *Row) error {
	if !a.walk.Step(row) {
		return unsound(a.walk.Verdict())
	}
	fact, err := domain.DecodeFact(row.Type, row.Schema, row.Data)
	if err != nil {
		return domain.Wrap(domain.Invalid, "this log cannot be taken over: was it written by a newer Logis?", err)
	}
	row.Fact = fact
	if a.base.Seq != 0 && a.base.Sealed == 0 && a.base.SealedBy(row) {
		a.base.Sealed = row.Seq
	}
	if err := a.home.Apply(&row.RecordedEvent); err != nil {
		return domain.Wrap(domain.Invalid, "this log cannot be taken over: an event does not fit its home", err)
	}
	a.rows.hold(row)
	if row.Words != "" {
		a.words = append(a.words, Word{Home: row.HomeID, Seq: row.Seq, Entity: row.Entity, Text: row.Words})
	}
	a.last = *row
	if a.rows.count == ScanPage {
		return a.flush(ctx)
	}
	return nil
}

// flush writes what was read since the last time, the projections with it.
func (a *adoption) flush(ctx context.Context) error {
	if a.rows.count > 0 {
		if err := a.rows.write(ctx, a.tx.Conn()); err != nil {
			return err
		}
	}
	first := &pgx.Batch{}
	rest, err := a.store.options.Projection.Save(first, []*domain.Home{a.home})
	if err != nil {
		return err
	}
	queueWords(first, a.words)
	for _, batch := range []*pgx.Batch{first, rest} { // the first one fills the rest
		if batch == nil || batch.Len() == 0 {
			continue
		}
		if err := a.tx.SendBatch(ctx, batch).Close(); err != nil {
			return err
		}
	}
	a.rows, a.words = eventRows{columns: a.rows.columns}, a.words[:0]
	return nil
}

// end writes the rest, and the head.
func (a *adoption) end(ctx context.Context) error {
	if v := a.walk.End(a.head.Seq); v.Bad != 0 || v.Events == 0 {
		return unsound(v)
	}
	if err := a.flush(ctx); err != nil {
		return err
	}
	if a.base.Seq != 0 {
		if err := insertBase(ctx, a.tx, a.home.ID, a.base, a.state); err != nil {
			return err
		}
	}
	var heads heads
	heads.add(a.home.ID, &ledger{home: a.home, recordedAt: a.last.RecordedAt})
	batch := &pgx.Batch{}
	heads.queue(batch)
	return a.tx.SendBatch(ctx, batch).Close()
}
