package rule

import (
	"cmp"
	"slices"
	"time"

	"logis/domain"
)

// Limits of what rules may do; dispatch and the edge rely on them too.
const (
	// Freshness is how old an event may be that triggers a rule, and how late a time
	// may be noticed: safety.md P-4.
	Freshness = 30 * time.Second
	// MaxDepth bounds how many rules may trigger each other in a row: C-9.
	MaxDepth = 8
	// MaxFirings bounds how often one rule fires in a minute, twice what the fastest
	// device may follow.
	MaxFirings = 60
)

// Reason is what came of a rule for an event.
type Reason string

// The reasons.
const (
	Fires        Reason = "fires"
	Holding      Reason = "holding"       // the value must be held first
	NotTriggered Reason = "not_triggered" // the event is none of its triggers
	NotMet       Reason = "condition"     // … is not met
	TooOld       Reason = "too_old"       // historic, present state told on connecting, or older than Freshness
	FirstValue   Reason = "first_value"   // nothing was known before
	NotHeld      Reason = "not_held"      // the value did not stay, or its time was missed
	Running      Reason = "running"       // it waits in the middle of its actions
	Inactive     Reason = "inactive"      // disabled, or cut out of a loop
	Elsewhere    Reason = "elsewhere"     // it runs at another place
	TooDeep      Reason = "too_deep"      // too many rules in a row: it is cut
	TooOften     Reason = "too_often"     // it fired too often in this minute
	Broken       Reason = "broken"        // a fault of the engine
)

// Decision is what is to become of a rule after an event.
type Decision struct {
	Rule    domain.RuleID
	Version domain.Seq
	Trigger int
	Reason  Reason
	Checked []domain.Checked
	// Events are to be recorded in this order; then, unless Action is negative, the
	// actions follow from there on.
	Events []domain.Event
	Action int

	at    domain.GatewayID // where it is decided
	cause origin           // of the actions
	late  bool             // their time is over: only what converges is done
}

// origin is what the events of a run follow from.
type origin struct {
	causation, correlation, fired domain.Seq // a zero causation: the last of Decision.Events
	depth                         int
}

// idle reports whether there is nothing to do.
func (d Decision) idle() bool { return len(d.Events) == 0 && d.Action < 0 }

// holds reports whether the decision is about a value that must be held: the only
// kind of which an event may bring a rule more than one.
func (d Decision) holds() bool { return d.Reason == Holding || d.Reason == NotHeld }

// React decides what rules that run at a place (zero: the cloud) do about ev, the
// last event of home. It decides for all of them in the state as it is.
func React(home *domain.Home, ev *domain.RecordedEvent, at domain.GatewayID) []Decision {
	if len(home.Rules) == 0 {
		return nil
	}
	decisions := react(home, ev, at)
	for i := range decisions {
		decisions[i].at = at
	}
	return decisions
}

func react(home *domain.Home, ev *domain.RecordedEvent, at domain.GatewayID) []Decision {
	switch ev.Fact.(type) {
	case domain.RuleEdited, domain.RuleEnabled, domain.RulePlaced:
		return arm(home, ev, at)
	case domain.RuleWaitEnded:
		d := protect(home.Rules[domain.RuleID(ev.Entity)], func(r *domain.Rule) Decision { return resume(home, r, ev, at) })
		if d.idle() {
			return nil
		}
		return []Decision{d}
	}
	q := questionOf(home, ev, at)
	var decisions []Decision
	for waiting := refs(home, ev); len(waiting) > 0; {
		waiting, decisions = q.ask(waiting, decisions)
	}
	return decisions
}

// protect turns a fault of the engine into a failed rule: no rule may stand in the
// way of a report.
func protect(r *domain.Rule, decide func(*domain.Rule) Decision) (d Decision) {
	if r == nil {
		return Decision{Action: none}
	}
	defer func() {
		if recover() != nil {
			d = broken(r)
		}
	}()
	return decide(r)
}

func broken(r *domain.Rule) Decision {
	d := decisionOf(r, 0, Broken)
	d.Events = []domain.Event{ruleEvent(r.ID, origin{}, domain.RuleFailed{Code: domain.Internal})}
	return d
}

// none stands for no action.
const none = -1

func decisionOf(r *domain.Rule, trigger int, why Reason) Decision {
	return Decision{Rule: r.ID, Version: r.Version, Trigger: trigger, Reason: why, Action: none}
}

func ruleEvent(id domain.RuleID, from origin, fact domain.Fact) domain.Event {
	return domain.Event{
		Entity: id.Entity(), Actor: domain.RuleActor(id), Causation: from.causation, Correlation: from.correlation, Fact: fact,
	}
}

