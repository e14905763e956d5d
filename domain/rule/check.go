package rule

import (
	"fmt"
	"slices"
	"time"

	"logis/domain"
	"logis/domain/thing"
)

// Bounds of one rule. All of it is asked or done inside an append.
const (
	MaxTriggers   = 16
	MaxActions    = 32
	MaxConditions = 64             // parts of a condition
	MaxNesting    = 8              // of its parts
	MaxRuns       = 10             // of one rule at once or waiting
	MaxDelay      = 24 * time.Hour // what takes longer is a schedule
	MaxHeld       = 24 * time.Hour
	maxSunOffset  = 12 * 60 // minutes
)

// Proposal is a rule that somebody wants to save.
type Proposal struct {
	Rule     domain.RuleID // zero: a new one
	Document domain.RuleDocument
	Grants   []domain.DeviceID // an owner's leave that comes with it
}

// Check returns everything that keeps a rule from making sense in the home, by the
// path of the field: nothing when it may be saved.
func Check(home *domain.Home, p Proposal) []domain.Fault {
	c := checking{home: home, proposal: p}
	doc := p.Document
	c.count("triggers", len(doc.Triggers), 1, MaxTriggers)
	c.count("actions", len(doc.Actions), 1, MaxActions)
	for i, t := range doc.Triggers[:min(len(doc.Triggers), MaxTriggers)] {
		c.trigger(fmt.Sprintf("triggers[%d]", i), t)
	}
	if doc.Condition != nil {
		c.condition(rootPath, *doc.Condition, 1)
		if c.parts > MaxConditions {
			c.fault(rootPath, fmt.Sprintf("must have at most %d parts", MaxConditions))
		}
	}
	for i, a := range doc.Actions[:min(len(doc.Actions), MaxActions)] {
		c.action(fmt.Sprintf("actions[%d]", i), a)
	}
	c.concurrency(doc)
	c.selfTrigger(doc)
	if _, known := home.Rules[p.Rule]; !known && len(home.Rules) >= domain.MaxRules {
		c.fault("rule", fmt.Sprintf("is one more than the %d a home can have", domain.MaxRules))
	}
	return c.faults
}

type checking struct {
	home     *domain.Home
	proposal Proposal
	faults   []domain.Fault
	parts    int
}

func (c *checking) fault(field, message string) {
	c.faults = append(c.faults, domain.Fault{Field: field, Message: message})
}

func (c *checking) count(field string, n, least, most int) {
	if n < least || n > most {
		c.fault(field, fmt.Sprintf("must be %d to %d", least, most))
	}
}

// one reports whether exactly one member is set, and says so when not.
func (c *checking) one(field string, set ...bool) bool {
	n := 0
	for _, is := range set {
		if is {
			n++
		}
	}
	if n != 1 {
		c.fault(field, "must have exactly one member")
	}
	return n == 1
}

func (c *checking) oneOf(field, value string, allowed ...string) {
	if !slices.Contains(allowed, value) {
		c.fault(field, "must be one of "+fmt.Sprint(allowed))
	}
}

// model returns what a device can be, and names the fault when there is none.
func (c *checking) model(field string, id domain.DeviceID) (*thing.Model, bool) {
	d, ok := c.home.Devices[id]
	if !ok || d.Removed {
		c.fault(field, "is not a device of this home")
		return nil, false
	}
	model, err := c.home.Model(d)
	if err != nil {
		c.fault(field, "has no model here")
	}
	return model, err == nil
}

func (c *checking) property(field string, id domain.DeviceID, name string) (thing.Property, bool) {
	model, ok := c.model(field+".device", id)
	if !ok {
		return thing.Property{}, false
	}
	p, ok := model.Properties[name]
	if !ok {
		c.fault(field+".property", "is not a property of this device; it has "+fmt.Sprint(model.PropertyNames()))
	}
	return p, ok
}

func (c *checking) value(field string, schema thing.Schema, v thing.Value) {
	if v == "" {
		return
	}
	if why := schema.Check(v); why != "" {
		c.fault(field, why)
	}
}

