package domain_test

import (
	"errors"
	"testing"

	"logis/domain"
)

func TestATestOfTheHomeIsBoundAndGoesWithItsRule(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.record(domain.Event{Entity: otherRule.Entity(), Fact: domain.RuleEdited{Document: wholeRule()}})
	for name, c := range map[string]struct {
		fact  domain.TestEdited
		field string
	}{
		"an unknown rule":         {domain.TestEdited{Rule: domain.RuleID{1}, After: 1, To: 2}, "rule"},
		"before the first event":  {domain.TestEdited{Rule: otherRule, After: 0, To: 2}, "after"},
		"events to come":          {domain.TestEdited{Rule: otherRule, After: 1, To: h.Seq + 1}, "after"},
		"the wrong way round":     {domain.TestEdited{Rule: otherRule, After: 3, To: 2}, "after"},
		"neither event nor time":  {domain.TestEdited{Rule: otherRule, After: 1, To: 2, Expected: []domain.Expected{{}}}, "expected"},
		"both event and time":     {domain.TestEdited{Rule: otherRule, After: 1, To: 2, Expected: []domain.Expected{{Seq: 2, AtMS: 1}}}, "expected"},
		"an event after the last": {domain.TestEdited{Rule: otherRule, After: 1, To: 2, Expected: []domain.Expected{{Seq: 3}}}, "expected"},
		"too much":                {domain.TestEdited{Rule: otherRule, After: 1, To: 2, Expected: make([]domain.Expected, domain.MaxExpected+1)}, "expected"},
	} {
		_, err := h.EditTest(domain.TestID{1}, c.fact, domain.SystemActor)
		var refused *domain.Error
		if !errors.As(err, &refused) || len(refused.Faults) != 1 || refused.Faults[0].Field != c.field {
			t.Errorf("%s: %v", name, err)
		}
	}
	good := domain.TestEdited{Rule: otherRule, After: 1, To: 2, Expected: []domain.Expected{{Seq: 2}, {AtMS: 5}}}
	for n := range byte(domain.MaxTests) {
		ev, err := h.EditTest(domain.TestID{2, n}, good, domain.SystemActor)
		if err != nil {
			t.Fatal(err)
		}
		h.record(ev)
	}
	if _, err := h.EditTest(domain.TestID{3}, good, domain.SystemActor); domain.CodeOf(err) != domain.Conflict {
		t.Errorf("one too many: %v", err)
	}
	if _, err := h.EditTest(domain.TestID{2, 0}, good, domain.SystemActor); err != nil {
		t.Errorf("one anew: %v", err)
	}
	h.record(domain.Event{Entity: domain.TestID{2, 0}.Entity(), Fact: domain.TestRemoved{}})
	if len(h.Tests) != domain.MaxTests-1 {
		t.Errorf("%d tests", len(h.Tests))
	}
	h.record(domain.Event{Entity: otherRule.Entity(), Fact: domain.RuleRemoved{}})
	if len(h.Tests) != 0 {
		t.Errorf("%d tests of a rule that is gone", len(h.Tests))
	}
}
