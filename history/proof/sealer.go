package proof

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/mod/sumdb/tlog"

	"logis/domain"
	"logis/eventstore"
	"logis/eventstore/wall"
	"logis/history/evidence"
)

// Limits of the sealer.
const (
	// sealPeriod is the time between two checkpoints: what happened before the
	// newest cannot be rewritten unseen.
	sealPeriod = 5 * time.Minute
	// maxLeaves bounds the heads of one checkpoint; the rest waits for the next.
	maxLeaves = 50_000
	// sealLock is the advisory lock of the one server that signs now.
	sealLock = 0x7365616c // "seal"
)

// Sealer signs the heads of all homes. It is safe for concurrent use, but for Seal.
type Sealer struct {
	store  *eventstore.Store
	key    Key
	dir    string
	log    *slog.Logger
	second *second // nil until it was read
}

// NewSealer returns a sealer that writes to the database and, as the second place,
// to a folder.
func NewSealer(store *eventstore.Store, key Key, dir string, log *slog.Logger) *Sealer {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Sealer{store: store, key: key, dir: dir, log: log}
}

// Run signs until ctx ends. Of several servers one does; each writes to its own
// second place what it signs, and what others signed since.
func (s *Sealer) Run(ctx context.Context) error {
	ticker := time.NewTicker(sealPeriod)
	defer ticker.Stop()
	for {
		if err := s.Seal(ctx); err != nil && ctx.Err() == nil {
			s.log.ErrorContext(ctx, "no checkpoint of the histories", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

var errForked = errors.New("the checkpoints of the database are not those of the second place: one of them was rewritten or set back")

// Seal signs the heads that are new, if there are any, and brings the second place
// up to date. A home whose log is not what was signed before is told and left out:
// its rewriting is never signed.
func (s *Sealer) Seal(ctx context.Context) error {
	ctx = wall.AllHomes(ctx) // one signature is for all heads
	if s.second == nil {
		known, err := s.key.Verifiers()
		if err != nil {
			return err
		}
		if s.second, err = openSecond(s.dir, known); err != nil {
			return err
		}
	}
	err := pgx.BeginFunc(ctx, s.store.Pool(), func(tx pgx.Tx) error { return s.sign(ctx, tx) })
	if err != nil {
		return eventstore.Translate(err)
	}
	if err := s.copyOn(ctx); err != nil {
		s.second = nil // it is read again
		return err
	}
	return nil
}

// sign makes a checkpoint of what changed, unless another server is about to.
func (s *Sealer) sign(ctx context.Context, tx pgx.Tx) error {
	var mine bool
	var size int64
	err := tx.QueryRow(ctx, `SELECT pg_try_advisory_xact_lock($1), (SELECT coalesce(max(size), 0) FROM checkpoints)`, sealLock).Scan(&mine, &size)
	if err != nil || !mine {
		return err
	}
	t := &tree{ctx: ctx, q: tx, fresh: map[int64]tlog.Hash{}}
	if err := s.agree(t, size); err != nil {
		return err
	}
	leaves, err := s.changed(ctx, tx, size)
	if err != nil || len(leaves) == 0 {
		return err
	}
	for _, l := range leaves {
		if err := t.add(l); err != nil {
			return err
		}
	}
	now, err := s.store.Now(ctx)
	if err != nil {
		return err
	}
	c := evidence.Checkpoint{Size: size + int64(len(leaves)), At: now}
	if c.Root, err = t.root(c.Size); err != nil {
		return err
	}
	signed, err := s.key.sign(c)
	if err != nil {
		return err
	}
	return store(ctx, tx, leaves, t.fresh, c, signed)
}

// agree compares the tree of the database with the one that was copied.
func (s *Sealer) agree(t *tree, size int64) error {
	if s.second.size == 0 {
		return nil
	}
	if s.second.size > size {
		return errForked
	}
	root, err := t.root(s.second.size)
	if err == nil && root != s.second.root {
		err = errForked
	}
	return err
}

// changed returns the heads that were not signed yet, as leaves after the first
// ones.
func (s *Sealer) changed(ctx context.Context, tx pgx.Tx, size int64) ([]evidence.Leaf, error) {
	rows, err := tx.Query(ctx, `
		SELECT h.home_id, h.seq, h.hash, n.hash IS NOT DISTINCT FROM h.hash
		       AND (c.seq IS NULL OR c.seq <= h.seq AND e.hash IS NOT DISTINCT FROM c.hash)
		FROM home_heads h
		LEFT JOIN LATERAL (
			SELECT seq, hash FROM checkpoint_heads WHERE home_id = h.home_id ORDER BY leaf DESC LIMIT 1) c ON true
		LEFT JOIN events e ON e.home_id = h.home_id AND e.seq = c.seq
		LEFT JOIN events n ON n.home_id = h.home_id AND n.seq = h.seq
		WHERE h.seq > 0 AND h.hash IS DISTINCT FROM c.hash
		ORDER BY h.home_id LIMIT $1`, maxLeaves)
	if err != nil {
		return nil, err
	}
	var leaves []evidence.Leaf
	var home [16]byte
	var seq int64
	var hash []byte
	var sound bool
	_, err = pgx.ForEachRow(rows, []any{&home, &seq, &hash, &sound}, func() error {
		if !sound {
			s.log.ErrorContext(ctx, "the history of a home is not what was signed; run logis-server verify", "home", domain.HomeID(home))
			return nil
		}
		leaves = append(leaves, evidence.Leaf{
			Place: size + int64(len(leaves)), Home: home, Seq: domain.Seq(seq), Hash: domain.Hash(hash),
		})
		return nil
	})
	return leaves, err
}

// copyOn writes to the second place what the database has beyond it.
func (s *Sealer) copyOn(ctx context.Context) error {
	var c evidence.Checkpoint
	var signed string
	err := s.store.Pool().QueryRow(ctx, `SELECT note FROM checkpoints ORDER BY size DESC LIMIT 1`).Scan(&signed)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return eventstore.Translate(err)
	}
	known, err := s.key.Verifiers()
	if err != nil {
		return err
	}
	if c, err = evidence.OpenNote(signed, known); err != nil {
		return fmt.Errorf("the newest checkpoint of the database: %w; was it made with another key?", err)
	}
	if c.Size <= s.second.size {
		return nil
	}
	leaves, err := leavesFrom(ctx, s.store.Pool(), s.second.size, c.Size)
	if err != nil {
		return err
	}
	return s.second.add(leaves, c, signed)
}
