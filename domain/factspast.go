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
	// HomeRetentionSet says for how long the home keeps its events.
	HomeRetentionSet struct {
		Months int `json:"months"` // 0: for ever
	}
	// HomeRangeSealed says that the events up to one go. The chain that is left holds
	// what they came to.
	HomeRangeSealed struct {
		UpTo       Seq    `json:"up_to"`       // the last one that goes
		Root       string `json:"root"`        // its hash
		RecordedUS int64  `json:"recorded_us"` // when it was recorded, in Unix microseconds
		State      string `json:"state"`       // SHA-256 of the home folded up to it, as it is kept
	}
)

func (HistoryViewed) EventType() string    { return "history.viewed" }
func (HomePutBack) EventType() string      { return "home.put_back" }
func (IncidentMarked) EventType() string   { return "incident.marked" }
func (IncidentShared) EventType() string   { return "incident.shared" }
func (IncidentUnshared) EventType() string { return "incident.unshared" }
func (IncidentRemoved) EventType() string  { return "incident.removed" }
func (HomeRetentionSet) EventType() string { return "home.retention_set" }
func (HomeRangeSealed) EventType() string  { return "home.range_sealed" }

// addPast lists the facts about the past.
func addPast(all map[string]decoder) {
	add[HistoryViewed](all)
	add[HomePutBack](all)
	add[IncidentMarked](all)
	add[IncidentShared](all)
	add[IncidentUnshared](all)
	add[IncidentRemoved](all)
	add[HomeRetentionSet](all)
	add[HomeRangeSealed](all)
}