// hold begins to wait until a value was held for long enough, or gives it up.
func hold(home *domain.Home, ref domain.TriggerRef, ev *domain.RecordedEvent, why Reason) Decision {
	d := decisionOf(ref.Rule, ref.Trigger, why)
	t := ref.Rule.Document.Triggers[ref.Trigger].Property
	from := origin{causation: ev.Seq, correlation: cmp.Or(ev.Correlation, ev.Seq)}
	wait, waits := waitOf(home, ref.Rule.ID, func(w domain.Wait) bool { return w.Kind == domain.WaitHeld && w.Trigger == ref.Trigger })
	switch {
	case waits && !holds(home, ref):
		d.Reason = NotHeld
		d.Events = []domain.Event{ruleEvent(ref.Rule.ID, from, domain.RuleWaitEnded{Wait: wait.Seq, Outcome: domain.WaitLeft})}
	case !waits && why == Fires:
		depth, _ := depthOf(home, ev)
		d.Reason = Holding
		d.Events = []domain.Event{ruleEvent(ref.Rule.ID, from, domain.RuleWaited{
			Version: ref.Rule.Version, Kind: domain.WaitHeld, Trigger: ref.Trigger, Depth: depth,
			DueMS: ev.RecordedAt.Add(time.Duration(t.ForMS) * time.Millisecond).UnixMilli(),
		})}
	}
	return d
}

func waitOf(home *domain.Home, id domain.RuleID, is func(domain.Wait) bool) (domain.Wait, bool) {
	run, ok := home.Runs[id]
	if !ok {
		return domain.Wait{}, false
	}
	i := slices.IndexFunc(run.Waits, is)
	if i < 0 {
		return domain.Wait{}, false
	}
	return run.Waits[i], true
}

// fire decides on a rule whose trigger happened.
func fire(home *domain.Home, ref domain.TriggerRef, ev *domain.RecordedEvent) Decision {
	d := decisionOf(ref.Rule, ref.Trigger, Fires)
	is, checked := evaluate(home, ref.Rule, ev.RecordedAt)
	if is != domain.True {
		d.Reason = NotMet
		return d
	}
	d.Checked = checked
	depth, by := depthOf(home, ev)
	from := origin{causation: ev.Seq, correlation: cmp.Or(ev.Correlation, ev.Seq), depth: depth + 1}
	if why := limit(home, ref.Rule, ev, depth); why != Fires {
		d.Reason = why
		d.Events = cutEvents(home, ref.Rule, ev, from, why, by)
		return d
	}
	turn, ends := concurrency(home, ref.Rule)
	if turn == leave {
		d.Reason = Running
		return d
	}
	for _, w := range ends {
		d.Events = append(d.Events, ruleEvent(ref.Rule.ID, from, domain.RuleWaitEnded{Wait: w.Seq, Outcome: domain.WaitCancelled}))
	}
	d.Events = append(d.Events, ruleEvent(ref.Rule.ID, from, domain.RuleFired{
		Version: ref.Rule.Version, Trigger: ref.Trigger, Depth: from.depth, Checked: d.Checked,
	}))
	d.cause, d.Action = origin{correlation: from.correlation, depth: from.depth}, 0
	if turn == queue {
		d.Events = append(d.Events, ruleEvent(ref.Rule.ID, origin{correlation: from.correlation}, domain.RuleWaited{
			Version: ref.Rule.Version, Kind: domain.WaitQueued, Trigger: ref.Trigger, Depth: from.depth,
		}))
		d.Action = none
	}
	return d
}

// turn is what a new run does about those that go on.
type turn int

const (
	leave turn = iota // there is none
	begin
	queue
)

// concurrency returns what a new run of the rule may do, and the waits it ends.
func concurrency(home *domain.Home, r *domain.Rule) (do turn, ends []domain.Wait) {
	run, ok := home.Runs[r.ID]
	if !ok {
		return begin, nil
	}
	var open []domain.Wait
	for _, w := range run.Waits {
		if w.Kind == domain.WaitDelay || w.Kind == domain.WaitQueued {
			open = append(open, w)
		}
	}
	limit := cmp.Or(r.Document.Limit, MaxRuns)
	switch {
	case len(open) == 0:
		return begin, nil
	case r.Document.Concurrency == domain.Restart:
		return begin, open
	case r.Document.Concurrency == domain.Queued && len(open) < limit:
		return queue, nil
	case r.Document.Concurrency == domain.Parallel && len(open) < limit:
		return begin, nil
	}
	return leave, nil
}

// resume decides on a wait that ended.
func resume(home *domain.Home, r *domain.Rule, ev *domain.RecordedEvent, at domain.GatewayID) Decision {
	wait := home.EndedWait()
	d := decisionOf(r, wait.Trigger, NotHeld)
	fact, _ := ev.Fact.(domain.RuleWaitEnded)
	switch {
	case !r.Active():
		d.Reason = Inactive
		return d
	case wait.Edge.Gateway != at, r.Gateway != at && wait.Kind != domain.WaitDelay && wait.Kind != domain.WaitQueued:
		d.Reason = Elsewhere // but a run that began here goes on here
		return d
	case fact.Outcome != domain.WaitDue || wait.Trigger >= len(r.Document.Triggers):
		return d
	}
	ref := domain.TriggerRef{Rule: r, Trigger: wait.Trigger}
	switch wait.Kind {
	case domain.WaitSchedule:
		return fire(home, ref, ev)
	case domain.WaitHeld:
		if holds(home, ref) {
			return fire(home, ref, ev)
		}
	case domain.WaitDelay, domain.WaitQueued:
		d.Reason, d.Action = Fires, wait.Action
		d.cause = origin{causation: ev.Seq, correlation: wait.Correlation, fired: wait.Fired, depth: wait.Depth}
		d.late = !wait.Due.IsZero() && ev.RecordedAt.Sub(wait.Due) > Freshness
	}
	return d
}
