package whatif

import (
	"time"

	"logis/domain"
	"logis/domain/rule"
)

// aside is where the seqs of made up events begin, beyond any log. Each world has a
// stretch of its own.
const (
	aside   domain.Seq = 1 << 60
	stretch domain.Seq = 1 << 40
)

// tidyEvery is after how many events the changes are dropped that nobody will save.
const tidyEvery = 1000

// world is a home as it would have been, with rules that run in it. What is not
// asked for may be nil.
type world struct {
	tested []Tested
	rules  map[domain.RuleID]bool
	run    rule.Run
	links  links

	pending   []pending              // commands whose device has not answered, in the order of time
	occasions *occasions             // here …
	logged    *occasions             // … and in the log
	firings   map[domain.Seq]*Firing // by what was recorded in their course

	fired  func(key, *domain.RecordedEvent, *Firing)
	linked func(made, told domain.Seq)
	made   func(*domain.RecordedEvent) // every event made up here
}

func newWorld(window Window, n int, tested []Tested) *world {
	w := &world{
		tested: tested, rules: map[domain.RuleID]bool{}, links: newLinks(window), firings: map[domain.Seq]*Firing{},
		fired: func(key, *domain.RecordedEvent, *Firing) {}, linked: func(domain.Seq, domain.Seq) {}, made: func(*domain.RecordedEvent) {},
	}
	for _, r := range tested {
		w.rules[r.Rule] = true
	}
	w.run = rule.Run{Aside: aside + domain.Seq(n)*stretch, Seen: w.see}
	return w
}

// begin lets the rules run in a home, alone: all others are known by what they did. A
// rule that stands there in the tested version goes on from where it was.
func (w *world) begin(home *domain.Home, at time.Time) error {
	for id := range home.Rules {
		if !w.rules[id] {
			delete(home.Rules, id)
			delete(home.Runs, id)
		}
	}
	w.run.Home = home
	w.occasions, w.logged = newOccasions(home, w.rules), newOccasions(home, w.rules)
	for _, r := range w.tested {
		if err := w.place(r, at); err != nil {
			return err
		}
	}
	return nil
}

// place makes a rule what is tested, enabled and here. The last event lets the home
// find its triggers anew.
func (w *world) place(tested Tested, at time.Time) error {
	home, entity := w.run.Home, tested.Rule.Entity()
	var facts []domain.Fact
	r, ok := home.Rules[tested.Rule]
	if !ok || r.Version != tested.Version || tested.Version == 0 {
		facts = append(facts, domain.RuleEdited{Document: tested.Document})
	}
	if ok {
		r.Gateway = domain.GatewayID{}
	}
	for _, fact := range append(facts, domain.RuleEnabled{}) {
		if _, err := w.run.Record(domain.Event{Entity: entity, Actor: domain.SystemActor, Fact: fact}, at); err != nil {
			return err
		}
	}
	r = home.Rules[tested.Rule]
	for _, device := range tested.Grants {
		granted := domain.RuleGranted{Version: r.Version, Device: device}
		if _, err := w.run.Record(domain.Event{Entity: entity, Actor: domain.SystemActor, Fact: granted}, at); err != nil {
			return err
		}
	}
	return nil
}

// follow takes the next event of the log, after everything that comes due before it.
func (w *world) follow(ev *domain.RecordedEvent) error {
	if ev.Seq%tidyEvery == 0 {
		w.run.Home.TakeChanges()
	}
	if err := w.advance(ev.RecordedAt); err != nil {
		return err
	}
	told, ok := w.admit(ev)
	if !ok {
		return nil
	}
	return w.run.Follow(told)
}

// see is told every event that is made up here.
func (w *world) see(ev *domain.RecordedEvent) {
	w.made(ev)
	if by, ok := ev.Actor.Rule(); !ok || !w.rules[by] {
		return
	}
	k, fired := w.occasions.see(ev)
	f := w.firings[ev.Causation]
	switch fact := ev.Fact.(type) {
	case domain.RuleFired:
		f = &Firing{At: ev.RecordedAt, Trigger: fact.Trigger, Checked: fact.Checked}
		w.fired(k, ev, f)
	case domain.CommandRequested:
		w.expect(fact.Command, ev.RecordedAt)
	}
	if f != nil {
		w.firings[ev.Seq] = f
		if asks(ev.Fact) {
			f.Asked = append(f.Asked, Asked{At: ev.RecordedAt, Entity: ev.Entity, Fact: ev.Fact})
		}
	}
	if like, ok := likeness(ev, k, fired); ok {
		w.links.did(like, ev)
	}
}

func asks(fact domain.Fact) bool {
	switch fact.(type) {
	case domain.CommandRequested, domain.SceneActivated, domain.HomeModeChanged, domain.NoticeRaised, domain.RuleFailed, domain.RuleCut:
		return true
	}
	return false
}
