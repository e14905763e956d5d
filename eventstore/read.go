package eventstore

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"logis/domain"
)

// ScanPage is how many events one query of Scan reads: large enough to cost
// little per event, small enough that no statement runs long.
const ScanPage = 5000

// MaxList bounds the events one List returns.
const MaxList = 500

// Querier is a pool, a connection or a transaction.
type Querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

const eventFields = `e.seq, e.recorded_at, e.occurred_at, e.event_id, e.entity, e.gateway_id, e.edge_seq,
	e.causation, e.correlation, e.edge_epoch, e.schema, e.flags, e.type, e.actor, e.model, e.data, e.hash`

// Scan calls visit for every event of a home after one seq up to another (0: to
// the end) in order, with its fact decoded. The order is gapless because the
// head row is locked until commit: whoever sees seq n sees all before it.
// Scan stops at the first error of visit and returns it.
func Scan(ctx context.Context, q Querier, home domain.HomeID, after, to domain.Seq, visit func(*domain.RecordedEvent) error) error {
	for {
		count := 0
		err := scanPage(ctx, q, home, after, to, func(row *Row) error {
			count++
			after = row.Seq
			var err error
			if row.Fact, err = domain.DecodeFact(row.Type, row.Schema, row.Data); err != nil {
				return err
			}
			return visit(&row.RecordedEvent)
		})
		if err != nil || count < ScanPage {
			return err
		}
	}
}

// Row is an event as it is stored: its type by name, its fact not decoded, and
// the words that came with it.
type Row struct {
	domain.RecordedEvent
	Type  string
	Words string
}

func scanPage(ctx context.Context, q Querier, home domain.HomeID, after, to domain.Seq, visit func(*Row) error) error {
	rows, err := q.Query(ctx, `SELECT `+eventFields+` FROM events e
		WHERE e.home_id = $1 AND e.seq > $2 AND ($3 = 0 OR e.seq <= $3) ORDER BY e.seq LIMIT $4`,
		[16]byte(home), int64(after), int64(to), ScanPage)
	if err != nil {
		return translate(err)
	}
	defer rows.Close()
	var scanner rowScanner
	for rows.Next() {
		row := &Row{}
		row.HomeID = home
		if err := scanner.scan(rows, row); err != nil {
			return translate(err)
		}
		if err := visit(row); err != nil {
			return err
		}
	}
	return translate(rows.Err())
}

// rowScanner holds the nullable columns between rows.
type rowScanner struct {
	gatewayNull            *[16]byte
	edgeSeq, cause, story  *int64
	epoch                  *int32
	seq                    int64
	recordedAt, occurredAt time.Time
	id, entity             [16]byte
	schema, flags          int16
	model                  *string
	hash                   []byte
}

func (s *rowScanner) scan(rows pgx.Rows, row *Row, extra ...any) error {
	targets := []any{
		&s.seq, &s.recordedAt, &s.occurredAt, &s.id, &s.entity, &s.gatewayNull, &s.edgeSeq,
		&s.cause, &s.story, &s.epoch, &s.schema, &s.flags, &row.Type, &row.Actor, &s.model, &row.Data, &s.hash,
	}
	if err := rows.Scan(append(targets, extra...)...); err != nil {
		return err
	}
	row.Seq, row.RecordedAt, row.OccurredAt = domain.Seq(s.seq), s.recordedAt.UTC(), s.occurredAt.UTC()
	row.ID, row.Entity = s.id, s.entity
	row.Schema, row.Flags, row.Hash = int(s.schema), domain.Flags(s.flags), domain.Hash(s.hash) //nolint:gosec // a bit set
	if s.gatewayNull != nil {
		row.Edge = domain.EdgeRef{Gateway: *s.gatewayNull, Epoch: int(*s.epoch), Seq: *s.edgeSeq}
	}
	if s.cause != nil {
		row.Causation = domain.Seq(*s.cause)
	}
	if s.story != nil {
		row.Correlation = domain.Seq(*s.story)
	}
	if s.model != nil {
		row.Model = *s.model
	}
	return nil
}

// Filter chooses events of one home.
type Filter struct {
	Home    domain.HomeID
	After   domain.Seq      // 0: from the first
	Before  domain.Seq      // 0: to the head
	Newest  bool            // newest first
	Entity  domain.EntityID // zero: of everything
	Type    string          // "": of every type
	AtLimit int             // how many; bounded by MaxList
}

// List returns the chosen events with their words, facts not decoded.
func (s *Store) List(ctx context.Context, f Filter) ([]Row, error) {
	order := "ASC"
	if f.Newest {
		order = "DESC"
	}
	rows, err := s.pool.Query(ctx, `SELECT `+eventFields+`, coalesce(w.text, '')
		FROM events e LEFT JOIN words w ON w.home_id = e.home_id AND w.seq = e.seq
		WHERE e.home_id = $1 AND e.seq > $2 AND ($3 = 0 OR e.seq < $3)
		  AND ($4::uuid IS NULL OR e.entity = $4) AND ($5 = '' OR e.type = $5)
		ORDER BY e.seq `+order+` LIMIT $6`,
		[16]byte(f.Home), int64(f.After), int64(f.Before), nullID(f.Entity), f.Type, min(max(f.AtLimit, 1), MaxList))
	if err != nil {
		return nil, translate(err)
	}
	defer rows.Close()
	var scanner rowScanner
	var list []Row
	for rows.Next() {
		row := Row{}
		row.HomeID = f.Home
		if err := scanner.scan(rows, &row, &row.Words); err != nil {
			return nil, translate(err)
		}
		list = append(list, row)
	}
	return list, translate(rows.Err())
}

func nullID(id domain.EntityID) *[16]byte {
	if id.IsZero() {
		return nil
	}
	raw := [16]byte(id)
	return &raw
}

// Head is the newest event of a home.
type Head struct {
	Seq        domain.Seq
	Hash       domain.Hash
	RecordedAt time.Time
}

// HeadOf returns a home's head, NotFound when it has no log.
func HeadOf(ctx context.Context, q interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}, home domain.HomeID) (Head, error) {
	var seq int64
	var hash []byte
	var at time.Time
	err := q.QueryRow(ctx, `SELECT seq, hash, recorded_at FROM home_heads WHERE home_id = $1`, [16]byte(home)).
		Scan(&seq, &hash, &at)
	if err != nil {
		return Head{}, translate(err)
	}
	return Head{Seq: domain.Seq(seq), Hash: domain.Hash(hash), RecordedAt: at.UTC()}, nil
}

// Homes returns the ids of all homes in order.
func (s *Store) Homes(ctx context.Context) ([]domain.HomeID, error) {
	rows, err := s.pool.Query(ctx, `SELECT home_id FROM home_heads ORDER BY home_id`)
	if err != nil {
		return nil, translate(err)
	}
	ids, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (domain.HomeID, error) {
		var id [16]byte
		err := row.Scan(&id)
		return id, err
	})
	return ids, translate(err)
}
