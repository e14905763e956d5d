package rules

import (
	"time"

	"logis/domain"
)

// Status is which rules run here.
type Status struct {
	Bundle  domain.Seq   `json:"bundle"`            // version of the last one taken, 0: none
	Refused string       `json:"refused,omitempty"` // why a newer one was not taken
	Rules   []RuleStatus `json:"rules"`             // in the order of their ids
}

// RuleStatus is one of them.
type RuleStatus struct {
	ID      domain.RuleID `json:"id"`
	Version domain.Seq    `json:"version"`
	Stopped bool          `json:"stopped,omitempty"`  // cut out of a loop
	Fired   int64         `json:"fired"`              // how often, since it came here
	FiredAt *time.Time    `json:"fired_at,omitempty"` // the last time; server time
	Waits   int           `json:"waits,omitempty"`    // for how many things
	Due     *time.Time    `json:"due,omitempty"`      // the next of them; server time
}

// Status returns which rules run here.
func (e *Engine) Status() Status {
	e.mu.Lock()
	defer e.mu.Unlock()
	s := Status{Bundle: e.version, Refused: e.refused, Rules: []RuleStatus{}}
	if e.home == nil {
		return s
	}
	for _, r := range e.home.SortedRules() {
		one := RuleStatus{ID: r.ID, Version: r.Version, Stopped: r.Stopped}
		if run, ok := e.home.Runs[r.ID]; ok {
			one.Fired, one.Waits = run.Fired.Count, len(run.Waits)
			if due := run.Due(); due.After(unknown) {
				one.Due = &due
			}
			if at := run.Fired.At; run.Fired.Seq != 0 && at.After(unknown) {
				one.FiredAt = &at
			}
		}
		s.Rules = append(s.Rules, one)
	}
	return s
}
