package chaos

import (
	"context"
	"fmt"
	"slices"
	"time"

	"logis/domain"
	"logis/domain/rule"
	"logis/domain/thing"
	"logis/eventstore"
)

// rules: P-4, C-11 and C-9.
func (c *checker) rules(ctx context.Context, a automation) error {
	r := ruleCheck{automation: a}
	err := eventstore.Scan(ctx, c.pool, c.home, 0, 0, func(ev *domain.RecordedEvent) error {
		r.log = append(r.log, ev)
		return nil
	})
	if err == nil {
		r.run()
	}
	c.firings, c.cuts = r.firings, r.cuts
	c.problems = append(c.problems, r.problems...)
	return err
}

// ruleCheck compares what rules did by the log of a home with what they had to do by
// the reports in it.
type ruleCheck struct {
	automation
	log      []*domain.RecordedEvent
	fired    map[firingKey][]*domain.RecordedEvent
	done     map[domain.Seq][]int // which actions followed from a firing
	firings  int
	cuts     int
	problems []string
}

type firingKey struct {
	rule  domain.EntityID
	cause domain.Seq
}

func (r *ruleCheck) fail(format string, args ...any) {
	r.problems = append(r.problems, fmt.Sprintf(format, args...))
}

func (r *ruleCheck) run() {
	r.collect()
	for key, firings := range r.fired {
		if key.cause == 0 || len(firings) > 1 {
			r.fail("P-4: rule %s fired %d times for event %d", key.rule, len(firings), key.cause)
		}
	}
	for _, w := range r.watched {
		r.watch(w)
	}
	for _, pair := range r.fighters {
		r.fought(pair)
	}
	r.everyMinute()
}

// collect finds the firings and what followed from each.
func (r *ruleCheck) collect() {
	r.fired, r.done = map[firingKey][]*domain.RecordedEvent{}, map[domain.Seq][]int{}
	for _, ev := range r.log {
		switch fact := ev.Fact.(type) {
		case domain.RuleFired:
			r.firings++
			key := firingKey{ev.Entity, ev.Causation}
			r.fired[key] = append(r.fired[key], ev)
			if fact.Depth > rule.MaxDepth {
				r.fail("C-9: rule %s fired %d deep", ev.Entity, fact.Depth)
			}
		case domain.RuleCut:
			r.cuts++
		case domain.NoticeRaised:
			if firing := r.firingOf(ev); fact.About == domain.NoticeOfRule && firing != 0 {
				r.done[firing] = append(r.done[firing], fact.Action)
			}
		}
	}
}

// firingOf walks from what a rule did to its firing.
func (r *ruleCheck) firingOf(ev *domain.RecordedEvent) domain.Seq {
	for ev.Causation > 0 && ev.Causation < ev.Seq && int(ev.Causation) <= len(r.log) {
		ev = r.log[ev.Causation-1]
		if _, fired := ev.Fact.(domain.RuleFired); fired {
			return ev.Seq
		}
	}
	return 0
}

// settling is for how long after its start an agent may find out how things are.
// Whether what came later was news, this check cannot tell.
const settling = 3 * time.Second

// watch goes through the reports that trigger a rule: each must have fired it once,
// and no other one.
func (r *ruleCheck) watch(w *watched) {
	runs, last, starts := false, thing.Value(""), w.starts
	begins := w.begins()
	var held domain.EdgeRef
	for _, ev := range r.log {
		if ev.Entity == w.id.Entity() {
			if now := w.runsBy(ev, runs); now != runs {
				runs, begins = now, w.begins()
				begins(last)
			}
		}
		fact, ok := ev.Fact.(domain.DeviceReported)
		value, told := fact.Values[w.reads]
		if !ok || !told || ev.Entity != w.device.Entity() || w.overtaken(ev, held) {
			continue
		}
		last, held = value, ev.Edge
		first, unsure := false, false
		for len(starts) > 0 && !ev.OccurredAt.Before(starts[0].Add(-restartGap/2)) {
			first, unsure = true, ev.OccurredAt.Sub(starts[0]) > settling
			starts = starts[1:]
		}
		begun := begins(value)
		if runs && !unsure {
			r.report(w, ev, begun, !first && w.news(ev))
		}
	}
}

// runsBy reports whether the rule runs where it should after an event about it.
func (w *watched) runsBy(ev *domain.RecordedEvent, runs bool) bool {
	switch fact := ev.Fact.(type) {
	case domain.RuleEdited:
		return w.gateway.IsZero()
	case domain.RulePlaced:
		return fact.Gateway == w.gateway
	}
	return runs
}

