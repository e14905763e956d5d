package rules

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"logis/domain"
	"logis/domain/rule"
	"logis/domain/thing"
	"logis/edge/outbox"
	"logis/wire"
)

// Follows implements outbox.Follower: without rules nothing is looked at.
func (e *Engine) Follows() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.home != nil
}

// Follow implements outbox.Follower: it folds an entry and lets the rules react.
func (e *Engine) Follow(w *outbox.Writer, entry wire.Entry) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.home == nil {
		return nil
	}
	known := e.rebase()
	number := w.Last()
	ev, err := entry.Means(e.home, e.options.Gateway, number, w.Now(), numbers{})
	if err != nil {
		ev = domain.Event{Entity: e.options.Gateway.Entity(), Actor: domain.GatewayActor, Fact: domain.GatewayEntryRefused{Code: domain.CodeOf(err)}}
	}
	if step, ok := ev.Fact.(domain.GatewayClockStepped); ok {
		e.shift(time.Duration(step.ByMS) * time.Millisecond)
	}
	ev.OccurredAt = w.At()
	if w.Present {
		ev.Flags |= domain.Snapshot
	}
	err = e.record(w, ev)
	if err == nil && known {
		err = e.armAll(w)
	}
	return e.took(w, err)
}

// numbers are those of the outbox, which the home here is counted by.
type numbers struct{}

// Seq implements wire.Numbers. Stories are told apart by the log alone.
func (numbers) Seq(number int64) (seq, correlation domain.Seq) {
	return domain.Seq(number), domain.Seq(number)
}

// record folds an event, which is the newest entry, and lets the rules react.
func (e *Engine) record(w *outbox.Writer, ev domain.Event) error {
	rec, err := e.fold(w, ev)
	if err != nil {
		return err
	}
	return e.react(w, rec)
}

func (e *Engine) fold(w *outbox.Writer, ev domain.Event) (*domain.RecordedEvent, error) {
	ev.Edge = domain.EdgeRef{Gateway: e.options.Gateway, Epoch: epoch, Seq: w.Last()}
	if ev.Correlation == 0 {
		ev.Correlation = ev.Causation
	}
	rec := &domain.RecordedEvent{
		Event: ev, HomeID: e.home.ID, Seq: domain.Seq(w.Last()), Schema: domain.FactSchema, RecordedAt: w.Now(),
	}
	if err := e.home.Apply(rec); err != nil {
		return nil, fmt.Errorf("%w: %w", errFault, err)
	}
	return rec, nil
}

// errFault is a fault of the rules and not of the disk: it must stop them alone.
var errFault = errors.New("the rules cannot go on")

// epoch stands for the outbox as it is: its life is that of the home here.
const epoch = 1

// maxCascade bounds how deep rules answer each other; rule.MaxDepth cuts them
// earlier.
const maxCascade = 4 * rule.MaxDepth

func (e *Engine) react(w *outbox.Writer, rec *domain.RecordedEvent) error {
	if e.depth == maxCascade {
		return fmt.Errorf("%w: they answer each other without end", errFault)
	}
	e.depth++
	defer func() { e.depth-- }()
	for _, d := range rule.React(e.home, rec, e.options.Gateway) {
		if err := rule.Carry(e.home, d, rec, e.recorder(w)); err != nil {
			return err
		}
	}
	return nil
}

// recorder returns what writes down, as an entry, what a rule does.
func (e *Engine) recorder(w *outbox.Writer) rule.Record {
	return func(ev domain.Event) (*domain.RecordedEvent, error) {
		id, _ := ev.Actor.Rule()
		entry, err := wire.EntryOf(id, ev)
		if err != nil {
			return nil, err
		}
		if requested, ok := ev.Fact.(domain.CommandRequested); ok {
			_, err = w.Act(e.actOf(requested, domain.DeviceID(ev.Entity), id), entry)
		} else {
			_, err = w.Add(entry)
		}
		if err != nil {
			return nil, err
		}
		ev.OccurredAt = w.Now()
		rec, err := e.fold(w, ev)
		if err != nil {
			return nil, err
		}
		return rec, e.react(w, rec)
	}
}

