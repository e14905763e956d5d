package domain_test

import (
	"strings"

	"logis/domain"
)

// pastFacts returns a fact of every type about the past.
func pastFacts() map[string]domain.Fact {
	return map[string]domain.Fact{
		"history.viewed@1":          domain.HistoryViewed{},
		"history.viewed@1.exported": domain.HistoryViewed{Exported: true},
		"home.put_back@1":           domain.HomePutBack{To: 90},
		"incident.marked@1": domain.IncidentMarked{
			After: 90, To: 120, Rooms: []domain.RoomID{{0x01, 0x8f, 15: 40}}, Devices: []domain.DeviceID{lamp},
		},
		"incident.marked@1.all": domain.IncidentMarked{After: 90, To: 120},
		"incident.shared@1":     domain.IncidentShared{EndsMS: 1772366400000},
		"incident.unshared@1":   domain.IncidentUnshared{},
		"incident.removed@1":    domain.IncidentRemoved{},
		"home.retention_set@1":  domain.HomeRetentionSet{Months: 24},
		"home.range_sealed@1": domain.HomeRangeSealed{
			UpTo: 90, Root: strings.Repeat("ab", 32), RecordedUS: 1772366400000001, State: strings.Repeat("cd", 32),
		},
	}
}
