package history

import (
	"bytes"
	"context"
	"crypto/sha256"

	"github.com/jackc/pgx/v5"

	"logis/domain"
	"logis/eventstore"
)

// Checked is what a look at the kept states of a home found.
type Checked struct {
	Snapshots int // that were there
	Wrong     int // of them, replaced by what the log says
}

// Check folds a home from where its log begins, compares every kept state with the fold
// and puts right what differs.
func (p *Past) Check(ctx context.Context, home domain.HomeID) (Checked, error) {
	var c Checked
	kept, err := p.kept(ctx, home)
	if err != nil || len(kept) == 0 {
		return c, err
	}
	c.Snapshots = len(kept)
	state, base, err := eventstore.Beginning(ctx, p.store.Pool(), home, p.store.Catalog())
	if err != nil {
		return c, err
	}
	err = eventstore.Scan(ctx, p.store.Pool(), home, base.Seq, kept[len(kept)-1].seq, func(ev *domain.RecordedEvent) error {
		if err := state.Apply(ev); err != nil {
			return err
		}
		if ev.Seq != kept[0].seq {
			return nil
		}
		state.TakeChanges()
		doc, err := eventstore.EncodeState(state)
		if err != nil {
			return err
		}
		digest := sha256.Sum256(doc)
		right := bytes.Equal(sumOf(home, ev.Seq, state.Hash[:], doc), kept[0].sum) && bytes.Equal(digest[:], kept[0].digest)
		kept = kept[1:]
		if right {
			return nil
		}
		c.Wrong++
		return p.put(ctx, state)
	})
	if err != nil {
		return c, err
	}
	for _, beyond := range kept { // the end of the log
		c.Wrong++
		if err := p.drop(ctx, home, snapshot{seq: beyond.seq, sum: beyond.sum}); err != nil {
			return c, err
		}
	}
	return c, nil
}

// keptState is a stored state without its text.
type keptState struct {
	seq         domain.Seq
	sum, digest []byte
}

// kept lists the states of a home in the order of the log.
func (p *Past) kept(ctx context.Context, home domain.HomeID) ([]keptState, error) {
	rows, err := p.store.Pool().Query(ctx, `
		SELECT seq, sum, sha256(doc) FROM snapshots WHERE home_id = $1 AND format = $2 ORDER BY seq`, [16]byte(home), format())
	if err != nil {
		return nil, eventstore.Translate(err)
	}
	kept, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (keptState, error) {
		var s keptState
		var seq int64
		err := row.Scan(&seq, &s.sum, &s.digest)
		s.seq = domain.Seq(seq)
		return s, err
	})
	return kept, eventstore.Translate(err)
}
