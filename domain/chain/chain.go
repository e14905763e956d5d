// Package chain is how the events of a home hang together, and how anybody who has
// them finds the first place where they do not.
package chain

import (
	"time"

	"logis/domain"
)

// Row is an event as it is stored: its type by name, its fact not decoded, and
// the words that came with it.
type Row struct {
	domain.RecordedEvent
	Type  string
	Words string

	// Odd says that the columns hold what the log never writes, such as a zero
	// where it writes NULL. Both read the same, so the hash alone cannot tell.
	Odd bool
}

// Head is the newest event of a home at some time.
type Head struct {
	Seq        domain.Seq
	Hash       domain.Hash
	RecordedAt time.Time
}

// Verdict is what a walk along one home's chain found.
type Verdict struct {
	Home   domain.HomeID
	From   domain.Seq  // the last event that was sealed and went; 0: none
	Events domain.Seq  // how many are sound, from the first
	Head   domain.Hash // of the last sound one
	// Bad is the first event at fault and Reason what is wrong with it; zero and
	// "" when the whole log is sound.
	Bad    domain.Seq
	Reason string
}

// Chain follows one home's log from its first event, wherever the events come from,
// and finds the first place where it does not fit.
type Chain struct {
	verdict    Verdict
	known      map[domain.Seq][]knownHead
	furthest   domain.Seq // of known
	witnessed  domain.Seq // the furthest of those that somebody else remembers
	root       *Root      // where the log begins, if older events went
	sealed     domain.Seq // the event that says so; 0: none did yet
	recordedAt time.Time
	scratch    []byte
}

// knownHead is a head the log must have had, and what it means if it had not.
type knownHead struct {
	Head
	reason string
}

// New returns a chain before its first event. remembered is what somebody remembers:
// heads that a gateway witnessed at any time, or that were signed. A chain rewritten
// as a whole is sound in itself and shows only there.
func New(home domain.HomeID, remembered ...Head) *Chain {
	c := &Chain{verdict: Verdict{Home: home}, known: map[domain.Seq][]knownHead{}}
	for _, head := range remembered {
		head.RecordedAt = time.Time{}
		c.Remember(head, "is not the head that is remembered: the log was written anew")
		c.witnessed = max(c.witnessed, head.Seq)
	}
	return c
}

// Remember adds a head that the log must have had, and what it means if it had not. A
// zero RecordedAt is not compared.
func (c *Chain) Remember(head Head, reason string) {
	c.known[head.Seq] = append(c.known[head.Seq], knownHead{head, reason})
	c.furthest = max(c.furthest, head.Seq)
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

// Step takes the next event and reports whether all is sound so far.
func (c *Chain) Step(row *Row) bool {
	v := &c.verdict
	if v.Bad != 0 {
		return false
	}
	var hash domain.Hash
	hash, c.scratch = Link(c.scratch, v.Head, &row.RecordedEvent, row.Type)
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
	if c.root != nil && c.root.SealedBy(row) {
		c.sealed = row.Seq
	}
	return true
}

// Fail says that the next event is at fault. It returns false.
func (c *Chain) Fail(reason string) bool {
	if v := &c.verdict; v.Bad == 0 {
		v.Bad, v.Reason = v.Events+1, reason
	}
	return false
}

// Verdict returns what was found so far.
func (c *Chain) Verdict() Verdict { return c.verdict }

// End says that no event follows, and returns the verdict. The events reach at least
// to what is remembered, and at most to head.
func (c *Chain) End(head domain.Seq) Verdict {
	switch v := c.verdict; {
	case v.Bad != 0:
	case c.root != nil && c.sealed == 0:
		c.cut(unsealed)
	case c.root != nil && c.witnessed != 0 && c.witnessed < c.sealed:
		c.cut("is not there, and what is remembered does not reach to the event that seals it: the log may be cut")
	case v.Events < c.furthest:
		c.Fail("is missing: the log ends before its head")
	case v.Events > head:
		c.verdict.Bad, c.verdict.Reason = head+1, "lies beyond the head of the home"
	}
	return c.verdict
}
