package eventstore

import (
	"cmp"
	"context"
	"math"

	"github.com/jackc/pgx/v5"

	"logis/domain"
)

// ScanPage is how many events one query of Scan reads: large enough to cost
// little per event, small enough that no statement runs long.
const ScanPage = 5000

// Querier is a pool, a connection or a transaction.
type Querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// Scan calls visit for every event of a home after one seq up to another (0: to
// the end) in order, with its fact decoded. The order is gapless because the
// head row is locked until commit: whoever sees seq n sees all before it. An
// event that is missing all the same is an Internal error, or Gone when it was sealed
// and went.
//
// Scan stops at the first error of visit and returns it. visit may keep the
// event. It must not use q when that is one connection, which is still reading.
func Scan(ctx context.Context, q Querier, home domain.HomeID, after, to domain.Seq, visit func(*domain.RecordedEvent) error) error {
	end := orEnd(to)
	for after < end {
		count, hole := 0, false
		err := scanPage(ctx, q, home, after, end, func(row *Row) error {
			if hole = row.Seq != after+1; hole {
				return domain.Errorf(domain.Internal, "event %d of the home is missing", after+1)
			}
			count++
			after = row.Seq
			var err error
			if row.Fact, err = domain.DecodeFact(row.Type, row.Schema, row.Data); err != nil {
				return domain.Wrap(domain.Internal, "an event of the home cannot be read", err)
			}
			return visit(&row.RecordedEvent)
		})
		if hole || err == nil && count == 0 {
			err = cmp.Or(Reach(ctx, q, home, after), err)
		}
		if err != nil || count < ScanPage {
			return err
		}
	}
	return nil
}

// ScanRows is Scan of the events as they are stored: facts are not decoded, and
// what is missing is not noticed.
func ScanRows(ctx context.Context, q Querier, home domain.HomeID, after, to domain.Seq, visit func(*Row) error) error {
	for {
		count := 0
		err := scanPage(ctx, q, home, after, orEnd(to), func(row *Row) error {
			count++
			after = row.Seq
			return visit(row)
		})
		if err != nil || count < ScanPage {
			return err
		}
	}
}

// scanPage calls visit for up to ScanPage events. Each row is its own.
func scanPage(ctx context.Context, q Querier, home domain.HomeID, after, end domain.Seq, visit func(*Row) error) error {
	rows, err := q.Query(ctx, `SELECT `+eventFields+` FROM events e
		WHERE e.home_id = $1 AND e.seq > $2 AND e.seq <= $3 ORDER BY e.seq LIMIT $4`,
		binaryRows, [16]byte(home), int64(after), int64(end), ScanPage)
	return readRows(home, rows, err, visit)
}

// readRows calls visit for the answer to a query of eventFields.
func readRows(home domain.HomeID, rows pgx.Rows, err error, visit func(*Row) error) error {
	if err != nil {
		return translate(err)
	}
	defer rows.Close()
	reader := rowReader{home: home}
	for rows.Next() {
		row := &Row{}
		if err := reader.read(rows, row); err != nil {
			return err
		}
		if err := visit(row); err != nil {
			return err
		}
	}
	return translate(rows.Err())
}

// orEnd lets 0 stand for the end of the log. Bounds that are always there let
// PostgreSQL use the index whatever they are.
func orEnd(seq domain.Seq) domain.Seq {
	if seq == 0 {
		return math.MaxInt64
	}
	return seq
}
