package domain

// Changes are the parts of a home that events changed since TakeChanges. A map
// without entries may be nil.
type Changes struct {
	Profile  bool
	Members  map[PersonID]bool
	Rooms    map[RoomID]bool
	Gateways map[GatewayID]bool
	Devices  map[DeviceID]bool
	Twins    map[DeviceID]bool
	Commands map[CommandID]*Command // open and just ended ones
	Rules    map[RuleID]bool
	Runs     map[RuleID]bool
	Scenes   map[SceneID]bool
	Paces    map[DeviceID]bool
	Tests    map[TestID]bool
	Webhooks map[WebhookID]bool

	Corrections map[CorrectionID]bool
}

// TakeChanges returns what changed since the last call.
func (h *Home) TakeChanges() Changes {
	taken := h.changes
	h.changes = Changes{}
	return taken
}

// mark adds id to a set of changes. Most appends change little, so the sets are
// made when they get their first entry.
func mark[ID comparable](set *map[ID]bool, id ID) {
	if *set == nil {
		*set = map[ID]bool{}
	}
	(*set)[id] = true
}

func (h *Home) markCommand(c *Command) {
	if h.changes.Commands == nil {
		h.changes.Commands = map[CommandID]*Command{}
	}
	h.changes.Commands[c.ID] = c
}
