package eventstore

import (
	"context"
	"crypto/rand"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"logis/domain"
	"logis/domain/thing"
)

// Store is the log of all homes in one database. It is safe for concurrent use.
type Store struct {
	pool    *pgxpool.Pool
	catalog *thing.Catalog
	options Options
	states  *states
	news    *news
	steady  steady
}

// Options are the parts that take part in every append, and the limits.
type Options struct {
	// Catalog knows the device models. Required.
	Catalog *thing.Catalog
	// Projection keeps the folded state of homes beside the log. Required.
	Projection Projection
	// Reactors are called for every event, in order.
	Reactors []Reactor
	// Jobs receives what reactors enqueued. Required if any reactor does.
	Jobs Jobs
	// Now replaces the database's clock, for tests and simulated pasts.
	Now func() time.Time
	// MaxCachedDevices bounds the homes kept in memory between appends, by the
	// devices they have; 0 means DefaultCachedDevices.
	MaxCachedDevices int
}

// DefaultCachedDevices is about 200 MB of twins at 1 KiB each.
const DefaultCachedDevices = 200_000

// Projection keeps each home's folded state beside the log, in the same
// transaction.
type Projection interface {
	// Load returns the homes as of their heads; Seq and Hash are left to the store.
	Load(ctx context.Context, tx pgx.Tx, ids []domain.HomeID) (map[domain.HomeID]*domain.Home, error)
	// Save queues the statements that write what changed in the homes. What can only
	// be known once they are answered, the answers queue in rest; nil: nothing.
	Save(batch *pgx.Batch, homes []*domain.Home) (rest *pgx.Batch, err error)
}

// Reactor causes something in the same transaction: further events by
// [Tx.Record], jobs by [Tx.Enqueue]. It sees each event exactly once, when it is
// appended, and never in a rebuild or a look at the past.
type Reactor interface {
	React(ctx context.Context, tx *Tx, ev *domain.RecordedEvent) error
}

// Job is background work that exists exactly when the commit does.
type Job struct {
	Args  JobArgs
	Queue string    // "" is the default queue
	RunAt time.Time // zero: at once
}

// JobArgs is what River calls job arguments: ids only, encoded as JSON.
type JobArgs interface{ Kind() string }

// Jobs is the queue of background work.
type Jobs interface {
	// Insert adds the jobs inside the transaction.
	Insert(ctx context.Context, tx pgx.Tx, jobs []Job) error
	// Committed is told which queues got jobs, after the commit.
	Committed(queues []string)
}

// New returns the store over a pool whose connections act as logis_app.
func New(pool *pgxpool.Pool, options Options) *Store {
	if options.MaxCachedDevices == 0 {
		options.MaxCachedDevices = DefaultCachedDevices
	}
	return &Store{
		pool: pool, catalog: options.Catalog, options: options,
		states: newStates(options.MaxCachedDevices), news: newNews(),
	}
}

// Pool returns the pool the store reads and writes with, for the queries of the
// rooms above it.
func (s *Store) Pool() *pgxpool.Pool { return s.pool }

// Catalog returns the device models.
func (s *Store) Catalog() *thing.Catalog { return s.catalog }

// Now returns the time of the log: the database's clock, unless it was replaced or
// is set back.
func (s *Store) Now(ctx context.Context) (time.Time, error) {
	if s.options.Now != nil {
		return s.options.Now(), nil
	}
	var now time.Time
	if err := s.pool.QueryRow(ctx, `SELECT clock_timestamp()`).Scan(&now); err != nil {
		return now, translate(err)
	}
	return s.steady.see(now, time.Now()).UTC(), nil
}

// NewID returns a fresh identifier, UUID version 7 (RFC 9562): its first 48 bits
// are the time in milliseconds, so that new rows lie together.
func NewID[K any](now time.Time) domain.ID[K] {
	var id domain.ID[K]
	_, _ = rand.Read(id[:]) // never fails: crypto/rand crashes the program instead
	ms := now.UnixMilli()
	for i := range 6 {
		id[i] = byte(ms >> (40 - 8*i)) //nolint:gosec // the lowest eight bits are meant
	}
	id[6] = id[6]&0x0f | 0x70
	id[8] = id[8]&0x3f | 0x80
	return id
}
