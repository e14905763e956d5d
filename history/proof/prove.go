package proof

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"golang.org/x/mod/sumdb/tlog"

	"logis/domain"
	"logis/eventstore"
	"logis/history/evidence"
)

// Proof shows that a head of a home is part of a signed checkpoint.
type Proof struct {
	Seq        domain.Seq // the newest event that was signed for
	Hash       domain.Hash
	Leaf       int64 // its place in the tree
	Checkpoint evidence.Checkpoint
	Note       string           // the signed checkpoint
	Path       tlog.RecordProof // from the leaf to the root (RFC 6962)
	Public     string           // the key that signed
	// Broken says what is wrong: the log is not what was signed. "" when all is
	// sound.
	Broken string
}

// Prove returns the proof of the newest signed head of a home, checked against the
// signature and against the log. It refuses with NotFound before the first one.
func (s *Sealer) Prove(ctx context.Context, home domain.HomeID) (Proof, error) {
	p := Proof{Public: s.key.Public()}
	l, err := s.newest(ctx, home, &p)
	if err != nil {
		return p, err
	}
	p.Seq, p.Hash, p.Leaf = l.Seq, l.Hash, l.Place
	known, err := s.key.Verifiers()
	if err != nil {
		return p, err
	}
	if p.Checkpoint, err = evidence.OpenNote(p.Note, known); err != nil {
		p.Broken = "the signature does not fit"
		return p, nil
	}
	p.Path, err = tlog.ProveRecord(p.Checkpoint.Size, l.Place, &tree{ctx: ctx, q: s.store.Pool()})
	if domain.CodeOf(err) == domain.Storage {
		return p, err
	}
	if err != nil || tlog.CheckRecord(p.Path, p.Checkpoint.Size, p.Checkpoint.Root, l.Place, l.Sum()) != nil {
		p.Broken = "the signed tree does not hold this head"
		return p, nil
	}
	hash, err := eventstore.HashAt(ctx, s.store.Pool(), home, l.Seq)
	switch {
	case domain.CodeOf(err) == domain.NotFound && err != nil:
		p.Broken = "the log has lost an event that was signed for"
	case err != nil:
		return p, err
	case hash != l.Hash:
		p.Broken = "the log is not the one that was signed"
	}
	return p, nil
}

// newest returns the newest leaf of a home, with the newest checkpoint in p.
func (s *Sealer) newest(ctx context.Context, home domain.HomeID, p *Proof) (evidence.Leaf, error) {
	rows, err := s.store.Pool().Query(ctx, `
		SELECT leaf, home_id, seq, hash FROM checkpoint_heads WHERE home_id = $1 ORDER BY leaf DESC LIMIT 1`, [16]byte(home))
	if err != nil {
		return evidence.Leaf{}, eventstore.Translate(err)
	}
	l, err := pgx.CollectExactlyOneRow(rows, scanLeaf)
	if errors.Is(err, pgx.ErrNoRows) {
		return l, domain.Errorf(domain.NotFound, "nothing of this home was signed yet")
	}
	if err != nil {
		return l, eventstore.Translate(err)
	}
	err = s.store.Pool().QueryRow(ctx, `SELECT note FROM checkpoints ORDER BY size DESC LIMIT 1`).Scan(&p.Note)
	return l, eventstore.Translate(err)
}

// Heads returns the heads of a home that were signed after one event up to another, or,
// at the end of the log, all that were signed after it.
func (s *Sealer) Heads(ctx context.Context, home domain.HomeID, after, to domain.Seq, end bool) ([]eventstore.Head, error) {
	rows, err := s.store.Pool().Query(ctx, `
		SELECT leaf, home_id, seq, hash FROM checkpoint_heads
		WHERE home_id = $1 AND seq > $2 AND (seq <= $3 OR $4) ORDER BY leaf`, [16]byte(home), int64(after), int64(to), end)
	if err != nil {
		return nil, eventstore.Translate(err)
	}
	leaves, err := pgx.CollectRows(rows, scanLeaf)
	heads := make([]eventstore.Head, len(leaves))
	for i, l := range leaves {
		heads[i] = eventstore.Head{Seq: l.Seq, Hash: l.Hash}
	}
	return heads, eventstore.Translate(err)
}
