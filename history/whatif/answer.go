package whatif

import (
	"slices"
	"time"

	"logis/domain"
	"logis/domain/rule"
)

// answerAfter is when a device does what it is asked, where the log does not say: as
// a slow radio does, and later than a server looks at its clock.
const answerAfter = time.Second

// pending is a command whose device is expected to answer.
type pending struct {
	due     time.Time
	command domain.CommandID
}

// expect lets a command be answered later, unless the log tells what came of it.
func (w *world) expect(id domain.CommandID, at time.Time) {
	w.pending = append(w.pending, pending{due: at.Add(answerAfter), command: id})
}

// forget leaves a command to the log.
func (w *world) forget(id domain.CommandID) {
	w.pending = slices.DeleteFunc(w.pending, func(p pending) bool { return p.command == id })
}

// advance lets happen what comes due until now, each at its time.
func (w *world) advance(now time.Time) error {
	for {
		waits := rule.Waits(w.run.Home, w.run.At)
		wait := len(waits) > 0 && !waits[0].Wait.Due.After(now)
		answer := len(w.pending) > 0 && !w.pending[0].due.After(now)
		var err error
		switch {
		case answer && (!wait || w.pending[0].due.Before(waits[0].Wait.Due)):
			p := w.pending[0]
			w.pending = w.pending[1:]
			err = w.answer(p)
		case wait:
			err = w.run.Advance(waits[0].Wait.Due)
		default:
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// answer has a device do what it was asked, if the command is still open: it says so,
// and the command has succeeded.
func (w *world) answer(p pending) error {
	home := w.run.Home
	c, ok := home.Commands[p.command]
	if !ok {
		return nil
	}
	if len(c.Desires) > 0 {
		if ev, err := home.Report(c.Gateway, c.Device, c.Desires, c.ID); err == nil {
			ev.Edge = w.newest(c)
			if _, err := w.run.Record(ev, p.due); err != nil {
				return err
			}
		}
	}
	if home.Commands[c.ID] == nil {
		return nil
	}
	ev, err := home.EndCommand(c.Gateway, c.Device, domain.Result{Command: c.ID, Outcome: domain.Succeeded})
	if err == nil {
		_, err = w.run.Record(ev, p.due)
	}
	return err
}

// newest makes room for a made up word of a device after all that the log holds of
// it, and before all that follows there: the gateway's counter stays as it is.
func (w *world) newest(c *domain.Command) domain.EdgeRef {
	var ref domain.EdgeRef
	if g, ok := w.run.Home.Gateways[c.Gateway]; ok {
		ref.Epoch, ref.Seq = g.Epoch, g.Cursor
	}
	if twin, ok := w.run.Home.Twins[c.Device]; ok {
		for name := range c.Desires {
			if p, ok := twin.Properties[name]; ok {
				p.Reported.Epoch, p.Reported.EdgeSeq = 0, 0
			}
		}
	}
	return ref
}
