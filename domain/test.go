package domain

import (
	"slices"
	"time"
)

// Bounds of the tests of one home: all of them run with every change of their rules.
const (
	MaxTests    = 100
	MaxExpected = 100  // firings of one test
	MaxSlice    = 5000 // events that one test replays
)

// Test is a slice of a home's log with the firings that a rule should come to in it.
type Test struct {
	ID       TestID     `json:"id"`
	Revision Seq        `json:"revision"`
	Rule     RuleID     `json:"rule"`
	After    Seq        `json:"after"` // the event before the slice
	To       Seq        `json:"to"`    // its last event
	Expected []Expected `json:"expected,omitempty"`
}

// Expected is an occasion on which a rule should fire: an event, that from which on a
// value was held, or a time.
type Expected struct {
	Seq  Seq   `json:"seq,omitempty"`
	AtMS int64 `json:"at_ms,omitempty"` // Unix milliseconds; only without Seq
}

// At returns the time of an occasion that is one.
func (e Expected) At() time.Time { return timeOf(e.AtMS) }

// within reports whether an occasion is an event up to one, or a time.
func (e Expected) within(to Seq) bool {
	return (e.Seq == 0) != (e.AtMS == 0) && e.Seq >= 0 && e.Seq <= to && e.AtMS >= 0
}

// EditTest decides on a test. It refuses with Invalid, naming every fault, and with
// Conflict when there are too many.
func (h *Home) EditTest(id TestID, fact TestEdited, actor Actor) (Event, error) {
	var faults []Fault
	if _, ok := h.Rules[fact.Rule]; !ok {
		faults = append(faults, Fault{"rule", "is not a rule of this home"})
	}
	if fact.After < 1 || fact.To < fact.After || fact.To > h.Seq {
		faults = append(faults, Fault{"after", "must be an event of this home, and not after to"})
	} else if fact.To-fact.After > MaxSlice {
		faults = append(faults, Fault{"to", "must be at most 5000 events after the first"})
	}
	if len(fact.Expected) > MaxExpected {
		faults = append(faults, Fault{"expected", "must be at most 100 firings"})
	} else if slices.ContainsFunc(fact.Expected, func(e Expected) bool { return !e.within(fact.To) }) {
		faults = append(faults, Fault{"expected", "must each be an event that is not after to, or a time"})
	}
	if len(faults) > 0 {
		return Event{}, InvalidInput(faults...)
	}
	if _, ok := h.Tests[id]; !ok && len(h.Tests) >= MaxTests {
		return Event{}, Errorf(Conflict, "the home has %d tests, the most there can be", MaxTests)
	}
	return Event{Entity: id.Entity(), Actor: actor, Fact: fact}, nil
}

func (h *Home) applyTest(ev *RecordedEvent) {
	id := TestID(ev.Entity)
	if fact, ok := ev.Fact.(TestEdited); ok {
		h.Tests[id] = &Test{ID: id, Revision: ev.Seq, Rule: fact.Rule, After: fact.After, To: fact.To, Expected: fact.Expected}
	} else {
		delete(h.Tests, id)
	}
	mark(&h.changes.Tests, id)
}

// forgetTests drops the tests of a rule that is gone.
func (h *Home) forgetTests(rule RuleID) {
	for id, t := range h.Tests {
		if t.Rule == rule {
			delete(h.Tests, id)
			mark(&h.changes.Tests, id)
		}
	}
}
