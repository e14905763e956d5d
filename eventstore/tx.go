package eventstore

import (
	"bytes"
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"logis/domain"
	"logis/domain/chain"
)

// Tx is one append in progress: the homes locked, their state at hand.
type Tx struct {
	store   *Store
	pg      pgx.Tx
	conn    *pgx.Conn
	now     time.Time
	version uint32 // of every head row it writes
	ledgers map[domain.HomeID]*ledger
	rows    eventRows
	scratch []byte
	words   []Word
	origins []origin
	answers []keptAnswer
	jobs    []Job
	kept    bool  // more than events may have to be committed
	broken  error // the first error of Record: nothing may be committed
	cascade int   // how deep reactors are answering each other
}

// Limits of one append.
const (
	// maxAppendBytes bounds the rows of one append, which stand in memory until
	// they are written: about 200,000 reports.
	maxAppendBytes = 64 << 20
	// maxCascade bounds how deep reactors answer each other's events. Rules are
	// cut far earlier; this is for the day when something else goes round.
	maxCascade = 32
)

// Times outside this window are not times but faults of a clock.
const (
	maxAhead   = 2 * time.Second // of the log's clock
	oldestYear = 2020
)

// Now is the time of this append, by the clock of the log.
func (tx *Tx) Now() time.Time { return tx.now }

// Home returns the state of a locked home, with everything recorded so far in
// this transaction folded in; nil for a home that is not locked. It must not be
// changed, and not be kept: after the append it belongs to the next one.
func (tx *Tx) Home(id domain.HomeID) *domain.Home {
	if l, ok := tx.ledgers[id]; ok {
		return l.home
	}
	return nil
}

// PG is the transaction itself, for what must commit with the events but is not
// part of the log. What it wrote is committed even if no event was recorded.
func (tx *Tx) PG() pgx.Tx {
	tx.kept = true
	return tx.pg
}

// Record gives an event its place in the home's log, folds it, and lets the
// reactors see it. It is durable once Append returns nil. After an error the
// append is undone, whatever decide makes of it: the home may be half folded.
func (tx *Tx) Record(ctx context.Context, home domain.HomeID, ev domain.Event) (*domain.RecordedEvent, error) {
	rec, err := tx.place(home, ev)
	if err == nil {
		tx.noteOrigin(ctx, rec)
		err = tx.react(ctx, rec)
	}
	if err != nil {
		if tx.broken == nil {
			tx.broken = err
		}
		return nil, err
	}
	return rec, nil
}

// place puts the event at the end of the log.
func (tx *Tx) place(home domain.HomeID, ev domain.Event) (*domain.RecordedEvent, error) {
	l, ok := tx.ledgers[home]
	if !ok {
		return nil, domain.Errorf(domain.Internal, "the home is not part of this append")
	}
	if tx.rows.size > maxAppendBytes {
		return nil, domain.Errorf(domain.Overloaded, "this is more than one append takes")
	}
	eventType := ev.Fact.EventType()
	data, fact, err := encode(eventType, ev.Fact)
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
	rec.ID, rec.Fact = NewID[domain.EventKind](at), fact
	dateEvent(rec)
	if rec.Correlation == 0 && rec.Causation != 0 {
		rec.Correlation = rec.Causation
	}
	rec.Hash, tx.scratch = chain.Link(tx.scratch, l.home.Hash, rec, eventType)
	if err := l.home.Apply(rec); err != nil {
		return nil, domain.Wrap(domain.Internal, "the event does not fit its home", err)
	}
	l.recordedAt = at
	tx.rows.add(rec, eventType)
	return rec, nil
}

func (tx *Tx) react(ctx context.Context, rec *domain.RecordedEvent) error {
	if tx.cascade == maxCascade {
		return domain.Errorf(domain.Internal, "reactors answer each other without end")
	}
	tx.cascade++
	defer func() { tx.cascade-- }()
	for _, reactor := range tx.store.options.Reactors {
		if err := reactor.React(ctx, tx, rec); err != nil {
			return err
		}
	}
	return nil
}

// replaced is how JSON writes a byte that is no UTF-8.
const replaced = `\ufffd`

// encode returns the bytes to store and the fact as a reader of them sees it.
// Both are the same unless a text in the fact is not UTF-8: then the state must
// follow from what is stored, or a rebuild would come to another one.
func encode(eventType string, fact domain.Fact) ([]byte, domain.Fact, error) {
	data, err := domain.EncodeFact(fact)
	if err != nil || !bytes.Contains(data, []byte(replaced)) {
		return data, fact, err
	}
	fact, err = domain.DecodeFact(eventType, domain.FactSchema, data)
	return data, fact, err
}

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

// Enqueue adds a job that exists exactly when this append commits.
func (tx *Tx) Enqueue(job Job) {
	tx.kept = true
	tx.jobs = append(tx.jobs, job)
}

// EnqueueOnce is Enqueue unless this append asks for the very same job already. For
// the few jobs that many events of one append can ask for.
func (tx *Tx) EnqueueOnce(job Job) {
	if !slices.Contains(tx.jobs, job) {
		tx.Enqueue(job)
	}
}

// mark is how far an append has come.
type mark struct {
	events, jobs int
	kept         bool
}

func (tx *Tx) mark() mark { return mark{events: tx.rows.count, jobs: len(tx.jobs), kept: tx.kept} }

// sound reports whether the append may go on after a refusal that came at m: it
// left nothing behind, and PostgreSQL takes further statements.
func (tx *Tx) sound(m mark) bool {
	return tx.broken == nil && tx.mark() == m && tx.conn.PgConn().TxStatus() == 'T'
}
