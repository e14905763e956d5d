package eventstore

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"logis/domain"
	"logis/domain/chain"
)

// Verify walks the chain of a home from its first event, or from where it begins after
// what was sealed and went, to its end and recomputes every link. An altered, removed, inserted or reordered event, a cut
// or a stretched end, is named by the first place where the log does not fit.
//
// remembered is what somebody remembers: heads that a gateway witnessed at any
// time, or that were signed. A chain rewritten as a whole is sound in itself and
// shows only there. The log may go on while it is verified.
func Verify(ctx context.Context, q Querier, home domain.HomeID, remembered ...Head) (chain.Verdict, error) {
	c := chain.New(home, remembered...)
	before, err := storedHead(ctx, q, home)
	if err != nil {
		return c.Verdict(), err
	}
	c.Remember(before, "is not what the head of the home says")
	if err := beginSealed(ctx, q, c); err != nil {
		return c.Verdict(), err
	}
	if err := walk(ctx, q, c, 0); err != nil {
		return c.Verdict(), err
	}
	after, err := storedHead(ctx, q, home)
	if err != nil {
		return c.Verdict(), err
	}
	return c.End(after.Seq), nil
}

// beginSealed lets the chain begin where the log does, if its older events went.
func beginSealed(ctx context.Context, q Querier, c *chain.Chain) error {
	home := c.Verdict().Home
	base, doc, err := BaseDoc(ctx, q, home)
	if err != nil || base.Seq == 0 {
		return err
	}
	c.BeginSealed(base.Root)
	if sum, err := chain.SumState(doc); err != nil || sum != base.State {
		c.FailRoot("is where the log begins, and what the home was there is not what was kept")
	}
	if !base.Ended {
		return nil // the rest of them is about to go, and nobody reads it
	}
	left, err := q.Query(ctx, `SELECT seq FROM events WHERE home_id = $1 AND seq <= $2 LIMIT 1`, [16]byte(home), int64(base.Seq))
	if err != nil {
		return translate(err)
	}
	defer left.Close()
	if left.Next() {
		c.FailRoot("is where the log begins, and there are events before it")
	}
	return translate(left.Err())
}

var errBad = errors.New("the chain is broken")

// walk follows the chain up to an event (0: until the events end) or until one is bad.
func walk(ctx context.Context, q Querier, c *chain.Chain, to domain.Seq) error {
	v := c.Verdict()
	err := ScanRows(ctx, q, v.Home, v.Events, to, func(row *Row) error {
		if !c.Step(row) {
			return errBad
		}
		return nil
	})
	if errors.Is(err, errBad) {
		return nil
	}
	return err
}

// storedHead is HeadOf for a home that may have none, which is a fault to name.
func storedHead(ctx context.Context, q Querier, home domain.HomeID) (Head, error) {
	rows, err := q.Query(ctx, `SELECT seq, hash, recorded_at FROM home_heads WHERE home_id = $1`, [16]byte(home))
	if err != nil {
		return Head{}, translate(err)
	}
	var head Head
	var seq int64
	var hash []byte
	_, err = pgx.ForEachRow(rows, []any{&seq, &hash, &head.RecordedAt}, func() error {
		head.Seq = domain.Seq(seq)
		copy(head.Hash[:], hash)
		return nil
	})
	return head, translate(err)
}
