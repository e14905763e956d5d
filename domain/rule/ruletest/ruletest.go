// Package ruletest makes up homes with rules and what happens in them, the same for
// the same seed, so that whoever runs rules can be held against the others.
package ruletest

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"time"

	"logis/domain"
	"logis/domain/rule"
	"logis/domain/thing"
)

// Life is a made-up home. Its ids follow from its seed.
type Life struct {
	Home    domain.HomeID
	Owner   domain.PersonID
	Gateway domain.GatewayID

	random  *rand.Rand
	lamps   []domain.DeviceID
	motions []domain.DeviceID
	warmth  domain.DeviceID
	lock    domain.DeviceID
	rules   int

	addresses map[domain.DeviceID]string
}

// New returns the life of a seed.
func New(seed uint64) *Life {
	var stem [8]byte
	binary.BigEndian.PutUint64(stem[:], seed)
	id := func(kind, n byte) [16]byte {
		return [16]byte{0x01, 0x8f, 6: 0x70, 8: 0x80, 11: stem[5], 12: stem[6], 13: stem[7], 14: kind, 15: n}
	}
	l := &Life{
		Home: id(0, 1), Owner: id(0, 2), Gateway: id(0, 3), warmth: id(1, 1), lock: id(1, 2),
		random: rand.New(rand.NewPCG(seed, 18)), //nolint:gosec // the same for the same seed is the point
	}
	for n := range byte(3) {
		l.lamps, l.motions = append(l.lamps, id(2, n)), append(l.motions, id(3, n))
	}
	return l
}

// Rename gives the devices other ids, by their addresses, before the home is founded:
// at a gateway an id follows from the address.
func (l *Life) Rename(named func(address string) domain.DeviceID) {
	l.addresses = map[domain.DeviceID]string{}
	rename := func(id *domain.DeviceID) {
		address := id.String()
		*id = named(address)
		l.addresses[*id] = address
	}
	for i := range l.lamps {
		rename(&l.lamps[i])
		rename(&l.motions[i])
	}
	rename(&l.warmth)
	rename(&l.lock)
}

// Address returns where a device of the home is reached.
func (l *Life) Address(id domain.DeviceID) string {
	if address, ok := l.addresses[id]; ok {
		return address
	}
	return id.String()
}

// Found returns the events a home begins with: a gateway, three lamps, three motion
// sensors, a thermometer and a lock.
func (l *Life) Found() []domain.Event {
	created, joined := domain.FoundHome(l.Home, l.Owner, "Europe/Berlin")
	events := []domain.Event{
		created, joined, l.by(l.Home.Entity(), domain.HomeLocated{Place: domain.Place{Latitude: 525, Longitude: 134}}),
		l.by(l.Gateway.Entity(), domain.GatewayEnrolled{KeyFingerprint: "f00d"}),
		{Entity: l.Gateway.Entity(), Actor: domain.SystemActor, Fact: domain.GatewayConnected{Session: 1, Replica: "one", Epoch: 1, Outbox: "o"}},
	}
	register := func(id domain.DeviceID, kind string) {
		events = append(events, domain.Event{
			Entity: id.Entity(), Actor: domain.GatewayActor, Edge: domain.EdgeRef{Gateway: l.Gateway, Epoch: 1, Seq: int64(len(events))},
			Fact: domain.DeviceRegistered{Address: l.Address(id), Kind: kind},
		})
	}
	for i := range l.lamps {
		register(l.lamps[i], "dimmable-light")
		register(l.motions[i], "motion-sensor")
	}
	register(l.warmth, "temperature-sensor")
	register(l.lock, "lock")
	return events
}

func (l *Life) by(entity domain.EntityID, fact domain.Fact) domain.Event {
	return domain.Event{Entity: entity, Actor: domain.PersonActor(l.Owner), Fact: fact}
}

func pick[V any](r *rand.Rand, those []V) V { return those[r.IntN(len(those))] }

// Step returns what happens next in the home, and how long after the event before.
// It is nothing that rules do.
func (l *Life) Step(home *domain.Home) (domain.Event, time.Duration) {
	after := time.Duration(l.random.IntN(20_000)) * time.Millisecond
	switch n := l.random.IntN(100); {
	case n < 12:
		return l.edit(home), after
	case n < 16 && len(home.Rules) > 0:
		r := pick(l.random, home.SortedRules())
		return l.by(r.ID.Entity(), pick(l.random, []domain.Fact{domain.RuleDisabled{}, domain.RuleEnabled{}, domain.RuleEnabled{}})), after
	case n < 20:
		return l.by(home.ID.Entity(), domain.HomeModeChanged{Mode: pick(l.random, []domain.Mode{domain.ModeHome, domain.ModeAway, domain.ModeNight})}), after
	case n < 24:
		return l.by(l.Owner.Entity(), domain.MemberPresenceChanged{Present: l.random.IntN(2) == 0}), after
	}
	return l.report(home), after
}

// report tells a value, now and then late or as present state, and sometimes as the
// answer to an open command.
func (l *Life) report(home *domain.Home) domain.Event {
	id, values := l.value()
	var cause domain.CommandID
	for _, c := range home.Commands {
		if l.random.IntN(3) == 0 && len(c.Set) > 0 && len(home.Commands) == 1 {
			id, values, cause = c.Device, c.Set, c.ID
		}
	}
	ev, err := home.Report(l.Gateway, id, values, cause)
	if err != nil {
		return l.by(l.Home.Entity(), domain.HomeRenamed{})
	}
	g := home.Gateways[l.Gateway]
	ev.Edge = domain.EdgeRef{Gateway: l.Gateway, Epoch: g.Epoch, Seq: g.Cursor + 1}
	switch l.random.IntN(20) {
	case 0:
		ev.Flags = domain.Historic
	case 1:
		ev.Flags, ev.Edge.Seq = domain.Snapshot, g.Cursor
	}
	return ev
}

