package domain

// MarkIncident decides on marking a part of the past. It refuses with Invalid, naming
// every fault.
func (h *Home) MarkIncident(id IncidentID, fact IncidentMarked, actor Actor) (Event, error) {
	var faults []Fault
	if fact.After < 0 || fact.To <= fact.After || fact.To > h.Seq {
		faults = append(faults, Fault{"to", "must be an event of this home that comes after"})
	} else if fact.To-fact.After > MaxSlice {
		faults = append(faults, Fault{"to", "must be at most 5000 events after the first"})
	}
	if max(len(fact.Rooms), len(fact.Devices)) > MaxScope {
		faults = append(faults, Fault{"devices", "must be at most 100, as must rooms"})
	}
	for _, room := range fact.Rooms {
		if _, ok := h.Rooms[room]; !ok {
			faults = append(faults, Fault{"rooms", "must be rooms of this home"})
		}
	}
	for _, device := range fact.Devices {
		if _, ok := h.Devices[device]; !ok {
			faults = append(faults, Fault{"devices", "must be devices of this home"})
		}
	}
	if len(faults) > 0 {
		return Event{}, InvalidInput(faults...)
	}
	return Event{Entity: id.Entity(), Actor: actor, Fact: fact}, nil
}
