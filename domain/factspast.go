package domain

// Facts about the past itself: who looked at it, and what people made of it.
type (
	// HistoryViewed says that somebody looked at what other people did. Its entity is
	// the person whose deeds were asked for, or the home when it was everybody's.
	HistoryViewed struct {
		Exported bool `json:"exported,omitempty"` // taken along as a file
	}
	// HomePutBack says that the home is to be as it was after an event. What was
	// asked for follows from it.
	HomePutBack struct {
		To Seq `json:"to"`
	}
	// IncidentMarked says that a part of the past was marked. Its entity is the
	// incident; its name and note stand beside the log.
	IncidentMarked struct {
		After   Seq        `json:"after"` // the event before it
		To      Seq        `json:"to"`    // its last event
		Rooms   []RoomID   `json:"rooms,omitempty"`
		Devices []DeviceID `json:"devices,omitempty"`
	}
	// IncidentShared says that whoever holds a link may look at an incident.
	IncidentShared struct {
		EndsMS int64 `json:"ends_ms"` // Unix milliseconds
	}
	// IncidentUnshared says that the links of an incident open nothing any more.
	IncidentUnshared struct{}
	// IncidentRemoved says that a mark is gone; what happened stays in the log.
	IncidentRemoved struct{}
)

func (HistoryViewed) EventType() string    { return "history.viewed" }
func (HomePutBack) EventType() string      { return "home.put_back" }
func (IncidentMarked) EventType() string   { return "incident.marked" }
func (IncidentShared) EventType() string   { return "incident.shared" }
func (IncidentUnshared) EventType() string { return "incident.unshared" }
func (IncidentRemoved) EventType() string  { return "incident.removed" }

// addPast lists the facts about the past.
func addPast(all map[string]decoder) {
	add[HistoryViewed](all)
	add[HomePutBack](all)
	add[IncidentMarked](all)
	add[IncidentShared](all)
	add[IncidentUnshared](all)
	add[IncidentRemoved](all)
}
