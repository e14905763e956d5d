package chain

import (
	"logis/domain"
)

// Root is where a log begins whose older events were sealed and went.
type Root struct {
	Head              // the last event that went
	State domain.Hash // SHA-256 of what the home was there
}

// Fact returns what the event says that seals the range.
func (r Root) Fact() domain.HomeRangeSealed {
	return domain.HomeRangeSealed{
		UpTo: r.Seq, Root: r.Hash.String(), RecordedUS: r.RecordedAt.UnixMicro(), State: r.State.String(),
	}
}

// SealedBy reports whether an event seals the range of the root.
func (r Root) SealedBy(row *Row) bool {
	if row.Type != (domain.HomeRangeSealed{}).EventType() || row.Seq <= r.Seq {
		return false
	}
	fact, err := domain.DecodeFact(row.Type, row.Schema, row.Data)
	return err == nil && fact == domain.Fact(r.Fact())
}

// BeginSealed lets a chain begin after a sealed range. It is sound only if a later
// event of the same chain seals that range and, where heads are remembered, one of them
// covers that event. It must come before the first step.
func (c *Chain) BeginSealed(root Root) {
	c.BeginAfter(root.Head)
	c.root, c.verdict.From = &root, root.Seq
}

// Sealed says whether the event that seals what went was found elsewhere: beyond the
// part of the chain that is walked.
func (c *Chain) Sealed(found bool) {
	if found {
		c.root = nil
	} else {
		c.FailRoot(unsealed)
	}
}

const unsealed = "is not there: the log was cut, for no later event seals what went"

// FailRoot says that the place where the chain begins is at fault.
func (c *Chain) FailRoot(reason string) {
	if c.verdict.Bad == 0 {
		c.cut(reason)
	}
}

// cut says that the log does not begin where it may.
func (c *Chain) cut(reason string) {
	c.verdict.Bad, c.verdict.Reason = c.verdict.From, reason
	c.verdict.Events = 0
}
