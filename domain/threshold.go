package domain

import (
	"slices"

	"logis/domain/thing"
)

// threshold is a comparison with hysteresis in a rule, of a trigger or of a test in
// its condition. What it comes to depends on what it came to before, so that is kept
// with the rule's run.
type threshold struct {
	rule         *Rule
	place        int  // of the trigger, or of the test among those with hysteresis
	test         bool // it is part of the condition
	of           TriggerKey
	above, below *float64
	hysteresis   float64
}

// beyond reports whether v is beyond the threshold, or, when it was, not yet back
// by as much as the hysteresis.
func (t threshold) beyond(v thing.Value, was bool) bool {
	f, ok := v.Float()
	if !ok {
		return false
	}
	back := 0.0
	if was {
		back = t.hysteresis
	}
	return (t.above == nil || f > *t.above-back) && (t.below == nil || f < *t.below+back)
}

// thresholds returns the comparisons with hysteresis of a rule.
func (r *Rule) thresholds() []threshold {
	var all []threshold
	for i, t := range r.Document.Triggers {
		if p := t.Property; p != nil && p.Hysteresis > 0 {
			key, _ := t.key()
			all = append(all, threshold{rule: r, place: i, of: key, above: p.Above, below: p.Below, hysteresis: p.Hysteresis})
		}
	}
	if r.Document.Condition == nil {
		return all
	}
	tests := 0
	r.Document.Condition.eachTest(func(p *PropertyTest) {
		if p.Hysteresis > 0 {
			all = append(all, threshold{
				rule: r, place: tests, test: true, of: reportOf(p.Device, p.Property),
				above: p.Above, below: p.Below, hysteresis: p.Hysteresis,
			})
			tests++
		}
	})
	return all
}

// eachTest calls f for the tests of properties, in the order in which they stand.
func (c *Condition) eachTest(f func(*PropertyTest)) {
	for i := range c.All {
		c.All[i].eachTest(f)
	}
	for i := range c.Any {
		c.Any[i].eachTest(f)
	}
	if c.Not != nil {
		c.Not.eachTest(f)
	}
	if c.Property != nil {
		f(c.Property)
	}
}

// high returns where the run keeps whether thresholds of a kind are crossed.
func (r *RuleRun) high(tests bool) *[]int {
	if tests {
		return &r.HighTests
	}
	return &r.High
}

// cross moves the thresholds that look at a value which was just reported.
func (h *Home) cross(seq Seq, thresholds []threshold, now thing.Value) {
	for _, t := range thresholds {
		run := h.Runs[t.rule.ID]
		was := run != nil && slices.Contains(*run.high(t.test), t.place)
		is := t.beyond(now, was)
		if is == was {
			continue
		}
		high := h.runOf(t.rule.ID, seq).high(t.test)
		if !is {
			*high = slices.DeleteFunc(*high, func(i int) bool { return i == t.place })
			continue
		}
		*high = append(*high, t.place)
		slices.Sort(*high) // a report's values come in no order
		if !t.test {
			h.before.crossed = append(h.before.crossed, TriggerRef{Rule: t.rule, Trigger: t.place})
		}
	}
}

// seeHigh finds which of a rule's thresholds are crossed already: what is so when a
// rule begins does not trigger it.
func (h *Home) seeHigh(r *Rule) {
	for _, t := range r.thresholds() {
		if !t.beyond(h.reported(DeviceID(t.of.Of), t.of.Name), false) {
			continue
		}
		if high := h.runOf(r.ID, h.Seq).high(t.test); !slices.Contains(*high, t.place) {
			*high = append(*high, t.place)
		}
	}
}

// forgetHigh forgets what a rule's thresholds came to.
func (r *RuleRun) forgetHigh() { r.High, r.HighTests = nil, nil }
