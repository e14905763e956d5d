package eventstore

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// transaction is a pgx.Tx on a connection that has begun one already: together
// with the statement that locks the homes, which spares every append the round
// trip that pgx.Conn.Begin takes.
type transaction struct{ conn *pgx.Conn }

// errNoParts refuses savepoints: an append commits as a whole.
var errNoParts = errors.New("an append has no parts")

func (transaction) Begin(context.Context) (pgx.Tx, error) { return nil, errNoParts }

func (t transaction) Commit(ctx context.Context) error {
	tag, err := t.conn.Exec(ctx, `COMMIT`)
	if err == nil && tag.String() == "ROLLBACK" {
		err = pgx.ErrTxCommitRollback
	}
	return err
}

func (t transaction) Rollback(ctx context.Context) error {
	_, err := t.conn.Exec(ctx, `ROLLBACK`)
	if err != nil {
		err = errors.Join(err, t.conn.Close(ctx)) // which undoes it too
	}
	return err
}

func (t transaction) CopyFrom(ctx context.Context, table pgx.Identifier, columns []string, rows pgx.CopyFromSource) (int64, error) {
	return t.conn.CopyFrom(ctx, table, columns, rows)
}

func (t transaction) SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults {
	return t.conn.SendBatch(ctx, b)
}

func (transaction) LargeObjects() pgx.LargeObjects { return pgx.LargeObjects{} }

func (t transaction) Prepare(ctx context.Context, name, sql string) (*pgconn.StatementDescription, error) {
	return t.conn.Prepare(ctx, name, sql)
}

func (t transaction) Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error) {
	return t.conn.Exec(ctx, sql, args...)
}

func (t transaction) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	return t.conn.Query(ctx, sql, args...)
}

func (t transaction) QueryRow(ctx context.Context, sql string, args ...any) pgx.Row {
	return t.conn.QueryRow(ctx, sql, args...)
}

func (t transaction) Conn() *pgx.Conn { return t.conn }
