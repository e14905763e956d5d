package domain

import (
	"maps"
	"slices"
	"time"
)

// PlacedRule is a version of a rule that a gateway runs, or is asked to.
type PlacedRule struct {
	Rule    RuleID `json:"rule"`
	Version Seq    `json:"version"`
}

// Offer is the newest bundle of rules a gateway was asked to run. Seq, that of the
// gateway.rules_offered, is the bundle's version.
type Offer struct {
	Seq   Seq          `json:"seq"`
	Rules []PlacedRule `json:"rules,omitempty"`
}

// applyPlacement folds an offer and the answer to it.
func (h *Home) applyPlacement(ev *RecordedEvent) {
	g, ok := h.Gateways[GatewayID(ev.Entity)]
	if !ok {
		return
	}
	g.Revision = ev.Seq
	mark(&h.changes.Gateways, g.ID)
	switch fact := ev.Fact.(type) {
	case GatewayRulesOffered:
		g.Offer = &Offer{Seq: ev.Seq, Rules: fact.Rules}
		for _, p := range fact.Rules {
			h.offer(ev, g.ID, p)
		}
	case GatewayRulesTaken:
		g.Bundle = fact.Bundle
	}
}

// offer leaves the times of a rule from now on to the gateway it is offered to: a
// time cannot be told from its place in an outbox.
func (h *Home) offer(ev *RecordedEvent, gateway GatewayID, p PlacedRule) {
	r, ok := h.Rules[p.Rule]
	if !ok || r.Gateway == gateway {
		return
	}
	r.Offered = Offered{Gateway: gateway, Bundle: ev.Seq, Since: r.Offered.Since}
	if r.Offered.Since.IsZero() {
		r.Offered.Since = h.firstTime(r.ID, ev.RecordedAt)
	}
	r.Revision = ev.Seq
	mark(&h.changes.Rules, r.ID)
	h.dropWaits(r.ID, ev.Seq, func(w Wait) bool { return w.Kind == WaitSchedule })
}

// firstTime returns the moment after which the first time of a rule lies that nobody
// has noticed yet.
func (h *Home) firstTime(id RuleID, now time.Time) time.Time {
	if run, ok := h.Runs[id]; ok {
		for _, w := range run.Waits {
			if w.Kind == WaitSchedule && !w.Due.After(now) {
				now = w.Due.Add(-time.Millisecond)
			}
		}
	}
	return now
}

// Offered is where a rule is about to go.
type Offered struct {
	Gateway GatewayID `json:"gateway"`
	Bundle  Seq       `json:"bundle"` // the newest that holds it
	Since   time.Time `json:"since"`  // times from then on are the gateway's
}

// dropWaits ends waits of a rule without a word.
func (h *Home) dropWaits(id RuleID, seq Seq, those func(Wait) bool) {
	if run, ok := h.Runs[id]; !ok || !slices.ContainsFunc(run.Waits, those) {
		return
	}
	run := h.runOf(id, seq)
	run.Waits = slices.DeleteFunc(slices.Clone(run.Waits), those)
}

// OfferRules decides on asking a gateway to run these rules, in the order of their
// ids. There is nothing to ask of one that is away, or cannot, or has none and had
// none.
func (h *Home) OfferRules(gateway GatewayID, rules []PlacedRule) (ev Event, news bool) {
	g, ok := h.Gateways[gateway]
	if !ok || g.Revoked || !g.Connected || !g.RunsRules {
		return Event{}, false
	}
	news = len(rules) > 0 || g.Offer != nil && len(g.Offer.Rules) > 0 || g.Offer != nil && g.Offer.Seq > g.Bundle
	for _, r := range h.Rules {
		news = news || r.Gateway == gateway
	}
	return Event{Entity: gateway.Entity(), Actor: SystemActor, Fact: GatewayRulesOffered{Rules: rules}}, news
}

// MaxRefusal bounds why a gateway refused a bundle, in bytes.
const MaxRefusal = 200

// TakeRules decides on a gateway's word about a bundle. It refuses with Invalid.
func (h *Home) TakeRules(gateway GatewayID, fact GatewayRulesTaken) (Event, error) {
	switch {
	case len(fact.Rules) > MaxRules:
		return Event{}, InvalidInput(Fault{"rules", "are more than a home can have"})
	case len(fact.Refused) > MaxRefusal:
		return Event{}, InvalidInput(Fault{"reason", "is too long"})
	}
	return Event{Entity: gateway.Entity(), Actor: GatewayActor, Fact: fact}, nil
}

// Placements returns what follows from a gateway.rules_taken, the last event of the
// home: a rule.placed for each rule that runs elsewhere, or in another version, than
// before it.
func (h *Home) Placements(ev *RecordedEvent) []Event {
	fact, ok := ev.Fact.(GatewayRulesTaken)
	if !ok {
		return nil
	}
	gateway := GatewayID(ev.Entity)
	var events []Event
	place := func(r *Rule, at GatewayID, version Seq, from time.Time) {
		events = append(events, Event{
			Entity: r.ID.Entity(), Actor: SystemActor, Causation: ev.Seq, Correlation: ev.Correlation,
			Fact: RulePlaced{Gateway: at, Version: version, FromMS: from.UnixMilli()},
		})
	}
	for _, r := range h.SortedRules() {
		i := slices.IndexFunc(fact.Rules, func(p PlacedRule) bool { return p.Rule == r.ID })
		waits := r.Offered.Gateway == gateway && r.Offered.Bundle <= fact.Bundle
		switch {
		case i >= 0 && (r.Gateway != gateway || r.Placed != fact.Rules[i].Version || fact.Anew):
			from := ev.OccurredAt
			if r.Offered.Gateway == gateway {
				from = r.Offered.Since
			}
			place(r, gateway, fact.Rules[i].Version, from)
		case i >= 0:
		case r.Gateway == gateway:
			place(r, GatewayID{}, 0, ev.OccurredAt)
		case waits: // it was not taken
			place(r, r.Gateway, r.Placed, r.Offered.Since)
		}
	}
	return events
}

// stillOffered returns where a rule is about to go by an offer newer than the one that
// was answered.
func (h *Home) stillOffered(id RuleID, since time.Time) Offered {
	for _, gateway := range h.GatewayIDs() {
		g := h.Gateways[gateway]
		if g.Offer != nil && g.Offer.Seq > g.Bundle && slices.ContainsFunc(g.Offer.Rules, func(p PlacedRule) bool { return p.Rule == id }) {
			return Offered{Gateway: gateway, Bundle: g.Offer.Seq, Since: since}
		}
	}
	return Offered{}
}

// placed folds where a rule runs from now on. Of what it waited for in the cloud the
// runs that have begun go on there; what a gateway waited for ends with it.
func (h *Home) placed(ev *RecordedEvent, r *Rule, fact RulePlaced) {
	r.Gateway, r.Placed, r.Offered = fact.Gateway, fact.Version, Offered{}
	if fact.Gateway.IsZero() && fact.FromMS != 0 {
		r.Offered = h.stillOffered(r.ID, time.UnixMilli(fact.FromMS).UTC())
	}
	h.dropWaits(r.ID, ev.Seq, func(w Wait) bool {
		return !w.Edge.Gateway.IsZero() || w.Kind != WaitDelay && w.Kind != WaitQueued
	})
	h.runOf(r.ID, ev.Seq).forgetHigh()
	h.seeHigh(r)
}

// GatewayIDs returns the ids of the home's gateways in their order.
func (h *Home) GatewayIDs() []GatewayID { return sortedIDs(maps.Keys(h.Gateways)) }
