package proof

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"golang.org/x/mod/sumdb/tlog"

	"logis/eventstore"
	"logis/history/evidence"
)

// tree reads the stored hashes of the tree, and those that are about to be.
type tree struct {
	ctx   context.Context //nolint:containedctx // tlog asks for hashes without one
	q     eventstore.Querier
	fresh map[int64]tlog.Hash
}

var errTree = errors.New("the tree of the checkpoints has holes")

// ReadHashes implements tlog.HashReader.
func (t *tree) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	var wanted []int64
	for _, index := range indexes {
		if _, ok := t.fresh[index]; !ok {
			wanted = append(wanted, index)
		}
	}
	stored := map[int64]tlog.Hash{}
	if len(wanted) > 0 {
		rows, err := t.q.Query(t.ctx, `SELECT index, hash FROM checkpoint_hashes WHERE index = ANY($1)`, wanted)
		if err != nil {
			return nil, eventstore.Translate(err)
		}
		var index int64
		var hash []byte
		_, err = pgx.ForEachRow(rows, []any{&index, &hash}, func() error {
			if len(hash) != tlog.HashSize {
				return errTree
			}
			stored[index] = tlog.Hash(hash)
			return nil
		})
		if err != nil {
			return nil, eventstore.Translate(err)
		}
	}
	hashes := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		hash, ok := t.fresh[index]
		if !ok {
			if hash, ok = stored[index]; !ok {
				return nil, errTree
			}
		}
		hashes[i] = hash
	}
	return hashes, nil
}

// add makes the hashes that a leaf brings.
func (t *tree) add(l evidence.Leaf) error {
	hashes, err := tlog.StoredHashesForRecordHash(l.Place, l.Sum(), t)
	if err != nil {
		return fmt.Errorf("tree of the checkpoints: %w", err)
	}
	first := tlog.StoredHashIndex(0, l.Place)
	for i, hash := range hashes {
		t.fresh[first+int64(i)] = hash
	}
	return nil
}

// root returns the root over the first leaves.
func (t *tree) root(size int64) (tlog.Hash, error) {
	root, err := tlog.TreeHash(size, t)
	if err != nil {
		return root, fmt.Errorf("tree of the checkpoints: %w", err)
	}
	return root, nil
}
