package domain

import (
	"bytes"
	"maps"
	"slices"
)

// Bundle is all a gateway needs to run rules: the rules, and what they ask of the
// home beside the gateway's own devices, as it was when the bundle was made.
type Bundle struct {
	Home    HomeID    `json:"home"`
	Gateway GatewayID `json:"gateway"`
	Version Seq       `json:"version"` // of the offer; newer ones are higher
	Profile Profile   `json:"profile"`
	Members []Member  `json:"members,omitempty"`
	Scenes  []Scene   `json:"scenes,omitempty"`
	Rules   []Rule    `json:"rules,omitempty"`
}

// Bundle returns the newest one that a gateway was offered, in the home as it is
// now. A rule that was edited since is left out: a newer offer follows.
func (h *Home) Bundle(gateway GatewayID) (b Bundle, ok bool) {
	g, ok := h.Gateways[gateway]
	if !ok || g.Offer == nil {
		return b, false
	}
	b = Bundle{Home: h.ID, Gateway: gateway, Version: g.Offer.Seq, Profile: h.Profile}
	wanted := map[SceneID]bool{}
	for _, p := range g.Offer.Rules {
		r, ok := h.Rules[p.Rule]
		if !ok || r.Version != p.Version || !r.Active() {
			continue
		}
		b.Rules = append(b.Rules, *r)
		for _, a := range r.Document.Actions {
			if a.Scene != nil {
				wanted[a.Scene.Scene] = true
			}
		}
	}
	for _, id := range sortedIDs(maps.Keys(wanted)) {
		if s, ok := h.Scenes[id]; ok {
			b.Scenes = append(b.Scenes, Scene{ID: s.ID, Version: s.Version, Settings: s.Settings, TransitionMS: s.TransitionMS})
		}
	}
	for _, id := range sortedIDs(maps.Keys(h.Members)) {
		b.Members = append(b.Members, Member{Person: id, Presence: h.Members[id].Presence})
	}
	return b, true
}

func sortedIDs[K any](ids func(func(ID[K]) bool)) []ID[K] {
	return slices.SortedFunc(ids, func(a, b ID[K]) int { return bytes.Compare(a[:], b[:]) })
}

// Install makes a home at a gateway be as a bundle says. Rules of the same version
// go on with what they wait for; the others begin anew and are returned, in the
// order of their ids.
func (h *Home) Install(b *Bundle) (began []*Rule) {
	h.Profile = b.Profile
	clear(h.Members)
	for i := range b.Members {
		h.Members[b.Members[i].Person] = &b.Members[i]
	}
	scenes := h.Scenes
	h.Scenes = map[SceneID]*Scene{}
	for i := range b.Scenes {
		s := &b.Scenes[i]
		if held, ok := scenes[s.ID]; ok {
			s.Activated = held.Activated
		}
		h.Scenes[s.ID] = s
	}
	former := h.Rules
	h.Rules, h.triggers = make(map[RuleID]*Rule, len(b.Rules)), nil
	for i := range b.Rules {
		r := &b.Rules[i]
		r.Gateway, r.Placed = b.Gateway, r.Version
		h.Rules[r.ID] = r
		switch held, ok := former[r.ID]; {
		case !ok || held.Version != r.Version:
			delete(h.Runs, r.ID)
			began = append(began, r)
		case held.Resumed != r.Resumed:
			h.resume(r, h.Seq)
		default:
			r.Stopped = held.Stopped // the cloud may not have heard of it
		}
	}
	maps.DeleteFunc(h.Runs, func(id RuleID, _ *RuleRun) bool { return h.Rules[id] == nil })
	slices.SortFunc(began, func(a, b *Rule) int { return bytes.Compare(a.ID[:], b.ID[:]) })
	for _, r := range began {
		h.seeHigh(r)
	}
	return began
}

// Placed returns the rules a home at a gateway runs, in the order of their ids.
func (h *Home) Placed() []PlacedRule {
	all := make([]PlacedRule, 0, len(h.Rules))
	for _, r := range h.SortedRules() {
		all = append(all, PlacedRule{Rule: r.ID, Version: r.Version})
	}
	return all
}