// overtaken reports whether the rule does not look at a report where it runs: the
// cloud because it has heard a newer one, a gateway because it is no entry of its
// outbox.
func (w *watched) overtaken(ev *domain.RecordedEvent, held domain.EdgeRef) bool {
	if w.gateway.IsZero() {
		return !ev.Flags.Has(domain.Snapshot) && held.Seq != 0 && !ev.Edge.Newer(held)
	}
	return ev.Flags.Has(domain.Snapshot)
}

// news reports whether a report may trigger the rule where it runs. A gateway hears
// its own reports at once, whenever the cloud does.
func (w *watched) news(ev *domain.RecordedEvent) bool {
	return !w.gateway.IsZero() ||
		!ev.Flags.Has(domain.Historic) && !ev.Flags.Has(domain.Snapshot) && ev.RecordedAt.Sub(ev.OccurredAt) <= rule.Freshness
}

// report checks what followed from one report.
func (r *ruleCheck) report(w *watched, ev *domain.RecordedEvent, begun, news bool) {
	firings := r.fired[firingKey{w.id.Entity(), ev.Seq}]
	switch {
	case len(firings) == 0 && begun && news:
		r.fail("P-4: rule %q did not fire for event %d", w.name, ev.Seq)
	case len(firings) > 0 && !begun:
		r.fail("P-4: rule %q fired for event %d, which is none of its triggers", w.name, ev.Seq)
	case len(firings) > 0 && !news:
		r.fail("P-4: rule %q fired for event %d, which was no news", w.name, ev.Seq)
	}
	for _, firing := range firings {
		did := r.done[firing.Seq]
		over := r.log[len(r.log)-1].RecordedAt.Sub(firing.RecordedAt) > tail
		if slices.Sort(did); over && !slices.Equal(did, []int{0, 2}) || len(did) > 2 || len(did) == 2 && did[0] == did[1] {
			r.fail("P-4: the firing %d of rule %q did its actions %v", firing.Seq, w.name, did)
		}
	}
}

// tail is how much of the end of a log may be without what follows from it.
const tail = 5 * time.Second

// fought checks that one of two rules that undo each other was cut, the other one
// named, and the owners told.
func (r *ruleCheck) fought(pair [2]domain.RuleID) {
	for _, ev := range r.log {
		cut, ok := ev.Fact.(domain.RuleCut)
		by, other := slices.Index(pair[:], domain.RuleID(ev.Entity)), slices.Index(pair[:], cut.Other)
		if !ok || by < 0 || other < 0 || by == other {
			continue
		}
		if slices.ContainsFunc(r.log, func(n *domain.RecordedEvent) bool {
			notice, ok := n.Fact.(domain.NoticeRaised)
			return ok && notice.About == domain.NoticeOfCut && n.Causation == ev.Seq
		}) {
			return
		}
	}
	r.fail("C-9: rules %s and %s were not cut, named and told of", pair[0], pair[1])
}

// everyMinute checks that each minute was noticed once, and fired its rule.
func (r *ruleCheck) everyMinute() {
	var minutes []time.Time
	var since time.Time
	for _, ev := range r.log {
		if ev.Entity != r.minutely.Entity() {
			continue
		}
		switch fact := ev.Fact.(type) {
		case domain.RuleEdited:
			since = ev.RecordedAt
		case domain.RuleWaitEnded:
			minutes = append(minutes, ev.RecordedAt.Truncate(time.Minute))
			if fired := len(r.fired[firingKey{ev.Entity, ev.Seq}]) > 0; fired != (fact.Outcome == domain.WaitDue) {
				r.fail("P-4: a minute was %s at event %d, and its rule fired: %v", fact.Outcome, ev.Seq, fired)
			}
		}
	}
	if len(slices.Compact(slices.Clone(minutes))) != len(minutes) {
		r.fail("P-4: a minute came twice: %v", minutes)
	}
	for at := since.Truncate(time.Minute).Add(time.Minute); !since.IsZero() && at.Before(r.log[len(r.log)-1].RecordedAt.Add(-tail)); at = at.Add(time.Minute) {
		if !slices.Contains(minutes, at) && !r.stoodStill(at) {
			r.fail("P-4: nobody noticed %s", at.Format(time.TimeOnly))
		}
	}
}

// stoodStill reports whether nothing at all was recorded for so long after a moment
// that it was too late then.
func (r *ruleCheck) stoodStill(at time.Time) bool {
	i := slices.IndexFunc(r.log, func(ev *domain.RecordedEvent) bool { return !ev.RecordedAt.Before(at) })
	return i >= 0 && r.log[i].RecordedAt.Sub(at) > rule.Freshness
}
