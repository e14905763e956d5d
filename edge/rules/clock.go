package rules

import (
	"time"

	"logis/domain"
	"logis/edge/outbox"
)

// Until the server's time is known the home here counts from 1970, at this start of
// the machine. What waits for so long to pass waits on when the time becomes known;
// a time of day cannot come before.

// unknown is before any time that a server tells.
var unknown = time.Date(2000, time.January, 1, 0, 0, 0, 0, time.UTC) //nolint:gochecknoglobals // a constant

// rebase gives what was dated without a server its true time, once that is known. It
// reports whether that is now: then armAll must follow.
func (e *Engine) rebase() bool {
	if e.rebased {
		return false
	}
	start, known := e.options.Time.At(0)
	if !known {
		return false
	}
	e.rebased = true
	by := start.Sub(time.Unix(0, 0))
	for _, run := range e.home.Runs {
		for i := range run.Waits {
			if due := run.Waits[i].Due; !due.IsZero() && due.Before(unknown) {
				run.Waits[i].Due = due.Add(by)
			}
		}
		if !run.Fired.Minute.IsZero() && run.Fired.Minute.Before(unknown) {
			run.Fired.Minute = run.Fired.Minute.Add(by)
		}
		delete(e.kept, run.Rule) // so that it is kept anew
	}
	for _, p := range e.home.Paces {
		for i := range p.Moves {
			if p.Moves[i].At.Before(unknown) {
				p.Moves[i].At = p.Moves[i].At.Add(by)
			}
		}
	}
	return true
}

// armAll lets the rules wait for times of day that could not until the time was known.
func (e *Engine) armAll(w *outbox.Writer) error {
	for _, r := range e.home.SortedRules() {
		if err := e.armFrom(w, r, w.Now()); err != nil {
			return err
		}
	}
	return nil
}

// shift moves what is counted from moments when the server's clock was set: a
// minute stays a minute.
func (e *Engine) shift(by time.Duration) {
	for _, run := range e.home.Runs {
		for i, wait := range run.Waits {
			if wait.Kind != domain.WaitSchedule && !wait.Due.IsZero() {
				run.Waits[i].Due = wait.Due.Add(by)
			}
		}
		if !run.Fired.Minute.IsZero() {
			run.Fired.Minute = run.Fired.Minute.Add(by)
		}
		delete(e.kept, run.Rule)
	}
	for _, p := range e.home.Paces {
		for i := range p.Moves {
			p.Moves[i].At = p.Moves[i].At.Add(by)
		}
	}
}
