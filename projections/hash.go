package projections

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"

	"github.com/jackc/pgx/v5"

	"logis/domain"
	"logis/eventstore"
)

// Hash returns the SHA-256, in hex, of all projected rows of a home in the
// schema: every table, each row as its id, revision, document and whatever other
// columns it has, each with its length, ordered by id. Equal hashes mean equal
// rows.
func Hash(ctx context.Context, q eventstore.Querier, id domain.HomeID, schema string) (string, error) {
	sum := sha256.New()
	for _, name := range tableNames() {
		if err := hashTable(ctx, q, id, schema, name, sum); err != nil {
			return "", eventstore.Translate(err)
		}
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

func hashTable(ctx context.Context, q eventstore.Querier, id domain.HomeID, schema, table string, sum hash.Hash) error {
	key, further := "id", "''::bytea"
	switch table {
	case "homes":
		key = "home_id"
	case "rule_runs":
		further = `coalesce(timestamptz_send(due_at), '')`
	case "commands":
		further = `uuid_send(device_id) || int8send(requested) || boolsend(open) || coalesce(timestamptz_send(due_at), '')`
	}
	rows, err := q.Query(ctx, `SELECT `+key+`, revision, doc, `+further+`
		FROM `+pgx.Identifier{schema, table}.Sanitize()+` WHERE home_id = $1 ORDER BY `+key, [16]byte(id))
	if err != nil {
		return err
	}
	fmt.Fprintf(sum, "%s\n", table)
	var row [16]byte
	var revision int64
	var doc, rest []byte
	_, err = pgx.ForEachRow(rows, []any{&row, &revision, &doc, &rest}, func() error {
		var sizes [24]byte
		binary.BigEndian.PutUint64(sizes[:], uint64(revision)) //nolint:gosec // seqs are positive
		binary.BigEndian.PutUint64(sizes[8:], uint64(len(doc)))
		binary.BigEndian.PutUint64(sizes[16:], uint64(len(rest)))
		for _, part := range [][]byte{row[:], sizes[:], doc, rest} {
			sum.Write(part)
		}
		return nil
	})
	return err
}
