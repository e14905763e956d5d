package whatif

import (
	"slices"
	"time"

	"logis/domain"
)

// key names an occasion to fire: an event, the event from which on a value was held,
// or a time.
type key struct {
	rule domain.RuleID
	seq  domain.Seq
	held bool
	due  int64 // Unix milliseconds
}

// occasions finds what rules fired upon, by looking at what they record.
type occasions struct {
	waits map[domain.Seq]occasion // open ones
	ended domain.Seq              // the last wait that came due …
	of    key                     // … and what it was for
}

type occasion struct {
	kind  domain.WaitKind
	cause domain.Seq
	due   int64
}

// newOccasions begins with what the rules wait for already. From when on a value is
// held, the home only remembers as the story it belongs to.
func newOccasions(home *domain.Home, rules map[domain.RuleID]bool) *occasions {
	o := &occasions{waits: map[domain.Seq]occasion{}}
	for id := range rules {
		if run, ok := home.Runs[id]; ok {
			for _, w := range run.Waits {
				o.waits[w.Seq] = occasion{kind: w.Kind, cause: w.Correlation, due: w.Due.UnixMilli()}
			}
		}
	}
	return o
}

// see takes an event that a rule recorded. fired is true for a rule.fired.
func (o *occasions) see(ev *domain.RecordedEvent) (k key, fired bool) {
	id := domain.RuleID(ev.Entity)
	switch fact := ev.Fact.(type) {
	case domain.RuleWaited:
		o.waits[ev.Seq] = occasion{kind: fact.Kind, cause: ev.Causation, due: fact.DueMS}
	case domain.RuleWaitEnded:
		w := o.waits[fact.Wait]
		if fact.Outcome == domain.WaitDue {
			o.ended, o.of = ev.Seq, key{rule: id, due: w.due}
			if w.kind == domain.WaitHeld {
				o.of = key{rule: id, seq: w.cause, held: true}
			}
		}
		if fact.NextMS != 0 {
			w.due = fact.NextMS
			o.waits[fact.Wait] = w
		} else {
			delete(o.waits, fact.Wait)
		}
	case domain.RuleFired:
		if ev.Causation == o.ended {
			return o.of, true
		}
		return key{rule: id, seq: ev.Causation}, true
	}
	return key{}, false
}

// pairs sets firings beside each other.
type pairs struct {
	rules  map[domain.RuleID]bool
	logged *occasions
	rows   map[key]*Row
	count  int // of versions
	result *Result
}

func newPairs(versions int) *pairs {
	return &pairs{rows: map[key]*Row{}, count: versions, result: &Result{Would: make([]int, versions)}}
}

func (p *pairs) begin(home *domain.Home, rules map[domain.RuleID]bool) {
	p.rules, p.logged = rules, newOccasions(home, rules)
	p.result.To = home.Seq
}

func (p *pairs) sated() bool { return len(p.result.Rows) >= MaxRows }

func (p *pairs) row(k key, at time.Time) *Row {
	r, ok := p.rows[k]
	if !ok {
		r = &Row{Rule: k.rule, Seq: k.seq, At: at, Would: make([]*Firing, p.count)}
		if k.seq >= aside {
			r.Seq = 0
		}
		p.rows[k] = r
		p.result.Rows = append(p.result.Rows, r)
	}
	return r
}

func (p *pairs) would(version int, k key, ev *domain.RecordedEvent, f *Firing) {
	p.row(k, ev.RecordedAt).Would[version] = f
	p.result.Would[version]++
}

// did takes an event of the log.
func (p *pairs) did(ev *domain.RecordedEvent) {
	p.result.Events++
	p.result.To = ev.Seq
	if !p.rules[domain.RuleID(ev.Entity)] {
		return
	}
	k, fired := p.logged.see(ev)
	if !fired {
		return
	}
	fact, _ := ev.Fact.(domain.RuleFired)
	p.row(k, ev.RecordedAt).Did = &Did{Seq: ev.Seq, At: ev.RecordedAt, Version: fact.Version}
	p.result.Did++
}

// rename says that a made up event is one of the log: whatever fired upon the one
// fired upon the other.
func (p *pairs) rename(version int, made, told domain.Seq) {
	for id := range p.rules {
		for _, held := range []bool{false, true} {
			from, to := key{rule: id, seq: made, held: held}, key{rule: id, seq: told, held: held}
			r, ok := p.rows[from]
			if !ok {
				continue
			}
			delete(p.rows, from)
			if other, both := p.rows[to]; both {
				other.Would[version] = r.Would[version]
				p.result.Rows = slices.DeleteFunc(p.result.Rows, func(row *Row) bool { return row == r })
				continue
			}
			r.Seq = told
			p.rows[to] = r
		}
	}
}

func (p *pairs) end(full bool) *Result {
	slices.SortStableFunc(p.result.Rows, func(a, b *Row) int { return a.At.Compare(b.At) })
	for _, r := range p.result.Rows {
		if r.Differs() {
			p.result.Differ++
		}
	}
	p.result.Full = full
	return p.result
}
