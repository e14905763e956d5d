package rule

import (
	"time"

	"logis/domain"
	"logis/domain/thing"
)

// limit returns Fires, or why a rule must not fire now.
func limit(home *domain.Home, r *domain.Rule, ev *domain.RecordedEvent, depth int) Reason {
	if depth >= MaxDepth {
		return TooDeep
	}
	if run, ok := home.Runs[r.ID]; ok && run.Fired.Recent >= MaxFirings && ev.RecordedAt.Sub(run.Fired.Minute) < time.Minute {
		return TooOften
	}
	return Fires
}

// cutEvents say that a rule was cut, and tell the owners. A flood is told once a
// minute.
func cutEvents(home *domain.Home, r *domain.Rule, ev *domain.RecordedEvent, from origin, why Reason, other domain.RuleID) []domain.Event {
	fact := domain.RuleCut{Version: r.Version, Reason: domain.CutDepth, Depth: from.depth, Other: other}
	if why == TooOften {
		fact.Reason = domain.CutRate
	}
	return cut(home, r, ev.RecordedAt, from, fact)
}

func cut(home *domain.Home, r *domain.Rule, now time.Time, from origin, fact domain.RuleCut) []domain.Event {
	if run, ok := home.Runs[r.ID]; ok && fact.Reason == domain.CutRate && run.Cut.Reason == fact.Reason &&
		run.Cut.Device == fact.Device && run.Cut.Seq != 0 && now.Sub(run.Cut.At) < time.Minute {
		return nil
	}
	return []domain.Event{
		ruleEvent(r.ID, from, fact),
		ruleEvent(r.ID, origin{correlation: from.correlation}, domain.NoticeRaised{About: domain.NoticeOfCut}),
	}
}

// tooFast reports whether rules moved a device as often as its class bears, and the
// other rule that did so most.
func tooFast(home *domain.Home, id domain.RuleID, device domain.DeviceID, class thing.Class, now time.Time) (other domain.RuleID, fast bool) {
	moves, most := home.Moving(device, class, now)
	if len(moves) < most {
		return domain.RuleID{}, false
	}
	counts, highest := map[domain.RuleID]int{}, 0
	for _, m := range moves {
		if m.Rule == id {
			continue
		}
		if counts[m.Rule]++; counts[m.Rule] > highest {
			other, highest = m.Rule, counts[m.Rule]
		}
	}
	return other, true
}