func (l *Life) value() (domain.DeviceID, map[string]thing.Value) {
	truth := thing.Bool(l.random.IntN(2) == 0)
	switch l.random.IntN(4) {
	case 0:
		return pick(l.random, l.lamps), map[string]thing.Value{"onOff": truth, "currentLevel": thing.Number(float64(l.random.IntN(100)))}
	case 1:
		return l.warmth, map[string]thing.Value{"temperature": thing.Number(float64(l.random.IntN(60))/2 + 5)}
	}
	return pick(l.random, l.motions), map[string]thing.Value{"occupancy": truth}
}

// maxRules is how many rules a made-up home has: enough to meet each other.
const maxRules = 12

// edit makes a rule or changes one. A document that Check refuses is made anew.
func (l *Life) edit(home *domain.Home) domain.Event {
	id := domain.RuleID(l.Home)
	id[14] = 9
	if l.rules < maxRules {
		l.rules++
		id[15] = byte(l.rules) //nolint:gosec // at most maxRules
	} else {
		id[15] = 1 + byte(l.random.Uint32N(maxRules)) //nolint:gosec // below maxRules
	}
	for {
		doc := l.Document(home)
		if len(rule.Check(home, rule.Proposal{Rule: id, Document: doc})) == 0 {
			return l.by(id.Entity(), domain.RuleEdited{Document: doc})
		}
	}
}

// Document makes up a rule, which may be refused.
func (l *Life) Document(home *domain.Home) domain.RuleDocument {
	var doc domain.RuleDocument
	for range 1 + l.random.IntN(2) {
		doc.Triggers = append(doc.Triggers, l.trigger(home))
	}
	if l.random.IntN(2) == 0 {
		c := l.condition(2)
		doc.Condition = &c
	}
	for range 1 + l.random.IntN(3) {
		doc.Actions = append(doc.Actions, l.action())
	}
	doc.Concurrency = pick(l.random, []domain.Concurrency{"", domain.Single, domain.Restart, domain.Queued, domain.Parallel})
	return doc
}

func (l *Life) trigger(home *domain.Home) domain.Trigger {
	truth := thing.Bool(l.random.IntN(2) == 0)
	threshold := float64(10 + l.random.IntN(20))
	all := []domain.Trigger{
		{Property: &domain.PropertyTrigger{Device: pick(l.random, l.motions), Property: "occupancy", To: truth}},
		{Property: &domain.PropertyTrigger{Device: pick(l.random, l.motions), Property: "occupancy", To: truth, ForMS: l.random.Int64N(60_000)}},
		{Property: &domain.PropertyTrigger{Device: pick(l.random, l.lamps), Property: "onOff"}},
		{Property: &domain.PropertyTrigger{Device: l.warmth, Property: "temperature", Above: &threshold, Hysteresis: 2, FromUnknown: true}},
		{Mode: &domain.ModeTrigger{To: pick(l.random, []domain.Mode{"", domain.ModeHome, domain.ModeAway})}},
		{Presence: &domain.PresenceTrigger{Change: pick(l.random, []string{"arrives", "last_leaves"})}},
		{Cron: &domain.CronTrigger{Line: fmt.Sprintf("*/%d * * * *", 1+l.random.IntN(10))}},
		{Sun: &domain.SunTrigger{Event: "sunset"}},
	}
	if len(home.Rules) > 0 {
		all = append(all, domain.Trigger{Rule: &domain.RuleTrigger{Rule: pick(l.random, home.SortedRules()).ID}})
	}
	return pick(l.random, all)
}

func (l *Life) condition(depth int) domain.Condition {
	if n := l.random.IntN(5); depth > 0 && n < 3 {
		parts := []domain.Condition{l.condition(depth - 1), l.condition(depth - 1)}
		switch n {
		case 0:
			return domain.Condition{All: parts}
		case 1:
			return domain.Condition{Any: parts}
		}
		return domain.Condition{Not: &parts[0]}
	}
	limit := 18.0
	return pick(l.random, []domain.Condition{
		{Property: &domain.PropertyTest{Device: pick(l.random, l.lamps), Property: "onOff", Is: "true"}},
		{Property: &domain.PropertyTest{Device: l.warmth, Property: "temperature", Above: &limit, ForMS: l.random.Int64N(5000)}},
		{Property: &domain.PropertyTest{Device: l.warmth, Property: "temperature", Above: &limit, Hysteresis: float64(1 + l.random.IntN(6))}},
		{Property: &domain.PropertyTest{Device: l.warmth, Property: "temperature", Below: &limit, Hysteresis: 3}},
		{Mode: &domain.ModeTest{Is: []domain.Mode{domain.ModeHome, domain.ModeNight}}},
		{Presence: &domain.PresenceTest{Is: "present"}},
		{Time: &domain.TimeTest{After: "09:00", Before: "21:00"}},
		{Sun: &domain.SunTest{Is: pick(l.random, []string{"up", "down"})}},
		{Expression: `mode != "away"`},
	})
}

func (l *Life) action() domain.Action {
	return pick(l.random, []domain.Action{
		{Command: &domain.CommandAction{Device: pick(l.random, l.lamps), Set: map[string]thing.Value{"onOff": thing.Bool(l.random.IntN(2) == 0)}}},
		{Command: &domain.CommandAction{Device: l.lock, Action: "lockDoor"}},
		{Delay: &domain.DelayAction{MS: 1 + l.random.Int64N(90_000)}},
		{Mode: &domain.ModeAction{To: pick(l.random, []domain.Mode{domain.ModeHome, domain.ModeAway, domain.ModeNight})}},
		{Notify: &domain.NotifyAction{}},
	})
}