// actOf is the command for the executor. Its time is that of its class, or what the
// rule says.
func (e *Engine) actOf(c domain.CommandRequested, device domain.DeviceID, id domain.RuleID) outbox.Act {
	return outbox.Act{
		Command: c.Command, Device: device, Client: id.String(), Key: c.Command.String(), Class: c.Class,
		Set: c.Set, Action: c.Action, Input: c.Input, Transition: time.Duration(c.TransitionMS) * time.Millisecond,
		TTL: e.ttlOf(id, device, c), At: e.options.Time.Boot(),
	}
}

func (e *Engine) ttlOf(id domain.RuleID, device domain.DeviceID, c domain.CommandRequested) time.Duration {
	if r, ok := e.home.Rules[id]; ok {
		for _, a := range r.Document.Actions {
			if a.Command != nil && a.Command.Device == device && a.Command.Action == c.Action && a.Command.TTLMS > 0 && sameSet(a.Command.Set, c.Set) {
				return time.Duration(a.Command.TTLMS) * time.Millisecond
			}
		}
	}
	return c.Class.Timing().Default
}

func sameSet(a, b map[string]thing.Value) bool {
	if len(a) != len(b) {
		return false
	}
	for name, v := range a {
		if b[name] != v {
			return false
		}
	}
	return true
}

// took ends what was done in a transaction: how far rules have come is kept with it.
func (e *Engine) took(w *outbox.Writer, err error) error {
	if errors.Is(err, errFault) {
		return e.giveUp(w, err)
	}
	if err != nil {
		return err
	}
	var runs map[domain.RuleID]*domain.RuleRun
	if e.home != nil {
		runs = e.home.Runs
	}
	for id := range e.kept {
		if runs[id] == nil {
			delete(e.kept, id)
			if err := w.KeepRun(id, nil); err != nil {
				return err
			}
		}
	}
	for id, run := range runs {
		if e.kept[id] == run.Revision {
			continue
		}
		doc, err := json.Marshal(run)
		if err == nil {
			err = w.KeepRun(id, doc)
		}
		if err != nil {
			return err
		}
		e.kept[id] = run.Revision
	}
	e.nudge()
	return nil
}

// endWaits ends the waits whose time has come. A time of day needs to be known.
func (e *Engine) endWaits(ctx context.Context) error {
	e.mu.Lock()
	waits := !e.firstDue().IsZero() || e.mayRebase()
	e.mu.Unlock()
	if !waits {
		return nil
	}
	return e.options.Outbox.Write(ctx, func(w *outbox.Writer) error {
		e.mu.Lock()
		defer e.mu.Unlock()
		if e.home == nil {
			return nil
		}
		var err error
		if e.rebase() {
			err = e.armAll(w)
		}
		if err == nil {
			err = e.pastDue(w)
		}
		return e.took(w, err)
	})
}

func (e *Engine) pastDue(w *outbox.Writer) error {
	err := rule.EndWaits(e.home, e.options.Gateway, w.Now(), e.recorder(w))
	if domain.CodeOf(err) == domain.Internal && !errors.Is(err, errFault) && errors.As(err, new(*domain.Error)) {
		err = fmt.Errorf("%w: %w", errFault, err)
	}
	return err
}

// giveUp gives the rules back to the cloud: this gateway cannot run them.
func (e *Engine) giveUp(w *outbox.Writer, why error) error {
	e.options.Log.Error("no rules run here any more", "why", why)
	e.home, e.refused = nil, why.Error()
	if err := e.took(w, nil); err != nil {
		return err
	}
	return e.tell(w, wire.Entry{Kind: wire.KindPlaced, Bundle: e.version, Reason: e.refused, Anew: true})
}
