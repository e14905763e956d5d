package zigbee2mqtt

import "logis/edge/radio"

var _ radio.Counter = (*Radio)(nil)

// Counts returns the counters of [Stats] by name.
func (r *Radio) Counts() map[string]uint64 {
	s := &r.stats
	return map[string]uint64{
		"malformed": s.Malformed.Load(), "oversized": s.Oversized.Load(), "coalesced": s.Coalesced.Load(),
		"exposes_unmapped": s.Exposes.Load(), "devices_unmapped": s.DevicesLeft.Load(), "groups_unmapped": s.GroupsLeft.Load(),
		"dropped": s.Dropped.Load(), "unfit": s.Unfit.Load(), "unmapped": s.Unmapped.Load(), "refused": s.Refused.Load(),
	}
}
