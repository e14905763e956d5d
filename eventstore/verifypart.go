package eventstore

import (
	"context"

	"logis/domain"
)

// VerifyPart is Verify of the events after one up to another, as far as one call is to
// go; the last part reaches to the end of the log, wherever that is by then. The event
// before a part is walked again, so that parts that follow each other prove what the
// whole would. remembered are heads after the beginning of the part, and not beyond it
// unless it is the last one.
func VerifyPart(ctx context.Context, q Querier, home domain.HomeID, after, to domain.Seq, remembered ...Head) (Verdict, error) {
	chain := NewChain(home, remembered...)
	head, err := storedHead(ctx, q, home)
	if err != nil {
		return chain.verdict, err
	}
	last := to >= head.Seq
	if last {
		chain.remember(head, "is not what the head of the home says")
		to = 0
	}
	if after > 1 {
		if err := chain.begin(ctx, q, after-1); err != nil {
			return chain.verdict, err
		}
	}
	if err := chain.walk(ctx, q, to); err != nil {
		return chain.verdict, err
	}
	if !last {
		if chain.verdict.Events < to {
			chain.Fail("is missing")
		}
		return chain.End(to), nil
	}
	head, err = storedHead(ctx, q, home)
	return chain.End(head.Seq), err
}

// begin lets the chain begin after an event, as it is stored: the part before it has
// found that sound.
func (c *Chain) begin(ctx context.Context, q Querier, seq domain.Seq) error {
	found := false
	err := ScanRows(ctx, q, c.verdict.Home, seq-1, seq, func(row *Row) error {
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

// BeginAfter lets a chain begin after an event that nobody walks: what follows is
// sound if that was. It must come before the first step.
func (c *Chain) BeginAfter(head Head) {
	v := &c.verdict
	v.Events, v.Head, c.recordedAt = head.Seq, head.Hash, head.RecordedAt
	for _, known := range c.known[head.Seq] {
		if known.Hash != head.Hash {
			v.Events--
			c.Fail(known.reason)
			return
		}
	}
}
