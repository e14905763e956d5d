package eventstore

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"logis/domain"
)

// Tx is one append in progress: the homes locked, their state at hand.
type Tx struct {
	store    *Store
	pg       pgx.Tx
	conn     *pgx.Conn
	now      time.Time
	ledgers  map[domain.HomeID]*ledger
	rows     copyRows
	scratch  []byte
	words    []word
	jobs     []Job
	answered bool // an answer was kept under an idempotency key
}

// ledger is one locked home: seq and hash are those it had when it was locked.
type ledger struct {
	seq        domain.Seq
	hash       domain.Hash
	recordedAt time.Time // of the newest event
	home       *domain.Home
}

type word struct {
	home   domain.HomeID
	seq    domain.Seq
	entity domain.EntityID
	text   string
}

// Times outside this window are not times but faults of a clock.
const (
	maxAhead   = 2 * time.Second // of the log's clock
	oldestYear = 2020
)

// Now is the time of this append, by the clock of the log.
func (tx *Tx) Now() time.Time { return tx.now }

// Home returns the state of a locked home, with everything recorded so far in
// this transaction folded in. It must not be kept or changed.
func (tx *Tx) Home(id domain.HomeID) *domain.Home { return tx.ledgers[id].home }

// PG is the transaction itself, for what must commit with the events but is not
// part of the log.
func (tx *Tx) PG() pgx.Tx { return tx.pg }

// Record gives an event its place in the home's log, folds it, and lets the
// reactors see it. It is durable once Append returns nil.
func (tx *Tx) Record(ctx context.Context, home domain.HomeID, ev domain.Event) (*domain.RecordedEvent, error) {
	l := tx.ledgers[home]
	data, err := domain.EncodeFact(ev.Fact)
	if err != nil {
		return nil, domain.Wrap(domain.Internal, "the event cannot be written", err)
	}
	at := tx.now
	if at.Before(l.recordedAt) {
		at = l.recordedAt
	}
	rec := &domain.RecordedEvent{
		Event: ev, HomeID: home, Seq: l.home.Seq + 1, Schema: domain.FactSchema, RecordedAt: at, Data: data,
	}
	rec.ID = NewID[domain.EventKind](at)
	dateEvent(rec)
	if rec.Correlation == 0 && rec.Causation != 0 {
		rec.Correlation = rec.Causation
	}
	eventType := ev.Fact.EventType()
	rec.Hash, tx.scratch = link(tx.scratch, l.home.Hash, rec, eventType)
	if err := l.home.Apply(rec); err != nil {
		return nil, domain.Wrap(domain.Internal, "the event does not fit its home", err)
	}
	l.recordedAt = at
	tx.rows.add(rec, eventType)
	for _, reactor := range tx.store.options.Reactors {
		if err := reactor.React(ctx, tx, rec); err != nil {
			return nil, err
		}
	}
	return rec, nil
}

// RecordNamed records an event that gives its entity a name. The name is kept
// beside the log, where it can be erased.
func (tx *Tx) RecordNamed(ctx context.Context, home domain.HomeID, ev domain.Event, name string) (*domain.RecordedEvent, error) {
	rec, err := tx.Record(ctx, home, ev)
	if err == nil {
		tx.words = append(tx.words, word{home: home, seq: rec.Seq, entity: ev.Entity, text: name})
	}
	return rec, err
}

// Enqueue adds a job that exists exactly when this append commits.
func (tx *Tx) Enqueue(job Job) { tx.jobs = append(tx.jobs, job) }

// aborted reports whether PostgreSQL takes no further statement in this
// transaction.
func (tx *Tx) aborted() bool { return tx.conn.PgConn().TxStatus() != 'T' }

// dateEvent replaces a time that cannot be when it happened by when it was
// recorded, and says so.
func dateEvent(rec *domain.RecordedEvent) {
	switch {
	case rec.OccurredAt.IsZero() && rec.Edge.Gateway.IsZero():
		rec.OccurredAt = rec.RecordedAt
	case rec.OccurredAt.Year() < oldestYear, rec.OccurredAt.After(rec.RecordedAt.Add(maxAhead)):
		rec.OccurredAt = rec.RecordedAt
		rec.Flags |= domain.Inferred
	default:
		rec.OccurredAt = rec.OccurredAt.UTC().Truncate(time.Microsecond)
	}
}

func (tx *Tx) saveWords(ctx context.Context) error {
	if len(tx.words) == 0 {
		return nil
	}
	var homes, entities [][16]byte
	var seqs []int64
	var texts []string
	for _, w := range tx.words {
		homes, entities = append(homes, w.home), append(entities, w.entity)
		seqs, texts = append(seqs, int64(w.seq)), append(texts, w.text)
	}
	_, err := tx.pg.Exec(ctx, `
		INSERT INTO words (home_id, seq, entity, text)
		SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::uuid[], $4::text[])`, homes, seqs, entities, texts)
	return err
}
