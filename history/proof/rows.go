package proof

import (
	"context"

	"github.com/jackc/pgx/v5"
	"golang.org/x/mod/sumdb/tlog"

	"logis/domain"
	"logis/eventstore"
	"logis/history/evidence"
)

// store writes a checkpoint with what it brought.
func store(ctx context.Context, tx pgx.Tx, leaves []evidence.Leaf, hashes map[int64]tlog.Hash, c evidence.Checkpoint, signed string) error {
	var homes [][16]byte
	var places, seqs, indexes []int64
	var heads, sums [][]byte
	for _, l := range leaves {
		homes, places = append(homes, l.Home), append(places, l.Place)
		seqs, heads = append(seqs, int64(l.Seq)), append(heads, l.Hash[:])
	}
	for index, hash := range hashes {
		indexes, sums = append(indexes, index), append(sums, hash[:])
	}
	batch := &pgx.Batch{}
	batch.Queue(`INSERT INTO checkpoint_heads (home_id, leaf, seq, hash)
		SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bytea[])`, homes, places, seqs, heads)
	batch.Queue(`INSERT INTO checkpoint_hashes (index, hash) SELECT * FROM unnest($1::bigint[], $2::bytea[])`, indexes, sums)
	batch.Queue(`INSERT INTO checkpoints (size, at, note) VALUES ($1, $2, $3)`, c.Size, c.At, signed)
	return tx.SendBatch(ctx, batch).Close()
}

// leavesFrom returns the leaves of the database from one place up to another, which
// is left out.
func leavesFrom(ctx context.Context, q eventstore.Querier, from, to int64) ([]evidence.Leaf, error) {
	rows, err := q.Query(ctx, `
		SELECT leaf, home_id, seq, hash FROM checkpoint_heads WHERE leaf >= $1 AND leaf < $2 ORDER BY leaf`, from, to)
	if err != nil {
		return nil, eventstore.Translate(err)
	}
	leaves, err := pgx.CollectRows(rows, scanLeaf)
	return leaves, eventstore.Translate(err)
}

func scanLeaf(row pgx.CollectableRow) (evidence.Leaf, error) {
	var l evidence.Leaf
	var home [16]byte
	var seq int64
	var hash []byte
	err := row.Scan(&l.Place, &home, &seq, &hash)
	l.Home, l.Seq = home, domain.Seq(seq)
	copy(l.Hash[:], hash)
	return l, err
}