func (c *checking) thresholds(field string, p thing.Property, above, below *float64) {
	numeric := p.Type == "integer" || p.Type == "number"
	for name, threshold := range map[string]*float64{"above": above, "below": below} {
		switch {
		case threshold == nil:
		case !numeric:
			c.fault(field+"."+name, "must be left out: the property is not a number")
		case p.Minimum != nil && *threshold < *p.Minimum, p.Maximum != nil && *threshold > *p.Maximum:
			c.fault(field+"."+name, "must be "+p.Range())
		}
	}
	if above != nil && below != nil && *above >= *below {
		c.fault(field+".above", "must be less than below: no number is beyond both")
	}
}

func (c *checking) held(field string, ms int64) {
	if ms < 0 || ms > MaxHeld.Milliseconds() {
		c.fault(field, "must be from 0 to "+MaxHeld.String())
	}
}

func (c *checking) person(field string, id domain.PersonID) {
	if _, ok := c.home.Members[id]; !ok && !id.IsZero() {
		c.fault(field, "is not a member of this home")
	}
}

func (c *checking) mode(field string, m domain.Mode) {
	if !c.home.HasMode(m) {
		c.fault(field, "is not a mode of this home")
	}
}

func (c *checking) place(field string) {
	if c.home.Profile.Place == nil {
		c.fault(field, "needs to know where the home is: set its place first")
	}
}

func (c *checking) days(field string, days []string) {
	if why := checkDays(days); why != "" {
		c.fault(field, why)
	}
}

func (c *checking) clock(field, text string) {
	if _, err := parseClock(text); err != nil {
		c.fault(field, err.Error())
	}
}

func (c *checking) concurrency(doc domain.RuleDocument) {
	switch doc.Concurrency {
	case "", domain.Single, domain.Restart:
		if doc.Limit != 0 {
			c.fault("limit", "must only stand beside queued or parallel")
		}
	case domain.Queued, domain.Parallel:
		if doc.Limit != 0 {
			c.count("limit", doc.Limit, 1, MaxRuns)
		}
	default:
		c.fault("concurrency", "must be single, restart, queued or parallel")
	}
}

// selfTrigger finds an action that makes a trigger of the same rule happen again.
func (c *checking) selfTrigger(doc domain.RuleDocument) {
	for i, t := range doc.Triggers {
		field := fmt.Sprintf("triggers[%d]", i)
		if t.Rule != nil && t.Rule.Rule == c.proposal.Rule && !c.proposal.Rule.IsZero() {
			c.fault(field+".rule.rule", "is this rule itself")
		}
		for j, a := range doc.Actions {
			if c.again(t, a) {
				c.fault(field, fmt.Sprintf("is what actions[%d] of this rule does: it would never end", j))
			}
		}
	}
}

// again reports whether the action brings about what the trigger waits for.
func (c *checking) again(t domain.Trigger, a domain.Action) bool {
	switch {
	case t.Mode != nil && a.Mode != nil:
		return t.Mode.To == "" || t.Mode.To == a.Mode.To
	case t.Property == nil:
		return false
	case a.Scene != nil:
		if s, ok := c.home.Scenes[a.Scene.Scene]; ok {
			return slices.ContainsFunc(s.Settings, func(s domain.SceneSetting) bool {
				return s.Device == t.Property.Device && t.Property.ForMS == 0 && moves(t.Property, s.Set)
			})
		}
	case a.Command != nil && a.Command.Device == t.Property.Device:
		set := a.Command.Set
		if model, ok := c.home.Devices[a.Command.Device]; ok && a.Command.Action != "" {
			if m, err := c.home.Model(model); err == nil {
				set = m.Actions[a.Command.Action].Desires
			}
		}
		return moves(t.Property, set)
	}
	return false
}

// moves reports whether setting the values makes the trigger happen. One that asks
// for a value is only brought about by that value.
func moves(t *domain.PropertyTrigger, set map[string]thing.Value) bool {
	v, ok := set[t.Property]
	return ok && (t.To == "" || t.To == v) && within(v, t.Above, t.Below)
}
