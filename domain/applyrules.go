package domain

import (
	"cmp"
	"slices"
	"time"
)

func (h *Home) applySetting(ev *RecordedEvent) {
	switch fact := ev.Fact.(type) {
	case MemberPresenceChanged:
		if m, ok := h.Members[PersonID(ev.Entity)]; ok {
			m.Presence, m.Revision = Presence{Is: fact.Present, Since: ev.RecordedAt, Seq: ev.Seq}, ev.Seq
			mark(&h.changes.Members, m.Person)
		}
		return
	case ReadingRejected, EnergyCorrected, CorrectionWithdrawn:
		h.applyCorrection(ev)
		return
	case TariffSet:
		h.Profile.Tariffs = h.Profile.Tariffs.With(fact.Tariff)
	case TariffRemoved:
		h.Profile.Tariffs, _ = h.Profile.Tariffs.Without(fact.From)
	case HomeLocated:
		h.Profile.Place = &fact.Place
	case HomeModeChanged:
		h.Profile.Mode = fact.Mode
	case ModeAdded:
		h.Profile.Modes = append(h.Profile.Modes, OwnMode(ModeID(ev.Entity)))
	case ModeRemoved:
		gone := OwnMode(ModeID(ev.Entity))
		h.Profile.Modes = slices.DeleteFunc(slices.Clone(h.Profile.Modes), func(m Mode) bool { return m == gone })
	case HomeRetentionSet:
		h.Profile.KeepMonths = fact.Months
	case PolicyEdited:
		h.Profile.Policy = Policy{Revision: ev.Seq, Clauses: fact.Clauses}
	}
	h.Profile.Revision = ev.Seq
	h.changes.Profile = true
}

// applyRule folds what people do with a rule.
func (h *Home) applyRule(ev *RecordedEvent) {
	id := RuleID(ev.Entity)
	r, ok := h.Rules[id]
	if fact, edited := ev.Fact.(RuleEdited); edited {
		if !ok {
			r = &Rule{ID: id, Enabled: true}
			h.Rules[id] = r
		}
		r.Version, r.Document, r.Grants, r.Stopped = ev.Seq, fact.Document, nil, false
		h.forgetWaits(ev)
		h.seeHigh(r)
	} else if !ok {
		return
	}
	r.Revision = ev.Seq
	mark(&h.changes.Rules, id)
	switch fact := ev.Fact.(type) {
	case RuleEnabled:
		if r.Stopped {
			r.Resumed = ev.Seq
			h.resume(r, ev.Seq)
		}
		r.Enabled, r.Stopped = true, false
		h.seeHigh(r)
	case RuleDisabled:
		r.Enabled = false
		h.forgetWaits(ev)
	case RuleRemoved:
		delete(h.Rules, id)
		delete(h.Runs, id)
		h.forgetTests(id)
		mark(&h.changes.Runs, id)
	case RulePlaced:
		h.placed(ev, r, fact)
	case RuleGranted:
		if fact.Version == r.Version && !r.Granted(fact.Device) {
			r.Grants = append(r.Grants, Grant{Device: fact.Device, By: ev.Actor, Seq: ev.Seq})
		}
	}
	h.triggers = nil
}

// resume lets a rule go on that was cut out of a loop. Nobody looked at its
// thresholds meanwhile.
func (h *Home) resume(r *Rule, seq Seq) {
	run := h.runOf(r.ID, seq)
	run.Cut.Over = true
	run.forgetHigh()
	h.seeHigh(r)
}

// Stop stops the rules again that a home which was read anew does not know to be cut
// out of a loop: how far they had come says so.
func (h *Home) Stop() {
	for id, run := range h.Runs {
		if r, ok := h.Rules[id]; ok && run.Cut.Reason == CutDepth && !run.Cut.Over {
			r.Stopped = true
		}
	}
	h.triggers = nil
}

// runOf returns how far a rule has come, marked as changed by the event.
func (h *Home) runOf(id RuleID, seq Seq) *RuleRun {
	r, ok := h.Runs[id]
	if !ok {
		r = &RuleRun{Rule: id}
		h.Runs[id] = r
	}
	r.Revision = seq
	mark(&h.changes.Runs, id)
	return r
}

