package eventstore

import (
	"context"

	"github.com/jackc/pgx/v5"

	"logis/domain"
	"logis/domain/chain"
)

// Seal records that the events of a home up to where a folded state stands may go, and
// keeps the state. Nothing goes by it: Forget does that, when a checkpoint covers the
// event that Seal records. It refuses with Conflict when as much is sealed already.
func (s *Store) Seal(ctx context.Context, head Head, state *domain.Home) error {
	doc, err := EncodeState(state)
	if err != nil {
		return domain.Wrap(domain.Internal, "the state of the home cannot be written", err)
	}
	root := chain.Root{Head: head}
	if root.State, err = chain.SumState(doc); err != nil {
		return domain.Wrap(domain.Internal, "the state of the home cannot be read again", err)
	}
	return s.Append(ctx, []domain.HomeID{state.ID}, func(ctx context.Context, tx *Tx) error {
		var newest int64
		err := tx.PG().QueryRow(ctx, `SELECT coalesce(max(seq), 0) FROM home_bases WHERE home_id = $1`, [16]byte(state.ID)).Scan(&newest)
		if err != nil {
			return err
		}
		if domain.Seq(newest) >= head.Seq {
			return domain.Errorf(domain.Conflict, "these events are sealed already")
		}
		rec, err := tx.Record(ctx, state.ID, domain.Event{Entity: state.ID.Entity(), Actor: domain.SystemActor, Fact: root.Fact()})
		if err != nil {
			return err
		}
		return insertBase(ctx, tx.PG(), state.ID, Base{Root: root, Sealed: rec.Seq}, doc)
	})
}

// insertBase keeps a base; one whose events are gone is where the log begins.
func insertBase(ctx context.Context, tx pgx.Tx, home domain.HomeID, b Base, doc []byte) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO home_bases (home_id, seq, recorded_at, sealed_by, begun_at, ended_at, root, sum, doc)
		VALUES ($1, $2, $3, $4, CASE WHEN $5 THEN now() END, CASE WHEN $5 THEN now() END, $6, $7, $8)`,
		[16]byte(home), int64(b.Seq), b.RecordedAt, int64(b.Sealed), b.Ended, b.Hash[:], b.State[:], doc)
	return err
}
