package projections

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"logis/domain"
	"logis/eventstore"
)

// Picture returns a home as of its head: every part read in one snapshot, with
// its Seq and Hash. It refuses with NotFound.
func (t Tables) Picture(ctx context.Context, pool *pgxpool.Pool, id domain.HomeID) (*domain.Home, error) {
	homes, err := asOfHeads(ctx, pool, []domain.HomeID{id}, t.Load)
	return homes[id], err
}

// Outlines returns homes as of their heads, each with its Seq, Hash, Profile and
// Members and nothing else: what it costs does not grow with a home. It refuses
// with NotFound.
func (t Tables) Outlines(ctx context.Context, pool *pgxpool.Pool, ids []domain.HomeID) (map[domain.HomeID]*domain.Home, error) {
	return asOfHeads(ctx, pool, ids, t.outlines)
}

// asOfHeads loads homes and their heads in one snapshot.
func asOfHeads(ctx context.Context, pool *pgxpool.Pool, ids []domain.HomeID,
	load func(context.Context, pgx.Tx, []domain.HomeID) (map[domain.HomeID]*domain.Home, error),
) (homes map[domain.HomeID]*domain.Home, err error) {
	err = Snapshot(ctx, pool, func(tx pgx.Tx) error {
		if homes, err = load(ctx, tx, ids); err != nil {
			return err
		}
		for id, home := range homes {
			head, err := eventstore.HeadOf(ctx, tx, id)
			if err != nil {
				return err
			}
			home.Seq, home.Hash = head.Seq, head.Hash
		}
		return nil
	})
	return homes, err
}

// Snapshot runs read over one consistent, read-only view of the database.
func Snapshot(ctx context.Context, pool *pgxpool.Pool, read func(tx pgx.Tx) error) error {
	err := pgx.BeginTxFunc(ctx, pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, read)
	return eventstore.Translate(err)
}

// CommandFilter chooses commands of one home, newest first.
type CommandFilter struct {
	Home   domain.HomeID
	Device domain.DeviceID // zero: of every device
	Open   bool            // only those without a final event
	Before domain.Seq      // requested before this event; 0: from the newest
	Limit  int

	Devices []domain.DeviceID // nil: of every device
}

// MaxCommands bounds the commands one query returns.
const MaxCommands = 200

// Commands returns the chosen commands, newest first.
func Commands(ctx context.Context, q eventstore.Querier, f CommandFilter) ([]*domain.Command, error) {
	before := f.Before
	if before == 0 {
		before = math.MaxInt64
	}
	// Conditions nobody asked for are left out, so that the index is used that
	// serves those that were.
	sql := `SELECT doc FROM commands WHERE home_id = $1 AND requested < $2`
	args := []any{[16]byte(f.Home), int64(before), min(max(f.Limit, 1), MaxCommands)}
	if !f.Device.IsZero() {
		sql += ` AND device_id = $4`
		args = append(args, [16]byte(f.Device))
	}
	if f.Devices != nil {
		raw := make([][16]byte, len(f.Devices))
		for i, id := range f.Devices {
			raw[i] = id
		}
		args = append(args, raw)
		sql += fmt.Sprintf(` AND device_id = ANY($%d)`, len(args))
	}
	if f.Open {
		sql += ` AND open`
	}
	sql += ` ORDER BY requested DESC LIMIT $3`
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, eventstore.Translate(err)
	}
	return collectCommands(rows)
}

// CommandsByID returns those of the commands that exist, in no order.
func CommandsByID(ctx context.Context, q eventstore.Querier, home domain.HomeID, ids []domain.CommandID) ([]*domain.Command, error) {
	raw := make([][16]byte, len(ids))
	for i, id := range ids {
		raw[i] = id
	}
	rows, err := q.Query(ctx, `SELECT doc FROM commands WHERE home_id = $1 AND id = ANY($2)`, [16]byte(home), raw)
	if err != nil {
		return nil, eventstore.Translate(err)
	}
	return collectCommands(rows)
}

func collectCommands(rows pgx.Rows) ([]*domain.Command, error) {
	commands, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (*domain.Command, error) {
		var doc []byte
		if err := row.Scan(&doc); err != nil {
			return nil, err
		}
		c := &domain.Command{}
		return c, json.Unmarshal(doc, c)
	})
	return commands, eventstore.Translate(err)
}

// Due is an open command whose deadline has passed.
type Due struct {
	Home    domain.HomeID
	Command domain.CommandID
}

// DueCommands returns up to limit open commands that are overdue at now.
func DueCommands(ctx context.Context, q eventstore.Querier, now time.Time, limit int) ([]Due, error) {
	rows, err := q.Query(ctx, `SELECT home_id, id FROM commands WHERE due_at <= $1 ORDER BY due_at LIMIT $2`, now, limit)
	if err != nil {
		return nil, eventstore.Translate(err)
	}
	due, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Due, error) {
		var home, id [16]byte
		err := row.Scan(&home, &id)
		return Due{Home: home, Command: id}, err
	})
	return due, eventstore.Translate(err)
}

// HomesDue returns up to limit homes with a rule in the cloud for which a time has
// come at now.
func HomesDue(ctx context.Context, q eventstore.Querier, now time.Time, limit int) ([]domain.HomeID, error) {
	rows, err := q.Query(ctx, `SELECT home_id FROM rule_runs WHERE due_at <= $1 GROUP BY home_id ORDER BY min(due_at) LIMIT $2`, now, limit)
	if err != nil {
		return nil, eventstore.Translate(err)
	}
	homes, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (domain.HomeID, error) {
		var id [16]byte
		err := row.Scan(&id)
		return id, err
	})
	return homes, eventstore.Translate(err)
}

// HomesOf returns the homes a person is a member of.
func HomesOf(ctx context.Context, q eventstore.Querier, person domain.PersonID) ([]domain.HomeID, error) {
	rows, err := q.Query(ctx, `SELECT home_id FROM members WHERE id = $1 ORDER BY home_id`, [16]byte(person))
	if err != nil {
		return nil, eventstore.Translate(err)
	}
	ids, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (domain.HomeID, error) {
		var id [16]byte
		err := row.Scan(&id)
		return id, err
	})
	return ids, eventstore.Translate(err)
}
