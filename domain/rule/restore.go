package rule

import (
	"bytes"
	"slices"

	"logis/domain"
)

// Restore decides on bringing back a rule that an event removed from a home that was
// so before it: the same rule with the same tests. It comes back turned off when it
// was off or had been cut out of a loop, and when it makes no sense in the home as it
// is now. Leave to open something is never brought back, so a rule that opens waits
// for an owner to give it anew. It refuses with Conflict.
func Restore(home, was *domain.Home, id domain.RuleID, removed domain.Seq, by domain.Actor) ([]domain.Event, error) {
	r, ok := was.Rules[id]
	if _, back := home.Rules[id]; back || !ok {
		return nil, domain.Errorf(domain.Conflict, "the rule is back already")
	}
	if n := len(home.Rules); n >= domain.MaxRules {
		return nil, domain.Errorf(domain.Conflict, "the home has %d rules, the most there can be", n)
	}
	tests := testsOf(was, id)
	if len(home.Tests)+len(tests) > domain.MaxTests {
		return nil, domain.Errorf(domain.Conflict, "with those of the rule the home had more than %d tests, the most there can be", domain.MaxTests)
	}
	tell := func(entity domain.EntityID, fact domain.Fact) domain.Event {
		return domain.Event{Entity: entity, Actor: by, Fact: fact}
	}
	events := []domain.Event{tell(id.Entity(), domain.RuleEdited{Document: r.Document, Reverts: r.Version})}
	if at := stillAt(home, r, removed); !at.IsZero() {
		events = append(events, tell(id.Entity(), domain.RulePlaced{Gateway: at, Version: r.Placed}))
	}
	if !r.Active() || len(Check(home, Proposal{Rule: id, Document: r.Document})) > 0 {
		events = append(events, tell(id.Entity(), domain.RuleDisabled{}))
	}
	for _, t := range tests {
		events = append(events, tell(t.ID.Entity(), domain.TestEdited{Rule: id, After: t.After, To: t.To, Expected: t.Expected}))
	}
	return events, nil
}

// stillAt returns the gateway that may still run a rule which was removed: it has
// answered nothing since. Nobody else may run it until it has.
func stillAt(home *domain.Home, r *domain.Rule, removed domain.Seq) domain.GatewayID {
	at := r.Gateway
	if at.IsZero() {
		at = r.Offered.Gateway
	}
	if g, ok := home.Gateways[at]; !ok || g.Revoked || g.Bundle > removed {
		return domain.GatewayID{}
	}
	return at
}

// testsOf returns the tests of a rule in the order of their ids.
func testsOf(home *domain.Home, id domain.RuleID) []*domain.Test {
	var tests []*domain.Test
	for _, t := range home.Tests {
		if t.Rule == id {
			tests = append(tests, t)
		}
	}
	slices.SortFunc(tests, func(a, b *domain.Test) int { return bytes.Compare(a.ID[:], b.ID[:]) })
	return tests
}
