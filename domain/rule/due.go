package rule

import (
	"time"

	"logis/domain"
)

// Due decides on a wait whose time may have come: the event to record ends it, or
// moves a schedule to its next time. There is nothing to record when it is not due,
// or over already.
func Due(home *domain.Home, id domain.RuleID, wait domain.Seq, now time.Time) (domain.Event, bool) {
	run, ok := home.Runs[id]
	r, known := home.Rules[id]
	if !ok || !known {
		return domain.Event{}, false
	}
	w, ok := run.Wait(wait)
	if !ok || w.Due.IsZero() || now.Before(w.Due) {
		return domain.Event{}, false
	}
	fact := domain.RuleWaitEnded{Wait: w.Seq, Outcome: domain.WaitDue}
	from := origin{causation: w.Seq, correlation: w.Correlation}
	if w.Kind != domain.WaitDelay && now.Sub(w.Due) > Freshness {
		fact.Outcome = domain.WaitMissed
	}
	if w.Kind == domain.WaitSchedule {
		from.correlation = w.Seq
		if w.Trigger < len(r.Document.Triggers) {
			if next, ok := Next(home, r.Document.Triggers[w.Trigger], now); ok {
				fact.NextMS = next.UnixMilli()
			}
		}
	}
	return ruleEvent(id, from, fact), true
}

// EndWaits records the end of every wait of rules at a place whose time has come at
// now, in the order of their times; what a rule does then may end or begin others.
func EndWaits(home *domain.Home, at domain.GatewayID, now time.Time, record Record) error {
	for {
		waits := Waits(home, at)
		if len(waits) == 0 || now.Before(waits[0].Wait.Due) {
			return nil
		}
		ev, ok := Due(home, waits[0].Rule, waits[0].Wait.Seq, now)
		if !ok {
			return domain.Errorf(domain.Internal, "a wait does not end")
		}
		if _, err := record(ev); err != nil {
			return err
		}
	}
}

// arm begins to wait for the times of a rule that may fire from now on.
func arm(home *domain.Home, ev *domain.RecordedEvent, at domain.GatewayID) []Decision {
	r, ok := home.Rules[domain.RuleID(ev.Entity)]
	if !ok || !r.Active() || r.Gateway != at || !r.Offered.Gateway.IsZero() && at.IsZero() {
		return nil
	}
	after := ev.RecordedAt
	if fact, placed := ev.Fact.(domain.RulePlaced); placed && fact.FromMS != 0 {
		after = time.UnixMilli(fact.FromMS)
	}
	if after.Before(clocksBegin) {
		return nil // nobody knows yet what time it is
	}
	d := decisionOf(r, 0, Holding)
	from := origin{causation: ev.Seq, correlation: ev.Correlation}
	for i, t := range r.Document.Triggers {
		_, armed := waitOf(home, r.ID, func(w domain.Wait) bool { return w.Kind == domain.WaitSchedule && w.Trigger == i })
		if !timed(t) || armed {
			continue
		}
		if next, ok := Next(home, t, after); ok {
			d.Events = append(d.Events, ruleEvent(r.ID, from, domain.RuleWaited{
				Version: r.Version, Kind: domain.WaitSchedule, Trigger: i, DueMS: next.UnixMilli(),
			}))
		}
	}
	if d.idle() {
		return nil
	}
	return []Decision{d}
}
