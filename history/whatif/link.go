package whatif

import (
	"fmt"
	"slices"
	"time"

	"logis/domain"
	"logis/domain/rule"
)

// linkWithin is how much later than here the log may say the same: what is noticed
// later still is missed by a rule.
const linkWithin = rule.Freshness

// links says which events of the log are those that were made up here too.
type links struct {
	own      seqs                                  // of the log: what the rules caused and did not cause here
	told     map[domain.Seq]domain.Seq             // of the log → here
	commands map[domain.CommandID]domain.CommandID // of the log → here
	made     []deed                                // here, and not in the log yet, in the order of time
}

// deed is something a rule did here.
type deed struct {
	like string
	at   time.Time
	seq  domain.Seq
	fact domain.Fact
}

func newLinks(window Window) links {
	return links{own: newSeqs(window), told: map[domain.Seq]domain.Seq{}, commands: map[domain.CommandID]domain.CommandID{}}
}

func (l *links) did(like string, ev *domain.RecordedEvent) {
	l.drop(ev.RecordedAt)
	l.made = append(l.made, deed{like: like, at: ev.RecordedAt, seq: ev.Seq, fact: ev.Fact})
}

// find takes out the oldest deed that an event of the log repeats.
func (l *links) find(like string, at time.Time) (deed, bool) {
	l.drop(at)
	i := slices.IndexFunc(l.made, func(d deed) bool { return d.like == like })
	if i < 0 {
		return deed{}, false
	}
	found := l.made[i]
	l.made = slices.Delete(l.made, i, i+1)
	return found, true
}

// drop forgets what the log will not repeat any more.
func (l *links) drop(now time.Time) {
	for len(l.made) > 0 && now.Sub(l.made[0].at) > linkWithin {
		l.made = l.made[1:]
	}
}

// likeness is what two deeds have in common that are the same; ok is false for what
// nobody but the rule itself takes up.
func likeness(ev *domain.RecordedEvent, k key, fired bool) (like string, ok bool) {
	switch fact := ev.Fact.(type) {
	case domain.CommandRequested:
		return fmt.Sprint("command ", ev.Actor, ev.Entity, fact.Set, fact.Action, fact.Input), true
	case domain.HomeModeChanged:
		return fmt.Sprint("mode ", ev.Actor, fact.Mode), true
	case domain.SceneActivated:
		return fmt.Sprint("scene ", ev.Actor, ev.Entity), true
	}
	return fmt.Sprint("fired ", k), fired
}

// admit decides whether an event of the log happens here, and returns it as it does:
// what the tested rules caused does not, unless they caused it here too.
func (w *world) admit(ev *domain.RecordedEvent) (*domain.RecordedEvent, bool) {
	by, isRule := ev.Actor.Rule()
	_, byPerson := ev.Actor.Person()
	switch {
	case isRule && w.rules[by]:
		w.link(ev)
		return nil, false
	case !byPerson && w.links.own.has(ev.Causation):
		w.links.own.add(ev.Seq)
		return nil, false
	case aboutRule(ev):
		return nil, false
	}
	if made, ok := w.links.told[ev.Causation]; ok {
		caused := *ev
		caused.Causation, ev = made, &caused
	}
	return w.turned(ev)
}

// aboutRule reports whether people changed a rule: here it is what is tested, and
// others are known by what they did.
func aboutRule(ev *domain.RecordedEvent) bool {
	switch ev.Fact.(type) {
	case domain.RuleEdited, domain.RuleEnabled, domain.RuleDisabled, domain.RuleRemoved, domain.RulePlaced, domain.RuleGranted:
		return true
	}
	return false
}

// turned lets a turn in a command's life happen to the command it has here.
func (w *world) turned(ev *domain.RecordedEvent) (*domain.RecordedEvent, bool) {
	turn := *ev
	var id *domain.CommandID
	switch fact := ev.Fact.(type) {
	case domain.CommandSent:
		fact.Command = w.links.here(fact.Command)
		turn.Fact, id = fact, &fact.Command
	case domain.CommandDelivered:
		fact.Command = w.links.here(fact.Command)
		turn.Fact, id = fact, &fact.Command
	case domain.CommandEnded:
		fact.Command = w.links.here(fact.Command)
		turn.Fact, id = fact, &fact.Command
	default:
		return ev, true
	}
	_, open := w.run.Home.Commands[*id]
	return &turn, open
}

func (l *links) here(id domain.CommandID) domain.CommandID {
	if made, ok := l.commands[id]; ok {
		return made
	}
	return id
}

// link finds out whether what a tested rule did in the log it did here too: then what
// the home made of it there is what it makes of it here.
func (w *world) link(ev *domain.RecordedEvent) {
	k, fired := w.logged.see(ev)
	if made, ok := w.links.told[k.seq]; ok {
		k.seq = made
	}
	like, ok := likeness(ev, k, fired)
	if ok {
		var d deed
		if d, ok = w.links.find(like, ev.RecordedAt); ok {
			w.links.told[ev.Seq] = d.seq
			w.linked(d.seq, ev.Seq)
			made, isCommand := d.fact.(domain.CommandRequested)
			told, _ := ev.Fact.(domain.CommandRequested)
			if isCommand {
				w.links.commands[told.Command] = made.Command
				w.forget(made.Command)
			}
			return
		}
	}
	w.links.own.add(ev.Seq)
}

// seqs is a set of events of a window.
type seqs struct {
	after domain.Seq
	bits  []uint64
}

func newSeqs(window Window) seqs { return seqs{after: window.After} }

func (s *seqs) add(seq domain.Seq) {
	n := int(seq - s.after)
	for n/64 >= len(s.bits) {
		s.bits = append(s.bits, 0)
	}
	s.bits[n/64] |= 1 << (n % 64)
}

func (s *seqs) has(seq domain.Seq) bool {
	n := int(seq - s.after)
	return n > 0 && n/64 < len(s.bits) && s.bits[n/64]&(1<<(n%64)) != 0
}
