package eventstore

import (
	"context"

	"logis/domain"
	"logis/domain/chain"
)

// VerifyPart is Verify of the events after one up to another, as far as one call is to
// go; the last part reaches to the end of the log, wherever that is by then. The event
// before a part is walked again, so that parts that follow each other prove what the
// whole would. remembered are heads after the beginning of the part, and not beyond it
// unless it is the last one.
func VerifyPart(ctx context.Context, q Querier, home domain.HomeID, after, to domain.Seq, remembered ...Head) (chain.Verdict, error) {
	c := chain.New(home, remembered...)
	head, err := storedHead(ctx, q, home)
	if err != nil {
		return c.Verdict(), err
	}
	last := to >= head.Seq
	if last {
		c.Remember(head, "is not what the head of the home says")
		to = 0
	}
	base, err := BaseOf(ctx, q, home)
	if err != nil {
		return c.Verdict(), err
	}
	switch {
	case base.Seq != 0 && after-1 <= base.Seq:
		if err := beginPart(ctx, q, c, base); err != nil {
			return c.Verdict(), err
		}
	case after > 1:
		if err := begin(ctx, q, c, after-1); err != nil {
			return c.Verdict(), err
		}
	}
	if err := walk(ctx, q, c, to); err != nil {
		return c.Verdict(), err
	}
	if !last {
		if c.Verdict().Events < to {
			c.Fail("is missing")
		}
		return c.End(to), nil
	}
	head, err = storedHead(ctx, q, home)
	return c.End(head.Seq), err
}

// beginPart lets the chain begin where the log does, and looks at once for the event
// that seals what went: it may lie beyond the part, whose chain is checked with its own.
func beginPart(ctx context.Context, q Querier, c *chain.Chain, base Base) error {
	if err := beginSealed(ctx, q, c); err != nil {
		return err
	}
	seals := false
	err := ScanRows(ctx, q, c.Verdict().Home, base.Sealed-1, base.Sealed, func(row *Row) error {
		seals = base.SealedBy(row)
		return nil
	})
	if err == nil {
		c.Sealed(seals)
	}
	return err
}

// begin lets the chain begin after an event, as it is stored: the part before it has
// found that sound.
func begin(ctx context.Context, q Querier, c *chain.Chain, seq domain.Seq) error {
	found := false
	err := ScanRows(ctx, q, c.Verdict().Home, seq-1, seq, func(row *Row) error {
		found = true
		c.BeginAfter(Head{Seq: row.Seq, Hash: row.Hash, RecordedAt: row.RecordedAt})
		return nil
	})
	if err == nil && !found {
		c.BeginAfter(Head{Seq: seq - 1})
		c.Fail("is missing")
	}
	return err
}
