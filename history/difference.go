package history

import (
	"maps"
	"slices"

	"logis/domain"
)

// Difference is what is not the same at two instants of a home.
type Difference struct {
	Home       bool // its name or time zone
	Rooms      map[domain.RoomID]bool
	Gateways   map[domain.GatewayID]bool
	Devices    map[domain.DeviceID]bool     // what and where they are
	Available  map[domain.DeviceID]bool     // whether they can be reached
	Properties map[domain.DeviceID][]string // names of the values that differ, in order
}

// Compare returns what differs between two states of one home. A value that was
// only told again is the same.
func Compare(was, is *domain.Home) Difference {
	d := Difference{
		Home:      was.Profile.Revision != is.Profile.Revision,
		Rooms:     differing(was.Rooms, is.Rooms, func(a, b *domain.Room) bool { return a.Revision == b.Revision }),
		Gateways:  differing(was.Gateways, is.Gateways, func(a, b *domain.Gateway) bool { return a.Revision == b.Revision }),
		Devices:   differing(was.Devices, is.Devices, func(a, b *domain.Device) bool { return a.Revision == b.Revision }),
		Available: map[domain.DeviceID]bool{}, Properties: map[domain.DeviceID][]string{},
	}
	// What was told late has a place after what was recorded meanwhile, so the
	// revisions of twins may be equal although the twins are not.
	for id := range differing(was.Twins, is.Twins, func(_, _ *domain.Twin) bool { return false }) {
		a, b := twinOf(was, id), twinOf(is, id)
		if a.Available.Is != b.Available.Is || (a.Available.Seq == 0) != (b.Available.Seq == 0) {
			d.Available[id] = true
		}
		if names := values(a, b); len(names) > 0 {
			d.Properties[id] = names
		}
	}
	return d
}

// differing returns the ids of the things that one of the maps lacks, or that are
// not the same in both.
func differing[K comparable, V any](was, is map[K]*V, same func(a, b *V) bool) map[K]bool {
	found := map[K]bool{}
	for id, a := range was {
		if b, ok := is[id]; !ok || !same(a, b) {
			found[id] = true
		}
	}
	for id := range is {
		if _, ok := was[id]; !ok {
			found[id] = true
		}
	}
	return found
}

func twinOf(home *domain.Home, id domain.DeviceID) *domain.Twin {
	if t, ok := home.Twins[id]; ok {
		return t
	}
	return &domain.Twin{Device: id}
}

// values returns the names of the properties whose reported or desired values
// differ.
func values(a, b *domain.Twin) []string {
	return slices.Sorted(maps.Keys(differing(a.Properties, b.Properties, func(p, q *domain.Property) bool {
		return p.Reported.Value == q.Reported.Value && p.Desired.Value == q.Desired.Value && p.Desired.Open == q.Desired.Open
	})))
}