// forgetWaits ends whatever a rule waits for: its document or its leave to fire
// is another one.
func (h *Home) forgetWaits(ev *RecordedEvent) {
	r := h.runOf(RuleID(ev.Entity), ev.Seq)
	r.Waits = nil
	r.forgetHigh()
}

// applyRun folds what a rule does.
func (h *Home) applyRun(ev *RecordedEvent) {
	rule, ok := h.Rules[RuleID(ev.Entity)]
	if !ok {
		return
	}
	r := h.runOf(RuleID(ev.Entity), ev.Seq)
	switch fact := ev.Fact.(type) {
	case RuleFired:
		r.fire(ev)
	case RuleWaited:
		r.Waits = append(r.Waits, Wait{
			Seq: ev.Seq, Kind: fact.Kind, Trigger: fact.Trigger, Action: fact.Action, Due: timeOf(fact.DueMS),
			Fired: fact.Fired, Depth: fact.Depth, Correlation: cmp.Or(ev.Correlation, ev.Seq), Edge: ev.Edge,
		})
	case RuleWaitEnded:
		h.before.wait = r.endWait(fact)
	case RuleFailed:
		r.Failed = Step{Seq: ev.Seq, At: ev.RecordedAt}
	case RuleCut:
		r.Cut = Cut{Seq: ev.Seq, At: ev.RecordedAt, Reason: fact.Reason, Other: fact.Other, Device: fact.Device}
		if fact.Reason == CutDepth {
			rule.Stopped, rule.Revision = true, ev.Seq
			r.Waits = nil
			mark(&h.changes.Rules, rule.ID)
			h.triggers = nil
		}
	}
}

func (r *RuleRun) fire(ev *RecordedEvent) {
	f := &r.Fired
	if f.Minute.IsZero() || ev.RecordedAt.Sub(f.Minute) >= time.Minute {
		f.Minute, f.Recent = ev.RecordedAt, 0
	}
	f.Seq, f.At, f.Cause = ev.Seq, ev.OccurredAt, ev.Causation
	f.Count++
	f.Recent++
}

// endWait takes a wait away, or moves it to its next time, and returns it as it was.
func (r *RuleRun) endWait(fact RuleWaitEnded) Wait {
	i := slices.IndexFunc(r.Waits, func(w Wait) bool { return w.Seq == fact.Wait })
	if i < 0 {
		return Wait{}
	}
	ended := r.Waits[i]
	if fact.NextMS != 0 {
		r.Waits[i].Due = timeOf(fact.NextMS)
	} else {
		r.Waits = slices.Delete(r.Waits, i, i+1)
	}
	return ended
}

func timeOf(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

func (h *Home) applyScene(ev *RecordedEvent) {
	id := SceneID(ev.Entity)
	s, ok := h.Scenes[id]
	if fact, edited := ev.Fact.(SceneEdited); edited {
		if !ok {
			s = &Scene{ID: id}
			h.Scenes[id] = s
		}
		s.Version, s.Settings, s.TransitionMS = ev.Seq, fact.Settings, fact.TransitionMS
	} else if !ok {
		return
	}
	s.Revision = ev.Seq
	mark(&h.changes.Scenes, id)
	switch fact := ev.Fact.(type) {
	case SceneActivated:
		s.Activated = Activation{Seq: ev.Seq, At: ev.RecordedAt, Before: fact.Before}
	case SceneRemoved:
		delete(h.Scenes, id)
	}
}

// pace counts a command of a rule.
func (h *Home) pace(ev *RecordedEvent, fact CommandRequested) {
	rule, ok := ev.Actor.Rule()
	if !ok {
		return
	}
	id := DeviceID(ev.Entity)
	p, ok := h.Paces[id]
	if !ok {
		p = &Pace{Device: id}
		h.Paces[id] = p
	}
	p.Revision = ev.Seq
	at := ev.RecordedAt
	if fact.Local {
		at = ev.OccurredAt // a backlog is no flood
	}
	p.Moves = slices.DeleteFunc(p.Moves, func(m Move) bool { return at.Sub(m.At) >= time.Minute })
	p.Moves = append(p.Moves, Move{At: at, Rule: rule, Class: fact.Class})
	p.Moves = p.Moves[max(0, len(p.Moves)-MaxLockMoves-MaxRelayMoves):]
	mark(&h.changes.Paces, id)
}
