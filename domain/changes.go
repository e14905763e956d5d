package domain

import "maps"

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

// ChangeAll makes everything that is there count as changed, so that all of it is saved.
func (h *Home) ChangeAll() {
	h.changes = Changes{
		Profile: h.Profile.Revision != 0, Commands: maps.Clone(h.Commands),
		Members: every(h.Members), Rooms: every(h.Rooms), Gateways: every(h.Gateways),
		Devices: every(h.Devices), Twins: every(h.Twins), Rules: every(h.Rules), Runs: every(h.Runs),
		Scenes: every(h.Scenes), Paces: every(h.Paces), Tests: every(h.Tests), Webhooks: every(h.Webhooks),
		Corrections: every(h.Corrections),
	}
}

func every[K comparable, V any](things map[K]*V) map[K]bool {
	all := make(map[K]bool, len(things))
	for id := range things {
		all[id] = true
	}
	return all
}
