package rule_test

import (
	"testing"
	"time"

	"logis/domain"
	"logis/domain/rule"
	"logis/domain/thing"
)

// warm is met above 25 degrees, and stays so down to 23.
var warm = domain.Condition{Property: &domain.PropertyTest{Device: warmth, Property: "temperature", Above: f(25), Hysteresis: 2}}

// onPress saves a rule that fires at each press of the lamp's switch, if c is met.
func (h *house) onPress(c domain.Condition) domain.RuleID {
	h.Helper()
	d := doc(domain.Trigger{Property: &domain.PropertyTrigger{Device: plug, Property: "onOff"}}, domain.Action{Notify: &domain.NotifyAction{}})
	d.Condition = &c
	id := h.rule(1, d)
	h.report(plug, "onOff", "false")
	return id
}

// met presses and reports whether the rule fired.
func (h *house) met(id domain.RuleID) bool {
	h.Helper()
	before := h.fired(id)
	pressed := thing.Bool(h.Home.Twins[plug].Properties["onOff"].Reported.Value == "false")
	h.now = h.now.Add(2 * time.Second) // a rule fires 60 times a minute at most
	ev := h.report(plug, "onOff", pressed)
	fired := h.fired(id) > before
	if why, err := rule.Explain(h.Home, id, ev); err != nil || h.Home.Rules[id].Active() && (why.Blame == "") != fired {
		h.Errorf("fired %v, and it is explained by %+v (%v)", fired, why, err)
	}
	return fired
}

func TestAConditionWithHysteresisStaysMetUntilTheValueIsFarEnoughBack(t *testing.T) {
	t.Parallel()
	below := domain.Condition{Property: &domain.PropertyTest{Device: warmth, Property: "temperature", Below: f(18), Hysteresis: 1}}
	between := domain.Condition{Property: &domain.PropertyTest{Device: warmth, Property: "temperature", Above: f(18), Below: f(25), Hysteresis: 1}}
	type point struct {
		value thing.Value
		met   bool
	}
	for name, c := range map[string]struct {
		condition domain.Condition
		points    []point
	}{
		"above":   {warm, []point{{"24", false}, {"25.1", true}, {"23.1", true}, {"23", false}, {"24.9", false}, {"26", true}, {"24", true}}},
		"below":   {below, []point{{"18", false}, {"17.9", true}, {"18.9", true}, {"19", false}, {"18.5", false}}},
		"between": {between, []point{{"25.5", false}, {"24", true}, {"25.5", true}, {"26", false}, {"25.5", false}, {"20", true}, {"17.5", true}, {"17", false}}},
		"not":     {domain.Condition{Not: &warm}, []point{{"24", true}, {"25.1", false}, {"24", false}, {"22", true}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			id := h.onPress(c.condition)
			if h.met(id) {
				t.Error("met while nothing is known")
			}
			for i, p := range c.points {
				h.report(warmth, "temperature", p.value)
				if got := h.met(id); got != p.met {
					t.Errorf("point %d, %s: met is %v", i, p.value, got)
				}
			}
		})
	}
}

// Each test keeps its own state, wherever it stands in the tree.
func TestTestsWithHysteresisAreToldApart(t *testing.T) {
	t.Parallel()
	above := func(at, back float64) domain.Condition {
		return domain.Condition{Property: &domain.PropertyTest{Device: warmth, Property: "temperature", Above: f(at), Hysteresis: back}}
	}
	plain := domain.Condition{Property: &domain.PropertyTest{Device: warmth, Property: "temperature", Above: f(0)}}
	never := above(80, 1)
	h := newHouse(t)
	id := h.onPress(domain.Condition{All: []domain.Condition{
		plain, {Not: &never}, {Any: []domain.Condition{above(30, 1), above(20, 10)}}, {Any: []domain.Condition{never, above(10, 2)}},
	}})
	for _, p := range []struct {
		value thing.Value
		high  int // tests that are beyond
		met   bool
	}{{"9", 0, false}, {"11", 1, false}, {"21", 2, true}, {"11", 2, true}, {"8", 0, false}, {"31", 3, true}, {"29", 2, true}, {"9", 1, false}} {
		h.report(warmth, "temperature", p.value)
		if got := len(h.Home.Runs[id].HighTests); got != p.high {
			t.Errorf("at %s, %d tests are beyond their threshold, want %d", p.value, got, p.high)
		}
		if got := h.met(id); got != p.met {
			t.Errorf("at %s, met is %v", p.value, got)
		}
	}
}

// A rule that begins, or goes on at another place, knows only how things are now.
func TestARuleThatBeginsSeesWhereTheValueIs(t *testing.T) {
	t.Parallel()
	for name, begin := range map[string]func(h *house, id domain.RuleID){
		"edited": func(h *house, id domain.RuleID) {
			h.by(id.Entity(), domain.RuleEdited{Document: h.Home.Rules[id].Document})
		},
		"enabled": func(h *house, id domain.RuleID) {
			h.by(id.Entity(), domain.RuleDisabled{})
			h.by(id.Entity(), domain.RuleEnabled{})
		},
		"after a loop": func(h *house, id domain.RuleID) {
			h.by(id.Entity(), domain.RuleCut{Reason: domain.CutDepth})
			h.by(id.Entity(), domain.RuleEnabled{})
		},
		"moved": func(h *house, id domain.RuleID) {
			h.by(id.Entity(), domain.RulePlaced{Gateway: gateway})
			h.by(id.Entity(), domain.RulePlaced{})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			id := h.onPress(warm)
			h.report(warmth, "temperature", "26")
			begin(h, id)
			if !h.met(id) {
				t.Error("above the threshold, and it is not met")
			}
			h.report(warmth, "temperature", "24")
			if !h.met(id) {
				t.Error("not far enough back, and it is not met")
			}
			begin(h, id)
			if h.met(id) {
				t.Error("it began below the threshold and is met")
			}
		})
	}
}
