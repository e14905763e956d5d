package whatif

import (
	"bytes"
	"context"
	"maps"
	"slices"
	"time"

	"logis/domain"
	"logis/domain/thing"
)

// ConflictWithin is how close opposite wishes of two rules lie that fight: a person
// sees a lamp go on and off again.
const ConflictWithin = 5 * time.Second

// Limits of what Check tells.
const (
	MaxWarnings = 20 // more than anybody mends before looking again
	maxExamples = 5  // of one warning
	maxFirings  = 20_000
)

// WarningKind is what rules would do to each other.
type WarningKind string

// The kinds.
const (
	Loop     WarningKind = "loop"     // they trigger each other in a circle, which is cut
	Flood    WarningKind = "flood"    // they move a device, or one fires, too often
	Conflict WarningKind = "conflict" // they want the opposite of one property
)

// Warning is something that a draft would have brought about with the other rules.
type Warning struct {
	Kind     WarningKind
	Rules    []domain.RuleID // one or two, the draft's among them where it is concerned itself
	Device   domain.DeviceID // for Conflict, and for a Flood of one device
	Property string          // for Conflict
	Seqs     []domain.Seq    // the events it would have begun with, some of them; none: the clock
	Count    int             // how often
}

// Check runs a draft together with the other active rules of the home as it is now,
// and tells what they would have done to each other in the window.
func Check(ctx context.Context, log Log, window Window, now *domain.Home, draft Tested) ([]Warning, error) {
	tested := []Tested{draft}
	for _, r := range now.SortedRules() {
		if r.ID == draft.Rule || !r.Active() {
			continue
		}
		other := Tested{Rule: r.ID, Version: r.Version, Document: r.Document}
		for _, g := range r.Grants {
			other.Grants = append(other.Grants, g.Device)
		}
		tested = append(tested, other)
	}
	slices.SortFunc(tested, func(a, b Tested) int { return bytes.Compare(a.Rule[:], b.Rule[:]) })
	c := &quarrels{draft: draft.Rule, stories: map[domain.Seq]bool{}, wishes: map[want]wish{}}
	w := newWorld(window, 0, tested)
	w.made = c.see
	if _, err := replay(ctx, log, window, []*world{w}, c); err != nil {
		return nil, err
	}
	return c.warnings, nil
}

// want is a property of a device, and wish what a rule last wanted of it.
type (
	want struct {
		device   domain.DeviceID
		property string
	}
	wish struct {
		rule  domain.RuleID
		value thing.Value
		at    time.Time
	}
)

// quarrels collects what rules do to each other.
type quarrels struct {
	draft    domain.RuleID
	stories  map[domain.Seq]bool // in which the draft fired
	wishes   map[want]wish
	firings  int
	warnings []Warning
}

func (c *quarrels) begin(*domain.Home, map[domain.RuleID]bool) {}
func (c *quarrels) did(*domain.RecordedEvent)                  {}
func (c *quarrels) sated() bool                                { return len(c.warnings) >= MaxWarnings || c.firings >= maxFirings }

func (c *quarrels) see(ev *domain.RecordedEvent) {
	by, ok := ev.Actor.Rule()
	if !ok {
		return
	}
	switch fact := ev.Fact.(type) {
	case domain.RuleFired:
		c.firings++
		if by == c.draft {
			c.stories[ev.Correlation] = true
		}
	case domain.RuleCut:
		if c.stories[ev.Correlation] || by == c.draft || fact.Other == c.draft {
			c.cut(ev, by, fact)
		}
	case domain.CommandRequested:
		c.wish(ev, by, fact)
	}
}

func (c *quarrels) cut(ev *domain.RecordedEvent, by domain.RuleID, fact domain.RuleCut) {
	w := Warning{Kind: Loop, Rules: []domain.RuleID{by}, Device: fact.Device}
	if fact.Reason == domain.CutRate {
		w.Kind = Flood
	}
	if !fact.Other.IsZero() && fact.Other != by {
		w.Rules = append(w.Rules, fact.Other)
	}
	c.warn(w, ev.Correlation)
}

func (c *quarrels) wish(ev *domain.RecordedEvent, by domain.RuleID, fact domain.CommandRequested) {
	wanted := fact.Set
	if fact.Action != "" {
		wanted = fact.Desires
	}
	for _, name := range slices.Sorted(maps.Keys(wanted)) {
		of := want{domain.DeviceID(ev.Entity), name}
		was, wished := c.wishes[of]
		c.wishes[of] = wish{rule: by, value: wanted[name], at: ev.RecordedAt}
		if !wished || was.rule == by || was.value == wanted[name] || ev.RecordedAt.Sub(was.at) > ConflictWithin {
			continue
		}
		if by == c.draft || was.rule == c.draft {
			c.warn(Warning{Kind: Conflict, Rules: []domain.RuleID{was.rule, by}, Device: of.device, Property: name}, ev.Correlation)
		}
	}
}

// warn adds a warning, or one more example of it.
func (c *quarrels) warn(w Warning, story domain.Seq) {
	slices.SortFunc(w.Rules, func(a, b domain.RuleID) int { return bytes.Compare(a[:], b[:]) })
	i := slices.IndexFunc(c.warnings, func(o Warning) bool {
		return o.Kind == w.Kind && slices.Equal(o.Rules, w.Rules) && o.Device == w.Device && o.Property == w.Property
	})
	if i < 0 {
		i, c.warnings = len(c.warnings), append(c.warnings, w)
	}
	c.warnings[i].Count++
	if at := &c.warnings[i].Seqs; story > 0 && story < aside && len(*at) < maxExamples && !slices.Contains(*at, story) {
		*at = append(*at, story)
	}
}
