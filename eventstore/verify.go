package eventstore

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"logis/domain"
)

// Verdict is what a walk along one home's chain found.
type Verdict struct {
	Home   domain.HomeID
	Events domain.Seq  // how many are sound, from the first
	Head   domain.Hash // of the last sound one
	// Bad is the first event at fault and Reason what is wrong with it; zero and
	// "" when the whole log is sound.
	Bad    domain.Seq
	Reason string
}

// Verify walks the chain of a home from its first event to its end and
// recomputes every link. An altered, removed, inserted or reordered event, a cut
// or a stretched end, is named by the first place where the log does not fit.
//
// remembered is what somebody remembers: heads that a gateway witnessed at any
// time, or that were signed. A chain rewritten as a whole is sound in itself and
// shows only there. The log may go on while it is verified.
func Verify(ctx context.Context, q Querier, home domain.HomeID, remembered ...Head) (Verdict, error) {
	chain := NewChain(home, remembered...)
	before, err := storedHead(ctx, q, home)
	if err != nil {
		return chain.verdict, err
	}
	chain.remember(before, "is not what the head of the home says")
	if err := chain.walk(ctx, q, 0); err != nil {
		return chain.verdict, err
	}
	after, err := storedHead(ctx, q, home)
	if err != nil {
		return chain.verdict, err
	}
	return chain.End(after.Seq), nil
}

// Chain follows one home's log from its first event, wherever the events come from,
// and finds the first place where it does not fit.
type Chain struct {
	verdict    Verdict
	known      map[domain.Seq][]knownHead
	furthest   domain.Seq // of known
	recordedAt time.Time
	scratch    []byte
}

// knownHead is a head the log must have had, and what it means if it had not.
type knownHead struct {
	Head
	reason string
}

// NewChain returns a chain before its first event. remembered is as in Verify; a
// zero RecordedAt is not compared.
func NewChain(home domain.HomeID, remembered ...Head) *Chain {
	c := &Chain{verdict: Verdict{Home: home}, known: map[domain.Seq][]knownHead{}}
	for _, head := range remembered {
		head.RecordedAt = time.Time{}
		c.remember(head, "is not the head that is remembered: the log was written anew")
	}
	return c
}

func (c *Chain) remember(head Head, reason string) {
	c.known[head.Seq] = append(c.known[head.Seq], knownHead{head, reason})
	c.furthest = max(c.furthest, head.Seq)
}

var errBad = errors.New("the chain is broken")

// walk follows the chain up to an event (0: until the events end) or until one is bad.
func (c *Chain) walk(ctx context.Context, q Querier, to domain.Seq) error {
	err := ScanRows(ctx, q, c.verdict.Home, c.verdict.Events, to, func(row *Row) error {
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

// Step takes the next event and reports whether all is sound so far.
func (c *Chain) Step(row *Row) bool {
	v := &c.verdict
	if v.Bad != 0 {
		return false
	}
	var hash domain.Hash
	hash, c.scratch = link(c.scratch, v.Head, &row.RecordedEvent, row.Type)
	switch {
	case row.Seq != v.Events+1:
		return c.Fail("is missing")
	case hash != row.Hash:
		return c.Fail("does not match its hash: it or the one before was changed")
	case row.Odd:
		return c.Fail("is not written as the log writes: a column was changed")
	case row.RecordedAt.Before(c.recordedAt):
		return c.Fail("is older than the one before it")
	}
	for _, head := range c.known[row.Seq] {
		if hash != head.Hash || !head.RecordedAt.IsZero() && !row.RecordedAt.Equal(head.RecordedAt) {
			return c.Fail(head.reason)
		}
	}
	v.Events, v.Head, c.recordedAt = row.Seq, hash, row.RecordedAt
	return true
}

// Fail says that the next event is at fault. It returns false.
func (c *Chain) Fail(reason string) bool {
	if v := &c.verdict; v.Bad == 0 {
		v.Bad, v.Reason = v.Events+1, reason
	}
	return false
}

// End says that no event follows, and returns the verdict. The events reach at least
// to what is remembered, and at most to head.
func (c *Chain) End(head domain.Seq) Verdict {
	switch v := c.verdict; {
	case v.Bad != 0:
	case v.Events < c.furthest:
		c.Fail("is missing: the log ends before its head")
	case v.Events > head:
		c.verdict.Bad, c.verdict.Reason = head+1, "lies beyond the head of the home"
	}
	return c.verdict
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
