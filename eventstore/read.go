package eventstore

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"logis/domain"
	"logis/domain/chain"
)

// MaxList bounds the events one List returns.
const MaxList = 500

// Filter chooses events of one home.
type Filter struct {
	Home   domain.HomeID
	After  domain.Seq      // 0: from the first
	Before domain.Seq      // 0: to the head
	Newest bool            // newest first
	Entity domain.EntityID // zero: of everything
	Type   string          // "": of every type

	Entities []domain.EntityID // nil: of everything
	Types    []string          // nil: of every type
	Person   domain.PersonID   // zero: by everybody; else by them or about them
	Deeds    bool              // only what somebody did: neither reports nor how far commands came
	AtLimit  int               // how many; bounded by MaxList
}

// List returns the chosen events with their words, facts not decoded. A home
// without a log has none.
func (s *Store) List(ctx context.Context, f Filter) ([]Row, error) {
	sql, args := f.query()
	return listRows(ctx, s.pool, f.Home, sql, args)
}

// listRows reads rows of eventFields with the words of each behind.
func listRows(ctx context.Context, q Querier, home domain.HomeID, sql string, args []any) ([]Row, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, translate(err)
	}
	defer rows.Close()
	var list []Row
	reader := rowReader{home: home}
	for rows.Next() {
		var row Row
		if err := reader.read(rows, &row); err != nil {
			return nil, err
		}
		row.Words = string(rows.RawValues()[columnCount])
		list = append(list, row)
	}
	return list, translate(rows.Err())
}

// deeds leaves out what nobody did. The index events_deeds is made with the same
// words, which lets PostgreSQL use it.
const deeds = ` AND e.type NOT IN ('device.reported', 'device.signalled', 'device.availability_changed',
	'command.sent', 'command.delivered', 'command.succeeded', 'command.failed', 'command.rejected', 'command.expired',
	'command.superseded', 'command.cancelled', 'command.unknown', 'command.answered_late',
	'gateway.connected', 'gateway.disconnected', 'gateway.entry_refused',
	'rule.fired', 'rule.waited', 'rule.wait_ended')`

const eventWords = `, (SELECT w.text FROM words w WHERE w.home_id = e.home_id AND w.seq = e.seq)`

// query leaves out the conditions nobody asked for, so that each combination is
// planned for the index that serves it.
func (f Filter) query() (sql string, args []any) {
	sql = `SELECT ` + eventFields + eventWords + `
		FROM events e WHERE e.home_id = $1 AND e.seq > $2 AND e.seq < $3`
	args = []any{binaryRows, [16]byte(f.Home), int64(f.After), int64(orEnd(f.Before))}
	and := func(condition string, value any) {
		sql += fmt.Sprintf(condition, len(args))
		args = append(args, value)
	}
	if !f.Entity.IsZero() {
		and(` AND e.entity = $%d`, [16]byte(f.Entity))
	}
	if f.Entities != nil {
		and(` AND e.entity = ANY($%d)`, rawIDs(f.Entities))
	}
	if f.Type != "" {
		and(` AND e.type = $%d`, f.Type)
	}
	if f.Types != nil {
		and(` AND e.type = ANY($%d)`, f.Types)
	}
	if !f.Person.IsZero() {
		and(` AND (e.entity = $%d OR`, [16]byte(f.Person))
		and(` e.actor = $%d)`, string(domain.PersonActor(f.Person)))
	}
	if f.Deeds {
		sql += deeds
	}
	order := ` ORDER BY e.seq LIMIT $%d`
	if f.Newest {
		order = ` ORDER BY e.seq DESC LIMIT $%d`
	}
	and(order, min(max(f.AtLimit, 1), MaxList))
	return sql, args
}

// Head is the newest event of a home.
type Head = chain.Head

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

// HashAt returns the hash of an event of a home, or of the last one that went. It
// refuses with NotFound when there is none.
func HashAt(ctx context.Context, q interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}, home domain.HomeID, seq domain.Seq) (domain.Hash, error) {
	var hash []byte
	err := q.QueryRow(ctx, `
		SELECT hash FROM events WHERE home_id = $1 AND seq = $2
		UNION ALL SELECT root FROM home_bases WHERE home_id = $1 AND seq = $2 AND begun_at IS NOT NULL LIMIT 1`,
		[16]byte(home), int64(seq)).Scan(&hash)
	if err != nil {
		return domain.Hash{}, translate(err)
	}
	return domain.Hash(hash), nil
}

// SeqOfEntry returns where an entry of a gateway's outbox went in the home's log, and
// the first cause of its story. Newer ones are found sooner: the log is read from its
// end. It refuses with NotFound.
func SeqOfEntry(ctx context.Context, tx pgx.Tx, home domain.HomeID, ref domain.EdgeRef) (seq, correlation domain.Seq, err error) {
	err = tx.QueryRow(ctx, `
		SELECT seq, coalesce(correlation, 0) FROM events
		WHERE home_id = $1 AND gateway_id = $2 AND edge_epoch = $3 AND edge_seq = $4 AND flags & $5 = 0
			AND seq > (SELECT seq FROM home_heads WHERE home_id = $1) - $6
		ORDER BY seq DESC LIMIT 1`,
		[16]byte(home), [16]byte(ref.Gateway), ref.Epoch, ref.Seq, int16(domain.Snapshot), maxEntryAge).Scan(&seq, &correlation)
	return seq, correlation, translate(err)
}

// maxEntryAge bounds how far back an entry is looked for, in events: a busy home's
// day, read in a tenth of a second.
const maxEntryAge = 100_000

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
	if err != nil {
		return nil, translate(err)
	}
	return ids, nil
}
