package rule

import (
	"logis/domain"
)

// Explanation says what came of a rule for an event.
type Explanation struct {
	Reason  Reason
	Trigger int              // which of its triggers, when one was concerned
	Checked []domain.Checked // every part of its condition, as things were
	Blame   string           // the first part that kept the condition from being met
}

// Explain says why a rule fired or stayed silent on ev, the last event of home. Its
// condition is checked in every case.
func Explain(home *domain.Home, id domain.RuleID, ev *domain.RecordedEvent) (Explanation, error) {
	r, ok := home.Rules[id]
	if !ok {
		return Explanation{}, domain.Errorf(domain.NotFound, "there was no such rule")
	}
	is, checked := evaluate(home, r, ev.RecordedAt)
	why := Explanation{Reason: NotTriggered, Checked: checked}
	if is != domain.True {
		truths := make(map[string]domain.Truth, len(checked))
		for _, c := range checked {
			truths[c.Path] = c.Is
		}
		why.Blame = blame(*r.Document.Condition, rootPath, truths)
	}
	if !r.Active() {
		why.Reason = Inactive
		return why, nil
	}
	if _, ended := ev.Fact.(domain.RuleWaitEnded); ended && ev.Entity == id.Entity() {
		d := protect(r, func(r *domain.Rule) Decision { return resume(home, r, ev, ev.Edge.Gateway) })
		why.Reason, why.Trigger = d.Reason, d.Trigger
		return why, nil
	}
	q := questionOf(home, ev, r.Gateway)
	for _, ref := range refs(home, ev) {
		if ref.Rule.ID != id {
			continue
		}
		d := protect(r, func(*domain.Rule) Decision { return q.decide(ref, q.reason(ref)) })
		if why.Reason == NotTriggered || d.Reason == Fires {
			why.Reason, why.Trigger = d.Reason, d.Trigger
		}
	}
	return why, nil
}
