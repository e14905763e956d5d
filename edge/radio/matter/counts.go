package matter

import "logis/edge/radio"

var _ radio.Counter = (*Radio)(nil)

// Counts returns the counters of [Stats] by name.
func (r *Radio) Counts() map[string]uint64 {
	s := &r.stats
	return map[string]uint64{
		"malformed": s.Malformed.Load(), "unmapped": s.Unmapped.Load(), "unfit": s.Unfit.Load(), "coalesced": s.Coalesced.Load(),
		"dropped": s.Dropped.Load(), "refused": s.Refused.Load(),
	}
}
